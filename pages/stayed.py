"""Did they stay? What ended the watch over each, how soon after joining, who came back, and where the same people posted."""

from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics.downloads import to_csv
from analytics.measures.phrases import long_day
from analytics.measures.places import PARTS
from analytics.measures.silent import Silent, silent
from analytics.measures.stayed import ENDS, LENGTHS, Stayed, stayed
from analytics.measures.weeks_on_two import CameBack, WeeksOnTwo, came_back, weeks_on_two
from analytics.said import Number, cell
from pages.shared.choosing import choose, in_address, more_choices
from pages.shared.frame import show_chart
from pages.shared.lists import Lists, lists_of, note_unread
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import coded, note, page_of, say, table, tell

_ROWS = 100
_SILENT_FOR = 91
"""Days without a post after which somebody is named."""

_LENGTHS = [str(days) for days in LENGTHS]


def main() -> None:
    st.title("Did they stay?")
    file = version_file()
    lists = lists_of(file)
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster, platform = lists.choose()
    note_unread(roster, platform)
    with more_choices():
        days = st.segmented_control(
            "Quiet after days without a post",
            _LENGTHS,
            required=True,
            **in_address("days", default="180", among=_LENGTHS),
        )
        end = st.selectbox("Curve of", list(ENDS), **in_address("end", default=next(iter(ENDS)), among=ENDS), width=180)
        breakdown = st.selectbox(
            "Compare by", list(PARTS), placeholder="Nothing", **in_address("by", among=PARTS), width=160, index=None
        )
    found: Stayed | None = ask(
        file, stayed, roster=roster, platform=platform, days=int(days), end=end, breakdown=breakdown
    )
    subject = f"{lists.subject(roster, platform)} · quiet{days}@1"
    say("{subject}", subject=subject)
    if found is None:
        st.info("Nobody on this list has a known account there. Choose another platform.")
        st.stop()
    tell(found.verdict)
    chosen = {"roster": roster, "platform": platform, "days": days, "end": end}
    show_chart("fates", file, {"fates": found.fates}, roster=roster, table=found.frame, subject=subject, chosen=chosen)
    if found.refusal:
        st.info(coded(found.refusal))
    else:
        show_curves(file, found, chosen, subject=subject, until=f"{end}{f' by {breakdown}' if breakdown else ''}")
    show_silent(file, roster, platform)
    show_returns(file, chosen, subject=subject)
    show_two(file, lists, roster, platform)


def show_curves(file: Path, found: Stayed, chosen: dict[str, str], *, subject: str, until: str) -> None:
    """Show how soon each end came, and the curve of the chosen end."""
    show_chart(
        "incidence",
        file,
        {"incidences": found.incidences},
        roster=chosen["roster"],
        subject=subject,
        chosen=chosen,
        notes=found.notes[:1],
    )
    show_chart(
        "staying",
        file,
        {"staying": found.staying},
        roster=chosen["roster"],
        subject=f"{subject} · until {until}",
        chosen=chosen,
        notes=found.notes,
        under=lambda: show_at_risk(found),
    )


def show_silent(file: Path, roster: str, platform: str) -> None:
    """Show who had posted nothing for a while when somebody looked last. If nobody looked, show nothing."""
    found: Silent | None = ask(file, silent, roster=roster, platform=platform)
    if found is None:
        return
    st.header("Who posted nothing any more?")
    tell(found.verdict)
    rows = found.frame.filter(pl.col("silent_for") >= _SILENT_FOR)
    table(
        ("Who", "Last post", "Looked at until", "For"),
        (
            [
                (row["name"], page_of("figure", figure=row["figure_id"])),
                (long_day(row["last_posted_on"]), None),
                (long_day(row["looked_until"]), None),
                (f"{row['silent_for']} days or more", None),
            ]
            for row in rows.head(_ROWS).iter_rows(named=True)
        ),
    )
    st.caption(
        "If only a profile or a check by the list's source shows the day of the last post, it may be that of a repost."
    )
    if rows.height > _ROWS:
        note("The first {shown} are shown. The CSV has all.", shown=_ROWS)
    st.download_button(
        "CSV",
        lambda: to_csv(found.frame),
        file_name="kooch-silent.csv",
        on_click="ignore",
        type="tertiary",
        key="silent-CSV",
    )


def show_returns(file: Path, chosen: dict[str, str], *, subject: str) -> None:
    """Show who posted again after a silence of the chosen length, when, and after how long."""
    where = {"roster": chosen["roster"], "platform": chosen["platform"], "days": int(chosen["days"])}
    found: CameBack = ask(file, came_back, **where)
    st.header("Who came back?")
    tell(found.verdict)
    if found.returns.is_empty():
        return
    show_chart(
        "came_back",
        file,
        {"returns": found.returns},
        roster=chosen["roster"],
        table=found.frame,
        subject=subject,
        chosen=chosen,
        is_titled=False,
    )
    table(
        ("Who", "Last post before", "Counted as dormant since", "Posted again", "Days between"),
        (
            [
                (row["name"], page_of("figure", figure=row["figure_id"])),
                (long_day(row["last_posted_on"]), None),
                (long_day(row["dormant_on"]), None),
                (long_day(row["returned_on"]), None),
                ((_days_between(row, where),), None),
            ]
            for row in found.frame.filter("has_returned").head(_ROWS).iter_rows(named=True)
        ),
    )


def _days_between(row: dict[str, Any], where: dict[str, Any]) -> Number:
    of = {**where, "account_id": row["account_id"], "dormant_on": row["dormant_on"]}
    return Number(f"{row['silent_days']:,}", cell("came_back", "silent_days", **of))


def show_two(file: Path, lists: Lists, roster: str, platform: str) -> None:
    """Show where the same people posted, on this platform and on another, week by week."""
    others = {name: lists.names.get(name, name) for name in lists.platforms[roster] if name != platform}
    if not others:
        return
    st.header("Where did the same people post?")
    other = choose("And on", others, key="other", width=160)
    names = (lists.names.get(platform, platform), others[other])
    found: WeeksOnTwo = ask(file, weeks_on_two, roster=roster, here=platform, there=other, names=names)
    if found.weeks.is_empty():
        st.info(
            coded(
                f"Nobody has looked at posts on both {names[0]} and {names[1]}. Ask for them with `kooch crawl --activity`, and"
                " for earlier posts with `kooch backfill activity`."
            )
        )
        return
    tell(found.verdict)
    show_chart(
        "weeks_on_two",
        file,
        {"weeks": found.weeks, "blocks": found.blocks},
        roster=roster,
        table=found.frame,
        subject=f"{lists.titles[roster]} · {names[0]} and {names[1]}",
        chosen={"roster": roster, "platform": platform, "other": other},
        is_titled=False,
    )


def show_at_risk(found: Stayed) -> None:
    """Show how many were under watch on some days, one row per group."""
    st.caption("Under watch that many days after joining, at the least")
    table(
        ("Group", *(f"{day:,} days" for day in found.days)),
        ([(group, None), *(((number,), None) for number in numbers)] for group, numbers in found.at_risk.items()),
    )


through_app()
main()
