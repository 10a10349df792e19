"""The app: routes to its pages. Start it with `kooch start`, or `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from kooch.config import load_settings
from kooch.errors import KoochError

PAGES = {
    "first_screen": "Koo, 2021",
    "adoption": "Adoption",
    "figure": "Figure",
    "crawls": "Crawls",
    "sql": "SQL",
}


def main() -> None:
    st.set_page_config(page_title="Kooch", layout="wide")
    st.html(Path(__file__).with_name("pages") / "shared" / "style.css")
    try:
        has_sql = load_settings().app.sql_page
    except KoochError:
        has_sql = True
    offered = [
        st.Page(f"pages/{name}.py", title=title, default=name == "first_screen", url_path=name)
        for name, title in PAGES.items()
        if name != "sql" or has_sql
    ]
    st.navigation(offered, position="top").run()


main()
