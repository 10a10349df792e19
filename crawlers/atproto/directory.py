"""Identity on the AT Protocol: handles, DIDs, and the PLC directory's history of an account.

Documents: https://atproto.com/specs/handle, https://atproto.com/specs/did, https://web.plc.directory/spec/v0.1/did-plc.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from crawlers.reading import as_flag, as_instant, as_list, as_object
from kooch.platforms import platform_of
from kooch.store.outcomes import HandleSpan

_PLC = re.compile(r"did:plc:[a-z2-7]{24}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the directory knows about an account: when it was made and ended, its handles, and its server now."""

    created_at: datetime
    ended_at: datetime | None
    handles: tuple[HandleSpan, ...]
    server: str | None


def is_handle(text: str) -> bool:
    """Whether a text is a handle by https://atproto.com/specs/handle, in any case of letters."""
    return platform_of("bluesky").is_handle(text)


def is_plc(text: str | None) -> bool:
    """Whether a text is a DID that the PLC directory keeps."""
    return text is not None and _PLC.fullmatch(text) is not None


def is_did(text: str) -> bool:
    """Whether a text is a DID of one of the two methods that accounts may have."""
    return platform_of("bluesky").is_id(text)


def read_history(log: list[Any], did: str) -> History:
    """An audit log of the PLC directory (https://web.plc.directory/spec/v0.1/did-plc), strictly.

    The directory's own `createdAt` dates each operation; operations it has nullified never were. Raises KeyError,
    TypeError or ValueError.
    """
    valid = [entry for entry in map(as_object, log) if not as_flag(entry["nullified"])]
    created_at = ended_at = server = None
    changes: list[tuple[datetime, str | None]] = []
    for entry in valid:
        if entry["did"] != did:
            raise ValueError("the log is another account's")
        at = as_instant(entry["createdAt"])
        operation = as_object(entry["operation"])
        match operation["type"]:
            case "plc_operation":
                handle = _handle_in(as_list(operation["alsoKnownAs"]))
                pds = as_object(as_object(operation["services"]).get("atproto_pds", {}))
                server, ended_at = _origin(pds.get("endpoint")), None
            case "create":
                handle, server, ended_at = (
                    _handle_in([f"at://{operation['handle']}"]),
                    _origin(operation["service"]),
                    None,
                )
            case "plc_tombstone":
                handle, server, ended_at = None, None, at
            case other:
                raise ValueError(f"there is no operation {ascii(other)[:40]}")
        created_at = created_at or at
        if not changes or changes[-1][1] != handle:
            changes.append((at, handle))
    if created_at is None:
        raise ValueError("the log holds no valid operation")
    ends: list[datetime | None] = [at for at, _ in changes[1:]]
    spans = [
        HandleSpan(handle=handle, valid_from=at, valid_to=end)
        for (at, handle), end in zip(changes, [*ends, None], strict=True)
        if handle is not None and (end is None or at < end)
    ]
    return History(created_at=created_at, ended_at=ended_at, handles=tuple(spans), server=server)


def _handle_in(names: list[Any]) -> str | None:
    """The first handle an account claims: the one that counts, by https://atproto.com/specs/did."""
    for name in names:
        if isinstance(name, str) and name.startswith("at://"):
            handle = name.removeprefix("at://").lower()
            return handle if is_handle(handle) else None
    return None


def _origin(endpoint: object) -> str | None:
    """A server's URL without parts that do not belong into a directory entry; None if it is not a server's URL."""
    if not isinstance(endpoint, str) or not endpoint.isascii():
        return None
    try:
        parts = urlsplit(endpoint.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def fold(handle: str | None) -> str:
    """A handle in the form in which it is compared: case does not count."""
    return (handle or "").lower()
