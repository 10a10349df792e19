"""What readers see is said in short sentences and in their own words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.charts import charts
from analytics.measures.report import ROWS
from analytics.measures.statements import STATEMENTS
from kooch.config import VIEWS
from tests.test_app import ROOT

LONGEST = 30
"""Words in a sentence."""
_OURS_ALONE = re.compile(r"\b(entry|entries|body|bodies|readings?|gutters?|exodus|stands?|jitter)\b", re.IGNORECASE)
_PYTHON = [
    *sorted((ROOT / "pages").rglob("*.py")),
    *sorted((VIEWS / "charts").glob("*.py")),
    *sorted((VIEWS / "measures").glob("*.py")),
    *sorted((VIEWS / "site").glob("*.py")),
    *sorted(VIEWS.glob("*.py")),
    *sorted((ROOT / "kooch" / "cli").glob("*.py")),
    *sorted((ROOT / "kooch" / "looks").glob("*.py")),
    *sorted((ROOT / "kooch" / "schedule").glob("*.py")),
    ROOT / "kooch" / "errors.py",
    ROOT / "kooch" / "messages.py",
]
_SQL = sorted(VIEWS.rglob("*.sql"))
_TEMPLATES = sorted((VIEWS / "site" / "templates").iterdir())


def texts(file: Path) -> Iterator[str]:
    """Every text in the code but docstrings; a value that is filled in counts as one word."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    left_out = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(part) for part in ast.walk(node) if part is not node}
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text; what is a name, a key or markup is none."""
    for sentence in re.split(r"(?<=[.?!])\s+|\n", text):
        if len(sentence.split()) >= 3 and not re.search(r"</|^\s*[{<]", sentence):
            yield sentence


def faults(found: Iterator[str]) -> list[str]:
    return [sentence for sentence in found if len(sentence.split()) > LONGEST or _OURS_ALONE.search(sentence)]


@pytest.mark.parametrize("file", _PYTHON, ids=lambda file: str(file.relative_to(ROOT)))
def test_code_says_short_sentences_in_the_readers_words(file: Path) -> None:
    assert faults(sentence for text in texts(file) for sentence in sentences(text)) == []


def test_short_labels_are_in_the_readers_words() -> None:
    labels = {
        (file.name, part.value.value)
        for file in _PYTHON
        for part in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(part, ast.keyword)
        and part.arg in {"title", "label", "placeholder", "help"}
        and isinstance(part.value, ast.Constant)
        and isinstance(part.value.value, str)
    }

    assert len(labels) > 30
    assert [label for label in sorted(labels) if _OURS_ALONE.search(label[1])] == []


def test_templates_say_short_sentences_in_the_readers_words() -> None:
    assert len(_TEMPLATES) > 5
    for file in _TEMPLATES:
        text = re.sub(r"<style>.*?</style>", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"\{\{.*?\}\}", "7", re.sub(r"\{%.*?%\}", " ", text))
        shown = re.sub(r"<[^>]+>", "\n", text)

        assert faults(sentences(shown)) == [], file.name


def test_texts_in_sql_are_short_and_in_the_readers_words() -> None:
    """What macros and queries write into cells."""
    assert len(_SQL) > 100
    for file in _SQL:
        written = re.findall(r"'((?:[^']|'')*)'", re.sub(r"--.*", "", file.read_text(encoding="utf-8")))

        assert faults(sentence for text in written for sentence in sentences(text)) == [], file.name


def test_headers_of_tables_to_take_away_are_in_the_readers_words() -> None:
    """What a CSV of a page or of `kooch report` is made from: frames of charts, and rows of queries but the headline's sentence."""
    queries = [file for file in _SQL if file.parent.name == "queries" and file.name != "headline.sql"]
    named = {name for file in queries for name in re.findall(r"\bAS (\w+)", file.read_text(encoding="utf-8"))}
    frames = [schema.names() for chart in charts().values() for schema in chart.FRAMES.values()]
    headers = {*named, *(name for names in frames for name in names), *STATEMENTS.names(), *ROWS.names()}

    assert len(headers) > 200
    assert [name for name in sorted(headers) if _OURS_ALONE.search(name.replace("_", " "))] == []


def test_a_riddle_and_a_long_sentence_are_found() -> None:
    riddle = "The band is a reading of the entries."

    assert faults(sentences(riddle)) == [riddle]
    assert faults(sentences("word " * 31)) == ["word " * 31]
    assert faults(sentences("A dot marks the day of joining. Orange marks mean that sources disagree.")) == []
