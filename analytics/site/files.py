"""The files of one list at one edition: its page, its charts as files, frames to embed, and feeds."""

import json
import re
import textwrap
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from analytics import theme
from analytics.downloads import to_csv, to_png, to_svg
from analytics.measures.corrections import NO_REASON, Correction
from analytics.measures.figure import counts_of, held_of, holder_in_words, roles_of
from analytics.measures.list_page import ListPage, Move, known_on, sentence
from analytics.measures.phrases import long_day, with_days_in_words
from analytics.measures.sheet import Sheet, sheets
from analytics.queries import query
from analytics.site.drawings import Drawing, drawings
from analytics.site.pictures import NARROW, WIDE, still, vega
from analytics.theme import DARK_CSS
from kooch import __version__
from kooch.config import contact_address
from kooch.sites import CORRECTIONS

_COLOUR = re.compile(r"^var\(--k-(\w+), (#\w+)\)$")
_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)
Files = dict[str, bytes]
"""Contents by path, below the folder of a list's edition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What pages say about their edition: its id and day, Kooch's release, who publishes, and how to reach the
    publisher."""

    edition: str
    day: date
    kooch: str
    publisher: str
    contact: str


def edition_of(connection: duckdb.DuckDBPyConnection, *, publisher: str, contact: str) -> Edition:
    """The edition that the version is, by its content."""
    ((day, digest),) = connection.execute(query("edition_of_version")).fetchall()
    return Edition(
        edition=f"{day}.{digest}",
        day=day,
        kooch=__version__,
        publisher=publisher,
        contact=contact_address(contact) or "",
    )


@cache
def templates() -> Environment:
    """The templates of the pages; whatever they are given is escaped."""
    environment = Environment(
        loader=PackageLoader("analytics.site"),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "cited": with_days_in_words,
        "day": long_day,
        "holder": holder_in_words,
        "known_on": known_on,
        "script": _in_script,
        "sentence": sentence,
        "web": _web,
        "wrapped": _wrapped,
    }
    return environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A figure of a list, with all that its page shows. `held` are offices that they held, or who held the office that it is. `counts` are the latest, of `all_counts` that are known."""

    figure_id: str
    name: str
    roles: tuple[dict[str, Any], ...]
    held: tuple[dict[str, Any], ...]
    sheets: tuple[Sheet, ...]
    moves: tuple[Move, ...]
    counts: tuple[dict[str, Any], ...]
    all_counts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The charts of a list as pages show them, its people, withdrawn moves (by id) with the day of the withdrawal, and
    the files that do not depend on where the pages are."""

    charts: tuple[dict[str, Any], ...]
    people: tuple[Person, ...]
    withdrawn: Mapping[str, date]
    files: Files


def views(
    connection: duckdb.DuckDBPyConnection,
    page: ListPage,
    edition: Edition,
    *,
    withdrawn: Mapping[str, date],
    with_people: bool = True,
) -> Views:
    """Draw the charts of a list, and ask for its people. The same version gives the same bytes."""
    drawn = list(drawings(connection, page.roster, page.platforms))
    files: Files = {
        "feed.json": _json(_feed(page, withdrawn)),
        "where-they-are.csv": to_csv(_places(page)),
        CORRECTIONS: _json([asdict(one) | {"day": one.day.isoformat()} for one in page.corrections]),
    }
    for drawing in drawn:
        files |= _chart_files(drawing, page, edition)
    people = tuple(_people(connection, page)) if with_people else ()
    return Views(charts=tuple(_shown(drawing) for drawing in drawn), people=people, withdrawn=withdrawn, files=files)


def _people(connection: duckdb.DuckDBPyConnection, page: ListPage) -> Iterator[Person]:
    ids = [line.figure_id for line in page.lines]
    found, roles, counts = sheets(connection, ids), roles_of(connection, ids), counts_of(connection, ids)
    held = held_of(connection, ids)
    moves: dict[str, list[Move]] = {}
    for move in page.moves:
        moves.setdefault(move.figure_id, []).append(move)
    for line in page.lines:
        counted = sorted(counts.get(line.figure_id, []), key=lambda row: row["valid_at"], reverse=True)
        yield Person(
            figure_id=line.figure_id,
            name=line.name,
            roles=tuple(roles.get(line.figure_id, ())),
            held=tuple(held.get(line.figure_id, ())),
            sheets=tuple(found.get(line.figure_id, ())),
            moves=tuple(moves.get(line.figure_id, ())),
            counts=tuple(counted[:_MOST_ROWS]),
            all_counts=len(counted),
        )


def list_files(page: ListPage, shown: Views, edition: Edition, *, depth: int) -> Files:
    """All files of a list for a folder that lies `depth` folders below that of the site."""
    environment, up = templates(), "../" * depth
    words: dict[str, Any] = {
        "page": page,
        "edition": edition,
        "charts": shown.charts,
        "has_figures": bool(shown.people),
        "withdrawn": shown.withdrawn,
        "why_withdrawn": _why_withdrawn(page, shown.withdrawn),
    }
    files: Files = dict(shown.files)
    files["index.html"] = _rendered(environment, "list.html", words, root=up, name="index.html")
    places = "where-they-are.html"
    files[places] = _rendered(environment, places, words, root=up, name=places)
    files["feed.xml"] = _rendered(environment, "feed.xml", words, root=up, name="feed.xml")
    for chart in shown.charts:
        for kind in ("charts", "embed"):
            name = f"{kind}/{chart['stem']}.html"
            template = "chart.html" if kind == "charts" else "embed.html"
            files[name] = _rendered(environment, template, words | {"chart": chart}, root=f"{up}../", name=name)
    for person in shown.people:
        name = f"figures/{person.figure_id}.html"
        files[name] = _rendered(
            environment,
            "figure.html",
            words | {"person": person, "corrections": _of(page, person)},
            root=f"{up}../",
            name=name,
        )
    return files


def _of(page: ListPage, person: Person) -> list[Correction]:
    return [one for one in page.corrections if one.figure_id == person.figure_id and not one.is_consequence]


def _shown(drawing: Drawing) -> dict[str, Any]:
    return {
        "stem": drawing.stem,
        "platform": drawing.platform,
        "subject": drawing.caption.subject,
        "question": drawing.caption.question,
        "verdict": drawing.verdict,
        "notes": [*drawing.caption.notes, drawing.caption.how_to_read],
        "origin": drawing.caption.origin,
        "wide": Markup(still(drawing.chart, WIDE)),  # noqa: S704 -- our own SVG; the engine that wrote it escapes text
        "narrow": Markup(still(drawing.chart, NARROW)),  # noqa: S704 -- as above
        "vega": vega(drawing.chart),
        "columns": drawing.table.columns,
        "rows": [[("" if cell is None else cell) for cell in row] for row in drawing.table.tail(_MOST_ROWS).rows()],
        "is_cut": len(drawing.table) > _MOST_ROWS,
    }


_MOST_ROWS = 60
"""Of a longer table the page shows the end, and the CSV all."""


def _chart_files(drawing: Drawing, page: ListPage, edition: Edition) -> Files:
    stem = drawing.stem
    table = to_csv(drawing.table)
    about = _json(_metadata(drawing, page, edition))
    readme = "\n".join(
        [
            drawing.caption.question,
            page.title,
            drawing.caption.subject,
            "",
            drawing.verdict,
            *drawing.caption.small_print(),
        ]
    ).encode()
    return {
        f"charts/{stem}.svg": to_svg(drawing.chart, drawing.caption),
        f"charts/{stem}.png": to_png(drawing.chart, drawing.caption),
        f"charts/{stem}.csv": table,
        f"charts/{stem}.metadata.json": about,
        f"charts/{stem}.zip": _zipped({f"{stem}.csv": table, f"{stem}.metadata.json": about, "README.txt": readme}),
    }


def _metadata(drawing: Drawing, page: ListPage, edition: Edition) -> dict[str, Any]:
    caption = drawing.caption
    return {
        "chart": {
            "title": caption.question,
            "subtitle": f"{page.title} · {caption.subject}",
            "note": " ".join((*caption.notes, caption.definition)),
            "citation": f"{page.source}; {caption.version}",
            "unit": caption.unit,
            "licence": page.licence,
        },
        "columns": {name: {"type": str(kind)} for name, kind in drawing.table.schema.items()},
        "edition": edition.edition,
        "day": edition.day.isoformat(),
    }


def _places(page: ListPage) -> pl.DataFrame:
    names = list(page.platforms)
    return pl.DataFrame(
        [
            {
                "figure_id": line.figure_id,
                "name": line.name,
                "role": line.role,
                "party": line.party,
                "platform": platform,
                "state": place.state,
                "says": place.says,
                "handle": place.handle,
                "is_current": place.is_current,
                "url": place.url,
            }
            for line in page.lines
            for platform, place in zip(names, line.places, strict=True)
        ],
        infer_schema_length=None,
    )


def _why_withdrawn(page: ListPage, withdrawn: Mapping[str, date]) -> dict[str, str]:
    """For each withdrawn move of a feed, by its id: words that say what it was and why it was withdrawn."""
    known = {one.move_id: one.sentences for one in reversed(page.corrections)}
    return {move: f"{known.get(move, NO_REASON)} It was reported as urn:kooch:move:{move}." for move in withdrawn}


_OF_FEED = ": moves"


def _feed(page: ListPage, withdrawn: Mapping[str, date]) -> dict[str, Any]:
    why = _why_withdrawn(page, withdrawn)
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{page.title}{_OF_FEED}",
        "items": [
            {
                "id": f"urn:kooch:move:{move.move_id}",
                "title": sentence(move),
                "content_text": f"{sentence(move)} Known since {known_on(move)}.",
                "date_published": move.known_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "_kooch": {"figure_id": move.figure_id, "platform": move.platform},
            }
            for move in page.moves
        ]
        + [
            {
                "id": f"urn:kooch:withdrawn:{move}",
                "title": "A change that this feed reported is withdrawn",
                "content_text": why[move],
                "date_published": f"{day}T00:00:00Z",
            }
            for move, day in withdrawn.items()
        ]
        + [
            {
                "id": f"urn:kooch:correction:{one.correction_id}",
                "title": "Correction",
                "content_text": one.sentences,
                "date_published": f"{one.day}T00:00:00Z",
            }
            for one in page.corrections
            if one.kind != "move"
        ],
    }


def _rendered(environment: Environment, template: str, words: Mapping[str, Any], *, root: str, name: str) -> bytes:
    """A page that reaches the folder of the site by `root` and is called `name` in the folder of its edition."""
    page, edition = words["page"], words["edition"]
    given = {
        "root": root,
        "here_latest": f"{root}{page.roster}/latest/{name}",
        "here_dated": f"{root}{page.roster}/v/{edition.edition}/{name}",
        "versions": f"{root}{page.roster}/versions.js",
        "sentence": sentence,
        "platforms": list(page.platforms),
        "platform_names": list(page.platforms.values()),
        "moves": page.moves,
        "corrections": [one for one in page.corrections if not one.is_consequence],
    }
    return environment.get_template(template).render(given | dict(words)).encode()


def gone_page(page: ListPage, edition: Edition, name: str) -> bytes:
    """The page in `latest` for a page that earlier editions had and the latest lacks, because their links lead
    there."""
    words = {"page": page, "edition": edition, "here_dated": "", "up": "../" * name.count("/")}
    return _rendered(templates(), "gone.html", words, root=f"../../{words['up']}", name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeEntry:
    """A list on the first page of a site; `page` is None if the version no longer has the list and its pages are
    older."""

    roster: str
    title: str
    page: ListPage | None


def title_of(lists: Path) -> str:
    """The title that the feed in the folder of a list gives it."""
    feed = json.loads((lists / "latest" / "feed.json").read_text(encoding="utf-8"))
    return str(feed["title"]).removesuffix(_OF_FEED)


def home_page(entries: Sequence[HomeEntry], edition: Edition) -> bytes:
    """The first page of a site: its lists."""
    words = {"entries": entries, "edition": edition, "root": "", "here_latest": "", "here_dated": "", "versions": ""}
    return templates().get_template("home.html").render(words).encode()


def site_style() -> str:
    """The variables of the colours: on light paper and in print, and where the reader's system is dark."""
    found = (_COLOUR.match(value) for value in vars(theme).values() if isinstance(value, str))
    paper = "".join(f"--k-{match[1]}:{match[2]};" for match in found if match)
    return f":root{{{paper}color-scheme:light dark}}\n{DARK_CSS.read_text(encoding='utf-8')}@media print{{:root{{{paper}}}}}\n"


def _in_script(value: object) -> Markup:
    """JSON that cannot end the script that holds it."""
    return Markup(_json(value).decode().replace("<", "\\u003c"))  # noqa: S704 -- no markup is left in it


def _wrapped(text: str, first: str = "", indent: str = "") -> str:
    """Text in lines of a letter; addresses stay whole. It begins with `first`, and goes on with `indent`."""
    return textwrap.fill(
        text, 96, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _web(url: str | None) -> str | None:
    """An address that a page may lead to; None for anything else than a web address."""
    return url if url and url.startswith(("https://", "http://")) else None


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files, whenever it is made."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _ZIPPED_AT), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
