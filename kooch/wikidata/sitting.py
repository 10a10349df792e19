"""Who holds an office on a day, by the statements of Wikidata: rank, start, end, term, death and successor."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from kooch.wikidata.answers import Row, Span, span_of, text_of

Standing = Literal["sits", "possible", "out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One statement that somebody holds an office. A date is None where Wikidata has none, or does not know it."""

    figure: str
    statement: str
    office: str
    rank: str
    start: Span | None = None
    end: Span | None = None
    term: str | None = None
    term_start: Span | None = None
    term_end: Span | None = None
    districts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    died: Span | None = None

    @property
    def is_deprecated(self) -> bool:
        return self.rank.endswith("DeprecatedRank")

    @property
    def is_exact(self) -> bool:
        """Whether the day of the start is known, and that of the end if there is one."""
        return self.start is not None and self.start.is_day and (self.end is None or self.end.is_day)


def read_holdings(rows: Iterable[Row]) -> list[Holding]:
    """The statements of an answer.

    An answer has one row for each value of a qualifier; its statement has all values. Where an end is the day on which
    the next one begins, the holder's last day is the day before.
    """
    gathered: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        # Leave out statements about nobody or about an unknown office.
        if row.keys() >= {"figure", "statement", "office", "rank"}:
            gathered[row["statement"].text].append(row)
    return _handed_over([_holding(statement, rows) for statement, rows in gathered.items()])


def _holding(statement: str, rows: Sequence[Row]) -> Holding:
    first = rows[0]
    return Holding(
        figure=first["figure"].text,
        statement=statement,
        office=first["office"].text,
        rank=first["rank"].text,
        start=span_of(first, "start"),
        end=span_of(first, "end"),
        term=text_of(first, "term"),
        term_start=span_of(first, "term_start"),
        term_end=span_of(first, "term_end"),
        districts=_all(rows, "district"),
        groups=_all(rows, "group"),
        died=span_of(first, "died"),
    )


def _handed_over(holdings: Sequence[Holding]) -> list[Holding]:
    """The statements, each with its last day. On the day of a handover only the successor holds the office.

    Somebody follows in the office, of districts in the district; or a whole term follows the term.
    """
    terms = {(office, day) for (office, _), day in _terms_begun(holdings).items()}
    seats: dict[tuple[str, tuple[str, ...], date], set[str]] = defaultdict(set)
    for holding in holdings:
        if holding.start and holding.start.is_day and not holding.is_deprecated:
            seats[holding.office, holding.districts, holding.start.first].add(holding.figure)

    def last_day(holding: Holding) -> Span | None:
        end, start = holding.end, holding.start
        if end is None or not end.is_day or (start and start.last >= end.first):
            return end
        follow = seats.get((holding.office, holding.districts, end.first), set()) - {holding.figure}
        if not follow and (holding.office, end.first) not in terms:
            return end
        before = end.first - timedelta(days=1)
        return Span(first=before, last=before)

    return [replace(holding, end=last_day(holding)) for holding in holdings]


def _all(rows: Iterable[Row], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row[key].text for row in rows if key in row))


def standings(holdings: Sequence[Holding], day: date) -> dict[str, Standing]:
    """The standing of each statement on `day`, by its id. It is `possible` if only a coarse or unknown start leaves it open.

    A statement without an end ends with its term, with a death, or when another takes the seat in the same term.
    """
    begun = _terms_begun(holdings)
    seats = _single_seats(holdings)
    return {holding.statement: _standing(holding, day, begun, seats) for holding in holdings}


def _standing(
    holding: Holding,
    day: date,
    begun: Mapping[tuple[str, str], date],
    seats: Mapping[tuple[str, str, str], Sequence[Holding]],
) -> Standing:
    start, end = holding.start, holding.end
    if holding.is_deprecated or (start and start.first > day) or (end and end.last < day):
        return "out"
    if end is None and (
        _term_has_ended(holding, day, begun)
        or (holding.died is not None and holding.died.last < day)
        or _is_succeeded(holding, day, seats)
    ):
        return "out"
    is_open = start is None or start.last > day or (end is not None and end.first < day)
    return "possible" if is_open else "sits"


def _terms_begun(holdings: Iterable[Holding]) -> dict[tuple[str, str], date]:
    """The day on which each term of an office began: its own, else the one on which most of its statements begin."""
    starts: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    own: dict[tuple[str, str], date] = {}
    for holding in holdings:
        if holding.term and not holding.is_deprecated:
            key = (holding.office, holding.term)
            if holding.term_start and holding.term_start.is_day:
                own[key] = holding.term_start.first
            if holding.start and holding.start.is_day:
                starts[key][holding.start.first] += 1
    return {key: min(days, key=lambda day: (-days[day], day)) for key, days in starts.items()} | own


def _term_has_ended(holding: Holding, day: date, begun: Mapping[tuple[str, str], date]) -> bool:
    if holding.term is None:
        return False
    if holding.term_end:
        return holding.term_end.last < day
    start = begun.get((holding.office, holding.term))
    return start is not None and any(
        office == holding.office and start < other <= day for (office, _), other in begun.items()
    )


def _single_seats(holdings: Iterable[Holding]) -> dict[tuple[str, str, str], list[Holding]]:
    """The statements of each seat in a term. A district in which two statements begin together has several seats and is left out."""
    found: dict[tuple[str, str, str], list[Holding]] = defaultdict(list)
    for holding in holdings:
        if holding.term and len(holding.districts) == 1 and not holding.is_deprecated:
            found[holding.office, holding.term, holding.districts[0]].append(holding)
    return {key: each for key, each in found.items() if not _begin_together(each)}


def _begin_together(holdings: Iterable[Holding]) -> bool:
    starts = Counter(holding.start.first for holding in holdings if holding.start)
    return any(n > 1 for n in starts.values())


def _is_succeeded(holding: Holding, day: date, seats: Mapping[tuple[str, str, str], Sequence[Holding]]) -> bool:
    if not (holding.term and len(holding.districts) == 1 and holding.start):
        return False
    others = seats.get((holding.office, holding.term, holding.districts[0]), ())
    return any(
        other.start is not None
        and other.figure != holding.figure
        and other.start.first > holding.start.last
        and other.start.last <= day
        for other in others
    )
