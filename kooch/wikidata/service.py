"""Asks a SPARQL service one question, and gets its whole answer or the reason why there is none.

https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual: a query takes 60 seconds at most; ask one at a time;
programs that ignore `Retry-After` are banned. A timeout may arrive in the middle of an answer that began with status
200.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

from kooch import __version__
from kooch.config import WikidataSettings
from kooch.errors import AnswerError, ConfigError
from kooch.times import now, read_date, read_pause

_TRIES = 3
_PIECE = 1 << 16
_BUSY = frozenset({429, 503})
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 -- urllib's own types
        """Always None: redirects are not followed, because another host's answer is not trusted."""


class Service:
    """A SPARQL service that is asked one question at a time.

    `on_wait` hears for how many seconds the service asked to be left alone. Raises ConfigError without a contact, which
    Wikidata demands of programs.
    """

    def __init__(
        self, settings: WikidataSettings, contact: str, on_wait: Callable[[float], None] = lambda _seconds: None
    ) -> None:
        if not contact:
            raise ConfigError(
                "Wikidata blocks programs that name no contact. Set `contact` in kooch.toml, or KOOCH_CONTACT, to a mail "
                "address or a page of yours."
            )
        self.endpoint = str(settings.endpoint)
        self._settings = settings
        self._agent = f"Kooch/{__version__} (+{contact})"
        self._on_wait = on_wait
        is_local = urlsplit(self.endpoint).hostname in _LOCAL
        proxies = [urllib.request.ProxyHandler({})] if is_local else []
        self._opener = urllib.request.build_opener(_NoRedirects, *proxies)

    def ask(self, name: str, text: str) -> bytes:
        """The whole answer to one question, as the service wrote it: JSON of SPARQL results.

        Raises AnswerError, which names the cause, for everything else.
        """
        for tried in range(1, _TRIES + 1):
            try:
                body = self._send(name, text)
            except urllib.error.HTTPError as error:
                with error:
                    self._wait_or_refuse(name, error, is_last=tried == _TRIES)
                continue
            read_results(name, body)
            return body
        raise AssertionError("the last try ends the loop")

    def _send(self, name: str, text: str) -> bytes:
        request = urllib.request.Request(  # noqa: S310 -- the settings allow http and https only
            self.endpoint,
            data=urlencode({"query": text}).encode(),
            headers={"User-Agent": self._agent, "Accept": "application/sparql-results+json"},
        )
        seconds, most = self._settings.timeout_seconds, self._settings.most_megabytes * 1_000_000
        until = time.monotonic() + seconds
        pieces: list[bytes] = []
        received = 0
        try:
            with self._opener.open(request, timeout=seconds) as response:
                while piece := response.read1(_PIECE):
                    received += len(piece)
                    pieces.append(piece)
                    if received > most:
                        _fail(name, f"it is larger than {self._settings.most_megabytes} MB (wikidata.most_megabytes)")
                    if time.monotonic() > until:
                        _fail(name, f"no whole answer came within {seconds:g} seconds")
                if (length := response.headers.get("Content-Length")) and received < int(length):
                    _fail(name, f"it was cut off after {received:,} of {int(length):,} bytes")
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                _fail(name, f"no whole answer came within {seconds:g} seconds")
            _fail(name, f"{self.endpoint} cannot be reached ({error.reason})")
        except TimeoutError:
            _fail(name, f"no whole answer came within {seconds:g} seconds")
        except (HTTPException, OSError) as error:
            _fail(name, f"the connection broke off after {received:,} bytes ({type(error).__name__})")
        return b"".join(pieces)

    def _wait_or_refuse(self, name: str, error: urllib.error.HTTPError, *, is_last: bool) -> None:
        """Wait as long as a busy service asks for; everything else ends the import."""
        if error.code == 403:
            _fail(name, "the service refuses this program (403): look at `contact` in kooch.toml, and wait a day")
        if error.code == 504:
            _fail(name, "the service took too long over it (504): ask for less, or another time")
        if error.code not in _BUSY:
            _fail(name, f"the service answered {error.code}")
        seconds = _seconds_of(error.headers, otherwise=self._settings.pause_seconds)
        if is_last or seconds > self._settings.longest_wait_seconds:
            _fail(name, f"the service is busy ({error.code}) and asks to be left alone for {seconds:g} seconds")
        self._on_wait(seconds)
        time.sleep(seconds)


def read_results(name: str, body: bytes) -> list[dict[str, Any]]:
    """The rows of an answer. Raises AnswerError for what is not whole JSON of SPARQL results."""
    try:
        content = json.loads(body)
    except ValueError:
        start = body[:200].lstrip()
        if start.startswith(b"<"):
            _fail(name, "it is a web page")
        if b"TimeoutException" in body[-20_000:]:
            _fail(name, f"it was cut off after {len(body):,} bytes, because the service ran out of time")
        _fail(name, f"it was cut off after {len(body):,} bytes: it is no whole JSON")
    try:
        rows = content["results"]["bindings"]
        is_understood = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    except (KeyError, TypeError):
        is_understood = False
    if not is_understood:
        _fail(name, "it is JSON without the results of a query")
    return list(rows)


def _seconds_of(headers: Message, *, otherwise: float) -> float:
    """How long to wait, by the service's own clock if the answer has it."""
    at = read_date(headers.get("Date", "")) or now()
    seconds = read_pause(headers.get("Retry-After", ""), at)
    return otherwise if seconds is None else seconds


def _fail(name: str, cause: str) -> NoReturn:
    raise AnswerError(name, cause)
