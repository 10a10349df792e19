"""The pages of the app, in the order of the navigation."""

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from kooch.config import Settings
from kooch.files import is_writable
from pages.shared.origins import is_at_this_machine

PAGES = {
    "first_screen": "Home",
    "places": "Where are they?",
    "adoption": "Adoption",
    "stayed": "Did they stay?",
    "followers": "Where is the audience?",
    "event": "What did the event do?",
    "moves": "What changed?",
    "figure": "Find a name",
    "plan": "What can be known?",
    "crawls": "Data status",
    "look": "Check by hand",
    "sql": "SQL",
    "studies": "Published numbers",
}


def offered(settings: Settings | None) -> list[StreamlitPage]:
    """Every page; SQL and Look only if they are allowed. `settings` is None if they cannot be read."""
    left_out = set()
    if settings and not settings.app.sql_page:
        left_out.add("sql")
    if settings is None or not has_look(settings):
        left_out.add("look")
    return [_page(name) for name in PAGES if name not in left_out]


def show_menu(pages: Sequence[StreamlitPage], chosen: StreamlitPage) -> None:
    """The menu of a narrow window. Each page has a menu of its own, so that a choice closes it."""
    with st.container(key=f"menu-{chosen.url_path}"), st.popover("Menu"):
        for page in pages:
            st.page_link(page)


def has_look(settings: Settings) -> bool:
    """Whether this visitor may write looks: the page is on, the browser is on this machine, and the data folder can be
    written."""
    return (
        settings.app.look_page
        and is_at_this_machine(st.context.ip_address, st.context.headers)
        and is_writable(settings.home / "rosters" / "looks")
    )


def _page(name: str) -> StreamlitPage:
    return st.Page(f"pages/{name}.py", title=PAGES[name], default=name == "first_screen", url_path=name)
