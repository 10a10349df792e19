"""The app: routes to its pages. Start it with `kooch start`, or `streamlit run app.py`."""

import html
import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from analytics.theme import DARK_CSS
from kooch.config import Settings, contact_address, load_settings
from kooch.errors import KoochError
from pages.shared.ahead import import_ahead
from pages.shared.offered import offered, show_menu
from pages.shared.origins import OwnOrigin
from pages.shared.text import plain


def main() -> None:
    st.set_page_config(page_title="Kooch", layout="wide")
    st.html(Path(__file__).with_name("pages") / "shared" / "style.css")
    st.html(DARK_CSS)
    try:
        settings = load_settings()
    except KoochError:
        settings = None
    pages = offered(settings)
    page = st.navigation(pages, position="top")
    show_menu(pages, page)
    try:
        page.run()
    except Exception:
        st.error(f"This page broke off: a fault in Kooch. {plain(_where_told())}")
        raise
    finally:
        _show_contact(settings)


def _show_contact(settings: Settings | None) -> None:
    if settings and (address := contact_address(settings.contact)):
        st.html(f'<p class="kooch-noted"><a href="{html.escape(address)}">Report an error</a></p>')


def _where_told() -> str:
    log = os.environ.get("KOOCH_APP_LOG")
    return f"{log} says what happened." if log else "The terminal in which the app was started says what happened."


if __name__ == "__main__":
    main()
else:  # `streamlit run` imports this file for its server, and runs it for every visitor
    import_ahead()
    app = st.App(__file__, middleware=[Middleware(OwnOrigin)])
