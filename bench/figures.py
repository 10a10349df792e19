"""A measured figure beside its target."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`target` is what the figure must not exceed, or must reach if `is_least`; None: there is none at this size."""

    what: str
    figure: float
    unit: str
    target: float | None = None
    is_least: bool = False

    @property
    def ok(self) -> bool:
        if self.target is None:
            return True
        return self.figure >= self.target if self.is_least else self.figure <= self.target
