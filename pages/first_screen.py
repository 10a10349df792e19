"""Who joined Koo, and when? The founding question, and a wave that can still be followed."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics.measures.accounts_by_month import AccountsByMonth, accounts_by_month
from analytics.measures.arrivals import Arrivals, arrivals
from analytics.measures.events import markers
from analytics.measures.headline import count_there_by, headline
from analytics.measures.phrases import long_day
from analytics.measures.platform_counts import platform_counts
from analytics.measures.sensitivity import in_a_sentence, sensitivity
from analytics.measures.statements import statements
from analytics.said import Number, cell
from pages.shared.frame import show_chart
from pages.shared.routing import through_app
from pages.shared.statements import show_statements
from pages.shared.store import ask, query, version_file
from pages.shared.text import tell

KOO = {"roster": "in-koo-2021", "platform": "koo"}
ZONE = "Asia/Kolkata"
_WHO = {"all": "Everyone", "people": "People", "bodies": "Organisations"}
FEDIVERSE = {"roster": "de-fediverse", "platform": "mastodon"}


def main() -> None:
    st.title("Who joined Koo, and when? What the sources say")
    file = version_file()
    known = ask(file, headline, **KOO, event="ministry-answers-on-koo")
    if known is None:
        st.info("These data have no list in-koo-2021. Run `kooch load` to add the lists that come with Kooch.")
    else:
        with st.container(key="headline"):
            tell(known.sentence())
        tell(known.unknowns(), kind="noted")
        show_firmness(file, known.day, known_by=None)
        show_koo(file, known.entries, known.day)
        show_users(file)
    show_fediverse(file)


def show_firmness(file: Path, day: date, *, known_by: date | None) -> None:
    """What the count becomes without some of the texts it rests on."""
    asked: dict[str, Any] = {**KOO, "day": day, "zone": ZONE} | ({"known_by": known_by} if known_by else {})
    tell(in_a_sentence(ask(file, sensitivity, **asked), **asked), kind="noted")


def show_koo(file: Path, entries: int, day: date) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        who = st.segmented_control(
            "Show",
            ["all", "people", "bodies"],
            default="all",
            required=True,
            key="who",
            bind="query-params",
            format_func=_WHO.__getitem__,
        )
        known_by = st.date_input(
            "Use only reports published by",
            value=None,
            min_value=date(2020, 3, 1),
            max_value=date(2030, 12, 31),
            format="DD/MM/YYYY",
            key="known_by",
            bind="query-params",
            width=240,
            help="Ignores everything published after this day (India time).",
        )
        unfolded = st.toggle("One row for each organisation", key="unfolded", bind="query-params")
    if known_by:
        asked = {**KOO, "day": known_by, "zone": ZONE, "known_by": known_by}
        there = ask(file, count_there_by, **asked)
        tell(
            (
                f"From what had been published by {long_day(known_by)}: at least ",
                Number(f"{there:,}", cell("count_there_by", "there", **asked)),
                " of ",
                Number(f"{entries:,}", cell("adoption", "members", **KOO, day=day)),
                " had joined. Later reports are left out.",
            )
        )
        show_firmness(file, known_by, known_by=known_by)
    seen: Arrivals = ask(
        file,
        arrivals,
        **KOO,
        day=day,
        start=date(2021, 2, 1),
        end=date(2021, 3, 6),
        who=who,
        is_folded=not unfolded,
        known_by=known_by,
    )
    notes: tuple[str, ...] = () if seen.archive_note is None else (seen.archive_note,)
    if seen.hidden:
        notes += (f"{seen.hidden} more are not shown: nothing published by that day says when they joined.",)
    everything = [figure for figures in seen.rows["figures"] for figure in figures]
    show_chart(
        "arrivals",
        file,
        {"rows": seen.rows, "marks": seen.marks, "events": seen.events, "window": seen.window},
        roster=KOO["roster"],
        table=ask(file, statements, figures=everything, platform=KOO["platform"], zone=ZONE, known_by=known_by),
        subject=f"Shown: {_WHO[who].lower()}{f', by what was known by the end of {long_day(known_by)}' if known_by else ''}",
        notes=notes,
        is_titled=False,
        on_select=open_entry,
        under=lambda: show_entry(file, seen.rows.filter(~pl.col("is_group")), known_by),
    )


def show_users(file: Path) -> None:
    """Users and downloads of Koo as they were said; nothing where this version has none."""
    counts: pl.DataFrame = ask(file, platform_counts, platform=KOO["platform"])
    if not counts.is_empty():
        st.divider()
        source = "press reports; nearly all counts are the company's own, and each names its source in the CSV"
        show_chart("platform_counts", file, {"counts": counts}, source=source)


def open_entry() -> None:
    """A click on a row opens its statements."""
    chosen = st.session_state["arrivals"].selection.get("entry", [])
    if chosen:
        st.session_state["entry"] = chosen[0]["row"]


def show_entry(file: Path, rows: pl.DataFrame, known_by: date | None) -> None:
    names = {
        row["row"]: f"{row['name']} · {row['says']}" if len(row["figures"]) > 1 else row["name"]
        for row in rows.iter_rows(named=True)
    }
    if st.session_state.get("entry") not in names:
        st.session_state.pop("entry", None)
    entry = st.selectbox(
        "Statements about",
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder="Choose a name, or click its row in the chart",
        key="entry",
        bind="query-params",
    )
    if entry:
        figures = rows.filter(pl.col("row") == entry)["figures"][0].to_list()
        show_statements(ask(file, statements, figures=figures, platform=KOO["platform"], zone=ZONE, known_by=known_by))


def show_fediverse(file: Path) -> None:
    found: AccountsByMonth = ask(file, accounts_by_month, **FEDIVERSE)
    st.divider()
    if found.months.is_empty():
        st.info("These data have no list de-fediverse. Run `kooch load` to add the lists that come with Kooch.")
        return
    months = found.months["month"]
    as_of = query(file, "SELECT as_of FROM rosters WHERE roster = $roster", {"roster": FEDIVERSE["roster"]})[0][0]
    show_chart(
        "accounts_by_month",
        file,
        {
            "months": found.months,
            "kinds": found.kinds,
            "peak": found.peak,
            "events": ask(file, markers, platform=FEDIVERSE["platform"], start=months.min(), end=months.max()),
        },
        roster=FEDIVERSE["roster"],
        notes=(
            (
                "Covers ",
                Number(f"{found.total:,}", cell("accounts_by_month", "sum(accounts)", **FEDIVERSE)),
                f" offices, parties and office-holders whose accounts were still on the list on {long_day(as_of)}.",
            ),
        ),
    )


through_app()
main()
