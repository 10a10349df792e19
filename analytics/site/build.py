"""`kooch publish`: a site of lists in a folder. Each list has its latest edition, and one folder for each edition kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import vl_convert

from analytics.measures.list_page import ListPage, list_page
from analytics.queries import query
from analytics.site.files import Edition, Files, edition_of, home_page, list_files, site_style, views
from kooch import sites
from kooch.errors import ConfigError
from kooch.files import make_folder, whole_folder, write_whole
from kooch.store.versions import open_version

_ASSETS = Path(__file__).with_name("assets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a list's folder holds now. `is_new`: this edition was not there before."""

    roster: str
    edition: str
    is_new: bool


def publish_site(
    file: Path, folder: Path, rosters: Sequence[str], *, publisher: str, contact: str, with_people: bool = True
) -> list[Published]:
    """Write the lists `rosters` (all, if none is named) of the version `file` into `folder`, each whole or not at all.

    Raises ConfigError for a list that is not there, StorageError where the folder cannot be written.
    """
    with open_version(file) as connection:
        known = [row[0] for row in connection.execute(query("lists")).fetchall()]
        for name in rosters:
            if name not in known:
                raise ConfigError(f"There is no list {name!r}. Known are: {', '.join(known)}.")
        shown = edition_of(connection, publisher=publisher, contact=contact)
        _write_assets(folder)
        pages, published = [], []
        for name in rosters or known:
            page = list_page(connection, name)
            if page is None or not page.platforms:
                continue
            pages.append(page)
            kept = sites.edition_with(folder / name, shown.edition.rpartition(".")[2])
            edition = replace(shown, edition=kept.edition, day=kept.day) if kept else shown
            _write_list(connection, folder, page, edition, with_people=with_people)
            published.append(Published(roster=name, edition=edition.edition, is_new=kept is None))
    write_whole(folder / "index.html", home_page(pages, shown))
    return published


def _write_list(
    connection: duckdb.DuckDBPyConnection, folder: Path, page: ListPage, edition: Edition, *, with_people: bool
) -> None:
    withdrawn = sites.note_moves(folder / page.roster, [move.move_id for move in page.moves], edition.day)
    shown = views(connection, page, edition, withdrawn=withdrawn, with_people=with_people)
    dated = folder / page.roster / "v" / edition.edition
    if not dated.exists():
        _write(dated, list_files(page, shown, edition, depth=3))
    _write(folder / page.roster / "latest", list_files(page, shown, edition, depth=2))
    sites.note_edition(folder / page.roster, edition.edition, edition.day)


def _write(folder: Path, files: Files) -> None:
    make_folder(folder.parent, mode=0o755)
    with whole_folder(folder) as aside:
        for name, content in sorted(files.items()):
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _write_assets(folder: Path) -> None:
    make_folder(folder / "assets", mode=0o755)
    style = site_style() + (_ASSETS / "site.css").read_text(encoding="utf-8")
    write_whole(folder / "assets" / "site.css", style)
    write_whole(folder / "assets" / "vega.js", vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    for name in ("site.js", "frame.js"):
        write_whole(folder / "assets" / name, (_ASSETS / name).read_text(encoding="utf-8"))
