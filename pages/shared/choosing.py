"""Choices that stand in the address, those among titles by their short names. Each choice is a step that Back undoes.

The address alone says what is chosen. A widget that is bound to the address by Streamlit would replace it without a step in
the history, and would keep its value when Back is pressed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import streamlit as st


def in_address(
    key: str, *, default: object = None, among: Collection[object] | None = None, read: Callable[[str], object] = str
) -> dict[str, Any]:
    """What a widget is called with so that its value stands in the address under `key`.

    The value is `default` if the address has none, if `read` does not understand it, or if it is not `among` the
    options. The address does not have the default.
    """
    value = default
    if (asked := st.query_params.get(key)) is not None:
        try:
            value = read(asked)
        except ValueError:
            value = default
    st.session_state[key] = default if among is not None and value not in among else value
    return {"key": key, "on_change": _note_in_address, "args": (key, default)}


@contextmanager
def more_choices() -> Iterator[None]:
    """Choices beside list and platform, folded: they never push the picture off the first screen of a phone."""
    with st.expander("More choices"), st.container(horizontal=True, vertical_alignment="bottom"):
        yield


def day_in_address(key: str) -> dict[str, Any]:
    """`in_address` for a day, or none."""
    return in_address(key, read=date.fromisoformat)


def switch_in_address(key: str, *, default: bool = False) -> dict[str, Any]:
    """`in_address` for a switch."""
    return in_address(key, default=default, read=lambda text: text == "true")


def choose(label: str, options: Mapping[str, str], *, key: str, width: int) -> str:
    """The short name that is chosen among `options`, which has a title for each; there is at least one.

    If the address names none of the options, it is the first.
    """
    asked = st.query_params.get(key)
    st.session_state[key] = asked if asked in options else next(iter(options))
    chosen: str = st.selectbox(
        label,
        list(options),
        format_func=lambda name: options.get(name, name),
        key=key,
        width=width,
        on_change=_note_in_address,
        args=(key,),
    )
    return chosen


def _note_in_address(key: str, default: object = None) -> None:
    value = st.session_state[key]
    if value is None or value in ("", default):
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = str(value).lower() if isinstance(value, bool) else str(value)


def write_in(label: str, *, key: str, width: int, max_chars: int, help_text: str) -> str:
    """A text that the visitor writes. It is in the address; empty if there is none."""
    st.session_state[key] = st.query_params.get(key, "")
    written = st.text_input(
        label, key=key, width=width, max_chars=max_chars, help=help_text, on_change=_note_in_address, args=(key,)
    )
    return (written or "").strip()


def choose_or_write(label: str, options: list[str], *, key: str, width: int, max_chars: int) -> str:
    """One of `options`, or a new one that the visitor writes. It is in the address; empty if there is none."""
    asked = st.query_params.get(key, "").strip()[:max_chars]
    st.session_state[key] = asked or None
    chosen: str | None = st.selectbox(
        label,
        options if not asked or asked in options else [*options, asked],
        index=None,
        accept_new_options=True,
        placeholder="Choose one, or write a new one",
        key=key,
        width=width,
        on_change=_note_in_address,
        args=(key,),
    )
    return (chosen or "").strip()
