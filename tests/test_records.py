"""The records of a list's versions: what is read entry by entry is what the whole text says."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kooch.rosters.records import Records

PLAIN = "- id:\n    bioguide: A1\n  social:\n    twitter: ann\n"


def whole(text: str) -> list[dict[str, str]] | None:
    """What the text says when all of it is parsed at once; None: it cannot be read."""
    try:
        found = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return None
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), [])
    is_list = isinstance(found, list) and all(isinstance(record, dict) for record in found)
    return [dict(texts(record, "")) for record in found] if is_list else None


def texts(record: dict[str, object], place: str) -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from texts(value, f"{place}{key}.")
        elif isinstance(value, str | int | date):
            yield f"{place}{key}", str(value).strip()


def by_entry(records: Records, text: str) -> list[dict[str, str]] | None:
    try:
        return records.read("list.yaml", text.encode())
    except (yaml.YAMLError, ValueError):
        return None


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"# A note\n---\n\n{PLAIN}# Between\n{PLAIN}",
        # The words of one person, in which lines look like entries.
        "- a: |\n    - b: 1\n    - c: 2\n- a: >-\n\n   - d\n",
        "- a: 'one\n- b: two'\n- c: 3\n",
        '- a: "one\n\n- b: two"\n- c: 3\n',
        "- {a: [1,\n2]}\n- b: 1\n",
        "- a: 1\n  b:\n  - c: 1\n  - d\n- a: 2\n",
        "- a:\n- b: 1\n",
        "-\n  a: 1\n- b: 2\n",
        "  - a: 1\n  - b: 2\n",
        "  - a: 1\n- b: 2\n",
        "people:\n- a: 1\n- b: 2\n",
        "people:\n- a: 1\npeople: [{x: 1}]\n- c: 1\n",
        # An anchor in one entry and its alias in another; an anchor twice.
        "- &one {a: 1}\n- *one\n- <<: *one\n  b: 2\n",
        "- a: &x 1\n- b: *x\n",
        "- a: &x 1\n- b: &x 2\n",
        "- a: Q&A\n- b: Q&A\n",
        # More documents than one.
        "- a: 1\n---\n- b: 2\n",
        "- a: 1\n...\n- b: 2\n",
        "---\n---\n- a: 1\n",
        "%YAML 1.1\n---\n- a: 1\n- b: 2\n",
        # Other ends of a line.
        "- a: 1\r\n- b: 2\r\n",
        "- a: 1\r- b: 2\n- c: 3\n",
        "- a: 1\u2028- b: 2\n- c: 3\n",
        "# a note\u2028x:\n- a: 1\n- b: 2\n",
        # Words that mean something else without quotes, and what is no record.
        "- a: 0123\n  b: '0123'\n  c: yes\n  d: 2025-01-02\n  e: 1.5\n  f: ~\n- a: 2025-13-45\n",
        "- a: 1\n- b\n",
        "- a: 1\n-b: 2\n",
        "- a: !x 1\n- b: 2\n",
        "['- a'\n]\n- b: 1\n",
        "- a: 1\n  # - b: 2\n # odd\n- c: 3\n",
        "- a: 1\n\tb: 2\n- c: 3\n",
        "",
    ],
)
def test_a_list_in_yaml_is_read_as_its_whole_text_says(text: str) -> None:
    records = Records()

    assert by_entry(records, text) == whole(text)
    # After another version that has some of the entries.
    by_entry(records, f"{PLAIN}- a: 1\n- b: 2\n")
    assert by_entry(records, text) == whole(text)


LINES = st.sampled_from(
    [
        *("- a: 1\n", "- b: two words\n", "  c: 3\n", "    d: 4\n", "-\n", "- - e\n", "  - f: 6\n", "\n", "# - g\n", "  # h\n"),
        *("- i: |\n", "- j: >2\n", "    - k: 11\n", "- l: 'x\n", "y'\n", '- m: "x\n', 'y"\n', "- n: {o: 1,\n", "p: 2}\n", "- [\n", "]\n"),
        *("- q: &r 1\n", "- s: *r\n", "- &t {u: 1}\n", "- <<: *t\n", "---\n", "...\n", "v:\n", "- w:\r\n", "- x: 1\r", "- y: 1\u2028", "\t"),
        *("- ? z\n", ": 1\n", "- 'a': b\n", "- a: b'\n", "- a: b # c'\n", "'\n", '"\n', "- a: [1, 2]\n", "- !!str 1\n", "%TAG ! x\n"),
    ]
)  # fmt: skip


@given(st.lists(st.lists(LINES, max_size=9).map("".join), min_size=1, max_size=3))
def test_any_versions_are_read_as_their_whole_texts_say(versions: list[str]) -> None:
    records = Records()

    assert [by_entry(records, text) for text in versions] == [whole(text) for text in versions]


def test_an_entry_that_stays_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    load = yaml.load

    def load_and_note(text: str, Loader: type[yaml.CSafeLoader]) -> object:  # noqa: N803 -- the name that PyYAML gives it
        parsed.append(text)
        return load(text, Loader=Loader)

    monkeypatch.setattr(yaml, "load", load_and_note)
    entries = [f"- name: Person {n}\n  x: person{n}\n" for n in range(20)]
    records = Records()
    for n in range(5):
        entries[n] = entries[n].replace("x: ", "x: the")
        records.read("list.yml", "".join(entries).encode())

    assert len(parsed) == 24
    assert all(re.fullmatch(r"- name: Person \d+\n  x: \w+\n", text) for text in parsed)
