"""Did they stay? What ended the watch over each, how soon after joining, and whether parts of a list differ."""

import streamlit as st

from analytics.measures.places import PARTS
from analytics.measures.stayed import ENDS, LENGTHS, Stayed, stayed
from pages.shared.choosing import choose
from pages.shared.frame import show_chart
from pages.shared.routing import through_app
from pages.shared.store import ask, query, version_file
from pages.shared.text import plain, say, table, tell


def main() -> None:
    st.title("Did they stay?")
    file = version_file()
    offered: dict[str, list[str]] = {}
    for roster, platform in query(file, "SELECT roster, platform FROM coverage ORDER BY roster, joined DESC, platform"):
        offered.setdefault(roster, []).append(platform)
    if not offered:
        st.info("No list has an account on any platform yet. Import one with `kooch roster import FILE`.")
        st.stop()
    titles = dict(query(file, "SELECT roster, title FROM rosters"))
    names = dict(query(file, "SELECT platform, name FROM platforms"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster = choose("List", {name: titles[name] for name in offered}, key="roster", width=320)
        platform = choose(
            "Platform", {name: names.get(name, name) for name in offered[roster]}, key="platform", width=160
        )
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
    subject = f"{titles[roster]} · {names.get(platform, platform)} · quiet{days}@1"
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
