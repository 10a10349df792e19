"""One contract for all charts: each says what it shows, draws its frames and nothing else, and travels with its caption."""

import csv
import io
import json
import re
from datetime import date
from typing import Any

import altair as alt
import polars as pl
import pytest
import vl_convert

from analytics.captions import Caption
from analytics.charts import ChartModule, charts
from analytics.downloads import to_csv, to_parquet, to_png, to_svg
from analytics.measures.events import MARKERS
from analytics.measures.window import DAY, Window

CHARTS = charts()
WINDOW = Window(start=date(2021, 2, 1), end=date(2021, 3, 6), zone="Asia/Kolkata", opened=date(2020, 3, 1))
AT = WINDOW.start_at
CAPTION = Caption(question="Why?", definition="So.", unit="Things", source="A list (CC0)", version="version 7 of today")


def row(name: str, y: float, **more: object) -> dict[str, Any]:
    return {"row": name, "y": y, "name": name, "is_group": False, "is_contradicted": False, "figures": [name]} | more


def mark(shape: str, at: float, until: float | None = None, **more: object) -> dict[str, Any]:
    return {"row": "a", "y": 1.0, "shape": shape, "at": at, "until": until, "label": f"a {shape}"} | more


def segment(row: int, name: str, part: str, figures: int, start: int = 0) -> dict[str, Any]:
    told = {"words": part, "label": str(figures), "measure": "counted.count"}
    return {"row": row, "name": name, "part": part, "figures": figures, "start": start, "of": 40, **told}


EVENT = [{"title": "Something happens", "at": 1_612_828_800_000, "until": None, "line": 0}]
DAYS = 86_400_000


def block(first: int, days: int) -> list[dict[str, Any]]:
    """A country blocks the platform from this millisecond on."""
    return [{"title": "X blocked", "at": first, "until": first + days * DAYS, "line": 0}]


# A frame for every chart, small enough to count.
HAND: dict[str, dict[str, list[dict[str, Any]]]] = {
    "arrivals": {
        "rows": [
            row("Ministers", 0, is_group=True),
            row("a", 1, says="Daily", says_short="Daily"),
            row("b", 2, is_contradicted=True),
        ],
        "marks": [
            mark("dot", AT + DAY),
            mark("tail", WINDOW.left, AT + 2 * DAY),
            mark("tick", AT + 2 * DAY),
            mark("link", AT, AT + DAY, y=2.0),
            mark("ring", AT, y=2.0),
            mark("ring", AT + DAY, y=2.0),
            mark("end", AT + DAY, y=2.0),
        ],
        "events": [{"title": "9 Feb: something", "at": AT + 8.5 * DAY, "until": None, "line": 0.0, "is_range": False}],
    },
    "accounts_by_month": {
        "months": [
            {"month": date(2022, 11, 1), "kind": "institution", "accounts": 2, "below": 0},
            {"month": date(2022, 11, 1), "kind": "person", "accounts": 1, "below": 2},
            {"month": date(2022, 12, 1), "kind": "party", "accounts": 1, "below": 0},
        ],
        "kinds": [{"kind": "institution", "accounts": 2, "place": 0}, {"kind": "person", "accounts": 1, "place": 1}],
        "peak": [{"month": date(2022, 11, 1), "accounts": 3}],
        "events": EVENT,
    },
    "adoption": {
        "curve": [
            {"day": date(2021, 2, day), "joined_min": low, "joined_max": high, "members": 4, "not_looked": 0}
            for day, low, high in ((1, 0, 3), (9, 1, 3), (12, 2, 4))
        ],
        "gaps": [],
        "events": EVENT,
    },
    "presence": {
        "curve": [
            {"day": date(2021, 2, day), "there_min": low, "there_max": high, "members": 4, "not_looked": 0}
            for day, low, high in ((1, None, None), (9, 1, 3), (12, 2, 4), (20, None, None))
        ],
        "gaps": [
            {"from_day": date(2021, 2, 1), "until_day": date(2021, 2, 9)},
            {"from_day": date(2021, 2, 20), "until_day": date(2021, 3, 1)},
        ],
        "events": EVENT,
    },
    "adoption_parts": {
        "parts": [
            {"part": part, "members": members, "joined_min": low, "joined_max": high, "label": label}
            for part, members, low, high, label in (("Green", 12, 7, 8, "7 to 8 of 12"), ("Blue", 4, 0, 0, "0 of 4"))
        ]
    },
    "platform_counts": {
        "counts": [
            {"kind": kind, "row": row, "day": day, "value": 5, "shown": "at least 5", "is_independent": is_independent}
            for kind, row, day, is_independent in (
                ("downloads", 0, date(2021, 2, 11), False),
                ("downloads", 0, date(2022, 9, 1), True),
                ("users", 1, date(2021, 2, 11), False),
                ("users", 1, None, False),
            )
        ]
    },
    "coverage": {
        "parts": [
            {"part": "certain", "figures": 3, "start": 0, "label": "3 had joined"},
            {"part": "not_looked", "figures": 4, "start": 3, "label": "4 not searched"},
        ]
    },
    "audience": {
        "audience": [
            {
                "account": "a",
                "at": day * 86_400_000,
                "when": str(day),
                "followers": 10 + day,
                "low": None if day else 9,
                "high": None if day else 11,
                "shown": str(10 + day),
                "source": source,
                "says": source,
                "url": url,
                "stretch": None if source == "report" else str(day // 3),
                "is_last": day == 5,
            }
            for day, (source, url) in enumerate(
                [
                    ("archive", "https://archive.example/1"),
                    ("archive", None),
                    ("live", None),
                    ("look", None),
                    ("report", "https://paper.example/1"),
                    ("report", None),
                ]
            )
        ],
        "blocks": block(DAYS, 2),
    },
    "places": {
        "segments": [
            segment(0, "X", "active", 30),
            segment(0, "X", "not looked", 10, 30),
            segment(1, "Bluesky", "perhaps", 40),
        ]
    },
    "platform_spread": {
        "spread": [segment(0, "On at least 1", "yes", 30), segment(0, "On at least 1", "unknown", 10, 30)]
    },
    "place_changes": {"changes": [segment(0, "X", "came", 40)]},
    "waves": {
        "found": [
            segment(0, "2024", "present", 30),
            segment(0, "2024", "absent", 10, 30),
            segment(1, "2025", "present", 40),
        ],
        "breaks": [{"row": 1, "says": "Counts something else from here on"}],
    },
    "weeks_on_two": {
        "weeks": [
            {
                "week": date(2025, 3, 3),
                "until": date(2025, 3, 10),
                "place": place,
                "words": place,
                "figures": 2,
                "start": start,
            }
            for start, place in ((0, "both"), (2, "only_here"), (4, "unknown"))
        ],
        "blocks": block(20_150 * DAYS, 3),
    },
    "came_back": {
        "returns": [
            {"name": "a", "last_posted_on": date(2025, 1, 10), "returned_on": date(2025, 5, 20), "silent_days": 130}
        ]
    },
    "fates": {"fates": [segment(0, "Everybody", "quiet", 30), segment(0, "Everybody", "not looked at", 10, 30)]},
    "incidence": {
        "incidences": [
            {"day": day, "end": end, "words": end, "low": share / 2, "high": share}
            for end in ("quiet", "deleted")
            for day, share in ((0.0, 0.0), (30.0, 0.25), (90.0, 0.5))
        ]
    },
    "staying": {
        "staying": [
            {"day": day, "group": group, "low": share, "high": share, "least": share - 0.1, "most": min(share + 0.1, 1)}
            for group in ("Blue", "Green")
            for day, share in ((0.0, 1.0), (30.0, 0.75), (90.0, 0.5))
        ]
    },
    "event_effect": {
        "changes": [
            {"day": date(2021, 1, day), "before": 2, "after": day, "ratio": day / 2, "is_event": day == 9}
            for day in (2, 9, 16)
        ]
    },
    **{
        name: {
            "changes": [
                {"day": date(2021, 1, day), "before": 2, "after": day, "ratio": day / 2, "is_event": day == 9}
                for day in (2, 9, 16)
            ]
        }
        for name in ("event_posts", "event_active")
    },
    "follower_ratios": {
        "ratios": [
            {
                "name": name,
                "least": least,
                "most": most,
                "standing": standing,
                "label": name,
                "measure": "counted.count",
            }
            for name, least, most, standing in (
                ("a", 1.2, 1.2, "as many"),
                ("b", 0.4, 0.5, "fewer"),
                ("c", None, 2.0, "cannot be said"),
                ("d", 0.5, None, "cannot be said"),
                ("e", None, None, "fewer"),
            )
        ]
    },
    "failures": {"failures": [{"platform": "Bluesky", "cause": "timeout", "words": "no answer in time", "targets": 3}]},
}


def hand_made(name: str) -> dict[str, Any]:
    frames: dict[str, Any] = {
        frame: pl.DataFrame(HAND[name][frame], schema=schema) for frame, schema in CHARTS[name].FRAMES.items()
    }
    return frames | ({"window": WINDOW} if name == "arrivals" else {})


def draw(name: str) -> alt.LayerChart:
    return CHARTS[name].draw(**hand_made(name))


def drawn(chart: alt.LayerChart) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every layer as its mark and the rows it draws."""
    spec = chart.to_dict()
    shared = spec.get("datasets", {})
    return [(layer["mark"]["type"], shared[layer.get("data", spec.get("data"))["name"]]) for layer in spec["layer"]]


def count(name: str, mark_type: str) -> int:
    return sum(len(rows) for kind, rows in drawn(draw(name)) if kind == mark_type)


def test_every_chart_has_a_hand_made_frame() -> None:
    assert sorted(HAND) == sorted(CHARTS)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_says_what_it_shows(name: str) -> None:
    module: ChartModule = CHARTS[name]

    assert module.QUESTION.endswith("?")
    assert module.DEFINITION.endswith(".")
    assert module.UNIT
    assert not module.UNIT.endswith(".")
    assert list(module.FRAMES) == [frame for frame in hand_made(name) if frame != "window"]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_valid_and_can_be_drawn(name: str) -> None:
    chart = draw(name)
    svg = vl_convert.vegalite_to_svg(chart.properties(width=900).to_dict())

    assert svg.startswith("<svg")
    assert "NaN" not in svg
    assert chart.to_dict()["usermeta"] == {"embedOptions": {"renderer": "svg"}}


@pytest.mark.parametrize("name", CHARTS)
def test_empty_frames_give_a_sentence(name: str) -> None:
    empty = {frame: pl.DataFrame(schema=schema) for frame, schema in CHARTS[name].FRAMES.items()}
    ((kind, rows),) = drawn(CHARTS[name].draw(**empty))

    assert kind == "text"
    assert len(rows) == 1
    assert len(rows[0]["says"].split()) > 3


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_takes_nothing_from_outside(name: str) -> None:
    spec = json.dumps({key: value for key, value in draw(name).to_dict().items() if key != "$schema"})

    assert "http" not in spec
    assert "href" not in spec
    assert '"url"' not in spec


def test_arrivals_draws_each_kind_of_evidence_as_itself() -> None:
    layers = drawn(draw("arrivals"))
    of = {
        kind: [row["shape"] for mark_type, rows in layers if mark_type == kind for row in rows if "shape" in row]
        for kind in ("point", "tick", "rule", "bar")
    }

    assert sorted(of["point"]) == ["dot", "ring", "ring"]
    assert of["tick"] == ["tick"]
    assert sorted(of["rule"]) == ["link", "tail"]
    assert of["bar"] == []


def test_a_there_by_is_never_a_filled_bar() -> None:
    spec = draw("arrivals").to_dict()
    tails = [layer["mark"] for layer in spec["layer"] if layer["mark"].get("strokeDash") == [1, 4]]

    assert [tail["type"] for tail in tails] == ["rule"]


def test_every_row_of_arrivals_can_be_chosen() -> None:
    chart = draw("arrivals").to_dict()

    assert [param["name"] for param in chart["params"] if "select" in param] == ["entry"]
    assert [len(rows) for kind, rows in drawn(draw("arrivals")) if kind == "rect"][-1] == 2


def test_opened_draws_a_bar_for_each_month_and_kind() -> None:
    assert count("accounts_by_month", "rect") == 3
    assert [
        row["label"]
        for kind, rows in drawn(draw("accounts_by_month"))
        if kind == "text"
        for row in rows
        if "label" in row
    ] == [
        "November 2022: 3",
        "2 offices",
        "1 office-holders",
    ]


def test_adoption_draws_a_band_and_both_its_edges() -> None:
    layers = drawn(draw("adoption"))

    assert [(row["low"], row["high"]) for kind, rows in layers if kind == "area" for row in rows] == [
        (0, 3),
        (1, 3),
        (2, 4),
    ]
    assert count("adoption", "line") == 6
    assert {row["label"] for kind, rows in layers if kind == "text" for row in rows if "label" in row} == {
        "2 certainly",
        "4 possibly",
    }


def test_days_of_which_nobody_can_say_are_hatched_and_end_the_band() -> None:
    layers = drawn(draw("presence"))
    (steps,) = [rows for kind, rows in layers if kind == "area"]

    assert [(row["low"], row["high"], row["stretch"]) for row in steps] == [(1, 3, 1), (2, 4, 1), (2, 4, 1)]
    assert steps[-1]["at"] == (date(2021, 2, 20) - date(1970, 1, 1)).days * 86_400_000
    assert count("presence", "rule") > 30


def test_the_words_of_both_measures_are_never_mixed() -> None:
    for name, theirs in (("adoption", "there"), ("presence", "joined")):
        said = f"{CHARTS[name].QUESTION} {CHARTS[name].DEFINITION}".replace("It is not", "")

        assert not re.search(rf"\b(had|were|may have been|may have) {theirs}\b", said)


def test_a_part_is_drawn_with_its_count() -> None:
    said = {row["label"] for kind, rows in drawn(draw("adoption_parts")) if kind == "text" for row in rows}

    assert said == {"7 to 8 of 12", "0 of 4"}


def test_a_share_is_drawn_only_for_days_that_have_one() -> None:
    frames = hand_made("adoption")

    ((kind, _),) = drawn(CHARTS["adoption"].draw(**frames, show="percentage"))
    shared = frames["curve"].with_columns(share_min=pl.when(pl.col("joined_min") == 2).then(0.5), share_max=pl.lit(1.0))
    rows = dict(drawn(CHARTS["adoption"].draw(**frames | {"curve": shared}, show="percentage")))

    assert kind == "text"
    assert [row["low"] for row in rows["area"]] == [0.5]


def test_the_part_that_nobody_searched_is_hatched_and_hollow() -> None:
    spec = draw("coverage").to_dict()
    hollow = [layer["mark"] for layer in spec["layer"] if layer["mark"].get("fillOpacity") == 0]

    assert count("coverage", "rule") > 10
    assert len(hollow) == 1
    assert hollow[0]["strokeDash"]


def test_what_is_not_known_is_hatched_wherever_they_are() -> None:
    assert count("places", "rule") > 60
    assert count("platform_spread", "rule") > 10
    assert count("place_changes", "rule") == 0


def test_audience_joins_points_of_one_stretch_only() -> None:
    spec = draw("audience").to_dict()
    lines = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]

    assert [line["encoding"]["detail"]["field"] for line in lines] == ["stretch"]
    assert [row["source"] for kind, rows in drawn(draw("audience")) if kind == "line" for row in rows] == [
        "archive",
        "archive",
        "live",
        "look",
    ]


def test_audience_has_a_shape_for_each_kind_of_source_and_shows_how_far_a_count_is_rounded() -> None:
    chart = draw("audience")
    marks = [
        (layer["mark"].get("shape", "dot"), {row["source"] for row in rows}, len(rows))
        for layer, (kind, rows) in zip(chart.to_dict()["layer"], drawn(chart), strict=True)
        if kind == "point"
    ]

    # The last squares are not seen: they are what a finger hits.
    assert marks == [
        ("dot", {"live"}, 1),
        ("circle", {"archive"}, 2),
        ("square", {"look"}, 1),
        ("diamond", {"report"}, 2),
        ("square", {"archive", "look", "report"}, 5),
    ]
    assert [(row["low"], row["high"]) for kind, rows in drawn(chart) if kind == "rule" for row in rows] == [(9, 11)]


# The ranges in a picture, in pixels.
_FIELDS = re.compile(r'class="mark-rect.*?</g>')
_FIELD = re.compile(r'd="M[^"]*?h(?P<width>[\d.]+)v(?P<height>[\d.]+)[^"]*" fill="var\(--k-ink[^"]*" opacity="0.07"')


@pytest.mark.parametrize("name", [name for name in CHARTS if MARKERS in CHARTS[name].FRAMES.values()])
def test_a_range_is_drawn_as_a_band_as_wide_as_its_days(name: str) -> None:
    frames = hand_made(name)
    (events,) = [frame for frame, schema in CHARTS[name].FRAMES.items() if schema == MARKERS]
    first = {"audience": DAYS, "weeks_on_two": 20_150 * DAYS, "accounts_by_month": 19_310 * DAYS}.get(
        name, 18_662 * DAYS
    )

    def widths(days: int) -> list[float]:
        chart = CHARTS[name].draw(**frames | {events: pl.DataFrame(block(first, days), schema=MARKERS)})
        svg = vl_convert.vegalite_to_svg(chart.properties(width=900).to_dict())
        fields = [found for group in _FIELDS.findall(svg) for found in _FIELD.finditer(group)]
        assert all(float(field["height"]) > 200 for field in fields)
        return [float(field["width"]) for field in fields]

    (one,), (two,) = widths(1), widths(2)
    assert two == pytest.approx(2 * one, rel=0.02)
    assert one > 1


def test_failures_draws_a_bar_a_cause_in_plain_words() -> None:
    layers = drawn(draw("failures"))

    assert [row["label"] for kind, rows in layers if kind == "bar" for row in rows] == ["Bluesky: no answer in time"]


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_carries_its_caption(name: str) -> None:
    svg = to_svg(draw(name), CAPTION).decode()
    png = to_png(draw(name), CAPTION)

    for words in ("Why?", "So.", "Unit: Things.", "Source: A list (CC0).", "Data: version 7 of today."):
        assert words in svg
    assert png.startswith(b"\x89PNG")
    assert len(png) < 700_000  # strokes of a hatch compress badly


def test_a_table_carries_its_caption_and_disarms_formulas() -> None:
    frame = pl.DataFrame(
        {"name": ["=1+1", "+a", "-b", "@c", "\td", "\re", "\nf", "plain"], "n": range(-1, 7), "of": [["x", "y"]] * 8}
    )
    table = list(csv.DictReader(io.StringIO(to_csv(frame, CAPTION).decode(), newline="")))

    assert [cells["name"] for cells in table] == ["'=1+1", "'+a", "'-b", "'@c", "'\td", "'\re", "'\nf", "plain"]
    assert [cells["n"] for cells in table] == [str(n) for n in range(-1, 7)]
    assert {cells["of"] for cells in table} == {"x|y"}
    assert {cells["about_source"] for cells in table} == {"A list (CC0)"}
    assert {cells["about_version"] for cells in table} == {"version 7 of today"}


def test_parquet_keeps_the_frame() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": [["x"], []]})

    assert pl.read_parquet(io.BytesIO(to_parquet(frame))).equals(frame)


def test_an_empty_table_has_a_header() -> None:
    assert to_csv(pl.DataFrame(schema={"a": pl.Int64})) == b"a\n"
