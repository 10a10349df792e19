"""Matches the rows of a new list with known figures. The same id is the same figure; a name alone is a question.

1. The same Wikidata item or official id (`scheme:value`): the same figure. Two ids of one scheme that differ: two figures.
2. The same name, country and birth year: the same figure, and said so.
3. Somebody said that two are one: the same figure, whatever their names. Two with contradicting ids stay two.
4. Only the same name, words of a name, or alias: a question, until somebody answers it. The answer holds for the next
   versions of the list, whatever role the figure has there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace

from kooch.rosters.models import Asked, Member, Roster
from kooch.rosters.names import fold, likenesses, slugify
from kooch.rosters.seats import Newcomer, Seat, seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a row says about a figure. `post` distinguishes two rows with one name: role, unit and party."""

    name: str
    country: str = ""
    aliases: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()
    born: str = ""
    post: tuple[str, ...] = ()
    place: str = ""

    @property
    def names(self) -> set[str]:
        """Every name as it is compared: "Modi, Shri Narendra" is "Narendra Modi"."""
        return {each for name in (self.name, *self.aliases) for each in likenesses(name)}

    @property
    def particulars(self) -> str:
        return ", ".join(filter(None, (*sorted(self.ids), *self.post))) or "no more is said"


@dataclass(slots=True, kw_only=True)
class Figure:
    """A known figure, with all that lists say about it."""

    figure_id: str
    name: str
    people: list[Person] = field(default_factory=list)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset().union(*(person.ids for person in self.people))


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The figure of a row. `question` has the other figures that it may be. `note` says why it was matched.

    `is_answered`: somebody has said so.
    """

    figure_id: str
    question: tuple[Figure, ...] = ()
    is_answered: bool = False
    note: str = ""
    fault: str = ""


class People:
    """Gives each row of a new list its figure. `previous` is the version of that list which it replaces."""

    def __init__(
        self,
        known: Iterable[Roster],
        previous: Roster | None = None,
        *,
        same: Sequence[tuple[str, str]] = (),
        different: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.figures: dict[str, Figure] = {}
        self.by_name: dict[str, dict[str, Figure]] = {}
        self.by_id: dict[str, dict[str, Figure]] = {}
        self.taken: set[str] = set()
        self.same, self.different = tuple(same), tuple(different)
        self.own: dict[str, str] = {}
        """The figure of each row of the new list, by the id that the row would have as a new figure."""
        self.before: dict[tuple[object, ...], str] = {}
        self.seats: dict[tuple[str, str], list[Seat]] = defaultdict(list)
        """The rows of the list as it was, by name and country."""
        self.answered = {_named(each.name, each.country) for each in (previous.asked if previous else ())}
        """Names and countries about which earlier imports asked."""
        self.again: dict[Person, str] = {}
        """The figures of rows that an earlier answer identifies."""
        self.asked: dict[tuple[str, str, str], Asked] = {}
        """The answers from now on."""
        for roster in known:
            for member in roster.members:
                self._add(member.figure_id, person_of(member, roster.slug))
        for member in previous.members if previous else ():
            self._add(member.figure_id, person_of(member, "the list as it was"))
            person = person_of(member, "")
            self.before.setdefault(_as_before(person), member.figure_id)
            for name in {_named(name, member.country) for name in (member.name, *member.aliases)}:
                self.seats[name].append(Seat(figure_id=member.figure_id, post=person.post))

    def name_of(self, figure_id: str, otherwise: str) -> str:
        """The figure's name on the list that was loaded first."""
        figure = self.figures.get(figure_id)
        return figure.name if figure else otherwise

    def recognise(self, rows: Iterable[tuple[str, Person]]) -> None:
        """Find the figures of rows about which an earlier import asked, where roles alone have changed.

        A row is its figure_id, which may be empty, and its person. Call it once, before any row is found.
        """
        by_name: dict[tuple[str, str], list[tuple[str, Person, set[str]]]] = defaultdict(list)
        taken = set(self.taken)
        for figure_id, person in rows:
            first_id = figure_id or self._free_id(person, taken)
            taken.add(first_id)
            by_name[_named(person.name, person.country)].append((figure_id, person, {first_id, *person.ids}))
        for name in self.answered & by_name.keys():
            free = list(self.seats[name])
            changed: list[tuple[Person, Newcomer]] = []
            for figure_id, person, words in by_name[name]:
                known = figure_id or self._known_without_asking(person, words)
                own = sorted((s for s in free if s.figure_id == known), key=lambda s: s.post != person.post)
                if own:
                    free.remove(own[0])
                elif not known:
                    others = {s.figure_id for s in free if self._is_another(self.figures[s.figure_id], person, words)}
                    changed.append((person, Newcomer(post=person.post, others=others)))
            for (person, _), found in zip(changed, seat([row for _, row in changed], free), strict=True):
                if found:
                    self.again[person] = found

    def _is_another(self, figure: Figure, person: Person, words: set[str]) -> bool:
        """Whether an id, a birth year or an answer says that a row is not about this figure."""
        return _is_excluded(figure, person) or self._are_different(figure, words)

    def _known_without_asking(self, person: Person, words: set[str]) -> str:
        match = self._by_id(person) or self._by_decision(person, words)
        return match.figure_id if match else self.before.get(_as_before(person), "")

    def take(self, figure_id: str, person: Person) -> Match:
        """A row that names its figure by id."""
        self._add(figure_id, person)
        return Match(figure_id=figure_id)

    def find(self, person: Person) -> Match:
        """The figure of a row. An undecided row is a figure of its own until the question is answered."""
        own = self._free_id(person, self.taken)
        # The id stays taken even if the row belongs to another figure, so the ids of later rows do not depend on decisions.
        self.taken.add(own)
        words = {own, *person.ids}
        match = self._by_id(person) or self._by_decision(person, words) or self._by_name(person, own, words)
        name = _named(person.name, person.country)
        if match.is_answered or name in self.answered:
            asked = Asked(figure_id=match.figure_id, name=person.name, country=person.country or None)
            self.asked[match.figure_id, *name] = asked
        self._add(match.figure_id, person)
        self.own[own] = match.figure_id
        return match

    def named(self, name: str) -> list[str]:
        """The figures that have this name."""
        return sorted({each for way in likenesses(name) for each in self.by_name.get(way, {})})

    def may_be_one(self, one: str, other: str) -> bool:
        """Whether two figures that hold one account may be one: one of them is new, and no id or answer speaks against it."""
        is_new = any(self.own.get(each) == each for each in (one, other))
        are_known = one in self.figures and other in self.figures
        are_different = any({self._meant(a), self._meant(b)} == {one, other} for a, b in self.different)
        return (
            is_new
            and are_known
            and not are_different
            and not _contradict(self.figures[one].ids, self.figures[other].ids)
        )

    def unheeded(self) -> Iterator[str]:
        """Decisions without effect, and why. Ask when all rows have their figures."""
        for option, pairs in (("--same {}={}", self.same), ("--different {},{}", self.different)):
            for pair in pairs:
                figures = [self._meant(word) for word in pair]
                strangers = [word for word, figure in zip(pair, figures, strict=True) if figure is None]
                is_one = figures[0] == figures[1]
                if strangers:
                    for word in strangers:
                        yield f"{option.format(*pair)}: '{word}' is neither a figure, nor an id, nor a new figure of this list"
                elif pairs is self.same and not is_one:
                    one, other = (self.figures[figure] for figure in figures if figure)
                    yield f"{option.format(*pair)} has no effect: {self._why_two(one, other)}"
                elif pairs is self.different and is_one:
                    yield f"{option.format(*pair)} has no effect: both are '{figures[0]}' by their ids; correct the ids"

    def _why_two(self, one: Figure, other: Figure) -> str:
        """Why two figures stay two although somebody said that they are one."""
        both = f"'{one.figure_id}' and '{other.figure_id}'"
        if ids := _contradicting(one.ids, other.ids):
            return f"the ids of {both} contradict each other ({', '.join(ids)}); correct the ids"
        if all(any(person.place for person in figure.people) for figure in (one, other)):
            return f"{both} are two figures on the lists that you have; write one figure_id in the rows of both"
        return f"the table gives {both} a figure_id each; write one figure_id in the rows of both"

    def _meant(self, word: str) -> str | None:
        """The figure that a word of a decision names by now."""
        if word in self.own or word in self.figures:
            return self.own.get(word, word)
        return next(iter(sorted(self.by_id.get(word, {}))), None)

    def _by_decision(self, person: Person, words: set[str]) -> Match | None:
        for pair in self.same:
            for word in set(pair) - words if words & set(pair) else ():
                figure_id = self._meant(word)
                if figure_id and not _contradict(self.figures[figure_id].ids, person.ids):
                    return Match(figure_id=figure_id, is_answered=True)
        return None

    def _by_id(self, person: Person) -> Match | None:
        found = {key: each for known in person.ids for key, each in self.by_id.get(known, {}).items()}
        figures = [found[figure_id] for figure_id in sorted(found)]
        if not figures:
            return None
        if len(figures) > 1:
            both = " and ".join(f"'{figure.figure_id}'" for figure in figures)
            return Match(figure_id=figures[0].figure_id, fault=f"has ids of {both}: correct them")
        if _contradict(figures[0].ids, person.ids):
            return Match(
                figure_id=figures[0].figure_id,
                fault=f"shares an id with '{figures[0].figure_id}' and contradicts another ({', '.join(sorted(figures[0].ids))})",
            )
        return Match(figure_id=figures[0].figure_id)

    def _by_name(self, person: Person, own: str, words: set[str]) -> Match:
        before = self.before.get(_as_before(person))
        if before:
            return Match(figure_id=before)
        again = self.again.get(person)
        if again and not self._are_different(self.figures[again], words):
            return Match(
                figure_id=again, note=f"'{person.name}' ({person.particulars}) is {again}, by an earlier answer"
            )
        named = {key: each for name in sorted(person.names) for key, each in self.by_name.get(name, {}).items()}
        possible = [figure for figure in named.values() if _may_be(figure, person)]
        alike = [figure for figure in possible if not self._are_different(figure, words)]
        for figure in alike:
            if any(_is_surely(other, person) for other in figure.people):
                note = f"'{person.name}' is {figure.figure_id} by name, country and birth year"
                return Match(figure_id=figure.figure_id, note=note)
            # Another check reports the same row twice.
            if any(other == person for other in figure.people):
                return Match(figure_id=figure.figure_id)
        return Match(figure_id=own, question=tuple(alike), is_answered=len(alike) < len(possible))

    def _are_different(self, figure: Figure, words: set[str]) -> bool:
        theirs = {figure.figure_id, *figure.ids}
        return any(theirs & set(pair) and (words & set(pair)) - theirs for pair in self.different)

    def _free_id(self, person: Person, taken: Set[str]) -> str:
        base = figure_id = slugify(person.country or None, person.name)
        number = 1
        while figure_id in self.figures or figure_id in taken:
            number += 1
            figure_id = f"{base}-{number}"
        return figure_id

    def _add(self, figure_id: str, person: Person) -> None:
        figure = self.figures.setdefault(figure_id, Figure(figure_id=figure_id, name=person.name))
        figure.people.append(person)
        for name in person.names:
            self.by_name.setdefault(name, {})[figure_id] = figure
        for each in person.ids:
            self.by_id.setdefault(each, {})[figure_id] = figure


def person_of(member: Member, place: str) -> Person:
    """What a row of a list says about its figure."""
    ids = {*member.official_ids, *([member.wikidata_qid] if member.wikidata_qid else [])}
    return Person(
        name=member.name,
        country=member.country or "",
        aliases=member.aliases,
        ids=frozenset(ids),
        born=member.born or "",
        post=(member.role, member.unit or "", member.party or ""),
        place=place,
    )


def as_figure(member: Member, figure_id: str, people: People) -> Member:
    """The row as a row of a known figure. The figure keeps its name, and another spelling becomes an alias."""
    known = people.name_of(figure_id, member.name)
    if known == member.name:
        return replace(member, figure_id=figure_id)
    return replace(member, figure_id=figure_id, name=known, aliases=(*member.aliases, member.name))


def question_of(match: Match, person: Person) -> tuple[str, str, str]:
    """The question that a match leaves open, with both figures and both answers, and the two ids that an answer names."""
    others = "; ".join(
        f"{figure.figure_id} of {figure.people[0].place or 'this list'} ({figure.people[0].particulars})"
        for figure in match.question
    )
    first, own = match.question[0].figure_id, next(iter(sorted(person.ids)), match.figure_id)
    sentence = (
        f"'{person.name}' ({person.particulars}) may be {others}: one person or two? Write --same {first}={own} or "
        f"--different {first},{own}, or give ids in the table (wikidata_qid, official_ids or figure_id)"
    )
    return sentence, first, own


def _named(name: str, country: str | None) -> tuple[str, str]:
    return fold(name), country or ""


def _as_before(person: Person) -> tuple[object, ...]:
    """The cells that a row of the next version repeats if it is about the same figure. Another spelling is a
    question."""
    return (*sorted({fold(name) for name in (person.name, *person.aliases)}), person.country, person.post)


def _schemes(ids: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in ids:
        scheme, colon, _ = each.partition(":")
        found.setdefault(scheme if colon else "wikidata", set()).add(each)
    return found


def _contradict(one: Iterable[str], other: Iterable[str]) -> bool:
    return bool(_contradicting(one, other))


def _contradicting(one: Iterable[str], other: Iterable[str]) -> list[str]:
    """The ids of the schemes in which two figures have no id in common."""
    ours, theirs = _schemes(one), _schemes(other)
    apart = sorted(scheme for scheme in ours.keys() & theirs.keys() if ours[scheme].isdisjoint(theirs[scheme]))
    return [each for scheme in apart for each in (*sorted(ours[scheme]), *sorted(theirs[scheme]))]


def _may_be(figure: Figure, person: Person) -> bool:
    return any(_are_alike(other, person) for other in figure.people) and not _is_excluded(figure, person)


def _is_excluded(figure: Figure, person: Person) -> bool:
    """Whether an id or a birth year speaks against it."""
    return _contradict(figure.ids, person.ids) or any(
        other.born and person.born and other.born != person.born for other in figure.people
    )


def _are_alike(one: Person, other: Person) -> bool:
    is_elsewhere = one.country and other.country and one.country != other.country
    return not is_elsewhere and not one.names.isdisjoint(other.names)


def _is_surely(one: Person, other: Person) -> bool:
    return (
        fold(one.name) == fold(other.name)
        and bool(one.country and one.born)
        and (one.country, one.born) == (other.country, other.born)
    )
