"""The ready commands by country: each can be typed as it stands, names a public file, and stands on the page."""

import re
from collections import Counter

import pytest
from typer.main import get_command

from kooch import rosters
from kooch.cli.roster import app
from kooch.cli.wikidata import selector_of
from kooch.reference import DOCS, lists_by_country
from kooch.rosters.countries import read_country
from kooch.wikidata.countries import Ready, items, origins, ready_commands, without_parliament
from kooch.wikidata.questions import Selector

READY = list(ready_commands())


def parsed(ready: Ready) -> tuple[str, Selector]:
    """The name of the list and its selection, as the command line reads the words."""
    group = get_command(app)
    assert hasattr(group, "commands")
    given = dict(group.commands["wikidata"].make_context("wikidata", list(ready.words)).params)
    wanted = {name.removeprefix("of_"): given[name] for name in ("office", "term", "cabinet", "posts_of", "of_class")}
    return given["slug"], selector_of(wanted, given["country"], given["operated_by"], given["language"] or [])


def test_every_item_is_well_formed_and_names_a_public_file() -> None:
    for item in items():
        assert re.fullmatch(r"Q[1-9][0-9]*", item.item), item
        assert item.file, item
        assert item.source in origins(), item
        assert item.kind == "class" or read_country(item.country) == item.country, item
    for origin in origins().values():
        assert re.fullmatch(r"[0-9a-f]{40}", origin.commit), origin
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", origin.repository), origin
    assert {item.source for item in items()} == set(origins())


def test_an_item_stands_for_one_thing() -> None:
    twice = [item for item, n in Counter(each.item for each in items()).items() if n > 1]

    assert twice == []


@pytest.mark.parametrize("kind", ["council", "state"])
def test_each_country_stands_once(kind: str) -> None:
    twice = [code for code, n in Counter(each.country for each in items() if each.kind == kind).items() if n > 1]

    assert twice == []


@pytest.mark.proof
def test_every_command_is_one_that_the_command_line_takes() -> None:
    slugs = []
    for ready in READY:
        slug, selector = parsed(ready)
        slugs.append(slug)

        assert rosters.fault_of_slug(slug) is None, ready
        assert {selector.item, selector.country, selector.operator} - {None} == {each.item for each in ready.items}
    assert len(slugs) == len(set(slugs))


def test_a_country_has_its_parliament_or_is_named_as_one_without() -> None:
    assert "India" not in without_parliament()
    assert "Andorra" not in without_parliament()
    assert "Zambia" in without_parliament()


def test_the_page_is_current_and_has_every_command() -> None:
    page = (DOCS / "lists-by-country.md").read_text(encoding="utf-8")

    assert page == lists_by_country(), "run `make docs`"
    for ready in READY:
        assert page.count(f"`kooch roster wikidata {' '.join(ready.words)}`") == 1, ready
