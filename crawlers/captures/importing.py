"""Turns records into outcomes, in one run per platform. Captures on disk become observations of their own day.

A record of an account becomes an observation or a failure. Records about nobody (pictures, scripts, other pages) are
only counted. No body is kept, because the file is its owner's.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.archives import parser_of, readable
from crawlers.captures.addresses import Place, place_of_address
from crawlers.captures.files import Record, Unread, digest_of, records_in
from crawlers.captures.parts import parts_of
from crawlers.runs import Crawled, Scope, end_job, take_up
from kooch.config import Settings
from kooch.errors import ConfigError
from kooch.platforms import natural_keys
from kooch.store.forget import names_of, without_names
from kooch.store.locks import only_one
from kooch.store.outcomes import Capture, Failed, Observed, Outcome, Skipped, Target
from kooch.store.spool import storable, write_batch
from kooch.store.state import open_state, plan_run, suppressed_accounts
from kooch.times import now

Result = Observed | Failed | Skipped
CaptureKey = tuple[str, datetime, str]
"""A known capture: its address, instant and digest."""
_LOCK = "backfill"
"""The lock of captures. No account is suppressed while captures are read, because they could bring it back."""


@dataclass(slots=True, kw_only=True)
class Found:
    """What some files hold: outcomes by platform, how many records are about nobody, and what could not be read.

    `undated` are the places of records that are about an account and have no day. `known` counts those that were read
    before, `unlisted` are accounts on no list, by platform, of which nothing is stored.
    """

    outcomes: dict[str, dict[str, Outcome]] = field(default_factory=lambda: defaultdict(dict))
    others: Counter[str] = field(default_factory=Counter)
    unread: list[Unread] = field(default_factory=list)
    undated: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    known: int = 0
    unlisted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def read_files(files: Sequence[Path], *, platform: str | None, captured_at: datetime | None) -> Found:
    """What the files hold. `captured_at` dates the records without a day; `platform` is the platform of those without
    an address.

    Raises ConfigError for a file of an unknown kind.
    """
    found = Found()
    for file in files:
        for record in records_in(file):
            if isinstance(record, Unread):
                if record.url is None or place_of_address(record.url) is not None:
                    found.unread.append(record)
                else:
                    found.others[file.name] += 1
                continue
            for result in _read(record, platform, captured_at):
                _add(found, file, record, result)
    if found.outcomes:
        # If other lines can be read, an unreadable line is named and the others are kept.
        found.unread += [Unread(place=place, why="no platform's reader understands it") for place in found.unnamed]
        found.unnamed = []
    for outcomes in found.outcomes.values():
        _refuse_contradictions(outcomes)
    return found


def _refuse_contradictions(outcomes: dict[str, Outcome]) -> None:
    """If several lines or parts without an address say the same about an account at one instant, keep one of them.

    If they say different things, they become failures, because one day was given for answers of several days.
    """
    answers: dict[tuple[object, ...], list[Outcome]] = defaultdict(list)
    for outcome in outcomes.values():
        if isinstance(outcome.result, Observed) and outcome.capture and outcome.capture.url.startswith("file:"):
            answers[outcome.result.native_id or outcome.handle, outcome.valid_at].append(outcome)
    for alike in answers.values():
        if len({_counts_of(outcome) for outcome in alike}) == 1:
            for repeated in alike[1:]:
                del outcomes[repeated.target]
            continue
        detail = f"{len(alike)} answers about one account do not agree, and the same day was said for all of them"
        for outcome in alike:
            outcomes[outcome.target] = replace(outcome, result=Failed(cause="conflicting_answers", detail=detail))


def _counts_of(outcome: Outcome) -> tuple[object, ...]:
    seen = outcome.result
    assert isinstance(seen, Observed)  # noqa: S101 -- the others are left out above
    return seen.status, seen.followers, seen.following, seen.posts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What one part of a record is about. `platform` is None if it is about nobody, or unknown."""

    platform: str | None
    at: datetime | None
    place: Place | None
    number: int
    result: Result | None
    digest: str


def _read(record: Record, platform: str | None, captured_at: datetime | None) -> Iterator[_Read]:
    place = place_of_address(record.url) if record.url else None
    if record.url and place is None and platform is None:
        yield _Read(platform=None, at=None, place=None, number=0, result=None, digest="")
        return
    if place is not None and platform not in (None, place.platform):
        yield _Read(platform=None, at=None, place=place, number=0, result=None, digest="")
        return
    for number, part in enumerate(parts_of(record.body), 1):
        at = record.captured_at or part.saved_at or captured_at
        of = place.platform if place else platform
        read_at = at or now()
        if record.status != 200:
            detail = f"the archived answer is {record.status}"
            result: Result | None = Failed(cause="unexpected_answer", detail=detail, http_status=record.status)
        elif of is not None:
            result = parser_of(of)(part.body, read_at, handle=place.handle if place else None)
        else:
            of, result = _recognised(part.body, read_at)
        if of == "mastodon" and record.url and isinstance(result, Observed):
            result = _of_its_own_server(result, record.url)
        yield _Read(
            platform=of,
            at=at,
            place=place,
            number=number,
            result=result,
            digest=record.digest if part.body is record.body and record.digest else digest_of(part.body),
        )


def _recognised(body: bytes, at: datetime) -> tuple[str | None, Result | None]:
    """The one platform whose reader understands a body without an address."""
    results = {platform: parser_of(platform)(body, at) for platform in readable()}
    understood = [platform for platform, result in results.items() if not isinstance(result, Failed)]
    return (understood[0], results[understood[0]]) if len(understood) == 1 else (None, None)


def _of_its_own_server(seen: Observed, url: str) -> Result:
    if seen.server in (None, urlsplit(url).hostname):
        return seen
    return Failed(cause="another_account", detail="the answer may be another server's copy of the account")


def _add(found: Found, file: Path, record: Record, read: _Read) -> None:
    where = record.place if read.number < 2 else f"{record.place}, part {read.number}"
    if read.platform is None or read.result is None:
        if record.url:
            found.others[file.name] += 1
        else:
            found.unnamed.append(where)
        return
    if read.at is None:
        found.undated.append(where)
        return
    within = where.partition(", ")[2].replace(", ", "-").replace(" ", "-")
    if record.url is None:
        address = f"file:{file.name}#{within}" if within else f"file:{file.name}"
    else:
        address = record.url if record.digest == read.digest else f"{record.url}#part-{read.number}"
    shown = read.result.profile.handle if isinstance(read.result, Observed) and read.result.profile else None
    handle = read.place.handle if read.place and read.place.handle else shown
    key = f"{read.at:%Y%m%d%H%M%S}/{address}"
    outcome = Outcome(
        target=key,
        result=_placed(read.result, where),
        valid_at=read.at,
        recorded_at=now(),
        handle=handle,
        capture=Capture(url=address, captured_at=read.at, digest=read.digest),
    )
    before = found.outcomes[read.platform].setdefault(key, outcome)
    if before.capture != outcome.capture:
        # If one address has two bodies at one second, both stay, distinguished by their content.
        found.outcomes[read.platform][f"{key}#{read.digest}"] = replace(outcome, target=f"{key}#{read.digest}")


def _placed(result: Result, where: str) -> Result:
    return replace(result, detail=f"{where}: {result.detail}") if isinstance(result, Failed) else result


def leave_out_unlisted(found: Found, listed: Callable[[str], Set[str]]) -> None:
    """Leave out accounts that have none of the names that lists claim, and keep their names.

    An account occurs under its id and under its handle. A record with one of its names is about it, too.
    """
    for platform, outcomes in found.outcomes.items():
        claimed = _with_other_names(listed(platform), [_names_in(platform, outcome) for outcome in outcomes.values()])
        for target, outcome in list(outcomes.items()):
            names = _names_in(platform, outcome)
            if names and not names & claimed:
                found.unlisted[platform].add(outcome.handle or min(names))
                del outcomes[target]


def _with_other_names(claimed: Set[str], of_records: Sequence[Set[str]]) -> set[str]:
    """The claimed names and the ids that one record shows beside them."""
    ids = {name for names in of_records if names & claimed for name in names if not name.startswith("@")}
    return {*claimed, *ids}


def store(settings: Settings, found: Found, *, published: Callable[[str], Set[CaptureKey]]) -> list[Crawled]:
    """Put what was found into the spool, one run a platform. Captures that are `published` already are left out.

    An import that was killed is given up: it is done again whole. Accounts that are suppressed are left out. Raises
    RunningError while somebody is suppressed or a backfill runs, StorageError, and ConfigError as `refuse_undated` does.
    """
    refuse_undated(found)
    with only_one(settings.home, _LOCK):
        return [
            crawled
            for platform, outcomes in sorted(found.outcomes.items())
            if (crawled := _store(settings, platform, list(outcomes.values()), found, published(platform))) is not None
        ]


def _store(
    settings: Settings,
    platform: str,
    outcomes: list[Outcome],
    found: Found,
    published: Set[CaptureKey],
) -> Crawled | None:
    with open_state(settings.home) as state:
        suppressed = suppressed_accounts(state, platform)
    wanted = [outcome for outcome in outcomes if not _names_in(platform, outcome) & suppressed]
    fresh = [
        replace(outcome, result=without_names(outcome.result, platform, suppressed)) if suppressed else outcome
        for outcome in wanted
        if _key_of(outcome) not in published
    ]
    found.known += len(wanted) - len(fresh)
    if not fresh:
        return None
    targets = [Target(key=outcome.target, handle=outcome.handle, capture=outcome.capture) for outcome in fresh]
    run = take_up(
        settings,
        Scope(platform=platform, roster=None, source="import"),
        prepare=lambda _state: lambda state: plan_run(state, platform=platform, targets=targets, source="import"),
        fresh=True,
    )
    write_batch(settings.home, run=run.run, platform=platform, outcomes=storable(fresh))
    return end_job(settings, run)


def _key_of(outcome: Outcome) -> CaptureKey:
    assert outcome.capture is not None  # noqa: S101 -- an import reads nothing else
    return outcome.capture.url, outcome.capture.captured_at, outcome.capture.digest


def _names_in(platform: str, outcome: Outcome) -> set[str]:
    """All names of the account that an outcome is about."""
    names = {*natural_keys(platform, outcome.handle)} if outcome.handle else set()
    return (
        names | {name for name in names_of(outcome.result) if name} if isinstance(outcome.result, Observed) else names
    )


def refuse_undated(found: Found) -> None:
    """Raise ConfigError if a record has no day, or is about an account whose platform is not known."""
    if found.undated:
        first, more = found.undated[0], len(found.undated) - 1
        others = f" and {more:,} more records" if more else ""
        raise ConfigError(
            f"{first}{others}: no day is said there. Say when it was saved with --captured-at 2021-02-10T08:30:00Z, for files of"
            " one day at a time. Nothing was taken over."
        )
    if found.unnamed:
        first, more = found.unnamed[0], len(found.unnamed) - 1
        others = f" and {more:,} more records" if more else ""
        raise ConfigError(
            f"{first}{others}: no address is said there, and no platform's reader understands it. Name the platform with"
            f" --platform ({', '.join(readable())}), and `kooch parse` tells what is wrong. Nothing was taken over."
        )
