"""A raw HTTP server on loopback that gives the answers that a test sets, with faults: resets, half bodies, bombs,
silence."""

import asyncio
import gzip
import json
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

Fault = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: `at` is monotonic, `nth` counts from 1 those for the same path."""

    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    at: float
    nth: int

    @property
    def host(self) -> str:
        return self.headers["host"]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(found: object, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(found).encode(), {"Content-Type": "application/json"} | named)


class Server:
    """Answers each request with what `answer` returns for it, and keeps it in `asked`. Use it as a context manager."""

    def __init__(
        self,
        answer: Callable[[Asked], Reply | Fault],
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        self.asked: list[Asked] = []
        self._times: Counter[str] = Counter()
        self._writers: set[asyncio.StreamWriter] = set()
        self._answer = answer
        self._host = host
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, self._host, 0, limit=2**20, ssl=self._tls), self._loop
        ).result()
        self.url = f"{'https' if self._tls else 'http'}://{self._host}:{self._server.sockets[0].getsockname()[1]}"
        return self

    def refuse(self, seconds: float) -> None:
        """Refuse connections for some seconds, from now on. To be called by what answers."""
        self._loop.create_task(self._refuse(seconds))

    async def _refuse(self, seconds: float) -> None:
        port = self._server.sockets[0].getsockname()[1]
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(seconds)
        self._server = await asyncio.start_server(self._serve, self._host, port, limit=2**20, ssl=self._tls)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        # An encrypted connection that was told to close first cannot be aborted afterwards.
        for writer in self._writers:
            writer.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.02)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                parts = urlsplit(first.split(" ")[1])
                self._times[parts.path] += 1
                asked = Asked(
                    path=parts.path,
                    query=parse_qsl(parts.query),
                    headers={k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)},
                    at=monotonic(),
                    nth=self._times[parts.path],
                )
                self.asked.append(asked)
                reply = self._answer(asked)
                if not isinstance(reply, Reply):
                    await reply(writer)
                    return
                headers = {"Content-Length": str(len(reply.body))} | reply.headers
                writer.write(_head(reply.status, headers) + reply.body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, asyncio.CancelledError):
            writer.transport.abort()  # the client has left, or the server is closing
        finally:
            self._writers.discard(writer)
            writer.close()


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def reset_mid_body(writer: asyncio.StreamWriter) -> None:
    writer.write(_head(200, {"Content-Length": "1000"}) + b'{"half":')
    await writer.drain()
    await asyncio.sleep(0.05)
    connection: Any = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def truncated(writer: asyncio.StreamWriter) -> None:
    writer.write(_head(200, {"Content-Length": "1000"}) + b'{"half":')
    await writer.drain()


async def cut_without_length(writer: asyncio.StreamWriter) -> None:
    """A whole JSON body, yet nothing says that it is whole."""
    writer.write(_head(200, {"Content-Type": "application/json"}) + b'{"profiles": []}')
    await writer.drain()


async def slow_loris(writer: asyncio.StreamWriter) -> None:
    writer.write(_head(200, {"Content-Length": "100000"}))
    for _ in range(600):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.1)


async def silent(writer: asyncio.StreamWriter) -> None:  # noqa: ARG001 -- a fault like the others
    await asyncio.sleep(60)


async def huge_body(writer: asyncio.StreamWriter) -> None:
    """64 MiB in chunks, no length given."""
    writer.write(_head(200, {"Transfer-Encoding": "chunked"}))
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    for _ in range(1024):
        writer.write(chunk)
        await writer.drain()
    writer.write(b"0\r\n\r\n")


async def endless_headers(writer: asyncio.StreamWriter) -> None:
    """20 MB of header lines."""
    writer.write(b"HTTP/1.1 200 Status\r\n")
    for n in range(20_000):
        writer.write(b"X-More-%d: %s\r\n" % (n, b"x" * 1000))
        await writer.drain()


async def endless_header_line(writer: asyncio.StreamWriter) -> None:
    """20 MB in one header line."""
    writer.write(b"HTTP/1.1 200 Status\r\nX-More: ")
    for _ in range(20_000):
        writer.write(b"x" * 1000)
        await writer.drain()


def gzip_bomb() -> Reply:
    """64 MiB in 64 KiB."""
    return Reply(200, gzip.compress(b" " * 2**26), {"Content-Encoding": "gzip", "Content-Type": "application/json"})


def did(n: int) -> str:
    """The nth made-up DID."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    digits = "".join(letters[(n >> shift) & 31] for shift in range(0, 120, 5))
    return f"did:plc:{digits}"


def profile(n: int) -> dict[str, Any]:
    return {
        "did": did(n),
        "handle": f"figure{n}.test",
        "displayName": f"Figure {n}",
        "labels": [],
        "followersCount": n,
        "followsCount": 1,
        "postsCount": 2,
    }


def audit_log(of: str, handle: str, pds: str, created_at: str = "2023-05-01T10:00:00.000Z") -> list[dict[str, Any]]:
    """What the PLC directory answers for an account that never changed."""
    service = {"atproto_pds": {"type": "AtprotoPersonalDataServer", "endpoint": pds}}
    operation = {"type": "plc_operation", "alsoKnownAs": [f"at://{handle}"], "services": service, "prev": None}
    return [{"did": of, "operation": operation, "cid": "bafy", "nullified": False, "createdAt": created_at}]


class Bluesky:
    """The answers of an AppView, a directory and a PDS in one, constructed after those of a development network.

    Account `n` has `did(n)` and `figure<n>.test`; every thirteenth is deactivated and every seventeenth unknown.
    """

    def __init__(self, accounts: Iterable[int]) -> None:
        self._accounts = {name: n for n in accounts for name in (did(n), f"figure{n}.test")}

    def __call__(self, asked: Asked) -> Reply:
        match asked.path.rpartition("/")[2]:
            case "app.bsky.actor.getProfiles":
                found = [self._accounts.get(actor) for actor in asked.values("actors")]
                return as_json({"profiles": [profile(n) for n in found if n is not None and self.is_shown(n)]})
            case "app.bsky.actor.getProfile":
                n = self._accounts.get(asked.values("actor")[0])
                if n is None or n % 17 == 0:
                    return as_json({"error": "InvalidRequest", "message": "Profile not found"}, 400)
                if n % 13 == 0:
                    return as_json({"error": "AccountDeactivated", "message": "Account is deactivated"}, 400)
                return as_json(profile(n))
            case "audit":
                n = self._accounts[asked.path.split("/")[1]]
                return as_json(audit_log(did(n), f"figure{n}.test", "http://127.0.0.1:1"))
        return as_json({"error": "MethodNotImplemented", "message": ""}, 501)

    @staticmethod
    def is_shown(n: int) -> bool:
        return n % 13 != 0 and n % 17 != 0


def account(user: str, host: str, n: int, opened_on: str = "2022-11-05") -> dict[str, Any]:
    """An account as Mastodon's documentation shows it: https://docs.joinmastodon.org/entities/Account/."""
    opened_at = datetime.fromisoformat(opened_on).replace(hour=10, tzinfo=UTC)
    return {
        "id": str((int(opened_at.timestamp() * 1000) << 16) + n),
        "username": user,
        "acct": user,
        "display_name": f"Figure {n}",
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": False,
        "group": False,
        "created_at": f"{opened_on}T00:00:00.000Z",
        "note": "<p>In public office</p>",
        "url": f"https://{host}/@{user}",
        "uri": f"https://{host}/users/{user}",
        "avatar": f"https://{host}/avatar.png",
        "followers_count": n,
        "following_count": 1,
        "statuses_count": 2,
        "last_status_at": "2025-06-01",
        "emojis": [],
        "fields": [],
    }


class Mastodon:
    """The answers of any number of Mastodon servers, constructed from their documentation.

    `figure<n>` is on every host and has n followers; what is not in `accounts` (user, host → day opened) is unknown,
    where they are given.
    """

    def __init__(self, accounts: Mapping[tuple[str, str], str] | None = None) -> None:
        self._accounts = accounts

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.startswith(("/.well-known/nodeinfo", "/nodeinfo/")):
            return nodeinfo(asked)
        if asked.path != "/api/v1/accounts/lookup":
            return Reply(404, b"")
        user = asked.values("acct")[0]
        opened_on = "2022-11-05" if self._accounts is None else self._accounts.get((user.lower(), asked.host))
        if opened_on is None:
            return as_json({"error": "Record not found"}, 404)
        n = int("".join(filter(str.isdigit, user)) or 0)
        return as_json(account(user, asked.host, n, opened_on))


def nodeinfo(asked: Asked, software: str = "mastodon") -> Reply:
    """A server's answers about its software: the address of the document, and the document."""
    if asked.path == "/.well-known/nodeinfo":
        rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return as_json({"links": [{"rel": rel, "href": f"https://{asked.host}/nodeinfo/2.0"}]})
    return as_json({"version": "2.0", "software": {"name": software, "version": "4.3.0"}})


def not_found(asked: Asked) -> Reply:
    """Mastodon's answer about an account that it does not have."""
    if asked.path.startswith(("/.well-known/nodeinfo", "/nodeinfo/")):
        return nodeinfo(asked)
    return as_json({"error": "Record not found"}, 404)


def jrd(actor: str) -> Reply:
    """A WebFinger answer that names an actor."""
    return as_json({"links": [{"rel": "self", "type": "application/activity+json", "href": actor}]})


def known_here(answer: Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
    """The same, and 404 to WebFinger without a body, as Mastodon answers for accounts it does not have."""
    return lambda asked: Reply(404, b"") if asked.path.startswith("/.well-known/webfinger") else answer(asked)
