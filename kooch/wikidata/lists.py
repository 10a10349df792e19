"""Turns answers of Wikidata into a list, with a report of what it holds and what is uncertain."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from kooch.errors import ConfigError, Fault
from kooch.rosters import AccountClaim, Member, People, Roster, Statement, as_figure, check, person_of, zone_of
from kooch.rosters.models import parse_row
from kooch.rosters.people import question_of
from kooch.rosters.write import cells_of
from kooch.wikidata.accounts import Accounts, read_accounts
from kooch.wikidata.answers import Answers, Row, Span, span_of, text_of
from kooch.wikidata.questions import OFFICIAL_IDS, Selector, properties
from kooch.wikidata.sitting import Holding, Standing, read_holdings, standings

_PLACE = Path("Wikidata")
"""Where the rows of a list from Wikidata were read."""
_AGREE = 0.05
"""People and seats agree if they differ by less than this part of the seats."""
_MOST_ALIASES = 30
_COUNT = re.compile(r"\+?[0-9]{1,12}(\.0*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A list, and what the user must know before it is written. With `faults` or `questions` it cannot be written.

    `sitting` and `possible` are people on the day of the list: for certain, and if a coarse or missing date allows it.
    """

    roster: Roster
    label: str
    seats: int | None
    sitting: int
    possible: int
    posts: int
    notes: tuple[str, ...]
    questions: tuple[str, ...]
    faults: tuple[Fault, ...]

    @property
    def accounts(self) -> dict[str, int]:
        """How many accounts are claimed, by platform."""
        return dict(Counter(claim.platform for claim in self.roster.accounts if claim.polarity == "accepts"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The name and day of a list. `same` and `different` say which entries are the same person."""

    slug: str
    day: date
    time_zone: str | None = None
    same: Sequence[tuple[str, str]] = ()
    different: Sequence[tuple[str, str]] = ()


def make_list(
    answers: Answers, selector: Selector, wish: Wish, *, known: Sequence[Roster], previous: Roster | None = None
) -> Found:
    """The list for `wish.day`, made from the kept answers. `known` are the other lists, `previous` is this one as it
    was.

    A list of an office holds those who sit on the day; one of a term everybody who sat in it. People who sat on the day
    of `previous` and have left since stay on the list, with the day of their end. Raises ConfigError if nobody is
    found.
    """
    return _Making(answers=answers, selector=selector, wish=wish).make(known, previous)


@dataclass(slots=True, kw_only=True)
class _Subject:
    labels: dict[str, str] = field(default_factory=dict)
    seats: int | None = None
    country: str | None = None


@dataclass(slots=True, kw_only=True)
class _Names:
    labels: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    aliases: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    born: dict[str, str] = field(default_factory=dict)
    followers: dict[tuple[str, str], list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    """Counts of an account of X by day, by figure and number of the account."""


@dataclass(slots=True, kw_only=True)
class _Making:
    answers: Answers
    selector: Selector
    wish: Wish
    notes: list[str] = field(default_factory=list)

    def make(self, known: Sequence[Roster], previous: Roster | None) -> Found:
        day, subject = self.wish.day, self._subject()
        label = self._best(subject.labels) or self.selector.item
        names = self._names()
        holdings = [] if self.selector.is_of_organisations else read_holdings(self.answers.rows("memberships"))
        how = standings(holdings, day)
        if self.selector.is_of_organisations:
            rows = list(self._organisations(subject))
            sitting, possible = len({member.figure_id for member in rows}), 0
        else:
            kept = list(self._kept(holdings, how, previous))
            rows = list(self._members(kept, names, subject))
            sitting, possible = _people(holdings, how)
        if not rows:
            raise ConfigError(
                f"Wikidata knows nobody who belongs to {label} ({self.selector.item}) on {day}: look at the item, and at --on."
            )
        rows = [self._named(row, names) for row in rows]
        accounts = self._accounts({row.figure_id for row in rows})
        why = self._why_no_census(subject, holdings, how, sitting + possible)
        if why:
            self.notes.append(f"No census: {why}.")
        roster = self._roster(label, subject, rows, is_census=why is None)
        members, ids, questions, faults = self._identified(rows, known, previous)
        roster = replace(
            roster,
            members=tuple(_once(members)),
            accounts=tuple(self._claims(accounts, ids)),
            statements=(
                *self._statements(accounts, ids, roster),
                *self._counts(accounts, ids, roster, names),
            ),
        )
        roster = roster.with_versions_of(previous) if previous else roster
        found = [fault for fault in check([*known, roster]) if fault.file == _PLACE]
        self.notes += [fault.message for fault in found if fault.is_between_lists]
        return Found(
            roster=roster,
            label=label,
            seats=subject.seats,
            sitting=sitting,
            possible=possible,
            posts=len({holding.office for holding in holdings if how[holding.statement] != "out"}),
            notes=tuple(self.notes),
            questions=tuple(questions),
            faults=(*faults, *(fault for fault in found if not fault.is_between_lists)),
        )

    def _best(self, labels: dict[str, str]) -> str | None:
        """The name in the language asked for, else the one for all languages, else English, else any."""
        for language in (*self.selector.languages, "mul", "en"):
            if language in labels:
                return labels[language]
        return labels[min(labels)] if labels else None

    def _subject(self) -> _Subject:
        found = _Subject()
        seats: list[int] = []
        countries: dict[str, str] = {}
        for row in self.answers.rows("subject"):
            match text_of(row, "what"):
                case "label":
                    found.labels[row["label"].language] = row["label"].text
                case "body":
                    number = text_of(row, "seats") or text_of(row, "assembly_seats")
                    seats += [round(float(number))] if number else []
                case "country":
                    countries[row["country"].text] = row["code"].text
        codes = {countries[self.selector.country]} if self.selector.country in countries else {*countries.values()}
        found.country = next(iter(codes)) if len(codes) == 1 else None
        if len(set(seats)) > 1:
            self.notes.append(f"Wikidata gives several numbers of seats ({', '.join(map(str, sorted(set(seats))))}).")
        found.seats = seats[0] if len(set(seats)) == 1 else None
        return found

    def _names(self) -> _Names:
        names = _Names()
        for row in self.answers.rows("names"):
            if not row.keys() >= {"figure", "what", "value"}:
                continue
            figure, what, value = row["figure"].text, row["what"].text, row["value"]
            if what == "label":
                names.labels[figure][value.language] = value.text
            elif what == "alias":
                names.aliases[figure].append(value.text)
            elif what == "born":
                span = span_of(row, "value") if row.get("precision") is None else _born(row)
                if span and span.first.year == span.last.year:
                    names.born[figure] = str(span.first.year)
            elif what == "followers":
                # A count that Wikidata does not date to a day, or not to an account, is of no use.
                counted_on, native_id = span_of(row, "on"), text_of(row, "native_id")
                if counted_on and counted_on.is_day and native_id and _COUNT.fullmatch(value.text):
                    names.followers[figure, native_id].append((counted_on.first, int(float(value.text))))
            elif what in OFFICIAL_IDS.values() and not any(letter.isspace() for letter in value.text):
                names.ids[figure].append(f"{what}:{value.text}")
        return names

    def _words(self) -> dict[str, str]:
        labels: dict[str, dict[str, str]] = defaultdict(dict)
        name = "words_of_classes" if self.selector.is_of_organisations else "words"
        for row in self.answers.rows(name):
            labels[row["item"].text][row["label"].language] = row["label"].text
        return {item: self._best(each) or item for item, each in labels.items()}

    def _kept(
        self, holdings: Sequence[Holding], how: dict[str, Standing], previous: Roster | None
    ) -> Iterator[Holding]:
        """The statements that become rows."""
        before: dict[str, Standing] = {}
        if previous and previous.as_of < self.wish.day:
            before = standings(holdings, previous.as_of)
        for holding in holdings:
            has_begun = not (holding.start and holding.start.first > self.wish.day)
            if (
                (self.selector.kind == "term" and not holding.is_deprecated and has_begun)
                or how[holding.statement] != "out"
                or (before.get(holding.statement, "out") != "out" and holding.end and holding.end.is_day)
            ):
                yield holding

    def _members(self, holdings: Sequence[Holding], names: _Names, subject: _Subject) -> Iterator[Member]:
        words, parties = self._words(), self._parties()
        coarse: Counter[str] = Counter()
        without_party: list[str] = []
        for holding in holdings:
            party = self._party(holding, parties, words)
            if party is None and (holding.groups or parties.get(holding.figure)):
                without_party.append(holding.figure)
            for what, span in (("start", holding.start), ("end", holding.end)):
                coarse[what] += span is not None and not span.is_day
            yield Member(
                figure_id=holding.figure,
                name=holding.figure,
                kind="person",
                country=subject.country,
                wikidata_qid=holding.figure,
                role=words.get(holding.office, holding.office),
                party=party,
                unit=words.get(holding.districts[0], holding.districts[0]) if holding.districts else None,
                from_day=_day(holding.start),
                to_day=_day(holding.end),
                source=f"https://www.wikidata.org/wiki/{holding.figure}",
                official_ids=tuple(sorted(set(names.ids[holding.figure]))),
                born=names.born.get(holding.figure),
                file=_PLACE,
            )
        self.notes += [
            f"{n} {what}s are known to the month, year or decade alone: the cell stays empty."
            for what, n in coarse.items()
            if n
        ]
        if without_party:
            examples = ", ".join(sorted(set(without_party))[:20])
            self.notes.append(
                f"{len(set(without_party))} people have several parties and no dates: left empty ({examples})."
            )

    def _parties(self) -> dict[str, list[str]]:
        """The parties of each figure on the day, of the best rank that it has."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in self.answers.rows("parties"):
            if not row.keys() >= {"figure", "party", "rank"} or row["rank"].text.endswith("DeprecatedRank"):
                continue
            start, end = span_of(row, "start"), span_of(row, "end")
            if "end" in row or (end and end.first <= self.wish.day) or (start and start.first > self.wish.day):
                continue
            each = found[row["figure"].text][row["rank"].text.rpartition("#")[2]]
            each += [row["party"].text] if row["party"].text not in each else []
        return {figure: ranks.get("PreferredRank") or ranks["NormalRank"] for figure, ranks in found.items()}

    @staticmethod
    def _party(holding: Holding, parties: dict[str, list[str]], words: dict[str, str]) -> str | None:
        for found in (holding.groups, parties.get(holding.figure, [])):
            if len(found) == 1:
                return words.get(found[0], found[0])
        return None

    def _organisations(self, subject: _Subject) -> Iterator[Member]:
        words = self._words()
        classes: dict[str, list[str]] = defaultdict(list)
        ended: set[str] = set()
        ended_some_day: set[str] = set()
        for row in self.answers.rows("organisations"):
            figure, end = row["figure"].text, span_of(row, "end")
            classes[figure] += [row["class"].text] if "class" in row else []
            if end and end.first <= self.wish.day:
                ended.add(figure)
            elif end is None and text_of(row, "has_ended") == "true":
                ended_some_day.add(figure)
        if ended:
            self.notes.append(f"{len(ended)} organisations were dissolved by {self.wish.day}, and are left out.")
        if ended_some_day:
            self.notes.append(
                f"Left out, because they were dissolved on a day that Wikidata does not know: {len(ended_some_day)}."
            )
        for figure, items in classes.items():
            # First the class that was asked for, else the class with the lowest number.
            item = self.selector.item if self.selector.item in items else min(items)
            if figure not in ended | ended_some_day:
                yield Member(
                    figure_id=figure,
                    name=figure,
                    kind="institution",
                    country=subject.country,
                    wikidata_qid=figure,
                    role=words.get(item, item),
                    source=f"https://www.wikidata.org/wiki/{figure}",
                    file=_PLACE,
                )

    def _named(self, member: Member, names: _Names) -> Member:
        qid = member.figure_id
        labels = names.labels.get(qid, {})
        name = self._best(labels) or next(iter(names.aliases.get(qid, [])), qid)
        spellings = dict.fromkeys((*labels.values(), *names.aliases.get(qid, [])))
        aliases = [each for each in map(_plain, spellings) if each and each != _plain(name)]
        return replace(member, name=_plain(name), aliases=tuple(dict.fromkeys(aliases))[:_MOST_ALIASES])

    def _accounts(self, figures: set[str]) -> Accounts:
        answers = [
            (
                platform,
                each,
                [row for row in self.answers.rows(f"handles-{each.property}") if text_of(row, "figure") in figures],
            )
            for platform, each in properties(self.selector)
        ]
        found = read_accounts(answers, self.wish.day)
        self.notes += found.notes
        return found

    def _roster(self, label: str, subject: _Subject, rows: Sequence[Member], *, is_census: bool) -> Roster:
        asked_at = self.answers.asked_at()
        asked_on = asked_at.date() if asked_at else self.wish.day
        is_whole_term = is_census and self.selector.kind == "term"
        since = min((row.from_day for row in rows if row.from_day), default=None) if is_whole_term else None
        zone = self.wish.time_zone or (zone_of(subject.country) if subject.country else None) or "UTC"
        return Roster(
            slug=self.wish.slug,
            title=label,
            description=(
                f"{label} ({self.selector.item}) on {self.wish.day}, as Wikidata had it on {asked_on}. A handle that is "
                "missing means that Wikidata has none, not that there is no account."
            ),
            source=f"Wikidata, {self.selector.item}, asked on {asked_on}",
            source_url=f"https://www.wikidata.org/wiki/{self.selector.item}",
            publisher="Wikidata",
            licence="CC0-1.0",
            as_of=self.wish.day,
            time_zone=zone,
            selection="census" if is_census else "listed",
            complete_from=since,
            vouches=False,
        )

    def _why_no_census(
        self, subject: _Subject, holdings: Sequence[Holding], how: dict[str, Standing], people: int
    ) -> str | None:
        """Why the list may not hold everybody; None if it does."""
        if self.selector.kind not in {"office", "term"}:
            return "for such a list, Wikidata does not say how many belong to it"
        if not subject.seats:
            return "Wikidata has no number of seats, or several"
        if abs(people - subject.seats) >= _AGREE * subject.seats:
            return f"{people} people were found for {subject.seats} seats"
        of_the_span = [
            holding
            for holding in holdings
            if not holding.is_deprecated and (self.selector.kind == "term" or how[holding.statement] != "out")
        ]
        vague = sum(not holding.is_exact for holding in of_the_span)
        return f"{vague} statements have a start or an end that is not known to the day" if vague else None

    def _identified(
        self, rows: Sequence[Member], known: Sequence[Roster], previous: Roster | None
    ) -> tuple[list[Member], dict[str, str], list[str], list[Fault]]:
        """The rows with their figures' ids, the id of each item, the open questions, and the contradictions."""
        people = People(known, previous, same=self.wish.same, different=self.wish.different)
        ids: dict[str, str] = {}
        questions: list[str] = []
        faults: list[Fault] = []
        members: list[Member] = []
        for row in rows:
            qid = row.figure_id
            if qid not in ids:
                person = person_of(row, "")
                match = people.find(person)
                ids[qid] = match.figure_id
                if match.question:
                    questions.append(question_of(match, person)[0])
                if match.fault:
                    faults.append(Fault(file=_PLACE, message=f"'{person.name}' {match.fault}"))
                self.notes += [match.note] if match.note else []
            member = as_figure(row, ids[qid], people)
            members.append(parse_row(Member, cells_of(member), file=_PLACE, row=0))
        faults += [Fault(file=_PLACE, message=message) for message in people.unheeded()]
        return members, ids, questions, faults

    def _claims(self, accounts: Accounts, ids: dict[str, str]) -> Iterator[AccountClaim]:
        for claimed in accounts.claims:
            note = f"Wikidata ends this handle in {_written(claimed.end)}" if claimed.end else None
            yield AccountClaim(
                figure_id=ids[claimed.figure],
                platform=claimed.platform,
                handle=claimed.handle,
                native_id=claimed.native_id,
                polarity="denies" if claimed.is_denied else "accepts",
                source=f"Wikidata, {claimed.stated_by} of {claimed.figure}",
                note=note,
                file=_PLACE,
            )

    def _statements(self, accounts: Accounts, ids: dict[str, str], roster: Roster) -> Iterator[Statement]:
        """What the dates of handles say about their accounts. If a handle may have changed, its dates say nothing about the account."""
        asked_at = self.answers.asked_at()
        asked_on = asked_at.date() if asked_at else self.wish.day
        several = Counter((one.figure, one.platform) for one in accounts.claims)
        for claimed in accounts.claims:
            if claimed.is_denied or not claimed.handle or several[claimed.figure, claimed.platform] > 1:
                continue
            for event, span in (("joined", claimed.start), ("left", claimed.end)):
                if span and span.first <= asked_on:
                    yield Statement(
                        figure_id=ids[claimed.figure],
                        platform=claimed.platform,
                        handle=claimed.handle,
                        event="joined" if event == "joined" else "left",
                        not_before=span.first,
                        not_after=span.last,
                        publisher="Wikidata",
                        published_on=asked_on,
                        time_zone=roster.time_zone,
                        wording=f"Wikidata, {claimed.stated_by}: {'from' if event == 'joined' else 'until'} {_written(span)}",
                        file=_PLACE,
                    )

    def _counts(self, accounts: Accounts, ids: dict[str, str], roster: Roster, names: _Names) -> Iterator[Statement]:
        """The followers that Wikidata counts for an account of X whose number it names, each of its day."""
        asked_at = self.answers.asked_at()
        asked_on = asked_at.date() if asked_at else self.wish.day
        for claimed in accounts.claims:
            if claimed.platform != "x" or claimed.is_denied or not claimed.handle or not claimed.native_id:
                continue
            for day, followers in sorted(set(names.followers[claimed.figure, claimed.native_id])):
                if day <= asked_on:
                    yield Statement(
                        figure_id=ids[claimed.figure],
                        platform="x",
                        handle=claimed.handle,
                        event="there",
                        not_before=day,
                        not_after=day,
                        publisher="Wikidata",
                        # The count is of the day that the statement names, whenever somebody entered it.
                        published_on=day,
                        time_zone=roster.time_zone,
                        reported=f"{followers:,} followers",
                        wording=f"Wikidata, P8687: {followers:,} on {day}",
                        file=_PLACE,
                    )


def _people(holdings: Sequence[Holding], how: dict[str, Standing]) -> tuple[int, int]:
    sitting = {holding.figure for holding in holdings if how[holding.statement] == "sits"}
    possible = {holding.figure for holding in holdings if how[holding.statement] == "possible"}
    return len(sitting), len(possible - sitting)


def _once(members: Iterable[Member]) -> Iterator[Member]:
    seen = set()
    for member in members:
        key = (member.figure_id, member.role, member.party, member.unit, member.from_day)
        if key not in seen:
            seen.add(key)
            yield member


def _born(row: Row) -> Span | None:
    return span_of({"value": row["value"], "value_precision": row["precision"]}, "value")


def _day(span: Span | None) -> date | None:
    return span.first if span and span.is_day else None


def _written(span: Span | None) -> str:
    if span is None:
        return "at an unknown time"
    return str(span.first) if span.is_day else f"{span.first} to {span.last}"


def _plain(text: str) -> str:
    """A name that fits into a cell of several names."""
    return " ".join(text.replace("|", " ").split())
