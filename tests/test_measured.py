"""Every count that a page shows or gives as CSV is what SQL says of its measure: for three lists, on all pages."""

import csv
import io
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl

import duckdb
import pyarrow as pa
import pytest
import streamlit as st
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from analytics.measures.headline import count_there_by
from analytics.measures.sensitivity import sensitivity
from analytics.queries import query
from analytics.reproductions import STUDIES
from analytics.said import cell
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
    yield "studies", {}
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
        yield "plan", {"roster": roster}
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


# What can be taken away

Rows = Sequence[Mapping[str, str]]

COUNTED_BY = {
    "adoption_parts": "label",
    "coverage": "figures",
    "failures": "targets",
    "platform_counts": "shown",
    "platform_spread": "figures",
}
"""CSV whose rows name their measure: the column that shows its value."""

OF_FIGURES = {
    "came_back": "came_back",
    "fates": "fates",
    "follower_ratios": "audience_of_list",
    "place_changes": "where_they_differ",
    "places": "where_they_are",
    "silent": "silent_at_last_look",
}
"""CSV with one row per figure and platform: the query whose rows the page counts."""

WITHOUT_COUNTS = {
    "arrivals": "one row per report",
    "event_effect": "days, each with a ratio that a permutation compares",
}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Rows]:
    """What each CSV of the page that runs next holds, by its name."""
    found: dict[str, Rows] = {}

    def offer(label: str, data: bytes | Callable[[], bytes], *, file_name: str, **_: object) -> bool:
        if label == "CSV":
            text = (data() if callable(data) else data).decode()
            found[file_name.removeprefix("kooch-").removesuffix(".csv")] = list(csv.DictReader(io.StringIO(text)))
        return False

    monkeypatch.setattr(st, "download_button", offer)
    return found


def check_taken(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    rows: Rows,
    choices: Mapping[str, str],
    shown: Iterable[Shown],
) -> None:
    """Every count in a CSV is what SQL says."""
    if name in COUNTED_BY:
        wrong = [row for row in rows if not is_shown(value_of(connection, row["measure"]), row[COUNTED_BY[name]])]
    elif name in OF_FIGURES:
        wrong = list(wrong_counts_of_figures(connection, OF_FIGURES[name], rows, shown))
    elif name in {"adoption", "presence"}:
        wrong = list(wrong_days(connection, rows, choices))
    elif name == "audience":
        wrong = [row for row in rows if not is_in_audience(connection, row)]
    elif name.startswith("plan-"):
        wrong = [row for row in rows if not is_planned(connection, row, choices["roster"])]
    elif name == "published-numbers":
        wrong = [row for row in rows if row["ours"] != ours(connection, row["study"])]
    else:
        assert name in WITHOUT_COUNTS, name
        wrong = []
    assert wrong == [], (name, choices)


def wrong_counts_of_figures(
    connection: duckdb.DuckDBPyConnection, relation: str, rows: Rows, shown: Iterable[Shown]
) -> Iterator[Mapping[str, str]]:
    """What the page counts, counted in the rows that it gives."""
    for _, measure in shown:
        if not measure.startswith(f"{relation}.count?"):
            continue
        asked = dict(parse_qsl(measure.partition("?")[2], keep_blank_values=True))
        among = [row for row in rows if all(row.get(key, text) == text for key, text in asked.items())]
        if len(among) != value_of(connection, measure):
            yield {"measure": measure, "rows": str(len(among))}


def wrong_days(
    connection: duckdb.DuckDBPyConnection, rows: Rows, choices: Mapping[str, str]
) -> Iterator[Mapping[str, str]]:
    columns = [column for column in rows[0] if column.endswith(("_min", "_max")) or column in {"members", "not_looked"}]
    # A list without presumptions on a platform has the same rows without them: they stand in `adoption` alone.
    relations = ["adoption_without_presumptions"] if choices.get("without_presumptions") else []
    for relation in (*relations, "adoption"):
        days = connection.execute(
            f"SELECT day, {', '.join(columns)} FROM {relation} WHERE roster = ? AND platform = ? ORDER BY day",
            [choices["roster"], choices["platform"]],
        ).fetchall()
        if days:
            break
    for row in rows:
        counted = days[bisect_right([day for day, *_ in days], date.fromisoformat(row["day"])) - 1][1:]
        said = [float(row[column]) if row[column] else None for column in columns]
        if said != [None if value is None else float(value) for value in counted]:
            yield row


def is_in_audience(connection: duckdb.DuckDBPyConnection, row: Mapping[str, str]) -> bool:
    found = connection.execute(
        "SELECT count(*) FROM audience WHERE account_id IS NOT DISTINCT FROM ?::INTEGER"
        " AND valid_at = ?::TIMESTAMPTZ AND source = ? AND followers = ?::BIGINT",
        [row["account_id"] or None, row["valid_at"], row["source"], row["followers"]],
    ).fetchone()
    return found is not None and found[0] > 0


def is_planned(connection: duckdb.DuckDBPyConnection, row: Mapping[str, str], roster: str) -> bool:
    accounts, figures = (
        value_of(connection, cell("accounts_to_look_at", column, roster=roster, platform=row["platform"]))
        for column in ("accounts", "figures")
    )
    looks = {"by hand": figures, "not read": accounts}.get(row["how"])
    return [int(row["accounts"]), int(row["figures"])] == [accounts, figures] and (
        looks is None or int(row["looks"]) == looks
    )


def ours(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    (study,) = [study for study in STUDIES if study.name == name]
    if study.sql is None:
        return "none: the data are closed"
    found = connection.execute(query(study.sql)).fetchall()
    if not found:
        return "none: these data have no such rows"
    least, most, whole = found[0]
    return f"{least:,} of {whole:,}" if least == most else f"{least:,} to {most:,} of {whole:,}"


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_every_count_on_every_page_is_what_sql_says_of_its_measure(
    home: Path, taken: dict[str, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, int] = {}
    charts: dict[str, int] = {}
    files: set[str] = set()
    with open_version(reading_file(home)) as connection:
        for page, choices in visits(home):
            taken.clear()
            app = run(PAGES[page], home, monkeypatch, **choices)
            charts[page] = charts.get(page, 0) + len(list(on_charts(app)))
            shown = list(shown_on(app))
            for text, measure in shown:
                seen[page] = seen.get(page, 0) + 1
                assert is_shown(value_of(connection, measure), text), (page, choices, text, measure)
            for name, rows in taken.items():
                check_taken(connection, name, rows, choices, shown)
            files |= taken.keys()
            plain_words = "\n".join(
                each.value for kind in ("markdown", "caption", "info") for each in getattr(app, kind)
            )

            assert not _UNMEASURED.search(plain_words), (page, choices, _UNMEASURED.search(plain_words))

    assert seen.keys() >= {"first_screen", "adoption", "moves", "figure", "crawls", "places", "stayed", "look"}
    assert seen.keys() >= {"plan", "studies"}
    assert seen["adoption"] > 60
    assert charts.keys() >= {"first_screen", "adoption", "crawls"}
    assert min(charts[page] for page in ("first_screen", "adoption", "crawls")) > 0
    assert files >= {"adoption", "presence", "adoption_parts", "coverage", "places", "plan-never", "published-numbers"}


@pytest.mark.proof
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


@pytest.mark.proof
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
