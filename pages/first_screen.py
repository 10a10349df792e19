"""Home: the chosen list, with its headline, its arrivals and where its people are. The story of Koo is one such
list."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics.measures.accounts_by_month import AccountsByMonth, accounts_by_month
from analytics.measures.adoption import Adoption, adoption_of
from analytics.measures.arrivals import Arrivals, arrivals, arrivals_of_list
from analytics.measures.events import markers
from analytics.measures.headline import Headline, count_there_by, headline
from analytics.measures.phrases import long_day
from analytics.measures.places import ASSUMES, Places, places_of
from analytics.measures.platform_counts import platform_counts
from analytics.measures.sensitivity import in_a_sentence, sensitivity
from analytics.measures.statements import statements
from analytics.said import Number, cell
from pages.shared.choosing import day_in_address, in_address, more_choices, switch_in_address
from pages.shared.frame import show_chart
from pages.shared.lists import Lists, lists_of, note_unread
from pages.shared.routing import through_app
from pages.shared.statements import show_statements
from pages.shared.store import ask, version_file
from pages.shared.text import lead, note, page_of, plain, say, tell

KOO = {"roster": "in-koo-2021", "platform": "koo"}
ZONE = "Asia/Kolkata"
_WHO = {"all": "Everyone", "people": "People", "bodies": "Organisations"}


def main() -> None:
    file = version_file()
    heading = st.empty()
    with st.container(key="about"):
        note(
            "Kooch shows which public figures set up on which platforms, since when, and who says so. To bring your own list,"
            " write it as a CSV and run `kooch roster import FILE`."
        )
    lists = lists_of(file)
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster, platform = lists.choose()
    is_koo = {"roster": roster, "platform": platform} == KOO
    known: Headline | None = ask(file, headline, **KOO, event="ministry-answers-on-koo") if is_koo else None
    if known is None:
        heading.title(plain(lists.subject(roster, platform)))
        show_list(file, lists, roster=roster, platform=platform)
        return
    heading.title("Who joined Koo, and when? What the sources say")
    with st.container(key="headline"):
        tell(known.sentence())
    show_koo(file, known.entries, known.day)
    tell(known.unknowns())
    note_unread(roster, platform)
    show_firmness(file, known.day, known_by=None)
    show_users(file)
    show_places(file, lists, KOO["roster"])


def show_list(file: Path, lists: Lists, *, roster: str, platform: str) -> None:
    """The home of any list: how many, who and when, and where they are."""
    found: Adoption | None = ask(file, adoption_of, roster=roster, platform=platform)
    if found is None:
        st.info("We know of nobody on this list who has joined. Choose another platform, or look after the next crawl.")
    else:
        with st.container(key="headline"):
            tell(found.verdict)
        show_arrivals(file, lists, roster=roster, platform=platform)
        show_months(file, roster=roster, platform=platform)
    note_unread(roster, platform)
    show_places(file, lists, roster)


def show_arrivals(file: Path, lists: Lists, *, roster: str, platform: str) -> None:
    seen: Arrivals | None = ask(file, arrivals_of_list, roster=roster, platform=platform)
    name = lists.names.get(platform, platform)
    if seen is None:
        st.header("Who joined, and when?")
        say("No source says on which day anybody on this list joined {name}. Three things would date it:", name=name)
        st.markdown(
            "- a crawl, where the platform shows the day of opening: `kooch crawl`\n"
            "- archived pages, which show who was there by a day: `kooch backfill`\n"
            "- reports that you have read, as a CSV: `kooch import evidence FILE`"
        )
        return
    left_out: list[str] = []
    if seen.earlier:
        left_out.append(
            f"{seen.earlier:,} more are known to have joined by an earlier day. The CSV has what sources say about them."
        )
    if seen.hidden:
        left_out.append(f"No source dates the joining of {seen.hidden:,} more to within a year.")
    if seen.claimed:
        left_out.append(f"{seen.claimed:,} more may have joined: a list names an account.")
    zone = seen.window.zone
    show_chart(
        "arrivals",
        file,
        {"rows": seen.rows, "marks": seen.marks, "events": seen.events, "window": seen.window},
        roster=roster,
        table=ask(file, statements, figures=seen.figures, platform=platform, zone=zone),
        subject=lists.subject(roster, platform),
        chosen={"roster": roster, "platform": platform},
        notes=(*((seen.archive_note,) if seen.archive_note else ()), *left_out),
        on_select=open_entry,
        under=lambda: show_entry(file, seen.rows.filter(~pl.col("is_group")), None, platform=platform, zone=zone),
    )


def show_places(file: Path, lists: Lists, roster: str) -> None:
    whole: Places | None = ask(file, places_of, roster=roster, day=None, narrowed={})
    if whole is None:
        return
    st.divider()
    show_chart(
        "places",
        file,
        {"segments": whole.segments},
        roster=roster,
        table=whole.frame,
        subject=f"{lists.titles[roster]} · {long_day(whole.day)}",
        chosen={"roster": roster},
        notes=(ASSUMES,),
        under=lambda: tell(whole.verdict, kind="noted"),
    )
    lead("Each person and organisation", page_of("places", roster=roster))


def show_firmness(file: Path, day: date, *, known_by: date | None) -> None:
    """Show the count without some of the texts on which it rests."""
    asked: dict[str, Any] = {**KOO, "day": day, "zone": ZONE} | ({"known_by": known_by} if known_by else {})
    tell(in_a_sentence(ask(file, sensitivity, **asked), **asked), kind="noted")


def show_koo(file: Path, entries: int, day: date) -> None:
    with more_choices():
        who = st.segmented_control(
            "Show",
            list(_WHO),
            required=True,
            **in_address("who", default="all", among=_WHO),
            format_func=_WHO.__getitem__,
        )
        known_by = st.date_input(
            "Use only reports published by",
            min_value=date(2020, 3, 1),
            max_value=date(2030, 12, 31),
            format="DD/MM/YYYY",
            **day_in_address("known_by"),
            width=240,
            help="Ignores everything published after this day (India time).",
        )
        unfolded = st.toggle("One row for each organisation", **switch_in_address("unfolded"))
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
    show_chart(
        "arrivals",
        file,
        {"rows": seen.rows, "marks": seen.marks, "events": seen.events, "window": seen.window},
        roster=KOO["roster"],
        table=ask(file, statements, figures=seen.figures, platform=KOO["platform"], zone=ZONE, known_by=known_by),
        subject=f"Shown: {_WHO[who].lower()}{f', by what was known by the end of {long_day(known_by)}' if known_by else ''}",
        notes=notes,
        is_titled=False,
        on_select=open_entry,
        under=lambda: show_entry(
            file, seen.rows.filter(~pl.col("is_group")), known_by, platform=KOO["platform"], zone=ZONE
        ),
    )


def show_users(file: Path) -> None:
    """Show published counts of users and downloads of Koo; nothing if this version has none."""
    counts: pl.DataFrame = ask(file, platform_counts, platform=KOO["platform"])
    if not counts.is_empty():
        st.divider()
        source = "press reports; nearly all counts are the company's own, and each names its source in the CSV"
        show_chart("platform_counts", file, {"counts": counts}, source=source)


def open_entry() -> None:
    """A click on a row opens its statements."""
    chosen = st.session_state["arrivals"].selection.get("entry", [])
    if chosen:
        st.query_params["entry"] = chosen[0]["row"]


def show_entry(file: Path, rows: pl.DataFrame, known_by: date | None, *, platform: str, zone: str) -> None:
    names = {
        row["row"]: f"{row['name']} · {row['says']}" if len(row["figures"]) > 1 else row["name"]
        for row in rows.iter_rows(named=True)
    }
    entry = st.selectbox(
        "Statements about",
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder="Choose a name, or click its row in the chart",
        **in_address("entry", among=names),
    )
    if entry:
        figures = rows.filter(pl.col("row") == entry)["figures"][0].to_list()
        show_statements(ask(file, statements, figures=figures, platform=platform, zone=zone, known_by=known_by))


def show_months(file: Path, *, roster: str, platform: str) -> None:
    """Accounts by the month of opening; a single month needs no chart."""
    found: AccountsByMonth = ask(file, accounts_by_month, roster=roster, platform=platform)
    months = found.months["month"]
    if months.n_unique() < 2:
        return
    st.divider()
    of = {"roster": roster, "platform": platform}
    show_chart(
        "accounts_by_month",
        file,
        {
            "months": found.months,
            "kinds": found.kinds,
            "peak": found.peak,
            "events": ask(file, markers, **of, start=months.min(), end=months.max()),
        },
        roster=roster,
        chosen=of,
        notes=(
            (
                "Covers ",
                Number(f"{found.total:,}", cell("accounts_by_month", "sum(accounts)", **of)),
                " people and organisations whose account was still on the list on its day.",
            ),
        ),
    )


through_app()
main()
