"""Names of hosts: which are public DNS names, and in which spellings one of them is written."""

import re

import idna

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_TOP = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
RESERVED = frozenset(
    {"alt", "arpa", "example", "i2p", "internal", "invalid", "lan", "local", "localhost", "onion"},
)
"""Top-level names that lead to nothing public, by RFC 6761, RFC 7686 and custom; `.test` is for development and stays."""
_MOST_LETTERS = 253


def ascii_host(name: str) -> str | None:
    """A public DNS name in lower-case ASCII; None for any other text where a host should be.

    IP literals, ports, user names, single labels and names that are never public are all none.
    """
    if len(name) > _MOST_LETTERS:
        return None
    try:
        host = idna.encode(name.lower(), uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    return host if is_host_in_ascii(host) else None


def is_host_in_ascii(text: str) -> bool:
    """Whether a text is a public DNS name as the network writes it, whatever its xn-- labels may mean."""
    *labels, top = text.lower().split(".")
    is_name = len(text) <= _MOST_LETTERS and bool(labels) and all(map(_LABEL.fullmatch, labels))
    return is_name and _TOP.fullmatch(top) is not None and top not in RESERVED


def spellings(host: str) -> set[str]:
    """A host in lower case, as people write it and as the network does: bawü.social is xn--baw-joa.social."""
    try:
        in_ascii = idna.encode(host.lower(), uts46=True).decode("ascii")
        return {host.lower(), in_ascii, idna.decode(in_ascii)}
    except UnicodeError:  # of which idna's own are kinds
        return {host.lower()}
