"""The generated reference: `python -m kooch.reference` writes data.md, configuration.md, lists-by-country.md and the table in platforms.md."""

import ast
import inspect
import json
import re
import tempfile
from itertools import pairwise, takewhile
from pathlib import Path
from textwrap import dedent
from typing import cast

import duckdb
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from crawlers.activity.looking import activity_spiders
from crawlers.crawling import spider_of
from crawlers.planning import LOOK_SECONDS, plan_of
from kooch.config import (
    BUNDLED_ROSTERS,
    VIEWS,
    ActivitySettings,
    AppSettings,
    CrawlSettings,
    FreshnessSettings,
    LakeSettings,
    Notify,
    PlatformFreshness,
    Schedule,
    Settings,
    ShardsSettings,
    WaybackSettings,
    WikidataSettings,
    is_crawled,
)
from kooch.platforms import Platform, Span, known
from kooch.rosters.countries import country_name
from kooch.store.load import load
from kooch.store.versions import open_version, reading_file
from kooch.wikidata.countries import Ready, origins, ready_commands, without_parliament

DOCS = Path(__file__).parent.parent / "docs"

_DATA_HEAD = """\
# Tables and columns

This page describes everything that `kooch sql`, the app's SQL page and `duckdb -readonly kooch.duckdb` can read. `make docs` makes it
from the schema.

- Names are stable: columns are added and never renamed.
- Instants are TIMESTAMPTZ. The schema `utc` has a copy of every table and view with an instant, as TIMESTAMP in UTC
  (`SELECT * FROM utc.joins`).
- Intervals are half-open, `[not_before, before)`: the start belongs to the interval, the end does not.
- *NULL: …* says what it means if a column has no value.

Use tables for facts, views and rollups (tables computed from the facts) for answers, and macros for the past. For example,
`SELECT * FROM first_joins_known_by(TIMESTAMPTZ '2021-02-09 00:00:00+05:30')` answers from what had been published by then.
"""

_TABLE_BEGINS, _TABLE_ENDS = "<!-- `make docs` writes this table -->", "<!-- end of the table -->"
_MACRO_PARAMETER = re.compile(r"(\w+): ([A-Z]+); (.+)")
_TOP_LEVEL = ("contact", "publisher", "x_bearer_token")
_CONFIGURATION_HEAD = """\
# Configuration

Settings are in `kooch.toml` in the data folder. All of them are optional. Environment variables override the file: `KOOCH_CONTACT`
sets `contact`, and `KOOCH_CRAWL__ATTEMPTS` sets `attempts` of `[crawl]` (two underscores between table and key). The data folder is
`--home`, else `KOOCH_HOME`, else `./data`. A key that is not listed here is an error. `make docs` makes this page from the settings.

```toml
contact = "https://example.org/kooch"

[crawl]
publish_every_minutes = 10

[[schedule]]
name = "daily"
cron = "15 4 * * *"
```
"""

_LISTS_HEAD = """\
# Lists by country

Each command makes one list from Wikidata. It needs the number of an item, such as Q16556694. All numbers here come from public
files. The last column names the file, and the table at the end names its repository. No number is from memory. `make docs` makes
this page from `kooch/wikidata/items.csv`.

These commands were not tried against Wikidata itself, and Wikidata may have a new item for a house. So each command first shows the
item's name, seats and people, and asks before it writes. Compare the number of people with the number of seats: Wikidata knows more
about some countries than about others.

`--language` is an official language of the country, the first one that CLDR names. Change it if you prefer other names.

{counts}
"""
_PARLIAMENTS_TEXT = """\
For a house that is missing here, look on wikidata.org for the item of its members, "member of the …". Give its number to
`--office`. Kooch has found no public file for the parliaments of these countries:

"""
_MINISTERS_TEXT = """\
`--posts-of` asks for whoever holds a post of the council today, and `--cabinet` for one cabinet. Wikidata knows much less about past
cabinets. Somebody who is missing from a list may have been a minister.
"""
_ORGANISATIONS_TEXT = """\
The first command lists the ministries of a country. The second lists the embassies and consulates that it operates elsewhere.
A ministry is of the class {ministries}, and an embassy or a consulate of the class {missions}.
"""
_SOURCES_TEXT = """\
Item numbers are facts of Wikidata, which is under CC0. Nothing else was taken from these files. Where no licence
was found, the file is linked and no word of it is here.
"""


def data_dictionary(connection: duckdb.DuckDBPyConnection) -> str:
    """Every table, view and macro of a published version, with its columns, as Markdown."""
    views = {
        name
        for (name,) in connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'"
        ).fetchall()
    }
    rollups = {file.stem for file in (VIEWS / "rollups").glob("*.sql")}
    tables = connection.execute(
        "SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'kooch'"
        " UNION ALL SELECT view_name, comment FROM duckdb_views() WHERE database_name = 'kooch' AND schema_name = 'main' AND NOT internal"
        " ORDER BY ALL"
    ).fetchall()
    page = [_DATA_HEAD]
    for title, names in (
        ("Tables", [name for name, _ in tables if name not in views | rollups]),
        ("Views and rollups", [name for name, _ in tables if name in views | rollups]),
    ):
        page.append(f"## {title}\n")
        page += [_table(connection, name, comment) for name, comment in tables if name in names]
    page.append("## Macros\n")
    page += [_macro(file) for file in sorted((VIEWS / "macros").glob("*.sql"))]
    return "\n".join(page)


def settings_reference() -> str:
    """Every setting with its default and meaning, as Markdown."""
    page = [_CONFIGURATION_HEAD, "## Top level\n", _settings_table(Settings, _TOP_LEVEL)]
    sections: list[tuple[str, type[BaseModel]]] = [
        ("[crawl]", CrawlSettings),
        *_sections_of_platforms(),
        ("[[schedule]]", Schedule),
        ("[[notify]]", Notify),
        ("[activity]", ActivitySettings),
        ("[wayback]", WaybackSettings),
        ("[wikidata]", WikidataSettings),
        ("[freshness]", FreshnessSettings),
        ("[freshness.platforms.NAME]", PlatformFreshness),
        ("[app]", AppSettings),
        ("[lake]", LakeSettings),
        ("[shards]", ShardsSettings),
    ]
    for key, section in sections:
        page.append(f"## {key}\n\n{inspect.getdoc(section)}\n")
        page.append(_settings_table(section, tuple(section.model_fields)))
    return "\n".join(page)


def _sections_of_platforms() -> list[tuple[str, type[BaseModel]]]:
    """The tables of `kooch.toml` that are named after a platform."""
    own = Settings.model_fields
    return [(f"[{slug}]", cast("type[BaseModel]", own[slug].annotation)) for slug in known() if is_crawled(slug)]


def with_platforms(page: str) -> str:
    """docs/platforms.md with the table of all platforms as rows and spiders have them."""
    head, _, rest = page.partition(_TABLE_BEGINS)
    _, _, tail = rest.partition(_TABLE_ENDS)
    rows = "\n".join(f"| {' | '.join(map(_cell, _platform(row)))} |" for row in known().values())
    table = (
        "| platform | what is read | by what | cost | what cannot be known | opened | closed |\n"
        f"| --- | --- | --- | --- | --- | --- | --- |\n{rows}\n"
    )
    return f"{head}{_TABLE_BEGINS}\n\n{table}\n{_TABLE_ENDS}{tail}"


def lists_by_country() -> str:
    """The ready commands of every country with the files that name their items, as Markdown."""
    ready = list(ready_commands())
    of = {subject: [each for each in ready if each.subject == subject] for subject in ("parliament", "ministers")}
    states: dict[str, list[Ready]] = {}
    for each in ready:
        if each.subject in {"ministries", "missions"}:
            states.setdefault(each.country, []).append(each)
    classes = {each.subject: f"{each.items[0].item} ({_origin(each, 0)})" for pair in states.values() for each in pair}
    counts = (
        f"There are {len(of['parliament'])} lists of members of parliaments in {len(_countries(of['parliament']))} countries and territories (one is the European Union),"
        f" {len(of['ministers'])} of ministers in {len(_countries(of['ministers']))},"
        f" and {2 * len(states)} of ministries and missions of {len(states)}."
    )
    organisations = [
        [country_name(country), *(_shell(each) for each in pair), _origin(pair[0], 1)]
        for country, pair in sorted(states.items(), key=lambda each: country_name(each[0]))
    ]
    sources = [
        [
            each.source,
            f"[{each.repository}](https://github.com/{each.repository})",
            f"`{each.commit[:12]}`",
            each.licence or "none found",
        ]
        for each in origins().values()
    ]
    return "\n".join(
        (
            _LISTS_HEAD.format(counts=counts),
            "## Parliaments\n",
            _rows(["country", "house", "command", "item in"], _people(of["parliament"])),
            _PARLIAMENTS_TEXT + f"{', '.join(without_parliament())}.\n",
            f"## Ministers\n\n{_MINISTERS_TEXT}",
            _rows(["country", "cabinet", "command", "item in"], _people(of["ministers"])),
            f"## Ministries and missions\n\n{_ORGANISATIONS_TEXT.format(**classes)}",
            _rows(["country", "ministries", "missions", "country's item in"], organisations),
            f"## Sources\n\n{_SOURCES_TEXT}",
            _rows(["name", "repository", "commit", "licence"], sources),
        )
    )


def _people(ready: list[Ready]) -> list[list[str]]:
    return [
        [country_name(each.country), each.name or "in office", _shell(each), _origin(each, 0)]
        for each in sorted(ready, key=lambda each: (country_name(each.country), each.name))
    ]


def _countries(ready: list[Ready]) -> set[str]:
    return {each.country for each in ready}


def _shell(ready: Ready) -> str:
    return f"`kooch roster wikidata {' '.join(ready.words)}`"


def _origin(ready: Ready, number: int) -> str:
    item = ready.items[number]
    return f"{item.source}, `{item.file}`"


def _rows(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines) + "\n"


def _platform(row: Platform) -> tuple[str, ...]:
    name, planned = row.platform, plan_of(Settings(), row, (), 1)
    archive = f"`kooch backfill {name}`" if row.archive else ""
    read, means, cost = "nothing", archive, "free" if archive else ""
    if is_crawled(name):
        spider = spider_of(name)
        tariff = spider.tariff(Settings())
        read = "whether accounts are there, and their counts"
        read += "; when they were opened" if spider.dates_accounts else ""
        read += "; when they last posted" if spider.shows_last_post else ""
        read += "; on which days they posted (`--activity`)" if name in activity_spiders() else ""
        means = f"`kooch crawl {name}`" + (f", {archive}" if archive else "")
        cost = f"${tariff.price(1):.3f} for each account that is shown" if tariff else "free"
    elif planned.how in {"by hand", "not read"}:
        read = "what people see when they look" + ("" if row.search_url else " at accounts that a list names")
        means = f"people: `kooch looks template ROSTER {name}`"
        cost = f"about {LOOK_SECONDS} seconds a look"
    elif archive:
        read = "archived pages"
    return (
        row.name,
        read,
        means or "nothing",
        cost or "–",
        " ".join(planned.never),
        _days_of(row.opened) or "not known",
        _days_of(row.closed) or "–",
    )


def _days_of(span: Span | None) -> str:
    if span is None:
        return ""
    return str(span.not_before) if span.not_before == span.not_after else f"{span.not_before} to {span.not_after}"


def _table(connection: duckdb.DuckDBPyConnection, name: str, comment: str | None) -> str:
    columns = connection.execute(
        "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns()"
        " WHERE database_name = 'kooch' AND schema_name = 'main' AND table_name = ? ORDER BY column_index",
        [name],
    ).fetchall()
    rows = "\n".join(
        f"| `{column}` | {_type(kind)} | {_cell(text or '')} |" for column, kind, _nullable, text in columns
    )
    return f"### {name}\n\n{comment or ''}\n\n| column | type | meaning |\n| --- | --- | --- |\n{rows}\n"


def _type(kind: str) -> str:
    short = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ", "VARCHAR": "TEXT", "VARCHAR[]": "TEXT[]"}
    return "ENUM" if kind.startswith("ENUM") else short.get(kind, kind)


def _macro(file: Path) -> str:
    comments = takewhile(lambda line: line.startswith("-- "), file.read_text(encoding="utf-8").splitlines())
    row, *lines = (line.removeprefix("-- ") for line in comments)
    found = [(_MACRO_PARAMETER.match(line), line) for line in lines]
    names = ", ".join(parameter[1] for parameter, _ in found if parameter)
    parameters = "\n".join(f"- `{p[1]}` ({p[2]}): {p[3]}" for p, _ in found if p)
    rules = " ".join(line for parameter, line in found if not parameter)
    return "\n\n".join(part for part in (f"### {file.stem}({names})", row, parameters, rules) if part) + "\n"


def _settings_table(section: type[BaseModel], keys: tuple[str, ...]) -> str:
    meanings = _attribute_docstrings(section)
    rows = "\n".join(
        f"| `{section.model_fields[key].alias or key}` | {_default(section.model_fields[key])} |"
        f" {_cell(meanings.get(key, ''))} |"
        for key in keys
    )
    return f"| key | default | meaning |\n| --- | --- | --- |\n{rows}\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return "none" if field.default is None else f"`{json.dumps(field.default, default=str)}`"


def _attribute_docstrings(section: type[BaseModel]) -> dict[str, str]:
    """The string that stands below each attribute of a class."""
    (body,) = ast.parse(dedent(inspect.getsource(section))).body
    found: dict[str, str] = {}
    statements = getattr(body, "body", [])
    for attribute, text in pairwise(statements):
        if isinstance(attribute, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[ast.unparse(attribute.target)] = str(text.value.value)
    return found


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the pages."""
    with tempfile.TemporaryDirectory() as folder:
        load(Path(folder), views=VIEWS, bundled=BUNDLED_ROSTERS)
        with open_version(reading_file(Path(folder))) as connection:
            (DOCS / "data.md").write_text(data_dictionary(connection), encoding="utf-8")
    (DOCS / "configuration.md").write_text(settings_reference(), encoding="utf-8")
    (DOCS / "lists-by-country.md").write_text(lists_by_country(), encoding="utf-8")
    platforms = DOCS / "platforms.md"
    platforms.write_text(with_platforms(platforms.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
