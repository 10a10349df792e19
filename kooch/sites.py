"""Published sites: which editions of a list a folder keeps, and how one is withdrawn. This module knows files, and not
what they show."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from html import escape
from pathlib import Path
from typing import Literal

from kooch.errors import ConfigError, StorageError
from kooch.files import make_folder, remove_folder, write_whole

MARK = "assets/frame.js"
"""The first file of a site."""
CORRECTIONS = "corrections.json"
"""In the folder of an edition: the corrections that it knows. Later ones are told on its pages."""
_NOTICE = re.compile("<!--corrections-->.*?<!--/corrections-->", re.DOTALL)
_WITHDRAWN_ENTRY = "<title>Withdrawn</title>\n<updated>{day}T00:00:00Z</updated>"
_WITHDRAWN = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>This edition was withdrawn</title>
</head>
<body>
<h1>This edition was withdrawn</h1>
<p>It was withdrawn on {day}. <a href="../../latest/index.html">The latest edition</a> replaces it.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An edition of a list: its id, its day, and whether its pages are still there."""

    edition: str
    day: date
    state: Literal["kept", "withdrawn"] = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A correction, as kept pages show it in `sentences`. `is_link`: an account was named that is not the figure's."""

    correction_id: str
    figure_id: str
    platform: str
    day: date
    sentences: str
    is_link: bool


def editions(folder: Path) -> list[Kept]:
    """The editions of the list whose folder this is, the oldest first. Raises StorageError for a damaged `versions.json`."""
    file = folder / "versions.json"
    if not file.exists():
        return []
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return [Kept(**row | {"day": date.fromisoformat(row["day"])}) for row in found]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StorageError(
            f"{file} is damaged. Remove {folder}, then publish again: only older editions are lost."
        ) from error


def edition_with(folder: Path, digest: str) -> Kept | None:
    """The edition of this content that the folder keeps already."""
    return next((one for one in editions(folder) if one.edition.endswith(f".{digest}") and one.state == "kept"), None)


def begin_list(folder: Path) -> None:
    """Mark the folder of a list as Kooch's, before any page is in it. If a process began this and was killed, it is
    continued.

    Raises ConfigError for a folder that has pages and no such mark.
    """
    if (folder / "versions.json").exists():
        return
    if (folder / "latest").exists():
        raise ConfigError(f"{folder} holds files that Kooch has not made. Publish into a new folder.")
    make_folder(folder, mode=0o755)
    _write(folder, [])


def note_edition(folder: Path, edition: str, day: date) -> None:
    """Note that the folder has the pages of an edition, and that it is the latest."""
    others = [one for one in editions(folder) if one.edition != edition]
    _write(folder, [*others, Kept(edition=edition, day=day)])


def note_moves(folder: Path, moves: Collection[str], day: date) -> dict[str, date]:
    """The ids of moves that were in the list's feed and are no longer, each with the day (of an edition) on which it
    was withdrawn.

    `moves` are those in the feed now. If a move is in the feed again, it is no longer withdrawn. Ids are kept, and no
    names: a suppression has nothing to remove here. Raises StorageError for a damaged file.
    """
    feed, file = folder / "latest" / "feed.json", folder / "withdrawn.json"
    try:
        before = json.loads(feed.read_text(encoding="utf-8"))["items"] if feed.exists() else []
        noted = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        known = {move: date.fromisoformat(text) for move, text in noted.items()}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StorageError(f"{feed} or {file} is damaged. Remove {folder / 'latest'}, then publish again.") from error
    published = (
        item["id"].removeprefix("urn:kooch:move:") for item in before if item["id"].startswith("urn:kooch:move:")
    )
    gone = known | {move: day for move in published if move not in known}
    found = {move: gone[move] for move in sorted(gone) if move not in set(moves)}
    if found or file.exists():
        make_folder(folder, mode=0o755)
        write_whole(file, json.dumps({move: on.isoformat() for move, on in found.items()}, indent=1) + "\n")
    return found


def correct(folder: Path, notices: Sequence[Notice]) -> None:
    """Put each of `notices` on every page of kept editions that showed what is withdrawn, unless the edition knew it.

    A page shows a figure on a platform between the marks `<!--of FIGURE PLATFORM-->` and `<!--/of-->`, and numbers of a platform
    after `<!--on PLATFORM-->`. If a link is withdrawn, the text between the marks is removed, because it names an
    account. Numbers stay.
    """
    for one in editions(folder):
        if one.state == "kept" and (later := _later_than(folder / "v" / one.edition, notices)):
            _correct_edition(folder / "v" / one.edition, later, [notice for notice in later if notice.is_link])


def _correct_edition(dated: Path, later: Sequence[Notice], wrong: Sequence[Notice]) -> None:
    for page in sorted(dated.rglob("*.html")):
        _change(page, lambda text: _without(_noticed(text, later), wrong, "withdrawn"))
    _change(dated / "feed.xml", lambda text: _without(text, wrong, _WITHDRAWN_ENTRY))
    _change(dated / "feed.json", lambda text: _feed_without(text, wrong))
    _change(dated / "where-they-are.csv", lambda text: _table_without(text, wrong))


def _later_than(dated: Path, notices: Sequence[Notice]) -> list[Notice]:
    """The notices that the edition in `dated` did not know."""
    file = dated / CORRECTIONS
    try:
        known = {row["correction_id"] for row in json.loads(file.read_text(encoding="utf-8"))}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StorageError(f"{file} is damaged. Remove {dated}, then publish again: that edition is lost.") from error
    return [notice for notice in notices if notice.correction_id not in known]


def _change(file: Path, change: Callable[[str], str]) -> None:
    before = file.read_text(encoding="utf-8")
    after = change(before)
    if after != before:
        write_whole(file, after)


def _noticed(page: str, notices: Iterable[Notice]) -> str:
    sentences = [
        f"<li>{escape(notice.sentences)}</li>"
        for notice in notices
        if f"<!--of {notice.figure_id} {notice.platform}-->" in page or f"<!--on {notice.platform}-->" in page
    ]
    box = (
        f'<div class="outdated" role="note"><p>Corrected since:</p><ul>{"".join(sentences)}</ul></div>'
        if sentences
        else ""
    )
    return _NOTICE.sub(lambda _: f"<!--corrections-->{box}<!--/corrections-->", page)


def _without(page: str, wrong: Iterable[Notice], instead: str) -> str:
    for notice in wrong:
        mark = f"<!--of {notice.figure_id} {notice.platform}-->"
        put = f"{mark}{instead.format(day=notice.day)}<!--/of-->"
        page = re.sub(f"{re.escape(mark)}.*?<!--/of-->", put, page, flags=re.DOTALL)
    return page


def _feed_without(text: str, wrong: Iterable[Notice]) -> str:
    about = {(notice.figure_id, notice.platform) for notice in wrong}
    feed = json.loads(text)
    for item in feed["items"]:
        of = item.get("_kooch", {})
        if (of.get("figure_id"), of.get("platform")) in about:
            item |= {"title": "Withdrawn", "content_text": "Withdrawn"}
    return json.dumps(feed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _table_without(text: str, wrong: Iterable[Notice]) -> str:
    about = {(notice.figure_id, notice.platform) for notice in wrong}
    read = csv.DictReader(io.StringIO(text))
    written = io.StringIO()
    table = csv.DictWriter(written, read.fieldnames or [], lineterminator="\n")
    table.writeheader()
    for row in read:
        is_wrong = (row["figure_id"], row["platform"]) in about
        table.writerow(row | {"says": "withdrawn", "handle": "", "url": ""} if is_wrong else row)
    return written.getvalue()


def check_site(home: Path, folder: Path) -> None:
    """Refuse a folder that a site would spoil: the data folder `home` or one in or above it, and one that is not Kooch's.

    An empty folder may be taken; names that begin with a dot do not count. Raises ConfigError.
    """
    site, data = folder.resolve(), home.resolve()
    if site == data or site in data.parents or data in site.parents:
        raise ConfigError(f"{folder} is the data folder {home}, or lies in or above it. Publish into another folder.")
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file. Name a folder.")
    with writing(folder):
        holds = folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir())
    if holds and not is_site(folder):
        raise ConfigError(f"{folder} holds files that Kooch has not made. Publish into a new folder.")


def is_site(folder: Path) -> bool:
    """Whether Kooch has made the folder: the first file that it writes there is its own."""
    try:
        return "kooch" in (folder / MARK).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False


def lists_in(folder: Path) -> list[str]:
    """The lists that the site in `folder` has."""
    return sorted(file.parent.name for file in folder.glob("*/versions.json"))


def pages_of_editions(folder: Path) -> set[str]:
    """The pages that kept editions of a list have, by path below the folder of the edition."""
    kept = (folder / "v" / one.edition for one in editions(folder) if one.state == "kept")
    return {file.relative_to(dated).as_posix() for dated in kept for file in dated.rglob("*.html")}


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raise StorageError if a file in the site `folder` cannot be read or written."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error


def remember_site(home: Path, folder: Path) -> None:
    """Remember that lists are published in `folder`: a suppression reaches it."""
    rows = [{"folder": str(site)} for site in dict.fromkeys([*known_sites(home), folder])]
    write_whole(home / "sites.json", json.dumps(rows, indent=1) + "\n")


def known_sites(home: Path) -> list[Path]:
    """The folders into which this data folder published. Raises StorageError for a damaged `sites.json`."""
    file = home / "sites.json"
    if not file.exists():
        return []
    try:
        return [Path(row["folder"]) for row in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StorageError(f"{file} is damaged. Remove it, then publish each site again.") from error


def withdraw(site: Path, names: Collection[str], day: date) -> list[Path]:
    """Withdraw every edition on `site` whose files hold one of `names`; returns the folders that are empty now.

    A name is looked for as a word, in any case, in every file but pictures of pixels. `latest` is removed if it holds
    one: publish again afterwards. Readers see `day`.
    """
    words = b"|".join(re.escape(name.removeprefix("@").lower().encode()) for name in sorted(names) if name.strip("@"))
    if not words or not site.is_dir():
        return []
    sought = re.compile(rb"(?<![\w.-])(?:" + words + rb")(?![\w-])", re.IGNORECASE)
    emptied = []
    for lists in sorted(path for path in site.iterdir() if (path / "versions.json").exists()):
        kept = editions(lists)
        for number, one in enumerate(kept):
            folder = lists / "v" / one.edition
            if one.state == "kept" and folder.exists() and _holds(folder, sought):
                remove_folder(folder)
                folder.mkdir(parents=True)
                write_whole(folder / "index.html", _WITHDRAWN.format(day=f"{day.day} {day:%B %Y}"))
                kept[number] = replace(one, state="withdrawn")
                emptied.append(folder)
        if (lists / "latest").exists() and _holds(lists / "latest", sought):
            remove_folder(lists / "latest")
            emptied.append(lists / "latest")
        _write(lists, kept)
    return emptied


def _holds(folder: Path, sought: re.Pattern[bytes]) -> bool:
    return any(sought.search(content) for file in folder.rglob("*") if file.is_file() for content in _contents(file))


def _contents(file: Path) -> Iterable[bytes]:
    if file.suffix != ".zip":
        yield file.read_bytes()
        return
    with zipfile.ZipFile(file) as archive:
        yield from (archive.read(name) for name in archive.namelist())


def _write(folder: Path, kept: list[Kept]) -> None:
    rows = [asdict(one) | {"day": one.day.isoformat()} for one in kept]
    write_whole(folder / "versions.json", json.dumps(rows, indent=1) + "\n")
    latest = next((one.edition for one in reversed(kept) if one.state == "kept"), "")
    write_whole(folder / "versions.js", f"window.koochLatest = {json.dumps(latest)};\n")
