"""The pages of the app, in the order of the navigation."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

PAGES = {
    "first_screen": "Koo, 2021",
    "places": "Where are they?",
    "adoption": "Adoption",
    "stayed": "Did they stay?",
    "followers": "Where is the audience?",
    "event": "What did the event do?",
    "moves": "Moves",
    "figure": "Figure",
    "crawls": "Crawls",
    "sql": "SQL",
    "studies": "Published numbers",
}


def offered(*, has_sql: bool) -> list[StreamlitPage]:
    """Every page; SQL only where it is allowed."""
    return [_page(name) for name in PAGES if name != "sql" or has_sql]


def _page(name: str) -> StreamlitPage:
    return st.Page(f"pages/{name}.py", title=PAGES[name], default=name == "first_screen", url_path=name)
