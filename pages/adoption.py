"""Adoption: how many of a roster had joined a platform, and since when."""

from datetime import date

import polars as pl
import streamlit as st

from analytics.measures.adoption import Adoption, adoption_of, choices
from analytics.measures.events import markers
from analytics.measures.phrases import long_day
from pages.shared.frame import show_chart
from pages.shared.routing import through_app
from pages.shared.store import ask, query, version_file
from pages.shared.text import plain, say


def main() -> None:
    st.title("Adoption")
    file = version_file()
    offered = ask(file, choices)
    if not offered:
        st.info("No roster has an account on any platform yet. Import one with `kooch roster import FILE`.")
        st.stop()
    titles = dict(query(file, "SELECT roster, title FROM rosters"))
    names = dict(query(file, "SELECT platform, name FROM platforms"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster = st.selectbox("Roster", list(offered), key="roster", bind="query-params", width=260)
        platform = st.selectbox("Platform", offered[roster], key="platform", bind="query-params", width=160)
        measure = st.segmented_control(
            "Show", ["count", "share"], default="count", required=True, key="show", bind="query-params"
        )
        scale = st.segmented_control(
            "Scale", ["linear", "log"], default="linear", required=True, key="scale", bind="query-params"
        )
        since = st.date_input(
            "From",
            value=None,
            min_value=date(2000, 1, 1),
            format="DD/MM/YYYY",
            key="since",
            bind="query-params",
            width=170,
        )
        has_events = st.toggle("Events", value=True, key="events", bind="query-params")
    subject = f"{titles[roster]} · {names.get(platform, platform)}"
    say("{subject}", subject=subject)
    chosen = {"roster": roster, "platform": platform}
    found = ask(file, adoption_of, **chosen)
    if found is None:
        st.info(
            "Nobody on this roster is known to have joined. Look again after the next crawl, or choose another platform."
        )
        st.stop()
    is_share = measure == "share" and found.has_shares
    whole = found.curve.filter(pl.col("share_min").is_not_null()) if is_share else found.curve
    curve = whole.filter(pl.col("day") >= since) if since else whole
    st.markdown(plain(found.verdict))
    if measure == "share" and not found.has_shares:
        st.info("There is no share to show: the count is all that this list allows.")
    if curve.is_empty():
        st.info(
            f"The curve ends on {plain(long_day(whole['day'][-1]))}. Choose that day or an earlier one under “From”."
        )
    else:
        events = ask(file, markers, platform=platform, start=curve["day"][0], end=found.as_of)
        show_chart(
            "adoption",
            file,
            {
                "curve": curve,
                "events": events if has_events else events.clear(),
                "measure": "share" if is_share else "count",
                "scale": scale,
            },
            roster=roster,
            subject=f"{subject} · from {long_day(since)}" if since else subject,
            chosen=chosen,
            notes=_doubts(found),
        )
    show_chart("coverage", file, {"parts": found.parts}, roster=roster, subject=subject, chosen=chosen)


def _doubts(found: Adoption) -> tuple[str, ...]:
    """What the shape of the band cannot say for itself."""
    curve = found.curve
    if len(curve) > 1 and curve["joined_max"].n_unique() == 1 and not curve["joined_min"][:-1].sum():
        return (
            "No source dates these joins: all that is known is that they lie between the platform's start and the list.",
        )
    return ()


through_app()
main()
