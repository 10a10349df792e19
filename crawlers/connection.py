"""How a crawl connects: Scrapy's HTTP handler, with a limit for headers and with the configured certificates."""

from typing import Any, cast

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from crawlers.safety import kooch_settings

MOST_HEADER_BYTES = 64 * 1024
_PEM_END = b"-----END CERTIFICATE-----"


class HeadersTooLargeError(Exception):
    """A response whose headers do not end."""


class _Protocol(_LenientHTTP11ClientProtocol):
    """Gives a connection up when headers do not end: DOWNLOAD_MAXSIZE counts bodies only."""

    _header_bytes = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 -- Twisted's name
        super().dataReceived(data)  # type: ignore[no-untyped-call] # Twisted leaves it untyped
        if self._parser is None or self._parser.state not in (STATUS, HEADER):
            self._header_bytes = 0
            return
        self._header_bytes += len(data)
        if self._header_bytes > MOST_HEADER_BYTES:
            self._giveUp(Failure(HeadersTooLargeError()))  # type: ignore[no-untyped-call] # Twisted leaves it untyped


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: object) -> _Protocol:  # noqa: ARG002, N802 -- Twisted's name and signature
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call] # Twisted leaves it untyped


class _OwnCertificates(_ScrapyClientContextFactory):
    """Trusts the certificates of `crawl.ca_file` instead of the system's."""

    def __init__(self, *args: Any, pem: bytes, **options: Any) -> None:  # noqa: ANN401 -- as Scrapy's
        super().__init__(*args, **options)
        blocks = [block + _PEM_END for block in pem.split(_PEM_END)[:-1]]
        self._trusted: Any = trustRootFromCertificates(  # type: ignore[no-untyped-call] # Twisted leaves it untyped
            [Certificate.loadPEM(block) for block in blocks]
        )

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: ANN401, ARG002, N802 -- Twisted's
        return optionsForClientTLS(
            hostname.decode("ascii"),
            trustRoot=self._trusted,
            extraCertificateOptions=self._get_cert_options_kwargs(),
        )


class Handler(HTTP11DownloadHandler):
    """The handler of Twisted: it connects where `crawlers.safety.Guard` lets it."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        cast("Any", self._pool)._factory = _Factory
        file = kooch_settings(crawler.settings).crawl.ca_file
        if file is not None:
            self._contextFactory = cast("Any", _OwnCertificates.from_crawler(crawler, pem=file.read_bytes()))
