"""The columns of an imported table: which of our columns each one is, under whatever name."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from kooch import platforms
from kooch.errors import Fault
from kooch.rosters.models import MEMBER_COLUMNS
from kooch.rosters.tables import Row, Table

# Other names of a column, compared in lower case with _ for spaces and hyphens.
_ALIASES: dict[str, str] = {
    "figure_name": "name", "full_name": "name", "figure": "name",
    "type": "kind",
    "country_code": "country",
    "qid": "wikidata_qid", "wikidata": "wikidata_qid", "wikidata_id": "wikidata_qid",
    "alias": "aliases", "also_known_as": "aliases",
    "office": "role", "position": "role",
    "party_name": "party",
    "state": "unit", "constituency": "unit", "district": "unit",
    "role_start": "from_day", "start": "from_day", "from": "from_day", "since": "from_day",
    "role_end": "to_day", "end": "to_day", "to": "to_day", "until": "to_day",
    "born": "born", "birth_year": "born", "year_of_birth": "born", "official_id": "official_ids",
    "citation": "source",
    "account_created_on": "opened_on", "created_on": "opened_on",
    "twitter": "x", "twitter_handle": "x", "twitter_username": "x",
    "x_numeric_id": "x_native_id", "x_id": "x_native_id", "twitter_id": "x_native_id",
    "mastodon_address": "mastodon", "fediverse": "mastodon",
    "bsky": "bluesky", "did": "bluesky_native_id", "bluesky_did": "bluesky_native_id",
    "truth_social": "truthsocial",
    "youtube_channel_id": "youtube_native_id", "youtube_channel": "youtube_native_id",
    "says": "event",
    "note": "wording",
    "url": "source_url",
    "followers": "reported",
}  # fmt: skip
# Keys that are given once for a list, and in no column.
_OF_THE_LIST = ("as_of", "time_zone", "title", "slug", "licence", "selection", "complete_from", "vouches")
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A table under our names. `headers` has the name of each of our columns in the file. `left` has the columns that match none.

    `faults` are those of the user's mapping, whose columns are then read as without it.
    """

    table: Table
    rows: tuple[Row, ...]
    headers: Mapping[str, str]
    left: tuple[str, ...]
    faults: tuple[Fault, ...] = ()

    def fault(self, row: int | None, message: str, column: str | None = None) -> Fault:
        """A fault in this table; `column` is ours."""
        header = self.headers.get(column or "", column)
        return Fault(file=self.table.file, sheet=self.table.sheet, row=row, column=header, message=message)

    def placed(self, fault: Fault) -> Fault:
        """A fault of a row of this table, under the name that its column has in the file."""
        column = fault.column or ""
        # An account read from two columns is reported at the column of its handle.
        if fault.message.startswith("native_id") and f"{column}_native_id" in self.headers:
            column = f"{column}_native_id"
        return replace(fault, sheet=self.table.sheet, column=self.headers.get(column, column) or None)

    def missing(
        self,
        names: Sequence[str],
        *,
        remedy: str = 'say which it is with --map "COLUMN={}"',
        row_of: str = "membership",
    ) -> Iterator[Fault]:
        """The faults of a table without rows, or without a column that every row needs. `remedy` has a place for its name."""
        if not self.rows and not self.table.faults:
            yield self.fault(None, f"holds no row below its column names: give a table with one row a {row_of}")
        for name in names if self.rows and not self.table.has_unread_header else ():
            if name not in self.headers:
                yield self.fault(
                    self.table.first_row,
                    f"no column is known as '{name}', which every row needs; the columns are "
                    f"{', '.join(self.table.header)}: {remedy.format(name)}",
                )


def rename(table: Table, known: Sequence[str], mapping: Mapping[str, str] | None = None) -> Renamed:
    """The table under the names of `known`. The user's mapping goes before a column's own name, and that before an alias."""
    wanted = {_plain(name): _plain(target) for name, target in (mapping or {}).items() if _plain(target) in known}
    faults = list(_faults_of(mapping or {}, known, table))
    placed: dict[str, str] = {}
    # Strongest first; an alias whose name is taken is left over, and reported.
    names = {name: name for name in known}
    for strength in (wanted, names, _ALIASES | _aliases_of_platforms() | names):
        for column in table.header:
            target = strength.get(_plain(column), "")
            if not target and strength not in (wanted, names):
                target = _of_two_words(column, strength)
            if column in placed or target not in known:
                continue
            if target not in placed.values():
                placed[column] = target
            elif strength is wanted:
                faults.append(f"two columns are mapped to '{target}': keep one")
    return Renamed(
        table=table,
        rows=tuple(
            (number, {placed[name]: cell for name, cell in cells.items() if name in placed})
            for number, cells in table.rows
        ),
        headers={target: column for column, target in placed.items()},
        left=tuple(column for column in table.header if column not in placed),
        faults=tuple(
            Fault(file=table.file, sheet=table.sheet, row=table.first_row, message=message) for message in faults
        ),
    )


def is_column(text: str) -> bool:
    """Whether a text is the name of a column that an import knows, or another name of it."""
    own = {name: name for name in (*MEMBER_COLUMNS, *platforms.known())}
    names = _ALIASES | _aliases_of_platforms() | own
    return _plain(text) in names or bool(_of_two_words(text, names))


def platform_meant(text: str) -> str:
    """The platform that a word means, read like the name of a column: Twitter and X / Twitter are x. Any other word is
    returned in lower case."""
    word = _plain(text)
    names = {slug: slug for slug in platforms.known()}
    names |= {_plain(platform.name): slug for slug, platform in platforms.known().items()} | _ALIASES
    meant = names.get(word) or _of_two_words(text, names)
    return meant if meant in platforms.known() else text.strip().lower()


def _of_two_words(text: str, names: Mapping[str, str]) -> str:
    """What each word of `X / Twitter` or `X (Twitter)` means, if they mean the same."""
    meant = {names.get(_plain(word), "") for word in re.split(r"[/()]", text) if word.strip()}
    return meant.pop() if len(meant) == 1 else ""


def _aliases_of_platforms() -> dict[str, str]:
    words = ("handle", "username", "account", "address", "url", "link")
    return {f"{platform}_{word}": platform for platform in platforms.known() for word in words}


def _faults_of(mapping: Mapping[str, str], known: Sequence[str], table: Table) -> Iterator[str]:
    times = Counter(map(_plain, mapping))
    for name, target in mapping.items():
        plain = _plain(target)
        if times.pop(_plain(name), 1) > 1:
            yield f"column '{name}' is mapped twice: keep one"
        if plain in _OF_THE_LIST:
            what = "one day for the list" if plain == "as_of" else "said once for the list"
            yield f"column '{name}' cannot become '{target}': {plain} is {what}: --{plain.replace('_', '-')}"
        elif plain not in known:
            near = get_close_matches(plain, known, n=_MOST_NAMED, cutoff=0)
            yield f"column '{name}' cannot become '{target}': it can become {', '.join(near)}, …"
        if _plain(name) not in map(_plain, table.header):
            yield f"column '{name}' is not in the table: it has {', '.join(table.header)}"


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())
