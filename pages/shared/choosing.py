"""A choice that shows titles, and whose short name stands in the address. Each choice is a step that Back undoes."""

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
    st.query_params[key] = st.session_state[key]
