"""What rosters say, as tables: figures, memberships, sources, accepted claims and the bounds that rest on them.

Only accepted claims are stored: importing a roster is the decision that accepts its accounts. If a roster or a reviewer
denies accounts, only their number is kept here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time

import duckdb
import pyarrow as pa

from kooch.counts import NotACountError
from kooch.looks import Look
from kooch.platforms import Platform, given_up
from kooch.platforms import Source as PlatformSource
from kooch.rosters import (
    AccountClaim,
    Event,
    Member,
    PlatformCount,
    Roster,
    Run,
    Source,
    Statement,
    claims_by_series,
    names_in_series,
    read_followers,
    run_stands,
)
from kooch.rosters.check import faults_of_names, is_foretold
from kooch.store.corrections import Denial
from kooch.store.loading import Steps
from kooch.store.loading.accounts import resolve_accounts
from kooch.store.loading.looks import LOOKS, LookRows, rows_of_looks
from kooch.store.rows import as_table
from kooch.times import end_of, start_of

Row = dict[str, object]
Link = tuple[str, str, str]
"""Figure, platform, and a name of the account: its native id, or `@` and the handle."""

_INSTANT = pa.timestamp("us", tz="UTC")
_TEXT = pa.string()
_SOURCES = pa.schema(
    [
        ("key", _TEXT),
        ("url", _TEXT),
        ("citation", _TEXT),
        ("publisher", _TEXT),
        ("published_at", pa.date32()),
        ("time_zone", _TEXT),
        ("derived_from", _TEXT),
        ("licence", _TEXT),
    ]
)
_CLAIMS = pa.schema(
    [
        ("figure_id", _TEXT),
        ("platform", _TEXT),
        ("account", _TEXT),
        ("native_id", _TEXT),
        ("handle", _TEXT),
        ("folded", _TEXT),
        ("stated_in", _TEXT),
        ("source", _TEXT),
        ("tier", _TEXT),
        ("recorded_at", _INSTANT),
        ("from_day", pa.date32()),
        ("to_day", pa.date32()),
    ]
)
_BOUNDS = pa.schema(
    [
        ("figure_id", _TEXT),
        ("platform", _TEXT),
        ("account", _TEXT),
        ("event", _TEXT),
        ("not_before", _INSTANT),
        ("before", _INSTANT),
        ("kind", _TEXT),
        ("wording", _TEXT),
        ("reported", _TEXT),
        ("reported_followers", pa.int32()),
        ("reported_precision", pa.int32()),
        ("reported_is_least", pa.bool_()),
        ("read_as", _TEXT),
        ("derived_from", _TEXT),
        ("source", _TEXT),
        ("known_at", _INSTANT),
        ("names_unlisted", pa.bool_()),
    ]
)
_BOUNDS_WITH_HANDLES = _BOUNDS.append(pa.field("handle", _TEXT))
_RUNS = pa.schema(
    [
        *((name, _TEXT) for name in ("roster", "figure_id", "platform", "account", "handle")),
        *((name, pa.date32()) for name in ("first_listed", "last_listed", "not_listed_before", "not_listed_after")),
        ("snapshots", pa.int32()),
        ("ended", _TEXT),
        ("stands", pa.bool_()),
        ("source", _TEXT),
    ]
)
_BLOCKS = pa.schema(
    [
        ("platform", _TEXT),
        ("country", _TEXT),
        ("from_day", pa.date32()),
        ("to_day", pa.date32()),
        ("ordered_by", _TEXT),
        ("source", _TEXT),
    ]
)
_LAST_POSTS = pa.schema(
    [
        *((name, _TEXT) for name in ("roster", "figure_id", "platform", "account")),
        ("last_post_at", _INSTANT),
        ("checked_at", _INSTANT),
        ("source", _TEXT),
    ]
)
_DENIED = pa.schema([("figure_id", _TEXT), ("key", _TEXT)])

_ROSTER_TABLES = (
    ("figures", "rosters", "memberships", "platforms", "blocks", "sources", "events", "claims", "bounds", "searches",
     "looks", "series", "platform_counts", "holders", "last_posts")
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A reviewer's verdict on one link; `account` is the native id, or `@` and the handle."""

    figure_id: str
    platform: str
    account: str
    is_accepted: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Everything that is listed and not crawled. `loaded_at` says when each roster was first loaded.

    `evidence` are statements that belong to no roster, `looks` what people saw. Nothing is stored about figures that
    are on no roster.
    """

    rosters: Sequence[Roster]
    evidence: Sequence[Statement]
    events: Sequence[Event]
    platforms: Sequence[Platform]
    platform_counts: Sequence[PlatformCount]
    decisions: Sequence[Decision]
    suppressed: frozenset[tuple[str, str]]
    loaded_at: Mapping[str, datetime]
    looks: Sequence[Look] = ()


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """Which links are denied: by a roster, or by the latest decision of a reviewer, whatever name it uses."""

    denied: frozenset[Link]
    accepted: frozenset[Link]

    def deny(self, figure_id: str, platform: str, names: Iterable[str]) -> bool:
        links = {(figure_id, platform, name) for name in names}
        return bool(links & self.denied) and not links & self.accepted


def store_listed(connection: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    """Replace all that earlier rosters said by what `listed` says, inside the caller's transaction."""
    verdicts = _verdicts(listed)
    sources = _Sources()
    found = _evidence(listed, verdicts, sources)
    platforms, events = _platform_rows(listed.platforms, sources), _event_rows(listed.events, sources)
    blocks = _block_rows(listed.platforms, sources)

    for table in _ROSTER_TABLES:
        connection.execute(f"DELETE FROM {table}")
    connection.execute("DELETE FROM handles WHERE kind = 'roster'")
    with Steps(connection) as steps:
        _insert(steps, "figures", _figure_rows(listed.rosters))
        _insert(steps, "memberships", _membership_rows(listed.rosters))
        _insert(steps, "rosters", _roster_rows(listed, verdicts))
        _insert(steps, "holders", _holder_rows(listed.rosters))
        _store_sources(steps, sources.rows(), platforms, events, blocks)
        _store_claims(steps, found.claims)
        _store_bounds(steps, found.bounds)
        steps.give("listed_runs", as_table(found.runs, schema=_RUNS))
        steps.insert(series="series_of_lists")
        steps.give("listed_last_posts", as_table(found.last_posts, schema=_LAST_POSTS))
        steps.insert(last_posts="last_posts_of_lists")
        _insert(steps, "searches", found.searches)
        steps.give("listed_looks", as_table(found.looks, LOOKS))
        steps.insert(looks="looks_of_lists")
        _drop_denied(steps, verdicts)
        _insert(steps, "platform_counts", [asdict(count) for count in listed.platform_counts])


def drop_suppressed(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what lists say about accounts that crawls have recognised as suppressed, under whatever name.

    Reports whose handle is on no list are of no account afterwards, until `give_reports_their_accounts`.
    """
    with Steps(connection) as steps:
        of_suppressed = "account_id IN (SELECT account_id FROM accounts_met_as_suppressed)"
        steps.write(
            "UPDATE bounds SET account_id = NULL, names_unlisted = true WHERE NOT names_unlisted",
            f"DELETE FROM claims WHERE {of_suppressed}",
            f"DELETE FROM bounds WHERE {of_suppressed}",
            f"DELETE FROM series WHERE {of_suppressed}",
            f"DELETE FROM last_posts WHERE {of_suppressed}",
            f"DELETE FROM looks WHERE {of_suppressed}",
            f"DELETE FROM handles WHERE {of_suppressed}",
            f"UPDATE accounts SET url = NULL WHERE url IS NOT NULL AND {of_suppressed}",
        )


def give_reports_their_accounts(connection: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    """Give a report whose handle is on no list to the account of its figure that crawls or a registry show with that handle.

    Every load does so, because crawls bring handles. The handle stays outside the tables. Needs the view `links`.
    """
    sources = _Sources()
    rows = [
        row | {"handle": statement.handle.lower()}
        for statement, licence, recorded_at in _counted_statements(listed, _verdicts(listed))
        if statement.handle
        for row in _bounds_of_statement(statement, None, sources.of_statement(statement, licence), recorded_at)
    ]
    if not rows:
        return
    with Steps(connection) as steps:
        steps.give("listed_bounds", as_table(rows, schema=_BOUNDS_WITH_HANDLES))
        steps.write(
            "UPDATE bounds SET account_id = r.account_id, names_unlisted = false FROM reports_with_seen_handles AS r"
            " WHERE r.bound_id = bounds.bound_id AND bounds.names_unlisted"
        )


class _Sources:
    """The documents read so far, each once: by address, else by publisher and day."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._origins: dict[str, set[str | None]] = {}

    def of_statement(self, statement: Statement, licence: str | None) -> str:
        day = statement.published_on
        key = statement.source_url or f"{statement.publisher} {day}"
        return self._add(
            key,
            url=statement.source_url,
            citation=f"{statement.publisher}, {_written(day)}" if day else f"{statement.publisher}, day unknown",
            publisher=statement.publisher,
            published_at=statement.published_on,
            time_zone=statement.time_zone,
            licence=licence,
            origin=statement.derived_from,
        )

    def of_look(self, look: Look) -> str:
        """The source of a wave of looks: each wave is one source."""
        return self._add(
            f"looks {look.file.stem} {look.wave}",
            url=None,
            citation=f"Looks, wave {look.wave} ({look.file.stem})",
            publisher=look.file.stem,
            published_at=None,
            time_zone=look.time_zone,
            licence=None,
        )

    def of_roster(self, roster: Roster) -> str:
        return self._add(
            f"roster {roster.slug}",
            url=roster.source_url,
            citation=roster.source,
            publisher=roster.publisher or roster.source,
            published_at=roster.as_of,
            time_zone=roster.time_zone,
            licence=roster.licence,
        )

    def of_document(self, source: Source | PlatformSource, time_zone: str) -> str:
        return self._add(
            source.url or f"{source.citation} {source.published_on}",
            url=source.url,
            citation=f"{source.citation}. {source.publisher}"
            + (f", {_written(source.published_on)}" if source.published_on else ""),
            publisher=source.publisher,
            published_at=source.published_on,
            time_zone=time_zone,
            licence=None,
        )

    def _add(self, key: str, *, origin: str | None = None, **columns: object) -> str:
        self._rows.setdefault(key, {"key": key, **columns})
        self._origins.setdefault(key, set()).add(origin)
        return key

    def rows(self) -> list[Row]:
        return [{**row, "derived_from": _shared(self._origins[key])} for key, row in self._rows.items()]


def _shared(origins: set[str | None]) -> str | None:
    """The source from which everything in a document derives. None: a part of it is the document's own."""
    return "; ".join(sorted(filter(None, origins))) if None not in origins else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """Rows of what lists, statements and looks say."""

    claims: list[Row]
    bounds: list[Row]
    searches: list[Row]
    looks: list[Row]
    runs: list[Row]
    last_posts: list[Row]


def _evidence(listed: Listed, verdicts: _Verdicts, sources: _Sources) -> _Evidence:
    claims: list[Row] = []
    bounds: list[Row] = []
    searches: list[Row] = []
    runs: list[Row] = []
    last_posts: list[Row] = []
    claimed: dict[Link, str] = {}
    claims_of = {roster.slug: claims_by_series(roster) for roster in listed.rosters}
    later_names = _names_claimed_later(listed, claims_of)
    for roster in listed.rosters:
        accounts: dict[Link, str] = {}
        in_series = names_in_series(roster)
        for claim in claims_of[roster.slug]:
            names = _names(claim.handle, claim.native_id)
            if claim.polarity == "denies" or verdicts.deny(claim.figure_id, claim.platform, names):
                continue
            if _is_suppressed(listed, claim.platform, names) or faults_of_names(claim):
                continue
            row = _claim_row(claim, roster, later_names, sources, listed.loaded_at[roster.slug])
            claims.append(row)
            account = str(row["account"])
            links = [(claim.figure_id, claim.platform, name) for name in names]
            accounts.update((link, account) for link in links)
            bounds += _bounds_of_claim(claim, roster, account, sources, in_series=not in_series.isdisjoint(links))
        claimed |= accounts
        for run, run_account in _runs_of(roster, accounts, listed, verdicts):
            runs.append(_run_row(run, roster, run_account, sources))
            bounds += _bounds_of_run(run, roster, run_account, sources)
        last_posts += _last_post_rows(roster, accounts, sources)
    for statement, licence, recorded_at in _counted_statements(listed, verdicts):
        names = _names(statement.handle, None)
        # A report that names a handle accepts no link: until a list claims it, the account is unidentified.
        meant = (claimed.get((statement.figure_id, statement.platform, name)) for name in names)
        identified = next(filter(None, meant), None)
        bounds += _bounds_of_statement(statement, identified, sources.of_statement(statement, licence), recorded_at)
        if statement.event == "absent":
            searches.append(
                {
                    "figure_id": statement.figure_id,
                    "platform": statement.platform,
                    "method": "statement",
                    "searched_at": _last_instant(statement, recorded_at),
                    "outcome": "absent",
                }
            )
    looked = _looks(listed, verdicts, sources, claimed)
    return _Evidence(
        claims=[*claims, *looked.claims],
        bounds=[*bounds, *looked.bounds],
        searches=[*searches, *looked.searches],
        looks=looked.looks,
        runs=runs,
        last_posts=last_posts,
    )


def _claim_row(
    claim: AccountClaim, roster: Roster, later_names: Mapping[Link, str], sources: _Sources, recorded_at: datetime
) -> Row:
    folded = claim.handle.lower() if claim.handle else None
    folded = later_names.get((claim.figure_id, claim.platform, folded or ""), folded)
    return {
        "figure_id": claim.figure_id,
        "platform": claim.platform,
        "account": claim.native_id or f"@{folded}",
        "native_id": claim.native_id,
        "handle": claim.handle,
        "folded": folded,
        "stated_in": claim.source,
        "source": sources.of_roster(roster),
        # Wikidata is one public statement, whoever imports it.
        "tier": "claim" if roster.publisher == "Wikidata" else "curated",
        "recorded_at": recorded_at,
        "from_day": claim.from_day,
        "to_day": claim.to_day,
    }


def _looks(listed: Listed, verdicts: _Verdicts, sources: _Sources, claimed: Mapping[Link, str]) -> LookRows:
    figures = {figure_id for roster in listed.rosters for figure_id in roster.figure_ids}
    return rows_of_looks(
        (look for look in listed.looks if look.figure in figures),
        source_of=sources.of_look,
        account_of=lambda figure, platform, names: next(
            (claimed[link] for name in names if (link := (figure, platform, name)) in claimed), None
        ),
        is_refused=lambda figure, platform, names: (
            verdicts.deny(figure, platform, names) or _is_suppressed(listed, platform, names)
        ),
    )


def _names_claimed_later(listed: Listed, claims_of: Mapping[str, Sequence[AccountClaim]]) -> dict[Link, str]:
    """The names of accounts that a list of another day claims for another figure, by figure, platform and handle.

    A handle passes from one holder to the next. Lists of different days each mean their own holder, so each figure's
    account is one of its own until its id is known. The figure of the list that was loaded first keeps the handle as
    name. A list with a series means the holder of the last day on which a version names the handle.
    """
    days: dict[tuple[str, str], dict[str, set[date]]] = {}
    for roster in sorted(listed.rosters, key=lambda roster: (listed.loaded_at[roster.slug], roster.as_of, roster.slug)):
        last_listed: dict[Link, date] = {}
        for run in roster.series:
            link = (run.figure_id, run.platform, run.handle.lower())
            last_listed[link] = max(last_listed.get(link, run.last_listed), run.last_listed)
        for claim in claims_of[roster.slug]:
            if claim.handle and claim.polarity == "accepts":
                handle = claim.handle.lower()
                figures = days.setdefault((claim.platform, handle), {})
                day = last_listed.get((claim.figure_id, claim.platform, handle), roster.as_of)
                figures.setdefault(claim.figure_id, set()).add(day)
    names: dict[Link, str] = {}
    for (platform, handle), figures in days.items():
        first = max(next(iter(figures.values())))
        for figure_id, listed_on in figures.items():
            if max(listed_on) != first:
                names[figure_id, platform, handle] = f"{handle} of {figure_id}"
    return names


def _is_suppressed(listed: Listed, platform: str, names: Sequence[str]) -> bool:
    # If somebody else has taken the handle since, it names this account only together with its id.
    given = (given_up(name) for name in names[:1])
    return any((platform, name) in listed.suppressed for name in (*names, *given))


def _statements(listed: Listed) -> Iterator[tuple[Statement, str | None, datetime]]:
    """Every statement about a figure on a roster, with its roster's licence, and when it was recorded."""
    figures: set[str] = set()
    for roster in listed.rosters:
        figures.update(roster.figure_ids)
        yield from ((statement, roster.licence, listed.loaded_at[roster.slug]) for statement in roster.statements)
    # A file of evidence has the day of publication in every row.
    recorded_at = max(listed.loaded_at.values(), default=datetime.min.replace(tzinfo=UTC))
    yield from ((statement, None, recorded_at) for statement in listed.evidence if statement.figure_id in figures)


def _counted_statements(listed: Listed, verdicts: _Verdicts) -> Iterator[tuple[Statement, str | None, datetime]]:
    """The rows of `_statements` that count: those about accounts that are neither denied nor suppressed."""
    for statement, licence, recorded_at in _statements(listed):
        names = _names(statement.handle, None)
        if verdicts.deny(statement.figure_id, statement.platform, names):
            continue
        if not _is_suppressed(listed, statement.platform, names) and _counts(statement):
            yield statement, licence, recorded_at


def _counts(statement: Statement) -> bool:
    """Whether a statement counts. `kooch roster check` names the others."""
    return not faults_of_names(statement) and not is_foretold(statement)


def _known_at(statement: Statement, recorded_at: datetime) -> datetime:
    """When the world could know it: by the end of the day of publication, else when it was recorded here."""
    return end_of(statement.published_on, statement.time_zone) if statement.published_on else recorded_at


def _last_instant(statement: Statement, recorded_at: datetime) -> datetime:
    return (
        end_of(statement.not_after, statement.time_zone) if statement.not_after else _known_at(statement, recorded_at)
    )


def _bounds_of_statement(statement: Statement, account: str | None, source: str, recorded_at: datetime) -> list[Row]:
    zone = statement.time_zone
    known_at = _known_at(statement, recorded_at)
    common: Row = {
        "figure_id": statement.figure_id,
        "platform": statement.platform,
        "account": account,
        "event": statement.event,
        "wording": statement.wording,
        "read_as": statement.read_as,
        "derived_from": statement.derived_from,
        "source": source,
        "known_at": known_at,
        # It names an account, so it is never presumed to be about the known one.
        "names_unlisted": True if statement.handle and account is None else None,
    }
    not_before = start_of(statement.not_before, zone) if statement.not_before else None
    # No report knows what happens later: what it says has happened by the end of its day.
    before = min(end_of(statement.not_after, zone), known_at) if statement.not_after else None
    if statement.event != "absent":
        before = before or known_at
    rows = [common | _count_of(statement) | {"kind": "stated", "not_before": not_before, "before": before}]
    if statement.event == "joined" and not_before:
        # Even if its date is wrong, the report still says that the figure is there when it appears.
        rows.append(common | {"kind": "published", "not_before": None, "before": known_at})
    return rows


def _count_of(statement: Statement) -> Row:
    """The follower count that a statement reports. One that cannot be read is no number: `kooch roster check` names it."""
    if statement.reported is None:
        return {}
    try:
        count = read_followers(statement.reported, statement.platform)
    except NotACountError:
        return {"reported": statement.reported}
    return {
        "reported": statement.reported,
        "reported_followers": count.value,
        "reported_precision": count.precision,
        "reported_is_least": count.is_least,
    }


def _bounds_of_claim(
    claim: AccountClaim, roster: Roster, account: str, sources: _Sources, *, in_series: bool
) -> list[Row]:
    known_at = end_of(roster.as_of, roster.time_zone)
    common: Row = {
        "figure_id": claim.figure_id,
        "platform": claim.platform,
        "account": account,
        "event": "joined",
        "source": sources.of_roster(roster),
        "known_at": known_at,
    }
    rows: list[Row] = []
    if claim.opened_on:
        opened = (start_of(claim.opened_on, "UTC"), end_of(claim.opened_on, "UTC"))
        rows.append(common | {"kind": "opened", "not_before": opened[0], "before": opened[1]})
    # For an account in a series, each version speaks for its own day.
    if roster.vouches and not in_series:
        rows.append(common | {"kind": "listed", "not_before": None, "before": known_at})
    return rows


def _runs_of(
    roster: Roster, accounts: Mapping[Link, str], listed: Listed, verdicts: _Verdicts
) -> Iterator[tuple[Run, str | None]]:
    """The runs of a list's members, each with its account; None: the run does not stand. Denied and suppressed accounts
    are left out."""
    members = set(roster.figure_ids)
    for run in roster.series:
        if run.figure_id not in members:
            continue
        names = _names(run.handle, run.native_id)
        if verdicts.deny(run.figure_id, run.platform, names) or _is_suppressed(listed, run.platform, names):
            continue
        links = [(run.figure_id, run.platform, name) for name in names]
        account = next((accounts[link] for link in links if link in accounts), None)
        if not run_stands(run, roster):
            yield run, None
        elif account:
            yield run, account


def _last_post_rows(roster: Roster, accounts: Mapping[Link, str], sources: _Sources) -> list[Row]:
    """The last posts of accounts that the list claims. Those of denied and suppressed ones are left out."""
    return [
        {
            "roster": roster.slug,
            "figure_id": post.figure_id,
            "platform": post.platform,
            "account": accounts[link],
            "last_post_at": post.last_post_at,
            "checked_at": post.checked_at,
            "source": sources.of_roster(roster),
        }
        for post in roster.last_posts
        if (link := (post.figure_id, post.platform, f"@{post.handle.lower()}")) in accounts
    ]


def _run_row(run: Run, roster: Roster, account: str | None, sources: _Sources) -> Row:
    columns = ("figure_id", "platform", "first_listed", "last_listed", "not_listed_before", "not_listed_after")
    return {column: getattr(run, column) for column in (*columns, "snapshots", "ended")} | {
        "roster": roster.slug,
        "account": account,
        "handle": run.handle or None,
        "stands": account is not None,
        "source": sources.of_roster(roster),
    }


def _bounds_of_run(run: Run, roster: Roster, account: str | None, sources: _Sources) -> list[Row]:
    """A sign on the day of the first version and one on that of the last: nobody was away between two signs of a stay."""
    if account is None or not roster.vouched_by_versions:
        return []
    common: Row = {
        "figure_id": run.figure_id,
        "platform": run.platform,
        "account": account,
        "kind": "listed",
        "not_before": None,
        "source": sources.of_roster(roster),
    }
    first, last = (end_of(day, roster.time_zone) for day in (run.first_listed, run.last_listed))
    rows: list[Row] = [common | {"event": "joined", "before": first, "known_at": first}]
    if last > first:
        rows.append(common | {"event": "there", "before": last, "known_at": last})
    return rows


def _verdicts(listed: Listed) -> _Verdicts:
    denied: set[Link] = {
        (claim.figure_id, claim.platform, name)
        for roster in listed.rosters
        for claim in roster.accounts
        if claim.polarity == "denies"
        for name in _names(claim.handle, claim.native_id)
    }
    accepted: set[Link] = set()
    for decision in listed.decisions:
        link = (decision.figure_id, decision.platform, decision.account)
        (accepted if decision.is_accepted else denied).add(link)
        (denied if decision.is_accepted else accepted).discard(link)
    return _Verdicts(frozenset(denied), frozenset(accepted))


def denials_of(listed: Listed) -> Iterator[Denial]:
    """Every account that a list or a reviewer denies, under each of its names; the reason is the list's note or the reviewer's.

    A reason is published, so it must not name the account again.
    """
    for roster in listed.rosters:
        for claim in roster.accounts:
            if claim.polarity == "denies":
                names = _names(claim.handle, claim.native_id)
                yield from _denials(claim.figure_id, claim.platform, names, claim.note)
    for decision in listed.decisions:
        if not decision.is_accepted:
            yield from _denials(decision.figure_id, decision.platform, [decision.account], decision.reason)


def _denials(figure_id: str, platform: str, names: Sequence[str], reason: str | None) -> Iterator[Denial]:
    words = "|".join(re.escape(name.removeprefix("@")) for name in names)
    reason_without_names = reason and re.sub(
        rf"@?(?<![\w.-])(?:{words})(?![\w-])", "the account", reason, flags=re.IGNORECASE
    )
    for name in names:
        yield Denial(figure_id=figure_id, platform=platform, name=name, reason=reason_without_names)


def _names(handle: str | None, native_id: str | None) -> list[str]:
    """The natural keys of an account, the strongest first."""
    return [name for name in (native_id, f"@{handle.lower()}" if handle else None) if name]


def _figure_rows(rosters: Iterable[Roster]) -> list[Row]:
    """Each figure once: as the first list that has it writes it, with what other lists add."""
    members: dict[str, list[Member]] = {}
    for roster in rosters:
        for member in roster.members:
            members.setdefault(member.figure_id, []).append(member)
    return [_figure_row(figure_id, rows) for figure_id, rows in members.items()]


def _figure_row(figure_id: str, rows: Sequence[Member]) -> Row:
    first = rows[0]
    names = (name for member in rows for name in (member.name, *member.aliases))
    born = next((member.born for member in rows if member.born), None)
    return {
        "figure_id": figure_id,
        "name": first.name,
        "kind": first.kind,
        "country": next((member.country for member in rows if member.country), None),
        "wikidata_qid": next((member.wikidata_qid for member in rows if member.wikidata_qid), None),
        "aliases": [name for name in dict.fromkeys(names) if name != first.name],
        "official_ids": sorted({official_id for member in rows for official_id in member.official_ids}),
        "born": int(born) if born else None,
    }


def _membership_rows(rosters: Iterable[Roster]) -> list[Row]:
    columns = ("figure_id", "role", "party", "unit", "from_day", "to_day", "source")
    return [
        {"roster": roster.slug} | {column: getattr(member, column) for column in columns}
        for roster in rosters
        for member in roster.members
    ]


def _holder_rows(rosters: Iterable[Roster]) -> list[Row]:
    return [
        {"roster": roster.slug, "holder_id": each.holder}
        | {column: getattr(each, column) for column in ("figure_id", "from_day", "to_day", "source")}
        for roster in rosters
        for each in roster.holders
    ]


def _roster_rows(listed: Listed, verdicts: _Verdicts) -> list[Row]:
    columns = ("title", "description", "source", "source_url", "licence", "as_of", "time_zone", "selection")
    return [
        {
            "roster": roster.slug,
            "complete_from": roster.complete_from,
            "population": roster.population,
            "series_until": max((run.last_listed for run in roster.series), default=None),
            "series_vouches": roster.vouched_by_versions if roster.series else None,
            "series_label": roster.series_label,
            "withdrawal": roster.withdrawal if roster.series else None,
            "loaded_at": listed.loaded_at[roster.slug],
        }
        | {column: getattr(roster, column) for column in columns}
        | {
            "rejected_claims": sum(
                verdicts.deny(claim.figure_id, claim.platform, _names(claim.handle, claim.native_id))
                for claim in roster.accounts
            )
        }
        for roster in listed.rosters
    ]


def _platform_rows(platforms: Iterable[Platform], sources: _Sources) -> list[Row]:
    return [
        {
            "platform": platform.platform,
            "name": platform.name,
            "opened": platform.opened and platform.opened.not_before,
            "opened_by": platform.opened and platform.opened.not_after,
            "closed": platform.closed and platform.closed.not_after,
            "archive_note": platform.archive_note,
            "source": sources.of_document(platform.sources[-1], "UTC") if platform.sources else None,
        }
        for platform in platforms
    ]


def _event_rows(events: Iterable[Event], sources: _Sources) -> list[Row]:
    columns = ("event", "title", "description", "starts_on", "ends_on", "time_zone", "country", "checked")
    return [
        {column: getattr(event, column) for column in columns}
        | {"platforms": list(event.platforms), "source": sources.of_document(event.sources[0], event.time_zone)}
        for event in events
    ]


def _block_rows(platforms: Iterable[Platform], sources: _Sources) -> list[Row]:
    return [
        {
            "platform": platform.platform,
            "country": block.country,
            "from_day": block.since,
            "to_day": block.until,
            "ordered_by": block.by,
            "source": sources.of_document(block.source, "UTC"),
        }
        for platform in platforms
        for block in platform.blocked
    ]


def _store_sources(
    steps: Steps, sources: list[Row], platforms: list[Row], events: list[Row], blocks: list[Row]
) -> None:
    steps.give("listed_sources", as_table(sources, schema=_SOURCES))
    steps.assign("source", "SELECT key FROM listed_sources")
    steps.insert(sources="sources_of_lists")
    if platforms:
        steps.give("listed_platforms", as_table(platforms))
        steps.insert(platforms="platforms_of_lists")
    if blocks:
        steps.give("listed_blocks", as_table(blocks, schema=_BLOCKS))
        steps.insert(blocks="blocks_of_lists")
    if events:
        steps.give("listed_events", as_table(events))
        steps.insert(events="events_of_lists")


def _store_claims(steps: Steps, claims: list[Row]) -> None:
    steps.give("listed_claims", as_table(claims, schema=_CLAIMS))
    resolve_accounts(steps, "names_listed")
    steps.assign("claim", "SELECT key FROM claims_with_keys")
    steps.insert(claims="claims_of_lists", handles="handles_listed")


def _store_bounds(steps: Steps, bounds: list[Row]) -> None:
    steps.give("listed_bounds", as_table(bounds, schema=_BOUNDS))
    steps.assign("bound", "SELECT key FROM bounds_with_keys")
    steps.insert(bounds="bounds_of_lists")


def _drop_denied(steps: Steps, verdicts: _Verdicts) -> None:
    """Drop what rests on a denied account that has another name here: a handle that was found to belong to the denied
    id."""
    denied = [
        {"figure_id": figure_id, "key": f"{platform} {name}"}
        for figure_id, platform, name in sorted(verdicts.denied)
        if verdicts.deny(figure_id, platform, [name])
    ]
    steps.give("denied_links", as_table(denied, schema=_DENIED))
    for table in ("claims", "bounds", "series", "last_posts", "looks"):
        steps.write(
            f"DELETE FROM {table} USING denied_accounts AS d"
            f" WHERE d.figure_id = {table}.figure_id AND d.account_id = {table}.account_id"
        )


def _insert(steps: Steps, table: str, rows: list[Row]) -> None:
    if rows:
        steps.give("listed_rows", as_table(rows))
        steps.write(f"INSERT INTO {table} BY NAME FROM listed_rows")


def _written(day: date) -> str:
    return f"{day.day} {datetime.combine(day, time.min, UTC):%B %Y}"
