"""The reading of evidence against a slow one that tries every order: random evidence, account by account."""

import random

import pytest

from kooch.presence.evidence import Doubt, Evidence, Known
from kooch.presence.figures import edges, stay_rows, told
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
    fast = told(known(set(accounts), pieces, answers))
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


def test_random_evidence_is_read_as_by_the_slow_way() -> None:
    assert sum(compare(random.Random(seed)) for seed in range(40)) > 35


@pytest.mark.proof
def test_much_random_evidence_is_read_as_by_the_slow_way() -> None:
    assert sum(compare(random.Random(1000 + seed)) for seed in range(2000)) > 1950
