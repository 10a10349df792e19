"""What a list is made of, and the text of each question about it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from kooch.errors import ConfigError
from kooch.platforms import known
from kooch.platforms.row import WikidataProperty

_QUERIES = Path(__file__).parent / "queries"
_QID = re.compile(r"Q[1-9][0-9]{0,15}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,8})?")

Kind = Literal["office", "term", "cabinet", "posts_of", "class"]

OFFICIAL_IDS: Mapping[str, str] = {
    "P1157": "bioguide", "P1186": "mep", "P1214": "riksdag", "P7882": "folketing", "P6213": "uk", "P4123": "assemblee",
    "P4690": "oireachtas", "P3072": "storting", "P1307": "ch", "P2280": "at", "P6616": "ca", "P10020": "au",
    "P9770": "knesset",
}  # fmt: skip
"""Properties with which registers of parliaments number their members, and the scheme of `official_ids` for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """The people or organisations of a list: holders of an office, of a term, of a cabinet, of the posts of a council;
    or a class.

    Items are Wikidata's, as Q42. `country` narrows a class, and gives every list its country; `operator` is the state
    whose missions are wanted. `languages` are those of names, the first one preferred.
    """

    kind: Kind
    item: str
    country: str | None = None
    operator: str | None = None
    languages: tuple[str, ...] = ("en",)

    def __post_init__(self) -> None:
        for option, item in ((self.kind, self.item), ("country", self.country), ("operated_by", self.operator)):
            if item is not None and not _QID.fullmatch(item):
                raise ConfigError(f"--{option.replace('_', '-')} is {item!r}: write an item of Wikidata, such as Q42.")
        if self.operator and self.kind != "class":
            raise ConfigError("--operated-by needs --class. An office has no operator.")
        for language in self.languages:
            if not _LANGUAGE.fullmatch(language):
                raise ConfigError(f"--language is {language!r}: write its code, such as hi.")

    @property
    def is_of_organisations(self) -> bool:
        return self.kind == "class"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: `name` is that of its file among the kept answers."""

    name: str
    text: str


def questions(selector: Selector) -> Iterator[Question]:
    """All questions about a list, in the order in which they are asked; one a property."""
    yield _question("subject", selector)
    if selector.is_of_organisations:
        yield _question("organisations", selector)
        yield _question("names", selector)
        yield _question("words_of_classes", selector)
    else:
        yield _question("memberships", selector)
        yield _question("names", selector)
        yield _question("parties", selector)
        yield _question("words", selector)
    for _, each in properties(selector):
        yield _question("handles", selector, property_=each.property)


def properties(selector: Selector) -> Sequence[tuple[str, WikidataProperty]]:
    """Each platform with a property that holds its accounts, for the figures of this list."""
    wanted = "organisations" if selector.is_of_organisations else "people"
    return [
        (platform, each) for platform, row in known().items() for each in row.wikidata if each.of in {"all", wanted}
    ]


def _question(name: str, selector: Selector, *, property_: str = "") -> Question:
    languages = ", ".join(f'"{language}"' for language in dict.fromkeys((*selector.languages, "mul", "en")))
    ids = " ".join(f'(wdt:{number} "{scheme}")' for number, scheme in OFFICIAL_IDS.items())
    text = _read(f"{name}.rq").replace("# STATEMENTS", _statements(selector))
    for mark, value in {
        "wd:ITEM": f"wd:{selector.item}",
        "wd:COUNTRY": f"wd:{selector.country or selector.item}",
        "PROPERTY": property_,
        "LANGUAGES": languages,
        "OFFICIAL_IDS": ids,
    }.items():
        text = text.replace(mark, value)
    return Question(name=f"{name}-{property_}" if property_ else name, text=_read("prefixes.rq") + text)


def _statements(selector: Selector) -> str:
    text = _read(f"selectors/{selector.kind}.rq")
    for mark, name, item in (("# COUNTRY", "country", selector.country), ("# OPERATOR", "operator", selector.operator)):
        text = text.replace(mark, _read(f"selectors/{name}.rq").replace("wd:ITEM", f"wd:{item}") if item else "")
    return text.partition("\n")[2].replace("wd:ITEM", f"wd:{selector.item}").strip()


@cache
def _read(name: str) -> str:
    return (_QUERIES / name).read_text(encoding="utf-8")
