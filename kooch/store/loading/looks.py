"""What looks by people become: rows of `looks`, searches, signs and absences; and accounts that two lookers agree on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from kooch.counts import read_count
from kooch.looks import Look, Settled, settle
from kooch.platforms import Account, read
from kooch.times import end_of, start_of

Row = dict[str, object]

_INSTANT = pa.timestamp("us", tz="UTC")
LOOKS = pa.schema(
    [
        *((name, pa.string()) for name in ("figure_id", "platform", "wave", "definition", "looker", "method")),
        ("is_by_person", pa.bool_()),
        ("looked_from", _INSTANT),
        ("looked_before", _INSTANT),
        ("result", pa.string()),
        ("settled", pa.string()),
        ("is_speaking", pa.bool_()),
        ("is_search", pa.bool_()),
        ("adjudicates", pa.bool_()),
        *((name, pa.string()) for name in ("account", "handle", "native_id", "status")),
        *((name, pa.int64()) for name in ("followers", "followers_precision", "following", "posts")),
        ("last_post_on", pa.date32()),
        ("archive_url", pa.string()),
        ("source", pa.string()),
    ]
)


@dataclass(slots=True)
class LookRows:
    """Rows for the tables; `claims` and `bounds` have the keys that those of lists have."""

    looks: list[Row] = field(default_factory=list)
    claims: list[Row] = field(default_factory=list)
    bounds: list[Row] = field(default_factory=list)
    searches: list[Row] = field(default_factory=list)


def rows_of_looks(
    looks: Iterable[Look],
    *,
    source_of: Callable[[Look], str],
    account_of: Callable[[str, str, Iterable[str]], str | None],
    is_refused: Callable[[str, str, list[str]], bool],
) -> LookRows:
    """What the looks say.

    `source_of` gives the key of a look's source; `account_of` the key of an account that is accepted for a figure, by its
    names; `is_refused` says whether an account is denied or suppressed. Nothing is written about such an account.
    """
    rows = LookRows()
    counted = [
        settled
        for settled in settle(looks)
        if not any(look.names and is_refused(look.figure, look.platform, list(look.names)) for look in settled.looks)
    ]
    agreed: dict[tuple[str, str, str], str] = {}
    for look in (each.speaking for each in counted if each.is_agreed and each.result == "present"):
        if account_of(look.figure, look.platform, look.names) is None:
            claim = _claim(look, source_of(look), look.span[1])
            rows.claims.append(claim)
            agreed.update(((look.figure, look.platform, name), str(claim["account"])) for name in look.names)

    def account_seen(look: Look) -> str | None:
        """The account of a list, else one that two lookers of any wave agreed on."""
        links = ((look.figure, look.platform, name) for name in look.names)
        return account_of(look.figure, look.platform, look.names) or next(filter(None, map(agreed.get, links)), None)

    for settled in counted:
        rows.looks += [_look_row(look, settled, source_of(look), account_seen(look)) for look in settled.looks]
        _tell(settled, rows, source_of(settled.speaking), account_seen(settled.speaking))
    return rows


def _tell(settled: Settled, rows: LookRows, source: str, account: str | None) -> None:
    look = settled.speaking
    _, before = look.span
    search = {"figure_id": look.figure, "platform": look.platform, "searched_at": before}
    if settled.result in {"disputed", "unclear"}:
        return
    kind = f"manual:{look.method}" if look.is_by_person else look.method
    if settled.result == "absent" and not (look.is_by_person and look.is_search):
        rows.searches.append(search | {"method": kind, "outcome": "not_linked" if look.is_by_person else "missed"})
        return
    rows.searches.append(search | {"method": kind, "outcome": settled.result})
    if settled.result == "absent":
        # If a known account is gone, this is a statement about the account, and needs a second look a day later.
        if look.method != "known_account":
            rows.bounds.append(_bound(look, source, "absent", look.span))
        return
    rows.bounds.append(_bound(look, source, "there", look.span, account))
    if look.last_post_on and account:
        posted = (start_of(look.last_post_on, look.time_zone), end_of(look.last_post_on, look.time_zone))
        rows.bounds.append(_bound(look, source, "posted", (posted[0], min(posted[1], before)), account))


def _bound(look: Look, source: str, event: str, span: tuple[datetime, datetime], account: str | None = None) -> Row:
    return {
        "figure_id": look.figure,
        "platform": look.platform,
        "account": account,
        "event": event,
        "not_before": span[0],
        "before": span[1],
        "kind": "seen" if event == "there" else "stated",
        "wording": f"looked by {look.looker}: {look.method}",
        "source": source,
        "known_at": look.span[1],
    }


def _claim(look: Look, source: str, recorded_at: datetime) -> Row:
    found = read(look.account or "", look.platform)
    assert isinstance(found, Account)  # noqa: S101 -- reading the file has refused what names none
    folded = found.handle.lower() if found.handle else None
    return {
        "figure_id": look.figure,
        "platform": look.platform,
        "account": found.native_id or f"@{folded}",
        "native_id": found.native_id,
        "handle": found.handle,
        "folded": folded,
        "stated_in": f"looks, wave {look.wave}",
        "source": source,
        "tier": "curated",
        "recorded_at": recorded_at,
    }


def _look_row(look: Look, settled: Settled, source: str, seen: str | None) -> Row:
    found = read(look.account, look.platform) if look.account else None
    account = found if isinstance(found, Account) else None
    counts: dict[str, Any] = {name: _count(look, name) for name in ("followers", "following", "posts")}
    return {
        "figure_id": look.figure,
        "platform": look.platform,
        "wave": look.wave,
        "definition": look.definition,
        "looker": look.looker,
        "method": look.method,
        "is_by_person": look.is_by_person,
        "looked_from": look.span[0],
        "looked_before": look.span[1],
        "result": look.result,
        "settled": settled.result,
        "is_speaking": look is settled.speaking,
        "is_search": look.is_search,
        "adjudicates": look.adjudicates,
        "account": seen,
        "handle": account.handle if account else None,
        "native_id": account.native_id if account else None,
        "status": look.status,
        "followers": counts["followers"] and counts["followers"].value,
        "followers_precision": counts["followers"] and counts["followers"].precision,
        "following": counts["following"] and counts["following"].value,
        "posts": counts["posts"] and counts["posts"].value,
        "last_post_on": look.last_post_on,
        "archive_url": look.archive_url,
        "source": source,
    }


def _count(look: Look, name: str) -> Any:  # noqa: ANN401 -- a count or None
    text = getattr(look, name)
    return read_count(text, look.locale) if text else None
