"""What sources say, one after the other: date, wording, publisher, and an address or a citation."""

from typing import Any

import polars as pl
import streamlit as st

from analytics.measures.evidence import EVENTS
from analytics.measures.phrases import long_day
from pages.shared.text import address, linked, notes, say

_READ_AS = {
    "excerpt_cut": "Only a part of the text could be read: it ends just there.",
    "quoted_elsewhere": "Read as another source quotes it.",
}


def show_statements(found: pl.DataFrame) -> None:
    """Show a card for each row of a frame of STATEMENTS, in its order."""
    if found.is_empty():
        st.info("No source gives a date. A list names the account, but not when they joined.")
    for row in found.iter_rows(named=True):
        with st.container(border=True, gap="xxsmall"):
            say("**{figure}: {event} {when}**", figure=row["figure"], event=EVENTS[row["event"]], when=row["when"])
            if row["wording"] or row["reported"]:
                say("{said}", said="; ".join(text for text in (row["wording"], row["reported"]) if text))
            st.markdown(linked(_source(row), row["url"]))
            notes(*_small_print(row))


def _source(row: dict[str, Any]) -> str:
    published = f", {long_day(row['published_on'])}" if row["published_on"] else ""
    return f"{row['publisher']}{published}" if row["publisher"] else "Kooch's own observation"


def _small_print(row: dict[str, Any]) -> list[str]:
    return [
        *([] if address(row["url"]) or not row["citation"] else [f"No address is known. Citation: {row['citation']}"]),
        *([f"Based on: {row['derived_from']}"] if row["derived_from"] else []),
        *([_READ_AS[row["read_as"]]] if row["read_as"] in _READ_AS else []),
        _account(row),
    ]


def _account(row: dict[str, Any]) -> str:
    if row["account"]:
        return f"Account: {row['account']}"
    return (
        "The source names an account that is on no list of theirs."
        if row["names_unlisted"]
        else "The source does not say which account."
    )
