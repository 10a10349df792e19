"""Crawls: did they work, how fresh is what they brought, and why did some targets fail?"""

from itertools import islice

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from analytics.measures.crawls import Age, Crawls, Scheduled, ages, crawls, scheduled_slots
from analytics.measures.phrases import listed, moment
from analytics.said import Number, cell
from kooch.config import Settings, load_settings
from kooch.errors import KoochError
from kooch.schedule.plan import slots_between, starts_at
from kooch.store.state import open_state
from kooch.times import now
from pages.shared.frame import show_chart
from pages.shared.routing import through_app
from pages.shared.store import ask, query, version_file
from pages.shared.text import coded, note, say, tell

_NAMES: dict[str, ColumnConfig | str | None] = {
    "platform": "Platform",
    "source": "From",
    "roster": "List",
    "state": "State",
    "planned": "Planned",
    "observed": "Observed",
    "failed": "Failed",
    "skipped": "Skipped",
    "requests": "Requests",
    "bytes": st.column_config.NumberColumn("Received", format="bytes"),
    "figures": "On the list",
    "joined": "With an account",
    "absent": "Not there",
    "not_looked": "Not searched",
    "schedule": "Schedule",
    "coalesced": "Stands for",
    "late_seconds": "Seconds late",
    "path": "Field",
    "kind": "How",
    "n": "Times",
    **{
        name: st.column_config.DatetimeColumn(label, format="D MMM YYYY, HH:mm", timezone="UTC")
        for name, label in (
            ("started_at", "Started"),
            ("ended_at", "Ended"),
            ("last_live_at", "Last seen live"),
            ("slot", "Slot"),
            ("starts_at", "Starts"),
        )
    },
}


def main() -> None:
    st.title("Data status")
    file = version_file()
    found: Crawls = ask(file, crawls)
    settings = load_settings()
    scheduled = _scheduled(settings)
    names = dict(query(file, "SELECT platform, name FROM platforms"))
    planned = {platform for schedule in settings.schedule for platform in schedule.platforms}
    claimed = scheduled.platforms if scheduled else frozenset()
    show_ages(ages(found.last_live, planned | claimed, settings.freshness, at=now()), names)
    if found.had_no_network:
        with st.container(border=True):
            say(
                "**{platforms}: the network could not be reached.** Nobody is reported as gone because of it: a failed"
                " crawl is a failure, never an observation. Crawl again when there is a network: `kooch crawl`.",
                platforms=listed(found.had_no_network),
            )
    for hold in found.holds.iter_rows(named=True):
        with st.container(border=True):
            of = {"run_id": hold["run_id"]}
            tell(
                (
                    f"{hold['platform']}: ",
                    Number(f"{hold['newly_gone']:,}", cell("doubtful_runs", "newly_gone", **of)),
                    " of ",
                    Number(f"{hold['observed']:,}", cell("doubtful_runs", "observed", **of)),
                    " accounts seemed to be gone in one crawl. A technical fault is more likely than a mass departure.",
                    " Nobody is reported as gone until a crawl at least a day later finds the same. The raw answers are kept.",
                )
            )
    if found.runs.is_empty():
        st.info("Nothing was crawled yet. Run `kooch crawl` to look at the accounts of the lists.")
    else:
        show_runs(found)
        show_chart("failures", file, {"failures": found.failures})
    show_freshness(found)
    if scheduled:
        show_schedule(settings, scheduled)
    if not found.drift.is_empty():
        st.header("Which fields were not as the platform documents them?")
        st.caption("Their values are left empty; the rows were kept. Each run is named by its start, in UTC.")
        st.container(key="measure-drift_of_runs").dataframe(
            found.drift, hide_index=True, width="stretch", column_config=_NAMES
        )


def _scheduled(settings: Settings) -> Scheduled | None:
    """What is known about slots at this moment; None and a sentence, if that cannot be read."""
    try:
        with open_state(settings.home) as state:
            return scheduled_slots(state, settings.schedule, at=now())
    except KoochError as error:
        st.error(coded(error))
        return None


def show_ages(found: list[Age], names: dict[str, str]) -> None:
    """Show a warning if `kooch status --check` gives one."""
    old = [age for age in found if age.state != "fresh"]
    if not old:
        return
    with st.container(border=True):
        for age in old:
            platform = names.get(age.platform, age.platform)
            if age.last_seen_at is None:
                say("**{platform}: no crawl has seen it yet.**", platform=platform)
                continue
            say(
                "**{platform}: the data are {state}.** A crawl last saw it on {day}, {hours} hours ago; more than {limit}"
                " are {state}.",
                platform=platform,
                state=age.state,
                day=moment(age.last_seen_at),
                hours=f"{age.hours:,.0f}",
                limit=f"{age.error_after_hours if age.state == 'stale' else age.warn_after_hours:g}",
            )
        st.markdown("Look below for why, and crawl again: `kooch crawl`.")


def show_runs(found: Crawls) -> None:
    st.header("Which runs were there?")
    st.caption("Planned = observed + failed + skipped, once a run has ended. Times are UTC.")
    # The container names the relation in its class, and the columns are its columns.
    st.container(key="measure-runs_of_version").dataframe(
        found.runs,
        hide_index=True,
        width="stretch",
        placeholder="not ended",
        column_config={"run_id": None, **_NAMES},
    )


def show_freshness(found: Crawls) -> None:
    st.header("When was each list last seen on each platform?")
    st.caption(
        "“Not searched” does not mean “no account”: we know nothing about them. “Observed” includes archived pages; “Last seen"
        " live” does not."
    )
    st.container(key="measure-freshness").dataframe(
        found.freshness, hide_index=True, width="stretch", placeholder="never", column_config=_NAMES
    )


def show_schedule(settings: Settings, scheduled: Scheduled) -> None:
    st.header("What is scheduled, and did it run?")
    if not settings.schedule and scheduled.slots.is_empty():
        st.info("Nothing is scheduled. Put a [[schedule]] into kooch.toml and run `kooch schedule run`.")
        return
    show_loop(scheduled)
    at = now()
    coming = [
        {"schedule": schedule.name, "slot": slot, "starts_at": starts_at(schedule, slot)}
        for schedule in settings.schedule
        for slot in islice(slots_between(schedule, at), 3)
    ]
    if coming:
        st.caption("Coming next. Each start is moved by a fixed delay. Times are UTC.")
        st.dataframe(coming, hide_index=True, width="stretch", column_config=_NAMES)
    if not scheduled.slots.is_empty():
        st.caption(
            "Newest first. The next start makes up for one that was missed. “Seconds late” counts from the planned start, fixed delay included."
        )
        st.dataframe(scheduled.slots, hide_index=True, width="stretch", placeholder="–", column_config=_NAMES)


def show_loop(scheduled: Scheduled) -> None:
    """Show who runs the slots, in a box if one was missed."""
    beat = scheduled.heartbeat
    said = f"; its last sign of life was on {moment(beat.beat_at)}" if beat else ""
    if scheduled.is_running:
        note("`kooch schedule run` is running{said}.", said=said)
    elif not scheduled.overdue:
        note("`kooch schedule run` is not running{said}. A timer or cron may call `kooch crawl --due`.", said=said)
    else:
        with st.container(border=True):
            say(
                "**Scheduled crawls are not running.** {missed}. `kooch schedule run` has stopped{said}, and no timer has taken"
                " over. Start it again, or see `kooch schedule install`.",
                said=said,
                missed=listed([f"{name} was due on {moment(at)}" for name, at in scheduled.overdue]),
            )


through_app()
main()
