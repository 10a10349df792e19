"""The frame around every chart: question, picture, small print, downloads and a link to exactly this state."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import altair as alt
import polars as pl
import streamlit as st

from analytics.captions import caption
from analytics.charts import charts
from analytics.downloads import to_csv, to_png, to_svg
from analytics.said import Said
from analytics.said import words as in_words
from pages.shared.store import ask
from pages.shared.text import notes as small_print
from pages.shared.text import plain, tell


def show_chart(
    name: str,
    file: Path,
    frames: dict[str, Any],
    *,
    roster: str | None = None,
    source: str | None = None,
    table: pl.DataFrame | None = None,
    subject: str = "",
    chosen: Mapping[str, str] = MappingProxyType({}),
    notes: tuple[str | Said, ...] = (),
    is_titled: bool = True,
    on_select: Callable[[], None] | None = None,
    under: Callable[[], None] | None = None,
) -> None:
    """Draw chart `name` of `frames` with everything that belongs to it. `table` is what CSV gives, else the first frame.

    If there is no `roster`, the small print names `source` as the source. `subject` is what was chosen, which goes
    into what is taken away; `chosen` are choices that stand in the link even where they are the default, which may be another
    with other data. `notes` are said above the small print, those first whose numbers name their measure. With `on_select` a click calls it, if there is
    something to click; read the state under the key `name`. `under` shows what belongs between the picture and the small
    print.
    """
    module = charts()[name]
    notes = tuple(sorted(notes, key=lambda note: isinstance(note, str)))
    words = ask(
        file, caption, chart=module, roster=roster, source=source, subject=subject, notes=tuple(map(in_words, notes))
    )
    drawn = module.draw(**frames)
    if is_titled:
        st.header(plain(words.question))
    st.altair_chart(
        drawn,
        theme=None,
        width="stretch",
        key=name,
        alt=f"{words.question} {words.definition}",
        # Streamlit cannot listen to clicks on a picture in which nothing can be chosen.
        on_select="ignore" if on_select is None or drawn.params is alt.Undefined else on_select,
    )
    if under:
        under()
    for said in (*notes, words.how_to_read):
        tell((said,) if isinstance(said, str) else said, kind="noted")
    small_print(*words.origin)
    data = next(iter(frames.values())) if table is None else table
    with st.container(horizontal=True, gap="small", key=f"take-{name}"):
        for kind, make in (
            ("CSV", lambda: to_csv(data, words)),
            ("PNG", lambda: to_png(drawn, words)),
            ("SVG", lambda: to_svg(drawn, words)),
        ):
            st.download_button(
                kind,
                make,
                file_name=f"kooch-{name}.{kind.lower()}",
                on_click="ignore",
                type="tertiary",
                key=f"{name}-{kind}",
            )
        with st.popover("Copy link", type="tertiary", key=f"{name}-link"):
            st.code(_link(chosen), language=None, wrap_lines=True)


def _link(chosen: Mapping[str, str]) -> str:
    """The address of this page with every choice in it."""
    here = (st.context.url or "").split("?")[0]
    choices = {**{key: st.query_params.get_all(key) for key in st.query_params}, **chosen}
    return f"{here}?{urlencode(choices, doseq=True)}" if choices else here
