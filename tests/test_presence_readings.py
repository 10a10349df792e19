"""The reading of evidence against a slow one that tries every order: random evidence, account by account."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from kooch.presence.evidence import Doubt, Evidence, Known, known_by
from kooch.presence.figures import Edges, account_readings, edges, presumptions, stay_rows
from kooch.presence.reading import BEGINNING, NEVER, Item, Says
from tests import truth_table
from tests.truth_table import FIRST, LAST, Answer, Piece

SAYS = {"joined": Says.JOINED, "sign": Says.SIGN, "ended": Says.ENDED, "absent": Says.ABSENT}


def known(accounts: set[int], pieces: list[Piece], answers: list[Answer]) -> Known:
    def instant(at: int) -> int:
        return {FIRST: BEGINNING, LAST: NEVER}.get(at, at)

    return Known(
        frozenset(accounts),
        tuple(
            Evidence(
                piece.account,
                Item(
                    SAYS[piece.says], instant(piece.start), instant(piece.end), piece.account is not None, piece.number
                ),
            )
            for piece in pieces
        ),
        tuple(Doubt(answer.account, answer.start, instant(answer.end)) for answer in answers),
    )


def random_pieces(dice: random.Random, accounts: list[int]) -> list[Piece]:
    """Up to seven pieces on a grid of six instants; an open side here and there."""
    pieces = []
    for number in range(1, dice.randint(1, 7) + 1):
        says = dice.choice(["joined", "sign", "sign", "ended", "absent"])
        first, last = sorted(dice.sample(range(7), 2))
        start = FIRST if says != "absent" and dice.random() < 0.15 else first
        is_open = says in ("joined", "sign") and dice.random() < 0.08
        end = LAST if is_open else min(last, first + dice.choice([1, 1, 2, 4]))
        pieces.append(Piece(says, start, end, dice.choice([*accounts, None]), number=number))
    return pieces


def is_within(number: int, edges_of: tuple[int, int]) -> bool:
    return edges_of[0] <= number <= edges_of[1]


def compare(dice: random.Random) -> bool:
    """Whether the evidence was compared: the slow way tries no more than three stays."""
    accounts = dice.choice([[], [1], [1], [1], [1, 2]])
    pieces = random_pieces(dice, accounts)
    answers = []
    if accounts and dice.random() < 0.3:
        start = dice.randrange(6)
        answers.append(Answer(dice.choice(accounts), start, dice.choice([LAST, start + 1])))
    fast = account_readings(known(set(accounts), pieces, answers))
    if any(len(reading.stays) > truth_table.MOST_STAYS for one in fast for reading in one.readings):
        return False
    slow = truth_table.by_account(accounts, pieces, answers)

    assert [one.account for one in fast] == [one.account for one in slow]
    for mine, theirs in zip(fast, slow, strict=True):
        assert sorted(
            (
                sorted(item.bound for item in reading.items if item.bound),
                [
                    (stay.joined_from, stay.joined_to, *((None,) if stay.is_open else (stay.ended_from, stay.ended_to)))
                    for stay in reading.stays
                ],
            )
            for reading in mine.readings
        ) == sorted(
            (
                sorted(piece.number for piece in chosen if piece.number),
                [
                    tuple({FIRST: BEGINNING, LAST: NEVER}.get(at, at) for at in (*stay.begun, *(stay.ended or (None,))))
                    for stay in stays
                ],
            )
            for chosen, stays in theirs.readings
        )
        assert {item.bound for item in mine.excluded} == {piece.number for piece in theirs.excluded}
        assert len(stay_rows(mine)) == max((len(stays) for _, stays in theirs.readings), default=0)
    found = edges(fast)
    days = {at: at for at in range(-1, 60)}
    for end in range(8):
        day = end - 1
        joined = (found.joined_min <= end and found.joined_min < NEVER, found.joined_max < end)
        assert joined == truth_table.has_joined(slow, end)
        there = (
            any(
                span.start <= end
                and (span.until == NEVER or end <= span.until)
                and (span.sign == NEVER or day <= span.sign + 45)
                for span in found.there_min
            ),
            any(
                span.start < end
                and (span.until == NEVER or end < span.until)
                and (span.sign == NEVER or day <= span.sign + 45)
                for span in found.there_max
            ),
        )
        assert there == truth_table.is_there(slow, end, day, days), (end, accounts, pieces, answers)
        assert joined[0] <= joined[1]
        assert there[0] <= there[1]
    return True


def many(check: Callable[[random.Random], bool], seeds: range) -> float:
    """The share of the histories to which the check applied."""
    return sum(check(random.Random(seed)) for seed in seeds) / len(seeds)


FEW, MANY = range(40), range(1000, 3000)


@pytest.mark.proof
def test_random_evidence_is_read_as_by_the_slow_way() -> None:
    assert many(compare, FEW) > 0.9


@pytest.mark.proof
def test_much_random_evidence_is_read_as_by_the_slow_way() -> None:
    assert many(compare, MANY) > 0.95


# As known by a day


def compare_known_by(dice: random.Random) -> bool:
    """What was known by an instant is what evidence that was known by then says."""
    accounts = dice.choice([[], [1], [1], [1, 2]])
    pieces = [replace(piece, known_at=dice.randrange(6)) for piece in random_pieces(dice, accounts)]
    claimed_at = [(account, dice.randrange(6)) for account in accounts]
    whole = known(set(), pieces, [])
    evidence = [one._replace(known_at=piece.known_at) for one, piece in zip(whole.evidence, pieces, strict=True)]
    for instant in range(6):
        then = [piece for piece in pieces if piece.known_at <= instant]
        by_then = {account for account, at in claimed_at if at <= instant}
        by_then |= {piece.account for piece in then if piece.account is not None}
        fast = account_readings(known_by(instant, evidence, [], claimed_at))
        if any(len(reading.stays) > truth_table.MOST_STAYS for one in fast for reading in one.readings):
            return False
        slow = truth_table.by_account(by_then, then, [])

        assert [(one.account, sorted(item.bound for r in one.readings for item in r.items)) for one in fast] == [
            (one.account, sorted(piece.number for chosen, _ in one.readings for piece in chosen)) for one in slow
        ]
        assert [(row.stay.joined_from, row.stay.joined_to) for one in fast for row in stay_rows(one)] == [
            tuple(map(at, stay.begun)) for stay in truth_table.hulls(slow).values()
        ]
    return True


def at(instant: int) -> int:
    return {FIRST: BEGINNING, LAST: NEVER}.get(instant, instant)


@pytest.mark.proof
def test_what_was_known_by_a_day_is_what_its_evidence_says() -> None:
    assert many(compare_known_by, FEW) > 0.9


@pytest.mark.proof
def test_what_was_known_by_many_a_day_is_what_its_evidence_says() -> None:
    assert many(compare_known_by, MANY) > 0.95


# Presumptions


def flag_exactly(dice: random.Random) -> bool:
    """A flag stands exactly where a join, an end or a last sign differs without the reports that name no account."""
    accounts = dice.choice([[1], [1], [1, 2]])
    pieces = random_pieces(dice, accounts)
    if any(
        len(reading.stays) > truth_table.MOST_STAYS
        for one in account_readings(known(set(accounts), pieces, []))
        for reading in one.readings
    ):
        return False
    mine = truth_table.hulls(truth_table.by_account(accounts, pieces, []))
    named = [piece for piece in pieces if piece.account is not None]
    wanted = truth_table.presumed(mine, truth_table.hulls(truth_table.by_account(accounts, named, [])))

    evidence = known(set(accounts), pieces, [])
    assert presumptions(evidence, account_readings(evidence)) == wanted
    return any(piece.account is None for piece in pieces)


def test_a_presumption_is_flagged_exactly_where_it_makes_a_difference() -> None:
    assert many(flag_exactly, FEW) > 0.6


@pytest.mark.proof
def test_many_presumptions_are_flagged_exactly_where_they_make_a_difference() -> None:
    assert many(flag_exactly, MANY) > 0.6


# The truth


def random_truth(dice: random.Random) -> list[tuple[int, int]]:
    """One stay or two on a grid of eight instants: the cells in which each begins and ends; 9: it goes on."""
    cuts = sorted(dice.sample(range(9), dice.choice([2, 2, 4])))
    stays = list(zip(cuts[::2], cuts[1::2], strict=True))
    return [*stays[:-1], (stays[-1][0], dice.choice([stays[-1][1], 9]))]


def true_piece(dice: random.Random, stays: list[tuple[int, int]], number: int) -> tuple[Piece, int | None]:
    """A piece of evidence on the account that is true of the stays, as wide as it likes; and the stay whose end it saw."""
    of = dice.randrange(len(stays))
    begun, ended = stays[of]
    says = dice.choice(["joined", "sign", "sign", "absent", *(["ended"] if ended < 9 else [])])
    outside = [cell for cell in range(9) if not any(begin <= cell <= end for begin, end in stays)]
    if says == "absent" and not outside:
        says = "sign"
    cell = {
        "joined": begun,
        "ended": ended,
        "sign": dice.randint(begun, min(ended, 8)),
        "absent": dice.choice(outside or [0]),
    }[says]
    saw = of if says == "ended" else None
    if says == "absent":
        saw = max((n for n, (_, end) in enumerate(stays) if end < cell), default=None)
    start, end = max(0, cell - dice.choice([0, 0, 1, 3])), min(9, cell + 1 + dice.choice([0, 0, 1, 3]))
    return Piece(says, start, end, 1, number=number), saw


def holds(stays: list[tuple[int, int]], told_of: list[tuple[Piece, int | None]]) -> bool:
    """Whether nobody left unseen: of every end something tells that saw it."""
    return {n for n, (_, ended) in enumerate(stays) if ended < 9} <= {saw for _, saw in told_of}


def edges_on(found: Edges, end: int) -> tuple[bool, bool, bool, bool]:
    """Had joined, at least and at most; was there, at least and at most. Every instant is a day's end."""
    least = any(
        span.start <= end
        and (span.until == NEVER or end <= span.until)
        and (span.sign == NEVER or end - 1 <= span.sign + 45)
        for span in found.there_min
    )
    most = any(span.start < end and (span.until == NEVER or end < span.until) for span in found.there_max)
    return found.joined_min <= end and found.joined_min < NEVER, found.joined_max < end, least, most


def hold_the_truth(dice: random.Random) -> bool:
    """Where the truth has as many stays and ends as are read, no more is assumed than what the table says it assumes."""
    stays = random_truth(dice)
    told_of = [true_piece(dice, stays, number) for number in range(1, dice.randint(2, 9))]
    (one,) = account_readings(known({1}, [piece for piece, _ in told_of], []))
    read = one.readings[0].stays
    # Evidence that cannot all be true under the assumptions tells that one of them does not hold.
    if (
        not holds(stays, told_of)
        or len(one.readings) > 1
        or [stay.is_open for stay in read] != [ended == 9 for _, ended in stays]
    ):
        return False
    found = edges([one])
    for stay, (begun, ended) in zip(read, stays, strict=True):
        assert stay.joined_from <= begun < stay.joined_to
        assert stay.is_open or stay.ended_from <= ended < stay.ended_to
    # Somewhere within a cell: a day that ends with it is after the turn in it, one that ends where it begins before.
    for end in range(10):
        joined_min, joined_max, there_min, there_max = edges_on(found, end)
        has_joined = stays[0][0] < end
        is_there = any(begun < end and (ended == 9 or end <= ended) for begun, ended in stays)
        assert joined_min <= has_joined <= joined_max
        assert there_min <= is_there <= there_max
    return True


def test_the_truth_lies_between_the_edges_where_what_is_assumed_holds() -> None:
    assert many(hold_the_truth, range(200)) > 0.3


@pytest.mark.proof
def test_many_a_truth_lies_between_the_edges_where_what_is_assumed_holds() -> None:
    assert many(hold_the_truth, range(1000, 21000)) > 0.3


def narrow(dice: random.Random) -> bool:
    """One more true piece on the same account, without another stay or end, widens no interval and no edge.

    Of several stays, another end or absence may give an earlier end one more place to rest: docs/decisions/0031.
    """
    stays = random_truth(dice)
    told_of = [true_piece(dice, stays, number) for number in range(1, dice.randint(2, 8))]
    counts = [n for n in range(1, len(told_of) + 1) if holds(stays, told_of[:n])]
    chains = [(n, account_readings(known({1}, [piece for piece, _ in told_of[:n]], []))[0]) for n in counts]
    compared = False
    for (n, before), (m, after) in pairwise(chains):
        if len(stays) > 1 and any(piece.says in ("ended", "absent") for piece, _ in told_of[n:m]):
            continue
        old, new = before.readings[0], after.readings[0]
        is_one = len(before.readings) == len(after.readings) == 1
        if not is_one or [stay.is_open for stay in old.stays] != [stay.is_open for stay in new.stays]:
            continue
        compared = True
        for was, now in zip(old.stays, new.stays, strict=True):
            assert was.joined_from <= now.joined_from
            assert now.joined_to <= was.joined_to
            assert was.ended_from <= now.ended_from
            assert now.ended_to <= was.ended_to
        for end in range(10):
            then, since = edges_on(edges([before]), end), edges_on(edges([after]), end)
            assert (then[0] <= since[0], since[1] <= then[1]) == (True, True)
            assert (then[2] <= since[2], since[3] <= then[3]) == (True, True)
    return compared


def test_more_true_evidence_narrows() -> None:
    assert many(narrow, range(200)) > 0.5


@pytest.mark.proof
def test_much_more_true_evidence_narrows() -> None:
    assert many(narrow, range(1000, 21000)) > 0.5
