"""Choices that stand in the address, those among titles by their short names. Each choice is a step that Back undoes."""

from collections.abc import Mapping

import streamlit as st


def choose(label: str, options: Mapping[str, str], *, key: str, width: int) -> str:
    """The short name that is chosen among `options`, which has a title for each; there is at least one.

    The address alone says what is chosen; where it names none of the options, it is the first. A widget that is bound to the address
    would write the title into it, and would keep its value when Back is pressed.
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


def _note_in_address(key: str) -> None:
    if st.session_state[key]:
        st.query_params[key] = st.session_state[key]
    else:
        st.query_params.pop(key, None)


def write_in(label: str, *, key: str, width: int, max_chars: int, told: str) -> str:
    """A text that is written; it stands in the address. Empty where there is none."""
    st.session_state[key] = st.query_params.get(key, "")
    written = st.text_input(
        label, key=key, width=width, max_chars=max_chars, help=told, on_change=_note_in_address, args=(key,)
    )
    return (written or "").strip()


def choose_or_write(label: str, options: list[str], *, key: str, width: int, max_chars: int) -> str:
    """One of `options`, or a new one that is written; it stands in the address. Empty where there is none."""
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
