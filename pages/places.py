"""Where are they? The people of a list on each platform, on a day, and what differs from another day."""

from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics.measures.phrases import long_day
from analytics.measures.places import ASSUMES, CHANGES, PARTS, PLACES, Places, changes_of, places_of
from kooch.config import is_crawled
from kooch.rosters.countries import country_name
from pages.shared.choosing import day_in_address, in_address, more_choices
from pages.shared.frame import show_chart
from pages.shared.lists import choose_list, note_unread
from pages.shared.routing import through_app
from pages.shared.store import ask, query, version_file
from pages.shared.text import coded, note, page_of, say, table, tell

_ROWS = 100
_SIGNS = {
    "active": "●",
    "silent": "○",
    "blocked": "⊘",
    "there": "◉",
    "perhaps": "?",
    "left": "→",
    "ended": "■",
    "not found": "×",
    "handed on": "↦",
    "before": "·",
    "absent": "–",
    "not looked": " ",
}
_LAST = {
    "look": "the last day on which anybody looked",
    "list": "the day of the list",
    "report": "the last day about which a report says something",
}
_SORTS = {
    "name": "Name",
    "party": "Party",
    "role": "Role",
    "unit": "Unit",
    "most": "On most platforms",
    "fewest": "On fewest",
}


def main() -> None:
    st.title("Where are they?")
    file = version_file()
    titles = dict(
        query(file, "SELECT roster, title FROM rosters WHERE roster IN (SELECT roster FROM coverage) ORDER BY 1")
    )
    if not titles:
        st.info("No list has an account on any platform yet. Import one with `kooch roster import FILE`.")
        st.stop()
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster = choose_list(titles)
    with more_choices():
        day = _day("As the day ended", "day", "If you choose none, it is the last day about which anything is known.")
        against = _day("Against", "against", "Another day. What differs between the two is shown below.")
        parts = st.container(horizontal=True, vertical_alignment="bottom", key="parts")
    whole: Places | None = ask(file, places_of, roster=roster, day=day, narrowed={})
    if whole is None:
        st.info("Nobody was on this list that day. Choose another day.")
        st.stop()
    with parts:
        narrowed = choose_parts(whole)
    found: Places | None = ask(file, places_of, roster=roster, day=day, narrowed=narrowed) if narrowed else whole
    subject = " · ".join(
        [titles[roster], *(_named(part, value) for part, value in narrowed.items()), long_day(whole.day)]
    )
    say("{subject}", subject=subject)
    if found is None:
        st.info("Nobody on the list fits all these choices. Remove one.")
        st.stop()
    st.caption(coded(_when(found, is_chosen=day is not None)))
    tell(found.verdict)
    show_chart(
        "places",
        file,
        {"segments": found.segments},
        roster=roster,
        table=found.frame,
        subject=subject,
        notes=(ASSUMES,),
        is_titled=False,
    )
    show_chart("platform_spread", file, {"spread": found.spread}, roster=roster, subject=subject)
    if against:
        show_changes(file, found, roster=roster, against=against, narrowed=narrowed, subject=subject)
    show_people(found, roster)


def _day(label: str, key: str, help_text: str) -> date | None:
    chosen: date | None = st.date_input(
        label,
        min_value=date(2000, 1, 1),
        max_value=date(2100, 1, 1),
        format="DD/MM/YYYY",
        **day_in_address(key),
        width=170,
        help=help_text,
    )
    return chosen


def _when(found: Places, *, is_chosen: bool) -> str:
    if found.day > found.last_day:
        return f"The data end on {long_day(found.last_day)}. Nothing newer is known about later days."
    if is_chosen or found.day == found.last_day:
        return f"As {long_day(found.day)} ended, in the list's time zone."
    again = "; look again with `kooch crawl`" if any(map(is_crawled, found.platforms)) else ""
    return f"As {long_day(found.day)} ended: {_LAST[found.known_by]}. Choose another day above{again}."


def _named(part: str, value: str) -> str:
    """A value of a part of a list in words."""
    return country_name(value) if part == "country" else value


def choose_parts(whole: Places) -> dict[str, str]:
    """The chosen values to which the list is narrowed."""
    offered = [part for part in PARTS if len(whole.options[part]) > 1]
    chosen: dict[str, str] = {}
    for part in offered:
        value = st.selectbox(
            part.capitalize(),
            whole.options[part],
            index=None,
            placeholder="All",
            format_func=partial(_named, part),
            **in_address(part, among=whole.options[part]),
            width=200,
        )
        if value is not None:
            chosen[part] = value
    return chosen


def show_changes(
    file: Path, found: Places, *, roster: str, against: date, narrowed: dict[str, str], subject: str
) -> None:
    rows, segments = ask(file, changes_of, roster=roster, day=found.day, against=against, narrowed=narrowed)
    show_chart(
        "place_changes",
        file,
        {"changes": segments},
        roster=roster,
        table=rows,
        subject=f"{subject}, against {long_day(against)}",
    )
    moved = rows.filter(pl.col("change").is_in(["came", "went", "handed on", "new on the list", "left the list"]))
    if moved.is_empty():
        st.info("Between the two days nobody is known to have come or gone.")
        return
    note("The first {shown} who came or went are shown; the CSV has all.", shown=min(_ROWS, len(moved)))
    table(
        ("Who", "Platform", "What", long_day(against), long_day(found.day)),
        (
            [
                (row["name"], page_of("figure", figure=row["figure_id"])),
                (row["platform_name"], None),
                (CHANGES[row["change"]], None),
                (PLACES.get(row["place_against"], "not on the list"), None),
                (PLACES.get(row["place"], "not on the list"), None),
            ]
            for row in moved.head(_ROWS).iter_rows(named=True)
        ),
    )


def show_people(found: Places, roster: str) -> None:
    """Show who is where: one row per figure."""
    st.header("Who is where?")
    with st.container(horizontal=True, vertical_alignment="bottom", key="people"):
        platform = st.selectbox(
            "On",
            list(found.platforms),
            index=None,
            placeholder="All platforms",
            format_func=lambda key: found.platforms.get(key, key),
            **in_address("on", among=found.platforms),
            width=180,
        )
        places = [place for place in PLACES if place in set(found.frame["place"])]
        place = st.selectbox(
            "Only who is",
            places,
            index=None,
            placeholder="Anywhere",
            format_func=lambda key: PLACES.get(key, key),
            **in_address("place", among=places),
            width=260,
        )
        sort = st.selectbox(
            "Sort by",
            list(_SORTS),
            format_func=lambda key: _SORTS.get(key, key),
            **in_address("sort", default=next(iter(_SORTS)), among=_SORTS),
            width=200,
        )
    if platform is not None:
        note_unread(roster, platform)
    shown = found.frame if place is None else found.frame.filter(pl.col("place") == place)
    if platform is not None:
        shown = shown.filter(pl.col("platform") == platform)
    people = (
        found.frame.filter(pl.col("figure_id").is_in(shown["figure_id"].unique().to_list()))
        .with_columns(on=pl.col("is_there").sum().over("figure_id"))
        .sort(_order(sort), "name", "figure_id", "platform", nulls_last=True, descending=[sort == "most", *[False] * 3])
    )
    ids = people["figure_id"].unique(maintain_order=True).to_list()
    pages = max(1, -(-len(ids) // _ROWS))
    page = st.number_input("Page", 1, pages, width=120, **_page_in_address(pages)) if pages > 1 else 1
    first = (page - 1) * _ROWS
    asked = ids[first : first + _ROWS]
    if not asked:
        st.info("Nobody is there. Choose another place or platform.")
        return
    note("Rows {first}–{last}.", first=f"{first + 1:,}", last=f"{first + len(asked):,}")
    by_figure = people.filter(pl.col("figure_id").is_in(asked)).partition_by("figure_id", maintain_order=True)
    has_parties = bool(found.options["party"])
    with st.container(key="who"):
        table(
            ("Who", "Role", *(("Party",) if has_parties else ()), *found.platforms.values()),
            (
                [
                    (rows["name"][0], page_of("figure", figure=rows["figure_id"][0])),
                    (rows["role"][0], None),
                    *([(rows["party"][0] or "", None)] if has_parties else []),
                    *_cells(rows, found.platforms),
                ]
                for rows in by_figure
            ),
        )


def _page_in_address(pages: int) -> dict[str, Any]:
    return in_address("page", default=1, among=range(1, pages + 1), read=int)


def _order(sort: str) -> str:
    return {"most": "on", "fewest": "on"}.get(sort, sort)


def _cells(rows: pl.DataFrame, platforms: dict[str, str]) -> list[tuple[object, str | None]]:
    says = dict(rows.select("platform", "says").rows())
    place = dict(rows.select("platform", "place").rows())
    return [(f"{_SIGNS[place[platform]]} {says[platform]}".strip(), None) for platform in platforms]


through_app()
main()
