"""Mastodon and what speaks its API or ActivityPub: saved accounts, actors and tombstones, as their own server shows them.

Documents: https://docs.joinmastodon.org/entities/Account/, https://docs.joinmastodon.org/spec/activitypub/.
"""

from datetime import datetime
from typing import Any

from crawlers.fediverse.account import FEDIVERSE, Asked, read_account, read_actor, read_tombstone
from crawlers.fediverse.addresses import ACTORS, server_of
from crawlers.reading import UnreadableError, as_text, parse_body
from kooch.store.outcomes import Failed, Observed, Skipped, Target


def parse_archived(body: bytes, captured_at: datetime, *, handle: str | None = None) -> Observed | Failed | Skipped:
    """An account of the API, an actor or a tombstone.

    A server's view of another server's account is a copy with numbers that are too low, so it is a failure.
    """
    try:
        shown = parse_body(body, dict)
        if shown.get("type") == "Tombstone":
            return read_tombstone(shown, server_of(shown["id"]))
        if "username" in shown:
            return _read_account(shown, captured_at, handle)
        if shown.get("type") in ACTORS:
            return _read_actor(shown, captured_at, handle)
    except UnreadableError as error:
        return Failed(cause=error.cause, detail=error.detail)
    kind = "an error of the server" if "error" in shown else f"an object with {ascii(sorted(shown))[:120]}"
    return Failed(cause="no_data" if "error" in shown else "unknown_layout", detail=f"no account, but {kind}")


def _read_account(account: dict[str, Any], captured_at: datetime, handle: str | None) -> Observed | Failed | Skipped:
    username, acct = as_text(account["username"]), as_text(account["acct"])
    uri = account.get("uri")
    server = server_of(account["url"] if uri is None else uri)
    if "@" in acct and not _is_at(acct, handle):
        return Failed(cause="another_account", detail="the answer may be another server's copy of the account")
    return _checked(f"{username}@{server}", handle) or read_account(
        account, _asked(handle or f"{username}@{server}", server, captured_at), FEDIVERSE
    )


def _read_actor(actor: dict[str, Any], captured_at: datetime, handle: str | None) -> Observed | Failed | Skipped:
    user, server = as_text(actor["preferredUsername"]), server_of(actor["id"])
    return _checked(f"{user}@{server}", handle) or read_actor(
        actor, _asked(handle or f"{user}@{server}", server, captured_at)
    )


def _asked(handle: str, server: str, captured_at: datetime) -> Asked:
    return Asked(target=Target(key="", handle=handle), server=server, latest_at=captured_at)


def _checked(shown: str, handle: str | None) -> Failed | None:
    """Whether an account is another than the one asked for: a handle may be at a domain of its own."""
    if handle is None or shown.partition("@")[0].casefold() == handle.partition("@")[0].casefold():
        return None
    return Failed(cause="another_account", detail="the answer is about another account")


def _is_at(acct: str, handle: str | None) -> bool:
    return handle is not None and acct.casefold() == handle.casefold()
