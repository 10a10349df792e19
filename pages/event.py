"""What did the event do? Joins and posts around a dated event, against placebo dates."""

from datetime import date

import streamlit as st

from analytics.measures.event_effect import Effect, event_effect, events
from analytics.measures.event_posts import Posting, event_posts
from analytics.measures.phrases import long_day
from pages.shared.choosing import choose, day_in_address
from pages.shared.frame import show_chart
from pages.shared.lists import lists_of, note_unread
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import coded, say, tell


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
            min_value=date(2000, 1, 1),
            max_value=date(2100, 1, 1),
            format="DD/MM/YYYY",
            **day_in_address("day"),
            width=170,
        )
    note_unread(roster, platform)
    chosen = known[event][1] if event in known else day
    if chosen is None:
        st.info("Choose an event, or a day. It is best chosen before looking at the curve of joins.")
        st.stop()
    when = known[event][0] if event in known else long_day(chosen)
    subject = f"{lists.subject(roster, platform)} · {when}"
    say("{subject}", subject=subject)
    of = {"roster": roster, "platform": platform, "day": chosen}
    chosen_words = {"roster": roster, "platform": platform, "day": chosen.isoformat()}
    st.header("Joining")
    joining: Effect = ask(file, event_effect, **of)
    if joining.refusal:
        st.info(coded(joining.refusal))
    else:
        tell(joining.verdict)
        show_chart(
            "event_effect",
            file,
            {"changes": joining.changes},
            roster=roster,
            subject=subject,
            chosen=chosen_words,
            notes=joining.notes,
        )
    st.header("Posting")
    posting: Posting = ask(file, event_posts, **of)
    if posting.refusal:
        st.info(coded(posting.refusal))
        return
    tell(posting.verdict)
    for name, changes in (("event_posts", posting.posts), ("event_active", posting.active)):
        show_chart(
            name,
            file,
            {"changes": changes},
            roster=roster,
            subject=subject,
            chosen=chosen_words,
            notes=posting.notes,
        )


through_app()
main()
