"""Published numbers beside our own: what `kooch reproduce --all` prints, to read."""

import polars as pl
import streamlit as st

from analytics.downloads import to_csv
from analytics.reproductions import Reproduction, as_rows, reproductions
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import cited, plain, say, table

_STATES = {
    "reproduced": "Reproduced",
    "differs": "Differs",
    "counted": "Counted by us; nobody has published a number",
    "no data": "Not in these data",
    "closed": "Closed data: named, not imitated",
}


def main() -> None:
    st.title("Published numbers")
    found: list[Reproduction] = ask(version_file(), reproductions)
    say("Numbers that others have published, beside what these data give for the same definition.")
    if any(each.state == "no data" for each in found):
        st.info("Some numbers need rows that these data lack. `kooch load` brings the lists that come with Kooch.")
    for each in found:
        show_study(each)
    st.download_button(
        "CSV",
        lambda: to_csv(pl.DataFrame(as_rows(found))),
        file_name="kooch-published-numbers.csv",
        on_click="ignore",
        type="tertiary",
    )
    st.caption("`kooch reproduce --all` prints the same rows.")


def show_study(found: Reproduction) -> None:
    study = found.study
    st.header(plain(study.definition))
    table(
        ("Study", study.name),
        [
            [("State", None), (_STATES[found.state], None)],
            [("Published", None), (study.says, None)],
            [("Source", None), cited(study.citation)],
            [("Ours", None), (found.ours, None)],
            *([[("Difference", None), (found.difference, None)]] if found.difference else []),
            [("Why", None), (study.reason, None)],
        ],
    )


through_app()
main()
