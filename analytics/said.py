"""Numbers that name their measure: a reader, or a test, can ask the version for the same cell."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Number:
    """`text` shows the value of `measure`, which `cell` wrote."""

    text: str
    measure: str

    def __str__(self) -> str:
        return self.text


Said = tuple[str | Number, ...]
"""A sentence in parts. Each number that it counts is a part of its own."""


def cell(relation: str, column: str, **where: object) -> str:
    """`relation.column?key=value&…`: a cell of a table or view, or of the answer of a query in `analytics/queries/`.

    For `adoption` and similar tables, the key `day` means the latest row up to that day. `count` as a column counts the
    rows. An empty value means NULL.
    """
    return f"{relation}.{column}?{urlencode(where)}" if where else f"{relation}.{column}"


def words(said: Iterable[str | Number]) -> str:
    """The sentence as text."""
    return "".join(map(str, said))
