"""Days on which a list counts those who leave beside those who follow: its source ends a term when the next begins."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kooch.errors import Fault
from kooch.rosters.models import Member, Roster

_MANY = 5
"""If at least so many leave and come on one day, they belong together, even if districts have new names."""
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One such day. `ending` leave after it, `beginning` were not there before. `excess` is by how many the count is
    too high."""

    day: date
    ending: int
    beginning: int
    excess: int


def handovers(roster: Roster) -> list[Handover]:
    """The days of a list on which somebody ends in the role and unit in which somebody else begins, in order."""
    spans: dict[str, list[Member]] = defaultdict(list)
    ending: dict[date, list[Member]] = defaultdict(list)
    beginning: dict[date, list[Member]] = defaultdict(list)
    for member in roster.members:
        spans[member.figure_id].append(member)
        if member.to_day:
            ending[member.to_day].append(member)
        if member.from_day:
            beginning[member.from_day].append(member)
    days = sorted(day for day in ending.keys() & beginning.keys() if _counts(roster, day))
    return list(_found(days, spans, ending, beginning))


def note_of_handovers(roster: Roster) -> Fault | None:
    """A note on the days for which a list counts too many, with the remedy; None if there are none."""
    found = handovers(roster)
    if not found:
        return None
    worst = max(found, key=lambda each: each.excess)
    days = "1 day" if len(found) == 1 else f"{len(found)} days"
    message = (
        f"on {days} people end and others begin, and both count. Most on {worst.day}: {worst.ending} end, "
        f"{worst.beginning} begin, {worst.excess} count beyond the seats. If a term ends when the next begins, write the "
        "day before as to_day."
    )
    return Fault(file=roster.members[0].file, message=message)


def _counts(roster: Roster, day: date) -> bool:
    """Whether the list counts its members of that day."""
    return roster.complete_from is not None or (roster.selection == "census" and day == roster.as_of)


def _found(
    days: Iterable[date],
    spans: Mapping[str, list[Member]],
    ending: Mapping[date, list[Member]],
    beginning: Mapping[date, list[Member]],
) -> Iterator[Handover]:
    for day in days:
        leave = [each for each in ending[day] if not _sits(spans[each.figure_id], day + _A_DAY)]
        come = [each for each in beginning[day] if not _sits(spans[each.figure_id], day - _A_DAY)]
        leaving, coming = ({each.figure_id for each in those} for those in (leave, come))
        seats = {(each.role, each.unit) for each in leave} & {(each.role, each.unit) for each in come}
        excess = min(len(leaving - coming), len(coming - leaving))
        if excess and (seats or excess >= _MANY):
            yield Handover(day=day, ending=len(leaving), beginning=len(coming), excess=excess)


def _sits(rows: Iterable[Member], day: date) -> bool:
    return any((not row.from_day or row.from_day <= day) and (not row.to_day or day <= row.to_day) for row in rows)
