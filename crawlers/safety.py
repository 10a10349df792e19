"""Limits a crawl to public addresses, checked after the name is resolved and again on the connection."""

import asyncio
import socket
import threading
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from time import monotonic
from typing import Literal, Protocol, Self

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from twisted.internet import address as tx
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution
from zope.interface import implementer  # type: ignore[import-untyped] # published without type information

from kooch.config import Settings, load_settings, split_address
from kooch.errors import ConfigError

Network = IPv4Network | IPv6Network

# What `is_global` lets through on some Python versions: translations and tunnels that wrap private addresses
# (NAT64, 6to4, Teredo, IPv4-compatible, IPv4-translated), site-local, segment routing, documentation, relays, and the
# name servers for private addresses that any network may run (AS112, RFC 7534 and 7535).
_NEVER = tuple(
    ip_network(text)
    for text in (
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2001:4:112::/48",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
    )
)
_REMEMBERED_SECONDS = 60


def is_public(address: str) -> bool:
    """Whether an IP address, in any text form Python reads, belongs to the public internet."""
    ip = _unwrap(ip_address(address))
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NEVER)


def kooch_settings(settings: BaseSettings) -> Settings:
    """The Kooch settings that travel in Scrapy's; `scrapy` from the shell has none, and reads the data folder's."""
    found = settings.get("KOOCH")
    return found if isinstance(found, Settings) else load_settings()


class _Receiver(Protocol):
    """Twisted's IResolutionReceiver, as a type checker reads it."""

    def resolutionBegan(self, resolution: object) -> None: ...  # noqa: N802 -- Twisted's name
    def addressResolved(self, address: object) -> None: ...  # noqa: N802 -- Twisted's name
    def resolutionComplete(self) -> None: ...  # noqa: N802 -- Twisted's name


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Do nothing: a look-up that several requests share runs to its end."""


@implementer(IHostnameResolver)
class Guard:
    """Resolves names and passes on only public addresses; `refused` holds the names that had only private ones.

    Twisted connects to exactly these addresses, so a name that changes its address gains nothing. It asks here
    for IP literals too, in whatever notation. A look-up that takes longer than `seconds` has found nothing.
    Names in `hosts` have the address and the port given there; whether it may be asked is decided as for any other.
    """

    def __init__(
        self, reactor: ReactorBase, allowed: Iterable[Network], seconds: float, hosts: Mapping[str, str]
    ) -> None:
        self.refused: set[str] = set()
        self._reactor = reactor
        self._allowed = tuple(allowed)
        self._seconds = seconds
        self._hosts = hosts
        self._lookups: dict[str, tuple[float, asyncio.Future[list[str]]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        chosen = kooch_settings(crawler.settings).crawl
        return cls(reactor, chosen.allow_networks, crawler.settings.getfloat("DNS_TIMEOUT"), chosen.hosts)

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)  # type: ignore[arg-type] # mypy cannot see @implementer

    def may_connect(self, address: str) -> bool:
        ip = _unwrap(ip_address(address))
        return is_public(address) or any(ip in network for network in self._allowed)

    def resolveHostName(  # noqa: N802 -- Twisted's name
        self,
        resolutionReceiver: _Receiver,  # noqa: N803 -- Twisted's name
        hostName: str,  # noqa: N803 -- Twisted's name
        portNumber: int = 0,  # noqa: N803 -- Twisted's name
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: ARG002, N803 -- Twisted's name
        transportSemantics: Literal["TCP", "UDP"] = "TCP",  # noqa: N803 -- Twisted's name
    ) -> _Resolution:
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        known, port = split_address(self._hosts.get(hostName.lower(), ""))

        def hand_on(lookup: asyncio.Future[list[str]]) -> None:
            found = lookup.result()
            safe = [address for address in found if self.may_connect(address)]
            if found and not safe:
                self.refused.add(hostName)
            for address in safe:
                kind = tx.IPv6Address if ":" in address else tx.IPv4Address
                resolutionReceiver.addressResolved(kind(transportSemantics, address, port or portNumber))
            resolutionReceiver.resolutionComplete()

        self._look_up(hostName, known).add_done_callback(hand_on)
        return resolution

    def _look_up(self, name: str, known: str) -> asyncio.Future[list[str]]:
        asked_at, lookup = self._lookups.get(name, (0.0, None))
        if (
            lookup is not None
            and monotonic() - asked_at < _REMEMBERED_SECONDS
            and (not lookup.done() or lookup.result())
        ):
            return lookup
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()
        if known:
            answer.set_result([known])
            return answer

        def settle(found: list[str]) -> None:
            if not answer.done():
                answer.set_result(found)

        def resolve() -> None:
            found = _addresses_of(name)
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, found)

        # A daemon thread, because without a network the system's resolver may hang for a minute.
        threading.Thread(target=resolve, name=f"resolve {name}", daemon=True).start()
        loop.call_later(self._seconds, settle, [])
        self._lookups[name] = monotonic(), answer
        return answer


def installed_guard() -> Guard:
    """The guard the reactor uses. Raises ConfigError when it uses another resolver: nothing may be asked then."""
    from twisted.internet import reactor  # noqa: PLC0415 -- importing it installs one

    resolver = getattr(reactor, "nameResolver", None)
    if not isinstance(resolver, Guard):
        raise ConfigError(
            f"Setting TWISTED_DNS_RESOLVER: the reactor resolves names by {type(resolver).__name__}, not by "
            "crawlers.safety.Guard, so private addresses would be reachable. Restore the setting."
        )
    return resolver


def _unwrap(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return mapped or ip


def _addresses_of(name: str) -> list[str]:
    try:
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    # A link-local address carries its interface after a per cent sign.
    return list(dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers))
