"""The pages of the app, in the order of the navigation."""

from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

PAGES = {
    "first_screen": "Koo, 2021",
    "places": "Where are they?",
    "adoption": "Adoption",
    "stayed": "Did they stay?",
    "event": "What did the event do?",
    "moves": "Moves",
    "figure": "Figure",
    "crawls": "Crawls",
    "sql": "SQL",
    "studies": "Published numbers",
}
# Other pages lead there: the navigation is full at 1,280 pixels.
_LINKED_ONLY = {"studies"}


def offered(*, has_sql: bool) -> list[StreamlitPage]:
    """Every page; SQL only where it is allowed."""
    return [_page(name) for name in PAGES if name != "sql" or has_sql]


def _page(name: str) -> StreamlitPage:
    seen: Literal["visible", "hidden"] = "hidden" if name in _LINKED_ONLY else "visible"
    is_first = name == "first_screen"
    return st.Page(f"pages/{name}.py", title=PAGES[name], default=is_first, url_path=name, visibility=seen)
