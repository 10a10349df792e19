"""The Wayback Machine on loopback: pywb serves real WARC files; before it, the Internet Archive's paths and index form.

pywb proves replay, timestamps, statuses, digests, repetitions and which spellings are one address. What it lacks of the
Internet Archive's index (rows under a header, `filter` by regular expression, `collapse`, `resumeKey`, the limit to what
is looked through) stands here, after `CDXServer.writeCdxResponse` of wayback-cdx-server (internetarchive/wayback).
"""

import base64
import hashlib
import json
import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlencode, urlsplit

from tests.servers.installed import SERVERS
from tests.servers.loopback import free_port

PYTHON = SERVERS / ".wayback" / "bin" / "python"
_FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_PYWB_NAMES = {"original": "url", "mimetype": "mime", "statuscode": "status"}


@dataclass(frozen=True, kw_only=True)
class Archived:
    """One capture. `repeats`: its body is that of the capture of this timestamp, and it is stored as a repetition."""

    url: str
    timestamp: str
    body: bytes
    status: int = 200
    mimetype: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()
    repeats: str | None = None

    @property
    def digest(self) -> str:
        return base64.b32encode(hashlib.sha1(self.body).digest()).decode()


class Asked(NamedTuple):
    """One request: monotonic seconds, path with query, and the status it was answered with."""

    at: float
    path: str
    status: int


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool = False
    """Whether the connection breaks in the middle of the body."""


@dataclass
class Limit:
    """At most `n` requests in any `seconds`."""

    n: int
    seconds: float
    _times: deque[float] = field(default_factory=deque)

    def allows(self, at: float) -> bool:
        while self._times and self._times[0] <= at - self.seconds:
            self._times.popleft()
        if len(self._times) >= self.n:
            return False
        self._times.append(at)
        return True


class WaybackArchive:
    """Use it as a context manager: `url`, `asked`. `faults` maps a part of a path to what is answered instead,
    `limits` the beginning of one to how often it may be asked.

    Its index looks through `most_scanned` rows for one answer, whether or not they pass the filters.
    """

    def __init__(self, captures: Sequence[Archived], folder: Path) -> None:
        self.asked: list[Asked] = []
        self.faults: dict[str, Reply | Callable[[Reply], Reply]] = {}
        self.most_scanned = 150_000
        self.limits: dict[str, Limit] = {}
        self._captures, self._folder = captures, folder
        self._lock = threading.Lock()
        self._pywb_port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def index_pages(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.path.startswith("/cdx/")]

    def pages(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.path.startswith("/web/")]

    def __enter__(self) -> Self:
        if not PYTHON.is_file():
            raise RuntimeError(f"{PYTHON} is missing: run `make test` once")
        self._write()
        with (self._folder / "pywb.log").open("wb") as log:
            self._pywb = subprocess.Popen(
                [PYTHON.with_name("wayback"), "-b", "127.0.0.1", "-p", str(self._pywb_port)],
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait()
            self.listen()
        except BaseException:
            self._end_pywb()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuse()
        self._end_pywb()

    def refuse(self) -> None:
        """Connections are refused from now on, and those that are open are of no use."""
        self._is_refusing = True
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def listen(self, port: int = 0) -> None:
        """Answer, at `port` again if the archive has been there before."""
        archive = self
        self._is_refusing = False

        class Handler(BaseHTTPRequestHandler):
            # HTTP/1.0: a connection that was kept open would be answered after `refuse`.
            def do_GET(self) -> None:
                if archive._is_refusing:
                    self.close_connection = True
                    return
                reply = archive._answer(self.path)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                with suppress(ConnectionError):
                    self.wfile.write(reply.body[: len(reply.body) // 2] if reply.is_cut else reply.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def _end_pywb(self) -> None:
        self._pywb.terminate()
        try:
            self._pywb.wait(10)
        except subprocess.TimeoutExpired:
            self._pywb.kill()
            self._pywb.wait()

    def _write(self) -> None:
        self._folder.mkdir(exist_ok=True)

        lines = (
            {
                "url": capture.url,
                "at": _iso(capture.timestamp),
                "status": capture.status,
                "mimetype": capture.mimetype,
                "headers": capture.headers,
                "body": base64.b64encode(capture.body).decode(),
                "digest": f"sha1:{capture.digest}",
                "repeats": capture.repeats and _iso(capture.repeats),
            }
            for capture in self._captures
        )
        collection = self._folder / "collections" / "web"
        (collection / "archive").mkdir(parents=True)
        (collection / "indexes").mkdir()
        subprocess.run(
            [str(PYTHON), str(SERVERS / "write_warc.py"), str(collection / "archive" / "captures.warc.gz")],
            input="".join(json.dumps(line) + "\n" for line in lines),
            text=True,
            check=True,
        )
        reindex = [str(PYTHON.with_name("wb-manager")), "reindex", "web"]
        subprocess.run(reindex, cwd=self._folder, check=True, capture_output=True)
        # A page for people is the page itself with a banner, as at the Internet Archive; not a frame around it.
        (self._folder / "config.yaml").write_text("framed_replay: false\n")

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while True:
            try:
                if self._ask_pywb("/web/cdx?url=example.com&output=json").status == 200:
                    return
            except OSError:
                pass
            if self._pywb.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"pywb did not start: {(self._folder / 'pywb.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def _answer(self, path: str) -> Reply:
        at = time.monotonic()
        limit = next((limit for part, limit in self.limits.items() if path.startswith(part)), None)
        with self._lock:
            is_limited = limit is not None and not limit.allows(at)
        reply = Reply(429, {}, b"Too many requests") if is_limited else self._honest(path)
        fault = next((fault for name, fault in self.faults.items() if name in path), None)
        if fault is not None and not is_limited:
            reply = fault if isinstance(fault, Reply) else fault(reply)
        with self._lock:
            self.asked.append(Asked(at, path, reply.status))
        return reply

    def _honest(self, path: str) -> Reply:
        if path.startswith("/cdx/search/cdx?"):
            return self._index(parse_qsl(urlsplit(path).query, keep_blank_values=True))
        if found := re.fullmatch(r"/web/(\d{1,14})(id_)?/(.+)", path):
            return self._replay(*found.groups())
        return Reply(404, {"Content-Type": "text/html"}, b"<h1>Not found</h1>")

    def _replay(self, timestamp: str, raw: str | None, original: str) -> Reply:
        reply = self._ask_pywb(f"/web/{timestamp}{raw or ''}/{original}", host=f"127.0.0.1:{self._server.server_port}")
        shown = re.search(r"/web/(\d{14})", reply.headers.get("Content-Location", ""))
        if shown and shown[1] != timestamp:
            # The Internet Archive sends visitors to the capture that is nearest.
            return Reply(302, {"Location": f"/web/{shown[1]}{raw or ''}/{original}"}, b"")
        names = {"content-type", "memento-datetime", "link", "location", "content-encoding"}
        kept = {name: value for name, value in reply.headers.items() if name.lower() in names}
        if shown and kept.get("Location", "").startswith("http") and not kept["Location"].startswith(self.url):
            # An archived redirect leads to the archive's copy of where it led, also where bodies are left as they were.
            kept["Location"] = f"/web/{timestamp}{raw or ''}/{kept['Location']}"
        return reply._replace(headers=kept)

    def _index(self, query: list[tuple[str, str]]) -> Reply:
        one = dict(query)
        passed = {name: one[name] for name in ("url", "matchType") if name in one}
        found = self._ask_pywb(f"/web/cdx?{urlencode(passed | {'output': 'json'})}")
        rows = [
            {name: row.get(_PYWB_NAMES.get(name, name), "-") for name in _FIELDS}
            for row in map(json.loads, filter(None, found.body.decode().splitlines()))
        ]
        start = unquote_plus(one.get("resumeKey", ""))
        rows = [row for row in rows if f"{row['urlkey']} {row['timestamp']}" >= start]
        limit = int(one.get("limit", "0"))
        is_wanted = _chooser(query)
        kept: list[dict[str, str]] = []
        seen: dict[str, str] = {}
        for seen in rows[: self.most_scanned]:
            if is_wanted(seen):
                kept.append(seen)
            if limit and len(kept) == limit:
                break
        fields = one["fl"].split(",") if "fl" in one else list(_FIELDS)
        table = [[row[name] for name in fields] for row in kept]
        if table:
            table.insert(0, fields)
        if one.get("showResumeKey") == "true" and limit and len(kept) == limit:
            stamp = seen["timestamp"]
            table += [[], [quote_plus(f"{seen['urlkey']} {stamp[:-1]}{chr(ord(stamp[-1]) + 1)}")]]
        return Reply(200, {"Content-Type": "application/json"}, json.dumps(table).encode())

    def _ask_pywb(self, path: str, *, host: str = "127.0.0.1") -> Reply:
        connection = HTTPConnection("127.0.0.1", self._pywb_port, timeout=30)
        try:
            connection.request("GET", path, headers={"Host": host})
            response = connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()


def _chooser(query: list[tuple[str, str]]) -> Callable[[Mapping[str, str]], bool]:
    """Which rows a query wants; to be asked about each in turn, since `collapse` looks at the one before."""
    one = dict(query)
    collapsed, _, digits = one.get("collapse", "").partition(":")
    before: str | None = None

    def is_wanted(row: Mapping[str, str]) -> bool:
        nonlocal before
        first, last = one.get("from", ""), one.get("to", "")
        if row["timestamp"] < first or (last and row["timestamp"][: len(last)] > last):
            return False
        for name, value in query:
            field_name, _, pattern = value.removeprefix("!").partition(":")
            if name == "filter" and bool(re.fullmatch(pattern, row[field_name])) is value.startswith("!"):
                return False
        if not collapsed:
            return True
        now, then = row[collapsed][: int(digits) if digits else None], before
        before = now
        return now != then

    return is_wanted


def _iso(timestamp: str) -> str:
    return f"{datetime.strptime(timestamp, '%Y%m%d%H%M%S'):%Y-%m-%dT%H:%M:%SZ}"  # noqa: DTZ007 -- WARC dates are UTC
