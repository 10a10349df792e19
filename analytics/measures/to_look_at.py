"""The figures of a list that a person looks at, and where to find each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from analytics.queries import query
from kooch.platforms import Account, read


@dataclass(frozen=True, slots=True, kw_only=True)
class ToLookAt:
    """A figure with its latest role. `accounts` are accepted as the figure's, each as a look can name it, and its address."""

    figure_id: str
    name: str
    role: str
    party: str | None
    accounts: tuple[tuple[str, str | None], ...]


def figures_to_look_at(connection: duckdb.DuckDBPyConnection, *, roster: str, platform: str) -> list[ToLookAt]:
    """The figures of a list, by name."""
    found = connection.execute(query("figures_to_look_at"), {"roster": roster, "platform": platform}).fetchall()
    return [
        ToLookAt(
            figure_id=figure_id,
            name=name,
            role=role,
            party=party,
            accounts=tuple(_named(accounts, platform)),
        )
        for figure_id, name, role, party, accounts in found
    ]


def _named(accounts: Sequence[dict[str, str | None]], platform: str) -> Iterator[tuple[str, str | None]]:
    """A platform may show a handle that Kooch does not read as a handle. An account that cannot be named in a look is
    left out."""
    for each in accounts:
        names = (each["handle"], each["native_id"], each["url"])
        name = next((name for name in names if name and isinstance(read(name, platform), Account)), None)
        if name:
            yield name, each["url"]
