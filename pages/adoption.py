"""Adoption: how many of a list had joined a platform, or were there, day by day."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics.measures.adoption import SHARES, WORDS, Adoption, Measure, adoption_of, breakdown_of
from analytics.measures.events import markers
from analytics.measures.phrases import long_day
from analytics.measures.waves import Waves, agreement_in_words, pairs_of, waves_of
from pages.shared.choosing import day_in_address, in_address, more_choices, switch_in_address
from pages.shared.frame import show_chart
from pages.shared.lists import lists_of, note_unread
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import note, plain, say, table, tell

_CHARTS: dict[Measure, str] = {"joined": "adoption", "there": "presence"}
_SHOW, _SCALES = ["count", "percentage"], ["linear", "log"]
_MEASURES: dict[str, Measure] = {words: measure for measure, words in WORDS.items()}


def main() -> None:
    st.title("Adoption")
    file = version_file()
    lists = lists_of(file)
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster, platform = lists.choose()
        found = ask(file, adoption_of, roster=roster, platform=platform)
    note_unread(roster, platform)
    if found is None:
        st.info(
            "We know of nobody on this list who has joined. Choose another platform, or look again after the next crawl."
        )
        st.stop()
    subject = lists.subject(roster, platform)
    with more_choices():
        measure = choose_measure(found)
        show = st.segmented_control("Show", _SHOW, required=True, **in_address("show", default="count", among=_SHOW))
        scale = st.segmented_control(
            "Scale", _SCALES, required=True, **in_address("scale", default="linear", among=_SCALES)
        )
        since = st.date_input(
            "From",
            min_value=date(2000, 1, 1),
            format="DD/MM/YYYY",
            **day_in_address("since"),
            width=170,
        )
        has_events = st.toggle("Events", **switch_in_address("events", default=True))
        is_without = st.toggle(
            "Without presumptions",
            **switch_in_address("without_presumptions"),
            disabled=not found.has_presumptions,
            help="Leaves out reports that name no account, where one account is known.",
        )
    presumptions = not (is_without and found.has_presumptions)
    chosen = {"roster": roster, "platform": platform, "measure": WORDS[measure]}
    counted = {"roster": roster, "platform": platform, "measure": measure, "presumptions": presumptions}
    found = ask(file, adoption_of, **counted)
    if found is None:
        st.info("Without presumptions nothing is known here. Switch them on again.")
        st.stop()
    say("{subject}", subject=subject)
    tell(found.verdict)
    note("{why}", why=_why(found.opens_on, measure))
    subject = " · ".join([subject, WORDS[measure], *(() if presumptions else ("without presumptions",))])
    has_shares = show == "percentage" and found.has_shares(measure)
    if show == "percentage" and not has_shares:
        st.info("This list allows no percentage. The chart shows the count.")
    show_curve(
        file,
        found,
        since,
        drawn={"show": show if has_shares else "count", "scale": scale},
        counted=counted,
        chosen=chosen,
        subject=subject,
        has_events=has_events,
    )
    show_chart("coverage", file, {"parts": found.parts}, roster=roster, subject=f"{subject}{_by(found)}", chosen=chosen)
    if found.breakdowns and found.day:
        show_breakdown(file, found, counted, chosen, subject)
    show_waves(file, chosen, subject=lists.subject(roster, platform))


def show_waves(file: Path, chosen: dict[str, str], *, subject: str) -> None:
    """Show what lookers found, wave by wave, and how far they agree. If nobody looked, show nothing."""
    found: Waves | None = ask(file, waves_of, roster=chosen["roster"], platform=chosen["platform"])
    if found is None:
        return
    show_chart(
        "waves",
        file,
        {"found": found.found, "breaks": found.breaks},
        roster=chosen["roster"],
        table=found.frame,
        subject=subject,
        chosen=chosen,
        notes=found.warnings,
    )
    for warning in found.warnings:
        st.warning(plain(warning))
    table(
        ("Wave", "What counted as present", "Two lookers agree", "Cohen's κ", "Krippendorff's α"),
        (
            [
                (wave["wave"], None),
                (wave["definition"] or "nobody said", None),
                *((words, None) for words in agreement_in_words(wave)),
            ]
            for wave in found.frame.iter_rows(named=True)
        ),
    )
    if found.results.height:
        table(
            ("Wave", "First looker", "Second looker", "Pairs"),
            (
                [
                    (row["wave"], None),
                    (row["first_result"], None),
                    (row["second_result"], None),
                    ((pairs_of(row, chosen["platform"]),), None),
                ]
                for row in found.results.iter_rows(named=True)
            ),
        )
        note("Where a result is rare, κ misleads: read it beside the counts.")


def choose_measure(found: Adoption) -> Measure:
    """The measure to count. The page opens with the one that the list allows."""
    chosen = st.segmented_control(
        "Count who",
        list(_MEASURES),
        required=True,
        **in_address("measure", default=WORDS[found.opens_on], among=_MEASURES),
    )
    return _MEASURES[chosen]


def _why(opens_on: Measure, measure: Measure) -> str:
    if opens_on == "there":
        return (
            "This list can say who was there: nine tenths of those who may be there were looked at in the last 45 days."
        )
    why = (
        "This list can say who had joined. It cannot say who is there now: too few were looked at in the last 45 days."
    )
    return why if measure == "joined" else f"{why} Days about which nobody can say are hatched."


def _by(found: Adoption) -> str:
    return f" · {long_day(found.day)}" if found.day else ""


def show_curve(
    file: Path,
    found: Adoption,
    since: date | None,
    *,
    drawn: dict[str, str],
    counted: dict[str, Any],
    chosen: dict[str, str],
    subject: str,
    has_events: bool,
) -> None:
    curve, gaps = found.curve, found.gaps
    if drawn["show"] == "percentage":
        curve, gaps = curve.filter(pl.col(SHARES[counted["measure"]]).is_not_null()), gaps.clear()
    last = curve["day"][-1]
    if since:
        curve, gaps = curve.filter(pl.col("day") >= since), gaps.filter(pl.col("from_day") >= since)
    if curve.is_empty():
        st.info(f"There are no data after {plain(long_day(last))}. Set “From” to that day or earlier.")
        return
    events = ask(
        file,
        markers,
        roster=counted["roster"],
        platform=counted["platform"],
        start=curve["day"][0],
        end=curve["day"][-1],
    )
    relation = "adoption" if counted["presumptions"] else "adoption_without_presumptions"
    show_chart(
        _CHARTS[counted["measure"]],
        file,
        {
            "curve": curve,
            "gaps": gaps,
            "events": events if has_events else events.clear(),
            **drawn,
            "of": f"{relation}?roster={counted['roster']}&platform={counted['platform']}",
        },
        roster=counted["roster"],
        subject=f"{subject} · from {long_day(since)}" if since else subject,
        chosen=chosen,
        notes=(found.assumes, *found.notes),
    )


def show_breakdown(file: Path, found: Adoption, counted: dict[str, Any], chosen: dict[str, str], subject: str) -> None:
    breakdown = st.segmented_control(
        "Break down by",
        found.breakdowns,
        required=True,
        **in_address("breakdown", default=found.breakdowns[0], among=found.breakdowns),
    )
    if breakdown not in found.breakdowns:
        breakdown = found.breakdowns[0]
    parts = ask(file, breakdown_of, **counted, breakdown=breakdown, day=found.day)
    members, in_parts = sum(found.parts["figures"]), parts["members"].sum()
    notes = [
        *([f"Those without a {breakdown} in the list are in no part."] if in_parts < members else []),
        *([f"The 40 largest parts are drawn. The CSV has all {len(parts)}."] if len(parts) > 40 else []),
    ]
    show_chart(
        "adoption_parts",
        file,
        {"parts": parts, "measure": counted["measure"]},
        roster=counted["roster"],
        subject=f"{subject} by {breakdown}{_by(found)}",
        chosen=chosen,
        notes=tuple(notes),
    )


through_app()
main()
