"""The options of an import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from babel.core import get_global

from kooch.errors import ConfigError
from kooch.rosters.countries import read_country
from kooch.rosters.names import slugify
from kooch.rosters.values import Kind, Selection

# Keys of roster.yaml that an option can give for a table.
_SETTINGS = (
    *("slug", "title", "description", "source", "source_url", "publisher", "licence", "as_of", "selection"),
    *("time_zone", "complete_from", "vouches"),
)
NO_LICENCE = "NOASSERTION"
"""SPDX's word for a list whose licence nobody has looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """For a folder, given options override its roster.yaml. A table has no such file: see `of_a_table`.

    `country`, `kind` and `platform` (of statements) fill missing columns or empty cells; so does `source`. `mapping`
    says what a column of the table is; `statements` and `accounts` are files of their own;
    `encoding` is that of all files that are text.

    Answers: `same` and `different` name two figures each, by figure id, Wikidata id or official id; `left_out` and `kept`
    are rows that look like a total.
    """

    slug: str | None = None
    title: str | None = None
    description: str | None = None
    source: str | None = None
    source_url: str | None = None
    publisher: str | None = None
    licence: str | None = None
    as_of: date | None = None
    selection: Selection | None = None
    time_zone: str | None = None
    complete_from: date | None = None
    vouches: bool | None = None
    country: str | None = None
    kind: Kind = "person"
    platform: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    statements: Path | None = None
    accounts: Path | None = None
    encoding: str | None = None
    same: tuple[tuple[str, str], ...] = ()
    different: tuple[tuple[str, str], ...] = ()
    left_out: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()
    replace_existing: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """The keys of roster.yaml that were given."""
        return {key: value for key in _SETTINGS if (value := getattr(self, key)) is not None}

    def of_a_table(self, file: Path) -> dict[str, Any]:
        """All keys of roster.yaml for a table. Raises ConfigError that names every one that has no default."""
        defaults = _defaults_of(file) | self.given
        if "time_zone" not in defaults and (zone := zone_of(self.country)):
            defaults["time_zone"] = zone
        if missing := [key for key in ("source", "as_of", "time_zone") if key not in defaults]:
            options = ", ".join(f"--{key.replace('_', '-')}" for key in missing)
            raise ConfigError(
                f"{file} is a table, which does not say everything: {' and '.join(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} missing; add {options}."
            )
        return {"description": defaults["title"]} | defaults


def zone_of(country: str | None) -> str | None:
    """The time zone of a country that has a single one, if `country` names one."""
    try:
        zones = get_global("territory_zones").get(read_country(country or ""), [])
    except ValueError:
        return None
    return zones[0] if len(zones) == 1 else None


def _defaults_of(file: Path) -> dict[str, Any]:
    """The defaults for a list made from a table."""
    return {"slug": slugify(None, file.stem), "title": file.stem, "licence": NO_LICENCE, "selection": "listed"}


def pairs(option: str, words: list[str], separator: str) -> tuple[tuple[str, str], ...]:
    """Decisions as an option gives them: `A=B` or `A,B`, by `separator`. Raises ConfigError."""
    found: list[tuple[str, str]] = []
    for word in words:
        one, has_two, other = (part.strip() for part in word.partition(separator))
        if not (one and has_two and other):
            raise ConfigError(f"{option} is {word!r}: write two figures or ids as A{separator}B.")
        found.append((one, other))
    return tuple(found)
