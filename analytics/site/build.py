"""`kooch publish`: a site of lists in a folder. Each list has its latest edition, and one folder for each edition kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import vl_convert

from analytics.measures.list_page import ListPage, list_page
from analytics.queries import query
from analytics.site.files import (
    Edition,
    Files,
    HomeEntry,
    edition_of,
    gone_page,
    home_page,
    list_files,
    site_style,
    title_of,
    views,
)
from kooch import sites
from kooch.errors import UnknownListError
from kooch.files import make_folder, whole_folder, write_whole
from kooch.store.versions import open_version

_ASSETS = Path(__file__).with_name("assets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a list's folder holds now. `is_new`: this edition was not there before."""

    roster: str
    edition: str
    is_new: bool


def lists_of(file: Path) -> list[str]:
    """The lists of the version `file`."""
    with open_version(file) as connection:
        return _lists(connection)


def publish_site(
    file: Path, folder: Path, rosters: Sequence[str] | None, *, publisher: str, contact: str, with_people: bool = True
) -> list[Published]:
    """Write the lists `rosters` (None: all) of the version `file` into `folder`, each whole or not at all.

    The first page names every list in the folder, also those of earlier calls. Raises ConfigError for a list that is not
    there, StorageError where the folder cannot be written.
    """
    with open_version(file) as connection, sites.writing(folder):
        known = _lists(connection)
        for name in rosters or ():
            if name not in known:
                raise UnknownListError(name, known)
        shown = edition_of(connection, publisher=publisher, contact=contact)
        _write_assets(folder)
        pages, published = {}, []
        for name in known if rosters is None else rosters:
            page = list_page(connection, name)
            if page is None or not page.platforms:
                continue
            pages[name] = page
            kept = sites.edition_with(folder / name, shown.edition.rpartition(".")[2])
            edition = replace(shown, edition=kept.edition, day=kept.day) if kept else shown
            _write_list(connection, folder, page, edition, with_people=with_people)
            published.append(Published(roster=name, edition=edition.edition, is_new=kept is None))
        entries = []
        for name in sites.lists_in(folder):
            if (folder / name / "latest" / "index.html").exists():
                page = pages.get(name) or (list_page(connection, name) if name in known else None)
                entries.append(HomeEntry(roster=name, title=page.title if page else title_of(folder / name), page=page))
        write_whole(folder / "index.html", home_page(entries, shown))
    return published


def _lists(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in connection.execute(query("lists")).fetchall()]


def _write_list(
    connection: duckdb.DuckDBPyConnection, folder: Path, page: ListPage, edition: Edition, *, with_people: bool
) -> None:
    lists = folder / page.roster
    sites.begin_list(lists)
    withdrawn = sites.note_moves(lists, [move.move_id for move in page.moves], edition.day)
    shown = views(connection, page, edition, withdrawn=withdrawn, with_people=with_people)
    dated = lists / "v" / edition.edition
    if not dated.exists():
        _write(dated, list_files(page, shown, edition, depth=3))
    latest = list_files(page, shown, edition, depth=2)
    for name in sites.pages_of_editions(lists) - latest.keys():
        latest[name] = gone_page(page, edition, name)
    _write(lists / "latest", latest)
    sites.note_edition(lists, edition.edition, edition.day)
    sites.correct(
        lists,
        [
            sites.Notice(
                correction_id=one.correction_id,
                figure_id=one.figure_id,
                platform=one.platform,
                day=one.day,
                sentences=one.sentences,
                is_link=one.kind == "link",
            )
            for one in page.corrections
            if not one.is_consequence
        ],
    )


def _write(folder: Path, files: Files) -> None:
    make_folder(folder.parent, mode=0o755)
    with whole_folder(folder) as aside:
        for name, content in sorted(files.items()):
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _write_assets(folder: Path) -> None:
    make_folder(folder / "assets", mode=0o755)
    for name in ("frame.js", "site.js"):
        write_whole(folder / "assets" / name, (_ASSETS / name).read_text(encoding="utf-8"))
    style = site_style() + (_ASSETS / "site.css").read_text(encoding="utf-8")
    write_whole(folder / "assets" / "site.css", style)
    write_whole(folder / "assets" / "vega.js", vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
