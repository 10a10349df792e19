"""Small data folders for tests: rosters, runs and batches in a line each, and what a published version holds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from kooch.config import VIEWS
from kooch.rosters import AccountClaim, Member, Roster, Statement, write_roster
from kooch.rosters.values import EventKind
from kooch.store.backfills import Backfill, Every, Walk, begin_backfill, keep_page, plan_captures
from kooch.store.load import Loaded
from kooch.store.load import load as load_store
from kooch.store.outcomes import Capture, Cause, CrawledBound, Failed, Observed, Outcome, Profile, Skipped, Target
from kooch.store.spool import write_batch
from kooch.store.state import RunState, end_run, open_state, plan_run
from kooch.store.versions import open_version, reading_file

START = datetime(2025, 6, 1, 12, tzinfo=UTC)
KOO_ID = "0c1de1f0-0000-4000-8000-000000000005"
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
"""When archived pages are read."""

Row = tuple[Any, ...]


def member(figure_id: str, **more: object) -> Member:
    cells: dict[str, Any] = {"name": figure_id, "kind": "person", "role": "MP", "source": "test"} | more
    return Member(figure_id=figure_id, **cells)


def claim(figure_id: str, handle: str | None = None, native_id: str | None = None, **more: object) -> AccountClaim:
    cells: dict[str, Any] = {"platform": "bluesky", "polarity": "accepts", "source": "test"} | more
    return AccountClaim(figure_id=figure_id, handle=handle, native_id=native_id, **cells)


def statement(figure_id: str, event: EventKind, published_on: str, **more: object) -> Statement:
    """Days are written YYYY-MM-DD."""
    cells: dict[str, Any] = {"platform": "koo", "publisher": "Daily", "time_zone": "Asia/Kolkata"} | more
    for name in {"not_before", "not_after"} & cells.keys():
        cells[name] = date.fromisoformat(cells[name])
    return Statement(figure_id=figure_id, event=event, published_on=date.fromisoformat(published_on), **cells)


def roster(slug: str, members: Iterable[Member], **more: object) -> Roster:
    top: dict[str, Any] = {
        "title": slug,
        "description": slug,
        "source": "test",
        "licence": "CC0-1.0",
        "as_of": date(2025, 1, 1),
        "time_zone": "UTC",
        "selection": "listed",
    } | more
    return Roster(slug=slug, members=tuple(members), **top)


def bundle(folder: Path, *rosters: Roster) -> Path:
    """A folder as the one that comes with Kooch: platforms, no events, and these rosters."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.yaml").write_text("[]\n", encoding="utf-8")
    for each in rosters:
        write_roster(each, folder, replace=True)
    return folder


def load(home: Path, bundled: Path, *, wait: bool = True, without_lost: bool = False, anew: bool = False) -> Loaded:
    """As `kooch load`."""
    return load_store(home, views=VIEWS, bundled=bundled, wait=wait, without_lost=without_lost, anew=anew)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def seen(target: str, minutes: float, *, bio: str | None = None, **more: object) -> Outcome:
    """An observation `minutes` after START; a target that is no handle is its own native id."""
    told: dict[str, Any] = {"status": "active", "native_id": None if target.startswith("@") else target}
    if bio is not None:
        told["profile"] = Profile(handle=str(more.pop("handle", target.lstrip("@"))), bio=bio)
    told |= more
    return Outcome(target=target, result=Observed(**told), valid_at=at(minutes), recorded_at=at(minutes))


def failed(target: str, minutes: float, cause: Cause = "timeout") -> Outcome:
    return Outcome(
        target=target,
        result=Failed(cause=cause),
        valid_at=at(minutes),
        recorded_at=at(minutes),
    )


def plan(home: Path, *keys: str, state: RunState | None = None, platform: str = "bluesky") -> str:
    """Plan a run; with `state`, end it. Returns its name."""
    with open_state(home) as connection:
        run = plan_run(connection, platform=platform, targets=[Target(key=key) for key in keys]).run
        if state:
            end_run(connection, run, state)
    return run


def spool(home: Path, run: str, *outcomes: Outcome, platform: str = "bluesky") -> Path:
    return write_batch(home, run=run, platform=platform, outcomes=outcomes)


def crawl(home: Path, *outcomes: Outcome, state: RunState = "partial", platform: str = "bluesky") -> str:
    """A whole run in one batch."""
    run = plan(home, *dict.fromkeys(outcome.target for outcome in outcomes), state=state, platform=platform)
    spool(home, run, *outcomes, platform=platform)
    return run


def archived(
    day: str, handle: str, result: Failed | Skipped | None = None, *, page: str | None = None, **more: object
) -> Outcome:
    """An archived page of `day` at noon, looked up under `handle`: an active X account, or `result`."""
    captured_at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    told: dict[str, Any] = {"status": "active", "profile": Profile(handle=handle)} | more
    if opened := told.pop("opened", None):
        not_before = datetime.fromisoformat(f"{opened}T00:00:00+00:00")
        told["bounds"] = (
            CrawledBound(
                event="joined", not_before=not_before, before=not_before + timedelta(seconds=1), kind="opened"
            ),
        )
    address = f"{captured_at:%Y%m%d%H%M%S}/https://twitter.com/{page or handle}"
    return Outcome(
        target=address,
        result=result or Observed(**told),
        valid_at=captured_at,
        recorded_at=READ_AT,
        handle=handle,
        capture=Capture(url=f"https://web.archive.org/web/{address}", captured_at=captured_at, digest="A" * 32),
    )


def backfill(
    home: Path,
    *outcomes: Outcome,
    platform: str = "x",
    state: RunState = "partial",
    days: tuple[str | None, str | None] = (None, None),
) -> str:
    """A whole run over an archive in one batch: all that the index lists between two days, both included."""
    first_day, last_day = (date.fromisoformat(day) if day else None for day in days)
    wanted = Backfill(first_day=first_day, last_day=last_day, every=Every.DAY)
    walks = [Walk(walk=handle, handle=handle) for handle in {str(outcome.handle) for outcome in outcomes}]
    targets = [Target(key=outcome.target, handle=outcome.handle, capture=outcome.capture) for outcome in outcomes]
    with open_state(home) as connection:
        run = begin_backfill(connection, platform=platform, roster=None, wanted=wanted, walks=walks).run
        for walk in walks:
            keep_page(connection, run, walk.walk, (), misfits=0, resume_key=None)
        plan_captures(connection, run, targets)
        end_run(connection, run, state)
    write_batch(home, run=run, platform=platform, outcomes=outcomes)
    return run


def query(home: Path, sql: str) -> list[Row]:
    """The rows of a query on the latest version; instants are in UTC."""
    with open_version(reading_file(home)) as connection:
        found: list[Row] = connection.sql(sql).pl().rows()
        return found


_REFERENCES = {
    "account_id": "account",
    "capture_id": "capture",
    "other_account_id": "account",
    "merged_into": "account",
    "run_id": "run",
    "source_id": "source",
    "text_id": "text",
    "claim_id": "claim",
    "bound_id": "bound",
    "from_bound": "bound",
    "to_bound": "bound",
    "joined_from_bound": "bound",
    "joined_to_bound": "bound",
    "ended_from_bound": "bound",
    "ended_to_bound": "bound",
    "last_sign_bound": "bound",
    "unexplained": "bound",
    "last_sign_run": "run",
    "first_run_id": "run",
    "last_run_id": "run",
    "bounds": "bound",
}


def contents(home: Path) -> dict[str, list[str]]:
    """All rows of all tables, with integers replaced by their meaning, without tables that describe the load itself or
    are kept by numbers."""
    own = {"batches", "versions", "schema_version", "definitions", "ids", "read_evidence", "rollup_inputs"}
    by_number = {"account_numbers", "post_digits"}
    with open_version(reading_file(home)) as connection:
        names: dict[tuple[str, int], list[str]] = {}
        for kind, key, number in connection.sql("SELECT kind, key, id FROM ids ORDER BY ALL").pl().rows():
            names.setdefault((kind, number), []).append(key)
        for number, digest in connection.sql("SELECT text_id, digest FROM texts").pl().rows():
            names["text", number] = [str(digest)]
        tables = connection.sql("SELECT table_name FROM duckdb_tables() WHERE database_name = 'kooch' ORDER BY 1")
        return {
            table: sorted(_named(row, names) for row in connection.sql(f"FROM {table}").pl().iter_rows(named=True))
            for (table,) in tables.pl().rows()
            if table not in own | by_number
        }


def ids(home: Path) -> set[Row]:
    return set(query(home, "SELECT kind, key, id FROM ids"))


def _named(row: Mapping[str, Any], names: Mapping[tuple[str, int], Sequence[str]]) -> str:
    def name(column: str, value: Any) -> Any:  # noqa: ANN401 -- a value of any column
        if column == "target":
            # An account of a live run, a capture of an archive run.
            return [names.get((kind, value)) for kind in ("account", "capture")]
        if value is None or column not in _REFERENCES:
            return value
        if isinstance(value, list):
            return sorted(str(names[_REFERENCES[column], number]) for number in value)
        return names[_REFERENCES[column], value]

    return repr({column: name(column, value) for column, value in row.items()})
