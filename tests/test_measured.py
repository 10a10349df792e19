"""Every count that a page shows names its measure, and is what SQL says of that measure: for three lists, on all pages."""

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl

import duckdb
import pyarrow as pa
import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from analytics.measures.headline import count_there_by
from analytics.measures.sensitivity import sensitivity
from analytics.queries import query
from kooch.config import BUNDLED_ROSTERS
from kooch.rosters import write_roster
from kooch.store.versions import open_version, reading_file
from tests import stores
from tests.servers.app import serving
from tests.test_app import ROOT, run, words

PAGES = {page.stem: page for page in (ROOT / "pages").glob("*.py")}
_SPAN = re.compile(r'<span data-measure="([^"]*)">([^<]*)</span>')
# Text that looks like a count and cannot carry an attribute.
_UNMEASURED = re.compile(r"(?<![\w,-])\d[\d,]* (?:of|to) (?:the )?\d[\d,]*\b(?! [A-Z])")

Shown = tuple[str, str]
"""What is shown, and the measure that it names."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled lists, crawled a little; and a list whose handles never existed."""
    home = tmp_path_factory.mktemp("measured")
    names = ("nobody", "no-one", "none-such")
    never = stores.roster(
        "never",
        [stores.member(name, party="Ghosts") for name in names],
        accounts=tuple(stores.claim(name, f"{name}.example.org") for name in names),
        vouches=False,
    )
    (home / "rosters").mkdir()
    write_roster(never, home / "rosters")
    stores.crawl(
        home,
        *(stores.seen(f"@{name}.example.org", minutes, status="not_found") for name in names for minutes in (0,)),
        stores.failed("@gone.example.org", 0, "unreachable"),
    )
    stores.load(home, BUNDLED_ROSTERS)
    return home


def shown_on(app: AppTest) -> Iterator[Shown]:
    """Every number of the page that names its measure: in sentences and tables, and on charts."""
    for element in app.get("html"):
        for measure, text in _SPAN.findall(element.proto.body):
            yield unescape(text), unescape(measure)
    yield from on_charts(app)


def on_charts(app: AppTest) -> Iterator[Shown]:
    """The labels of charts that name their measure."""
    for element in app.get("vega_lite_chart"):
        yield from _labels(element.proto)


def _labels(chart: object) -> Iterator[Shown]:
    """The labels of a chart: those layers whose marks describe themselves by a measure."""
    spec = json.loads(chart.spec)  # type: ignore[attr-defined]  # a message of Streamlit's
    frames = {each.name: pa.ipc.open_stream(each.data.data).read_all().to_pylist() for each in chart.datasets}  # type: ignore[attr-defined]
    for layer in spec.get("layer", []):
        data = layer.get("data", spec.get("data"))
        encoding = layer.get("encoding", {})
        if encoding.get("description", {}).get("field") != "measure":
            continue
        for row in frames[data["name"]]:
            yield str(row[encoding["text"]["field"]]), row["measure"]


def value_of(connection: duckdb.DuckDBPyConnection, measure: str) -> object:
    """The value of a measure in SQL: the cell of a table or view, or of the answer of a query."""
    name, _, where = measure.partition("?")
    relation, _, column = name.partition(".")
    asked = dict(parse_qsl(where, keep_blank_values=True))
    if relation in {"count_there_by", "sensitivity"}:
        return _without_texts(connection, relation, asked)
    known = connection.execute("SELECT count(*) FROM duckdb_columns() WHERE table_name = ?", [relation]).fetchall()
    source = relation
    if not known[0][0]:
        sql = query(relation)
        used = {key for key in asked if f"${key}" in sql}
        for key in used:
            sql = re.sub(rf"\${key}\b", _literal(asked.pop(key)), sql)
        source = f"({sql})"
    last = asked.pop("day", None) if relation.startswith("adoption") else None
    conditions = [f"{key} IS NULL" if not text else f"{key} = {_literal(text)}" for key, text in asked.items()]
    if last:
        conditions.append(f"day <= {_literal(last)}")
    found = connection.execute(
        f"SELECT {'count(*)' if column == 'count' else column} FROM {source}"
        f" WHERE {' AND '.join(conditions) or 'true'} {'ORDER BY day DESC LIMIT 1' if last else ''}"
    ).fetchall()
    assert len({value for (value,) in found}) == 1, (measure, found)
    return found[0][0]


def _without_texts(connection: duckdb.DuckDBPyConnection, relation: str, asked: dict[str, str]) -> int:
    """These counts are made by leaving evidence out of a copy: no view holds them."""
    of = {
        "roster": asked["roster"],
        "platform": asked["platform"],
        "zone": asked["zone"],
        "day": date.fromisoformat(asked["day"]),
        "known_by": date.fromisoformat(asked["known_by"]) if "known_by" in asked else None,
    }
    if relation == "count_there_by":
        return count_there_by(connection, **of)  # type: ignore[arg-type]  # checked by the page
    (left,) = [left for left in sensitivity(connection, **of) if left.texts == asked["texts"]]  # type: ignore[arg-type]
    return left.there


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def is_shown(value: object, text: str) -> bool:
    """Whether `text` says `value`: the number alone, or with words around it."""
    if value is None:
        return text == "cannot be said"
    assert isinstance(value, int | float)
    written = {f"{value:,.0f}", f"{value:.0%}", f"{value:.3g}", f"{value / 1_000_000:g} million"}
    return any(re.search(rf"(?<![\d,.]){re.escape(one)}(?![\d,])", text) for one in written)


def visits(home: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Every page, and on it everything that can be chosen of the three lists."""
    yield "first_screen", {}
    yield "first_screen", {"known_by": "2021-02-09"}
    yield "crawls", {}
    yield "sql", {}
    yield "figure", {}
    for at in ("linkedin", "facebook"):
        yield "look", {"roster": "us-congress", "platform": at, "wave": "Autumn", "looker": "a"}
    for figure in ("in-yogi-adityanath", "us-maria-cantwell", "nobody"):
        yield "figure", {"figure": figure}
    with open_version(reading_file(home)) as connection:
        found = connection.execute(
            "SELECT roster, platform, list(DISTINCT breakdown) FROM adoption_parts"
            " WHERE roster IN ('in-koo-2021', 'us-congress', 'never') GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    for roster in ("in-koo-2021", "us-congress", "never"):
        yield "moves", {"roster": roster}
        yield "places", {"roster": roster}
        yield "places", {"roster": roster, "day": "2021-02-10", "against": "2022-12-27"}
    yield "event", {"roster": "de-fediverse", "day": "2022-10-27"}
    yield "places", {"roster": "us-congress", "party": "Republican", "place": "not looked"}
    for roster, platform, breakdowns in found:
        yield "stayed", {"roster": roster, "platform": platform}
        yield "followers", {"roster": roster, "newer": platform}
        of = {"roster": roster, "platform": platform}
        yield "adoption", {**of, "measure": "had joined", "show": "percentage", "without_presumptions": "true"}
        for n, breakdown in enumerate(sorted(set(breakdowns) - {"all"})):
            yield "adoption", {**of, "measure": ("had joined", "were there")[n % 2], "breakdown": breakdown}
        if len(breakdowns) <= 2:
            yield "adoption", {**of, "measure": "were there"}


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_every_count_on_every_page_is_what_sql_says_of_its_measure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, int] = {}
    charts: dict[str, int] = {}
    with open_version(reading_file(home)) as connection:
        for page, choices in visits(home):
            app = run(PAGES[page], home, monkeypatch, **choices)
            charts[page] = charts.get(page, 0) + len(list(on_charts(app)))
            for text, measure in shown_on(app):
                seen[page] = seen.get(page, 0) + 1
                assert is_shown(value_of(connection, measure), text), (page, choices, text, measure)
            plain_words = "\n".join(
                each.value for kind in ("markdown", "caption", "info") for each in getattr(app, kind)
            )

            assert not _UNMEASURED.search(plain_words), (page, choices, _UNMEASURED.search(plain_words))

    assert seen.keys() >= {"first_screen", "adoption", "moves", "figure", "crawls", "places", "stayed", "look"}
    assert seen["adoption"] > 60
    assert charts.keys() >= {"first_screen", "adoption", "crawls"}
    assert min(charts[page] for page in ("first_screen", "adoption", "crawls")) > 0


def test_tables_of_crawls_are_the_answers_of_their_queries(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(PAGES["crawls"], home, monkeypatch)
    shown = {frozenset(frame.value.columns): frame.value for frame in app.dataframe}

    with open_version(reading_file(home)) as connection:
        for name in ("runs_of_version", "freshness"):
            expected = connection.sql(query(name)).pl()
            (found,) = [frame for columns, frame in shown.items() if columns == set(expected.columns)]
            for column in expected.columns:
                if expected[column].dtype.is_integer():
                    assert found[column].to_list() == expected[column].to_list(), (name, column)


def test_nobody_whose_handle_never_existed_is_counted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_version(reading_file(home)) as connection:
        counted = connection.execute(
            "SELECT max(joined_min), max(there_min) FROM adoption WHERE roster = 'never'"
        ).fetchall()
        moves = connection.execute("SELECT count(*) FROM moves WHERE figure_id = 'nobody'").fetchall()
    said = words(run(PAGES["moves"], home, monkeypatch, roster="never"))

    assert counted == [(0, 0)]
    assert moves == [(0,)]
    assert "Nobody on this list is known to have moved" in said


def test_a_browser_keeps_the_measures(home: Path, browser: Browser) -> None:
    with serving(home) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.goto(f"{url}/adoption?roster=us-congress&platform=x")
        expect(page.locator("[data-measure^='adoption.joined_min']").first).to_have_text("507", timeout=60_000)
        label = page.locator("svg [aria-label^='adoption.joined_min?roster=us-congress']").first
        expect(label).to_have_text("507")

        page.goto(f"{url}/crawls")
        expect(page.locator(".st-key-measure-runs_of_version")).to_be_visible(timeout=60_000)
        page.close()
