"""Ready commands by country: lists of parliaments, ministers, ministries and missions, from item numbers in public files."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from babel.languages import get_official_languages

from kooch.rosters.countries import country_name

_FOLDER = Path(__file__).parent
_SMALL_WORDS = {"the", "of", "and"}

Subject = Literal["parliament", "ministers", "ministries", "missions"]
_PEOPLE: dict[str, tuple[Subject, str]] = {
    "office": ("parliament", "--office"),
    "term": ("parliament", "--term"),
    "council": ("ministers", "--posts-of"),
    "cabinet": ("ministers", "--cabinet"),
}
_ORGANISATIONS: dict[str, tuple[Subject, str]] = {
    "ministries": ("ministries", "--country"),
    "missions": ("missions", "--operated-by"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of Wikidata, and the public file that names it.

    `kind` is office, term, council, cabinet, class or state. `country` is a code of ISO 3166, empty for a class.
    """

    kind: str
    country: str
    name: str
    item: str
    source: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A repository at the commit that was read. `licence` is empty if none was found there."""

    source: str
    repository: str
    commit: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """One command: the words after `kooch roster wikidata`, and the items that they rest on."""

    subject: Subject
    country: str
    name: str
    words: tuple[str, ...]
    items: tuple[Item, ...]


@cache
def items() -> tuple[Item, ...]:
    """Every item, in the order of its file."""
    with (_FOLDER / "items.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Item(**row) for row in csv.DictReader(file))


@cache
def origins() -> dict[str, Origin]:
    """The repositories that the items were read from, by their short name."""
    with (_FOLDER / "sources.csv").open(encoding="utf-8", newline="") as file:
        return {row["source"]: Origin(**row) for row in csv.DictReader(file)}


def ready_commands() -> Iterator[Ready]:
    """All commands: of people in the order of the items, then two for each state."""
    for item in items():
        if item.kind in _PEOPLE:
            subject, option = _PEOPLE[item.kind]
            slug = _slug(item.country, item.name or "ministers")
            words = (option, item.item, *_language(item.country), slug)
            yield Ready(subject=subject, country=item.country, name=item.name, words=words, items=(item,))
    classes = [item for item in items() if item.kind == "class"]
    for state in (item for item in items() if item.kind == "state"):
        for each in classes:
            subject, option = _ORGANISATIONS[each.name]
            words = ("--class", each.item, option, state.item, *_language(state.country), _slug(state.country, subject))
            yield Ready(subject=subject, country=state.country, name="", words=words, items=(each, state))


def without_parliament() -> list[str]:
    """Names of the states whose parliament no file names."""
    known = {item.country for item in items() if item.kind == "office"}
    return sorted(country_name(item.country) for item in items() if item.kind == "state" and item.country not in known)


def _language(country: str) -> tuple[str, ...]:
    """The option for the country's first official language in CLDR, unless that is English."""
    official = get_official_languages(country, de_facto=True)
    language = official[0].partition("_")[0] if official else "en"
    return () if language == "en" else ("--language", language)


def _slug(country: str, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("'", "")).encode("ascii", "ignore").decode().lower()
    return "-".join([country.lower(), *(word for word in re.findall(r"[a-z0-9]+", plain) if word not in _SMALL_WORDS)])
