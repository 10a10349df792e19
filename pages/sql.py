"""SQL: the tables to ask, and one SELECT on the published version."""

import streamlit as st

from analytics.downloads import to_csv, to_parquet
from analytics.examples import examples
from analytics.measures.catalogue import columns, relations
from kooch.errors import KoochError
from kooch.sql import AT_ONCE, MAX_BYTES, MAX_ROWS, SECONDS, run_query
from pages.shared.choosing import in_address
from pages.shared.routing import through_app
from pages.shared.store import ask, version_file
from pages.shared.text import note, plain

_WAITING = f"{AT_ONCE} queries are running already. Yours waits for its turn."
_RUNNING = "The query runs."


def main() -> None:
    st.title("SQL")
    file = version_file()
    st.caption(
        "Ask one SELECT; nothing can be changed. Times are in UTC. An interval includes its start and not its end."
    )
    note(
        "A query is stopped after {seconds} seconds. An answer has at most {rows} rows and {size} MB here; `kooch sql` has no"
        " such limits.",
        seconds=SECONDS,
        rows=f"{MAX_ROWS:,}",
        size=MAX_BYTES // 1_000_000,
    )
    texts = examples()
    with st.expander("What is there to ask?"):
        known = ask(file, relations)
        st.dataframe(known, hide_index=True, width="stretch")
        relation = st.selectbox("Columns of", known.filter(known["kind"] != "macro")["name"].to_list(), key="relation")
        st.dataframe(ask(file, columns, relation=relation), hide_index=True, width="stretch")
    st.selectbox(
        "Examples", list(texts), index=None, placeholder="Start from an example", key="example", on_change=_take_example
    )
    sql = st.text_area("Query", height=260, max_chars=20_000, **in_address("sql", default=next(iter(texts.values()))))
    if not st.button("Run", type="primary"):
        return
    progress = st.empty()
    try:
        # A visitor who leaves or asks anew ends the query: Streamlit stops this run where it shows something.
        found = run_query(
            file,
            sql,
            tell=lambda is_waiting: progress.info(_WAITING if is_waiting else _RUNNING, icon=":material/schedule:"),
        )
    except KoochError as error:
        progress.empty()
        st.error("The query was not run, or did not finish.")
        st.code(str(error), language=None)
        return
    progress.empty()
    st.markdown(f"{len(found):,} {'row' if len(found) == 1 else 'rows'}{plain(_limit(len(found)))}")
    st.dataframe(found, hide_index=True, width="stretch")
    with st.container(horizontal=True):
        st.download_button(
            "CSV", lambda: to_csv(found), file_name="kooch-query.csv", on_click="ignore", type="tertiary"
        )
        st.download_button(
            "Parquet", lambda: to_parquet(found), file_name="kooch-query.parquet", on_click="ignore", type="tertiary"
        )


def _take_example() -> None:
    chosen = st.session_state["example"]
    if chosen:
        st.query_params["sql"] = examples()[chosen]


def _limit(rows: int) -> str:
    return ", which is the most this page shows. Use `kooch sql` for all of them." if rows == MAX_ROWS else ""


through_app()
main()
