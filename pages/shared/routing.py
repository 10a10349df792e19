"""The way to a page leads through `app.py`, whatever address the first visitor opens."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def through_app() -> None:
    """Start again in `app.py` if Streamlit ran this page by itself.

    A folder named `pages` puts a fresh server into the mode of its first multipage apps, in which an address such as
    `/adoption` runs that file alone, without frame or navigation, until `st.navigation` was called once.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
