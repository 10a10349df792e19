"""Did they stay? What ended the watch over each, how soon after joining, and whether parts of a list differ."""

import streamlit as st

from analytics.measures.places import PARTS
from analytics.measures.stayed import ENDS, LENGTHS, Stayed, stayed
from pages.shared.frame import show_chart
from pages.shared.lists import lists_of
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import plain, say, table, tell


def main() -> None:
    st.title("Did they stay?")
    file = version_file()
    lists = lists_of(file)
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster, platform = lists.choose()
        days = st.segmented_control(
            "Quiet after days without a post",
            [str(days) for days in LENGTHS],
            default="180",
            required=True,
            key="days",
            bind="query-params",
        )
        end = st.selectbox("Curve of", list(ENDS), key="end", bind="query-params", width=180)
        breakdown = st.selectbox(
            "Compare by", list(PARTS), index=None, placeholder="Nothing", key="by", bind="query-params", width=160
        )
    found: Stayed | None = ask(
        file, stayed, roster=roster, platform=platform, days=int(days), end=end, breakdown=breakdown
    )
    subject = f"{lists.subject(roster, platform)} · quiet{days}@1"
    say("{subject}", subject=subject)
    if found is None:
        st.info("Nobody on this list has an account there that is known. Choose another platform.")
        st.stop()
    tell(found.verdict)
    chosen = {"roster": roster, "platform": platform, "days": days, "end": end}
    show_chart("fates", file, {"fates": found.fates}, roster=roster, table=found.frame, subject=subject, chosen=chosen)
    if found.refusal:
        st.info(plain(found.refusal))
        st.stop()
    show_chart(
        "incidence",
        file,
        {"incidences": found.incidences},
        roster=roster,
        subject=subject,
        chosen=chosen,
        notes=found.notes[:1],
    )
    show_chart(
        "staying",
        file,
        {"staying": found.staying},
        roster=roster,
        subject=f"{subject} · until {end}{f' by {breakdown}' if breakdown else ''}",
        chosen=chosen,
        notes=found.notes,
        under=lambda: show_at_risk(found),
    )


def show_at_risk(found: Stayed) -> None:
    """How many were under watch at some days, a row a group."""
    st.caption("Under watch that many days after joining, at the least")
    table(
        ("Group", *(f"{day:,} days" for day in found.days)),
        ([(group, None), *(((number,), None) for number in numbers)] for group, numbers in found.at_risk.items()),
    )


through_app()
main()
