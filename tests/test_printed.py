"""What readers print: the sheet, the published page, the feed and the app say the same of one statement."""

from pathlib import Path
from typing import get_args

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from analytics.measures.evidence import EVENTS
from analytics.measures.sheet import sheet
from analytics.measures.statements import statements
from analytics.site.build import publish_site
from kooch.rosters.values import EventKind
from kooch.store.versions import open_version, reading_file
from tests import stores
from tests.test_app import ROOT, run, words

ALL_EVENTS: tuple[EventKind, ...] = get_args(EventKind)


@pytest.fixture(scope="module")
def home_of_events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A figure for each event that a list or a file of evidence may have; each has an account."""
    folder = tmp_path_factory.mktemp("events")
    told = tuple(
        stores.statement(event, event, "2024-04-24", platform="x", not_after="2024-04-24", wording=f"words on {event}")
        for event in ALL_EVENTS
    )
    claims = tuple(stores.claim(event, f"{event}_test", platform="x") for event in ALL_EVENTS)
    people = stores.roster("people", map(stores.member, ALL_EVENTS), accounts=claims, statements=told)
    stores.load(folder / "home", stores.bundle(folder / "bundled", people))
    return folder / "home"


def test_every_event_of_a_list_is_on_the_published_pages(home_of_events: Path, tmp_path: Path) -> None:
    publish_site(reading_file(home_of_events), tmp_path, None, publisher="The Desk", contact="mailto:desk@example.org")
    pages = "\n".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.html"))

    for event in ALL_EVENTS:
        assert f"{EVENTS[event].capitalize()} (stated): words on {event}" in pages
    assert "Announced that they leave (stated): words on announced" in pages


@pytest.mark.parametrize("event", ALL_EVENTS)
def test_every_event_of_a_list_is_on_the_sheet_and_on_the_pages_of_the_app(
    home_of_events: Path, monkeypatch: pytest.MonkeyPatch, event: EventKind
) -> None:
    with open_version(reading_file(home_of_events)) as connection:
        says = [one.says for one in sheet(connection, figure_id=event, platform="x").evidence]
        cards = statements(connection, figures=[event], platform="x", zone="UTC")
    page = run(ROOT / "pages" / "figure.py", home_of_events, monkeypatch, figure=event)
    shown = AppTest.from_function(show_cards, args=(cards,)).run()
    line = f"{EVENTS[event].capitalize()} (stated): words on {event}"

    assert any(line in one for one in says)
    assert any(line in code.value for code in page.code)
    assert (event, f"words on {event}") in cards.select("event", "wording").rows()
    assert not shown.exception
    assert f"{EVENTS[event]} " in words(shown)
    assert f"words on {event}" in words(shown)


def show_cards(found: "pl.DataFrame") -> None:
    from pages.shared.statements import show_statements  # noqa: PLC0415  # Streamlit runs this body by itself

    show_statements(found)
