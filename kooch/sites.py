"""Published sites: which editions of a list a folder keeps, and how one is withdrawn. Knows files, and not what is drawn."""

import json
import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from kooch.errors import StorageError
from kooch.files import make_folder, remove_folder, write_whole

_WITHDRAWN = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>This edition was withdrawn</title>
</head>
<body>
<h1>This edition was withdrawn</h1>
<p>It was withdrawn on {day}. <a href="../../latest/index.html">The latest edition</a> stands in its place.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An edition of a list: its id, its day, and whether its pages are still there."""

    edition: str
    day: date
    state: Literal["kept", "withdrawn"] = "kept"


class Site(NamedTuple):
    """A folder that `kooch publish` writes, and the lists in it (none: all)."""

    folder: Path
    rosters: tuple[str, ...]


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


def note_edition(folder: Path, edition: str, day: date) -> None:
    """Note that the folder has the pages of an edition, and that it is the latest."""
    others = [one for one in editions(folder) if one.edition != edition]
    _write(folder, [*others, Kept(edition=edition, day=day)])


def note_moves(folder: Path, moves: Collection[str], day: date) -> dict[str, date]:
    """The ids of moves that the list's feed told once and tells no more, each with the day (of an edition) on which it went.

    `moves` are those that the feed tells now: what it tells again is withdrawn no more. Ids are kept, and no names: a suppression
    has nothing to remove here. Raises StorageError for a damaged file.
    """
    feed, file = folder / "latest" / "feed.json", folder / "withdrawn.json"
    try:
        before = json.loads(feed.read_text(encoding="utf-8"))["items"] if feed.exists() else []
        noted = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        known = {move: date.fromisoformat(text) for move, text in noted.items()}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StorageError(f"{feed} or {file} is damaged. Remove {folder / 'latest'}, then publish again.") from error
    told = (item["id"].removeprefix("urn:kooch:move:") for item in before if item["id"].startswith("urn:kooch:move:"))
    gone = known | {move: day for move in told if move not in known}
    found = {move: gone[move] for move in sorted(gone) if move not in set(moves)}
    if found or file.exists():
        make_folder(folder, mode=0o755)
        write_whole(file, json.dumps({move: on.isoformat() for move, on in found.items()}, indent=1) + "\n")
    return found


def remember_site(home: Path, folder: Path, rosters: Sequence[str]) -> None:
    """Remember that the lists `rosters` (none: all) are published in `folder`: a suppression reaches it."""
    others = [site for site in known_sites(home) if site.folder != folder]
    rows = [{"folder": str(site.folder), "rosters": site.rosters} for site in [*others, Site(folder, tuple(rosters))]]
    write_whole(home / "sites.json", json.dumps(rows, indent=1) + "\n")


def known_sites(home: Path) -> list[Site]:
    """The sites that were published from this data folder. Raises StorageError for a damaged `sites.json`."""
    file = home / "sites.json"
    if not file.exists():
        return []
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return [Site(Path(row["folder"]), tuple(row["rosters"])) for row in found]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StorageError(f"{file} is damaged. Remove it, then publish each site again.") from error


def withdraw(site: Path, names: Collection[str], day: date) -> list[Path]:
    """Withdraw every edition on `site` whose files hold one of `names`; returns the folders that are empty now.

    A name is looked for as a word, in any case, in every file but pictures of pixels. `latest` is removed where it holds
    one: publish again afterwards. `day` is told to readers.
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
