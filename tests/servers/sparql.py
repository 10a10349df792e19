"""A SPARQL 1.1 service on loopback: pyoxigraph's engine behind HTTP, as Wikidata's answers; and its faults on demand."""

import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import NamedTuple, Self
from urllib.parse import parse_qs

from pyoxigraph import QueryResultsFormat, QuerySolutions, Store


class Asked(NamedTuple):
    """One question as it came: its text, who asked, how long the engine computed, and how many bytes came of it."""

    text: str
    agent: str
    seconds: float
    bytes: int


Fault = Callable[[BaseHTTPRequestHandler, bytes], bool]
"""Answers in the place of the service, whose answer it gets; False: it leaves this question alone."""


class SparqlService:
    """Answers POST requests from `store`. `asked` remembers them; `fault` may answer in its place. A context manager."""

    def __init__(self, store: Store) -> None:
        self.asked: list[Asked] = []
        self.fault: Fault | None = None
        self.most_at_once = 0
        self._open = 0
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service._open += 1
                service.most_at_once = max(service.most_at_once, service._open)
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                text = parse_qs(form)["query"][0]
                began = time.thread_time()
                found = store.query(text)
                assert isinstance(found, QuerySolutions)
                body = found.serialize(format=QueryResultsFormat.JSON)
                assert body is not None
                took = time.thread_time() - began
                service.asked.append(Asked(text, self.headers["User-Agent"], took, len(body)))
                if service.fault is None or not service.fault(self, body):
                    answer(self, 200, body)
                service._open -= 1

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/sparql"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def answer(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    *,
    kind: str = "application/sparql-results+json",
    length: int | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Send one answer; `length` is what it says of its own length."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
