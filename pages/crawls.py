"""Crawls: did they work, how fresh is what they brought, and why did some targets fail?"""

from itertools import islice

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from analytics.measures.crawls import Crawls, crawls
from analytics.measures.words import listed
from kooch.config import load_settings
from kooch.schedule.plan import slots_between, starts_at
from kooch.times import now
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
    "schedule": "Schedule",
    "coalesced": "Stands for",
    "minutes_late": "Minutes late",
    **{
        name: st.column_config.DatetimeColumn(label, format="D MMM YYYY, HH:mm", timezone="UTC")
        for name, label in (
            ("started_at", "Started"),
            ("ended_at", "Ended"),
            ("last_seen_at", "Last seen"),
            ("slot", "Slot"),
            ("starts_at", "Starts"),
        )
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
    show_schedule(found)
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


def show_schedule(found: Crawls) -> None:
    st.subheader("What is scheduled, and did it run?")
    schedules = load_settings().schedule
    if not schedules and found.slots.is_empty():
        st.info("Nothing is scheduled. Put a [[schedule]] into kooch.toml and run `kooch schedule run`.")
        return
    at = now()
    coming = [
        {"schedule": schedule.name, "slot": slot, "starts_at": starts_at(schedule, slot)}
        for schedule in schedules
        for slot in islice(slots_between(schedule, at), 3)
    ]
    if coming:
        st.caption("Coming next. Each start is moved by a fixed jitter. Times are UTC.")
        st.dataframe(coming, hide_index=True, width="stretch", column_config=_NAMES)
    if not found.slots.is_empty():
        st.caption("Done, newest first. A slot that was missed is stood for by the next one.")
        st.dataframe(found.slots, hide_index=True, width="stretch", placeholder="under way", column_config=_NAMES)


through_app()
main()
