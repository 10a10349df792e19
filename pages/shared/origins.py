"""Lets the app talk only to pages of its own address. Streamlit also takes websockets from pages of other local
ports."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

_POLICY_VIOLATED = 1008
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
_OF_PROXIES = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")


class OwnOrigin:
    """Closes a websocket that a page of another origin opens. A program that is no browser names no origin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not _is_own(scope):
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATED})
            return
        await self._app(scope, receive, send)


def is_at_this_machine(ip_address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a browser runs on this machine, as Streamlit tells its address (None: this machine) and its headers.

    It also asks for the app by a name of this machine, and no proxy says that it asks for another.
    """
    host = urlsplit(f"//{headers.get('Host', '127.0.0.1')}").hostname
    return ip_address is None and host in _THIS_MACHINE and not any(headers.get(name) for name in _OF_PROXIES)


def _is_own(scope: Scope) -> bool:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    origin = headers.get(b"origin")
    if origin is None:
        return True
    allowed: Any = config.get_option("server.corsAllowedOrigins")
    text = origin.decode("latin-1")
    return urlsplit(text).netloc == headers.get(b"host", b"").decode("latin-1") or text in allowed
