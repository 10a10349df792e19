"""The accounts to ask when they posted, and what is already known about their posts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kooch.store.outcomes import Before, Target
from kooch.store.versions import open_version, reading_file, rows_of, targets

_KNOWN = Path(__file__).with_suffix(".sql")
_NO_OPENING = datetime(2000, 1, 1, tzinfo=UTC)
"""No platform had opened before this. Accounts with an unknown opening are read from here on."""


def activity_targets(home: Path, *, platform: str, roster: str | None) -> list[Target]:
    """The accounts to ask when they posted: those that the latest live answer showed active. `before` is what is known of each.

    Accounts are left out if they could not be asked for since, or if their owner wishes not to be shown to visitors.
    Raises ConfigError for a roster that is not there.
    """
    known = _known(home, platform)
    return [
        replace(target, before=known[target.native_id])
        for target in targets(home, platform=platform, roster=roster)
        if target.native_id in known
    ]


def with_before(home: Path, platform: str, plan: Sequence[Target], *, everything: bool = False) -> list[Target]:
    """Targets of a run, with what is known of each now. An account that is no longer active is asked, too.

    With `everything` earlier looks are left out, so that all is read again.
    """
    known = _known(home, platform)
    if everything:
        known = {name: Before(opened_at=before.opened_at, posts=before.posts) for name, before in known.items()}
    nothing = Before(opened_at=_NO_OPENING)
    return [replace(target, before=known.get(target.native_id or "", nothing)) for target in plan]


def _known(home: Path, platform: str) -> dict[str, Before]:
    """What is known of the accounts that were active at the latest live answer, by native id."""
    with open_version(reading_file(home)) as connection:
        found = connection.sql(
            _KNOWN.read_text(encoding="utf-8"),
            params={"platform": platform, "no_opening": _NO_OPENING},
        )
        return {str(row["native_id"]): _before(row) for row in rows_of(found)}


def _before(row: dict[str, Any]) -> Before:
    return Before(**{name: value for name, value in row.items() if name != "native_id"})
