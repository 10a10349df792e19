"""The version a page shows, and measures of it, remembered for as long as that version is the latest."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import streamlit as st

from kooch.config import load_settings
from kooch.errors import KoochError
from kooch.store.versions import open_version, reading_file
from pages.shared.text import coded

_Answer = TypeVar("_Answer")


def version_file() -> Path:
    """The file of the latest version. If there is none, the page says what to do next and ends."""
    try:
        return reading_file(load_settings().home)
    except KoochError as error:
        st.info(coded(error))
        st.markdown("Run `kooch start`: it makes the data from the lists that come with Kooch, in a few seconds.")
        st.stop()


def ask(file: Path, measure: Callable[..., _Answer], /, **arguments: Any) -> _Answer:  # noqa: ANN401 -- the measure's own
    """The result of `measure` on this version. It is remembered by file, and each version has a file of its own."""
    try:
        answer: _Answer = _ask(str(file), f"{measure.__module__}.{measure.__qualname__}", measure, arguments)
    except KoochError as error:
        st.error(coded(error))
        st.stop()
    except duckdb.CatalogException:
        st.error("These data were made by another version of Kooch. Run `kooch load` to renew them.")
        st.stop()
    return answer


@st.cache_data(show_spinner=False, max_entries=500)
def _ask(file: str, name: str, _measure: Callable[..., Any], arguments: dict[str, Any]) -> Any:  # noqa: ANN401, ARG001 -- `name` is part of the key
    with open_version(Path(file)) as connection:
        return _measure(connection, **arguments)


def query(file: Path, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a small question of the page's own, such as the options of a choice."""
    return ask(file, _rows, sql=sql, parameters=parameters or {})


def _rows(connection: duckdb.DuckDBPyConnection, *, sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    return connection.execute(sql, parameters).fetchall()
