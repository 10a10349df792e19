"""Where a crawl may connect: the address rule as a table, and every way round the guard that was tried."""

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.settings import Settings as ScrapySettings
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer  # type: ignore[import-untyped] # published without type information

from crawlers import connection, safety
from crawlers.crawling import crawl
from crawlers.safety import is_public
from kooch.config import BlueskySettings, CrawlSettings, Settings
from kooch.errors import ConfigError
from kooch.store.outcomes import Failed, Outcome, Target
from tests.faults import Reply, Server, as_json

PUBLIC = ["1.1.1.1", "8.8.8.8", "151.101.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"]
PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.31.196.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "::ffff:0:a00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:4:112::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2620:4f:8000::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_public(address: str) -> None:
    assert not is_public(address)


def looked_up(settings: Settings) -> list[Outcome]:
    outcomes: list[Outcome] = []
    target = Target(key="@figure1.test", handle="figure1.test")
    crawl(
        settings,
        platform="bluesky",
        roster=None,
        plan=lambda: [target],
        on_outcome=lambda _platform, outcome: outcomes.append(outcome),
    )
    return outcomes


def settings_for(home: Path, appview: str, *networks: str) -> Settings:
    return Settings(
        home=home,
        crawl=CrawlSettings(allow_networks=networks, timeout_seconds=5, batch_seconds=0.2, outage_seconds=0),  # type: ignore[arg-type]
        bluesky=BlueskySettings(appview=appview, plc=appview),  # type: ignore[arg-type]
    )


def causes(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.result.cause for outcome in outcomes if isinstance(outcome.result, Failed)]


HOSTS = ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"]


@pytest.mark.parametrize("host", HOSTS)
def test_no_notation_of_a_private_address_is_asked(host: str, tmp_path: Path) -> None:
    with Server(lambda _: as_json({"profiles": []})) as server:
        port = server.url.rpartition(":")[2]
        outcomes = looked_up(settings_for(tmp_path, f"http://{host}:{port}"))

    assert causes(outcomes) == ["unsafe_address"]
    assert server.asked == []


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_a_proxy_in_the_environment_does_not_lead_round_the_guard(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(lambda _: as_json({"profiles": []}), "127.0.0.2") as private, Server(lambda _: Reply()) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        outcomes = looked_up(settings_for(tmp_path, private.url, "127.0.0.1/32"))

    assert causes(outcomes) == ["unsafe_address"]
    assert (private.asked, proxy.asked) == ([], [])


@pytest.mark.parametrize(
    "location", ["http://127.0.0.2:{port}/", "http://2130706434:{port}/", "http://two.test:{port}/"]
)
def test_a_redirect_to_a_private_address_is_refused(
    location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "two.test", "127.0.0.2")
    with Server(lambda _: as_json({"profiles": []}), "127.0.0.2") as private:
        port = private.url.rpartition(":")[2]
        with Server(lambda _: Reply(302, b"", {"Location": location.format(port=port)})) as public:
            outcomes = looked_up(settings_for(tmp_path, public.url, "127.0.0.1/32"))

    assert causes(outcomes) == ["unsafe_address"]
    assert private.asked == []


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/", "data:,{}", "gopher://127.0.0.1/"])
def test_a_redirect_to_another_scheme_is_not_followed(location: str, tmp_path: Path) -> None:
    with Server(lambda _: Reply(302, b"", {"Location": location})) as server:
        outcomes = looked_up(settings_for(tmp_path, server.url, "127.0.0.1/32"))

    assert causes(outcomes) == ["unexpected_answer"]
    assert len(server.asked) == 1


def test_of_a_name_with_a_private_address_only_the_public_one_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "mixed.test", "127.0.0.2", "127.0.0.1")
    with Server(lambda _: as_json({"profiles": []})) as public:
        port = public.url.rpartition(":")[2]
        looked_up(settings_for(tmp_path, f"http://mixed.test:{port}", "127.0.0.1/32"))
        guard = safety.installed_guard()

    assert public.asked
    assert not guard.refused


@implementer(IHostnameResolver)
class StockResolver:
    def resolveHostName(self, *_: object) -> None:  # noqa: N802 -- Twisted's name
        raise AssertionError("a name was looked up")


def test_nothing_is_asked_when_the_guard_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        safety.Guard, "install_on_reactor", lambda guard: guard._reactor.installNameResolver(StockResolver())
    )
    with (
        Server(lambda _: as_json({"profiles": []})) as server,
        pytest.raises(ConfigError, match="TWISTED_DNS_RESOLVER"),
    ):
        looked_up(settings_for(tmp_path, server.url, "127.0.0.1/32"))

    assert server.asked == []


def test_the_stock_handler_that_the_guard_protects_is_in_use() -> None:
    settings = ScrapySettings()
    settings.setmodule("crawlers.settings", priority="project")
    handlers = settings.getdict("DOWNLOAD_HANDLERS_BASE") | settings.getdict("DOWNLOAD_HANDLERS")

    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}
    assert {handlers["http"], handlers["https"]} == {"crawlers.connection.Handler"}
    assert issubclass(connection.Handler, HTTP11DownloadHandler)
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert not settings.getbool("TELNETCONSOLE_ENABLED")
    assert not settings.getbool("REMOTE_CONTROL_ENABLED")
    assert not settings.getbool("HTTPPROXY_ENABLED")


def resolve(monkeypatch: pytest.MonkeyPatch, name: str, *addresses: str) -> None:
    """Let the system's resolver answer `addresses` for one name."""
    stock = socket.getaddrinfo

    def answer(host: str, *args: Any, **kwargs: Any) -> object:  # noqa: ANN401 -- as the system's
        if host == name:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]
        return stock(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
