"""Folders of SELECT files. Each file is named after its rows, and is made after the files that it reads."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

_WORD = re.compile(r"\w+")
_COMMENT = re.compile(r"--.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """One file. `folder` is the name of its folder, `words` are all words of its code."""

    name: str
    folder: str
    sql: str
    words: frozenset[str]

    @property
    def row_meaning(self) -> str:
        """What a row is: the first line of the file."""
        return self.sql.splitlines()[0].removeprefix("-- ")


def read_selects(folders: Iterable[Path]) -> dict[str, Select]:
    """The SELECTs of these folders by name."""
    selects = {}
    for file in sorted(file for folder in folders for file in folder.glob("*.sql")):
        sql = file.read_text(encoding="utf-8").rstrip().rstrip(";")
        selects[file.stem] = Select(name=file.stem, folder=file.parent.name, sql=sql, words=words_of(sql))
    return selects


def words_of(sql: str) -> frozenset[str]:
    """The words of a statement without comments. The names of what it reads are among them."""
    return frozenset(_WORD.findall(_COMMENT.sub("", sql)))


def in_order(selects: Mapping[str, Select], wanted: Collection[str] | None = None) -> list[Select]:
    """The `wanted` SELECTs (or all) and those that they read, each after those that it reads."""
    graph: dict[str, frozenset[str]] = {}
    waiting = list(selects if wanted is None else wanted)
    while waiting:
        name = waiting.pop()
        if name not in graph:
            graph[name] = (selects[name].words & selects.keys()) - {name}
            waiting += graph[name]
    return [selects[name] for name in TopologicalSorter(graph).static_order()]
