"""Crawls: did they work, how fresh is what they brought, and why did some targets fail?"""

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from analytics.measures.crawls import Crawls, crawls
from analytics.measures.words import listed
from pages.shared.frame import show_chart
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import say

_NAMES: dict[str, ColumnConfig | str | None] = {
    "platform": "Platform",
    "roster": "Roster",
    "state": "State",
    "planned": "Planned",
    "observed": "Observed",
    "failed": "Failed",
    "skipped": "Skipped",
    "requests": "Requests",
    "bytes": st.column_config.NumberColumn("Received", format="bytes"),
    "figures": "Figures",
    "joined": "Joined",
    "absent": "Absent",
    "not_looked": "Not looked",
    **{
        name: st.column_config.DatetimeColumn(label, format="D MMM YYYY, HH:mm", timezone="UTC")
        for name, label in (("started_at", "Started"), ("ended_at", "Ended"), ("last_seen_at", "Last seen"))
    },
}


def main() -> None:
    st.title("Crawls")
    file = version_file()
    found: Crawls = ask(file, crawls)
    if found.had_no_network:
        with st.container(border=True):
            say(
                "**{platforms}: the network could not be reached.** No figure has changed state because of it: a failed"
                " crawl is a failure, never an observation. Crawl again when there is a network: `kooch crawl`.",
                platforms=listed(found.had_no_network),
            )
    for hold in found.holds.iter_rows(named=True):
        with st.container(border=True):
            say(
                "**{platform}: {gone} of {observed} accounts answered as gone at once.** That is more likely a fault than an"
                " exodus: states and moves hold until a run a day later agrees. The answers are kept as they came.",
                platform=hold["platform"],
                gone=f"{hold['newly_gone']:,}",
                observed=f"{hold['observed']:,}",
            )
    if found.runs.is_empty():
        st.info("Nothing was crawled yet. Run `kooch crawl` to look at the accounts of the rosters.")
    else:
        show_runs(found)
        show_chart("failures", file, {"failures": found.failures})
    show_freshness(found)
    if not found.drift.is_empty():
        st.subheader("Which fields were not as the platform documents them?")
        st.caption("Their values became NULL; the rows were kept.")
        st.dataframe(found.drift, hide_index=True, width="stretch")


def show_runs(found: Crawls) -> None:
    st.subheader("Which runs were there?")
    st.caption("Planned = observed + failed + skipped, once a run has ended. Times are UTC.")
    st.dataframe(
        found.runs,
        hide_index=True,
        width="stretch",
        placeholder="not ended",
        column_config={"run_id": None, "source": None, **_NAMES},
    )


def show_freshness(found: Crawls) -> None:
    st.subheader("When was each roster last seen on each platform?")
    st.caption("Not looked is not absent: of those figures nothing is known there.")
    st.dataframe(found.freshness, hide_index=True, width="stretch", placeholder="never", column_config=_NAMES)


through_app()
main()
