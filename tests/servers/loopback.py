"""HTTP on this machine: free ports, plain requests, a proxy that counts them, and a gate before a server."""

import json
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

# Tests talk to loopback only, whatever proxy the environment names.
_opener = build_opener(ProxyHandler({}))

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


class Answer(NamedTuple):
    """One HTTP response of any status; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 -- whatever the server sent
        return json.loads(self.body)


def fetch(url: str, *, headers: dict[str, str] | None = None, body: object = None) -> Answer:
    """GET, or POST of `body`: bytes as they are, anything else as JSON."""
    sent = dict(headers or {})
    data = body if isinstance(body, bytes) else None
    if body is not None and data is None:
        data = json.dumps(body).encode()
        sent["Content-Type"] = "application/json"
    try:
        response = _opener.open(Request(url, data=data, headers=sent), timeout=60)
    except HTTPError as error:
        response = error
    with response:
        return Answer(
            response.status, {name.lower(): value for name, value in response.headers.items()}, response.read()
        )


class Gate:
    """A context manager: `url` leads to a server until it is shut. Then nobody is there, and who was talking is cut off."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._behind = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._let_in, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shut()

    def shut(self) -> None:
        while self._open:
            one = self._open.pop()
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                pair = (self._listener.accept()[0], socket.create_connection(self._behind))
                self._open += pair
                for one, other in (pair, pair[::-1]):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(1 << 16):
                other.sendall(said)
            other.shutdown(socket.SHUT_WR)


class Seen(NamedTuple):
    """One request a proxy saw: its path and its query, in the order sent."""

    path: str
    query: list[tuple[str, str]]


class CountingProxy:
    """Passes GET requests on to `target` and remembers them: `url`, `requests`. Use it as a context manager."""

    def __init__(self, target: str) -> None:
        requests: list[Seen] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                requests.append(Seen(parts.path, parse_qsl(parts.query, keep_blank_values=True)))
                sent = {
                    name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}
                }
                answer = fetch(target + self.path, headers=sent)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    if name not in _HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
                pass

        self.requests = requests
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
