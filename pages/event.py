"""What did the event do? Joins around a dated event, against placebo dates."""

from datetime import date

import streamlit as st

from analytics.measures.event_effect import Effect, event_effect, events
from analytics.measures.phrases import long_day
from pages.shared.choosing import choose
from pages.shared.frame import show_chart
from pages.shared.lists import lists_of
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import plain, say, tell


def main() -> None:
    st.title("What did the event do?")
    file = version_file()
    lists = lists_of(file)
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster, platform = lists.choose()
        known = {event: (words, day) for event, words, day in ask(file, events, platform=platform)}
        event = choose(
            "Event", {"": "None chosen", **{key: words for key, (words, _) in known.items()}}, key="event", width=420
        )
        day = st.date_input(
            "Or a day",
            value=None,
            min_value=date(2000, 1, 1),
            max_value=date(2100, 1, 1),
            format="DD/MM/YYYY",
            key="day",
            bind="query-params",
            width=170,
        )
    chosen = known[event][1] if event in known else day
    if chosen is None:
        st.info("Choose an event, or a day. It is best chosen before looking at the curve of joins.")
        st.stop()
    when = known[event][0] if event in known else long_day(chosen)
    subject = f"{lists.subject(roster, platform)} · {when}"
    say("{subject}", subject=subject)
    found: Effect = ask(file, event_effect, roster=roster, platform=platform, day=chosen)
    if found.refusal:
        st.info(plain(found.refusal))
        st.stop()
    tell(found.verdict)
    show_chart(
        "event_effect",
        file,
        {"changes": found.changes},
        roster=roster,
        subject=subject,
        chosen={"roster": roster, "platform": platform, "day": chosen.isoformat()},
        notes=found.notes,
    )


through_app()
main()
