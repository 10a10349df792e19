"""A shard: one of n parts of a crawl, by a number that every machine works out alike."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

_MOST = 1000


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Shard:
    """Part `number` of `of`; the first is 1."""

    of: int
    number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """`2/3` as a shard. Raises ValueError that says what is wrong."""
        found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text, re.ASCII)
        if found is None or not 1 <= int(found[1]) <= int(found[2]) <= _MOST:
            raise ValueError(f"a shard is written as 2/3: its number, and of how many, {_MOST} at most")
        return cls(number=int(found[1]), of=int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def has(self, name: str) -> bool:
        """Whether the thing with this `name` belongs to this shard."""
        return shard_of(name, self.of) == self.number


def shard_of(name: str, of: int) -> int:
    """The number of the shard of `of` to which `name` belongs: the same on every machine, and in every run."""
    return int.from_bytes(sha256(name.encode()).digest()[:8]) % of + 1
