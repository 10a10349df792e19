"""Finds ids that a spreadsheet or a program has rounded. Such an id belongs to somebody else or to nobody."""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import prod

_POWER = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+", re.ASCII)
_KEPT_DIGITS = 15
"""How many digits of a number spreadsheets keep."""
_BINARY_DIGITS = 53
"""How many bits of a number programs keep that read it as a binary number."""
# An id may end like this by chance. If the chance is this small or smaller, it did not.
_LEAST_CHANCE = Fraction(1, 1000)


def rounded_ids(ids: Iterable[tuple[int, str]]) -> dict[int, str]:
    """What is wrong with the ids of one column, by row.

    One id that ends in zeros may be true. If all long ids of a column end as only rounded numbers do, they are wrong.
    """
    texts = dict(ids)
    faults = {
        row: f"'{text}' is a number that a spreadsheet has shortened: format the column as text and enter the id again"
        for row, text in texts.items()
        if _POWER.fullmatch(text)
    }
    long = {row: text for row, text in texts.items() if text.isdecimal() and len(text) > _KEPT_DIGITS}
    chances = {row: chance_of_rounding(text) for row, text in long.items()}
    together = prod(chances.values(), start=Fraction(1)) if all(chance < 1 for chance in chances.values()) else 1
    for row, text in long.items():
        if min(chances[row], together) <= _LEAST_CHANCE:
            faults[row] = (
                f"'{text}' ends as only a rounded number does: format the column as text and enter the id again"
            )
    return faults


def may_be_rounded(text: str) -> bool:
    """Whether `rounded_ids` may find something wrong with an id. If it is true of no id of a column, there is nothing."""
    return bool(_POWER.fullmatch(text)) or (text.isdecimal() and looks_rounded(text))


def looks_rounded(text: str) -> bool:
    """Whether an id ends as only a rounded number does, or by a chance too small to rely on."""
    return len(text) > _KEPT_DIGITS and chance_of_rounding(text) < 1


def chance_of_rounding(text: str) -> Fraction:
    """How likely a true id looks as rounded as this; 1 if it does not look so."""
    number = int(text)
    if _is_cut(text):
        return Fraction(1, 10 ** (len(text) - _KEPT_DIGITS))
    # A program that keeps an id as a binary number merges so many neighbouring ids into one.
    if number.bit_length() > _BINARY_DIGITS and number in {int(float(number)), _shortest(number)}:
        return Fraction(1, 2 ** (number.bit_length() - _BINARY_DIGITS))
    return Fraction(1)


def _is_cut(text: str) -> bool:
    return not text[_KEPT_DIGITS:].strip("0")


def _shortest(number: int) -> int:
    """A number as JavaScript and pandas print it once it was a binary one: the shortest digits, then zeros."""
    return int(Decimal(repr(float(number))))
