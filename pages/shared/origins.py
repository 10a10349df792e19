"""Whom the app talks to: pages of its own address. Streamlit also takes websockets from pages of other local ports."""

from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

_POLICY_VIOLATED = 1008


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


def _is_own(scope: Scope) -> bool:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    origin = headers.get(b"origin")
    if origin is None:
        return True
    allowed: Any = config.get_option("server.corsAllowedOrigins")
    text = origin.decode("latin-1")
    return urlsplit(text).netloc == headers.get(b"host", b"").decode("latin-1") or text in allowed
