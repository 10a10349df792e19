"""Moves: who joined, left, was not found, returned, was renamed or moved, and how it is known."""

import polars as pl
import streamlit as st

from analytics.measures.moves import SHOWN, Moves, moves_of
from analytics.said import Number, cell
from pages.shared.choosing import choose
from pages.shared.moves import show_table_of_moves
from pages.shared.routing import through_app
from pages.shared.store import ask, query, version_file
from pages.shared.text import note, say, tell


def main() -> None:
    st.title("Moves")
    file = version_file()
    titles = dict(query(file, "SELECT roster, title FROM rosters ORDER BY roster"))
    if not titles:
        st.info("There is no list yet. Import one with `kooch roster import FILE`.")
        st.stop()
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster = choose("List", titles, key="roster", width=320)
        known: Moves = ask(file, moves_of, roster=roster)
        move = st.selectbox(
            "What", known.counts["move"].unique().sort().to_list(), index=None, placeholder="All", key="move", width=200
        )
        platform = st.selectbox(
            "Platform",
            known.counts["platform"].unique().sort().to_list(),
            index=None,
            placeholder="All",
            key="on",
            width=160,
        )
    say("{title}", title=titles[roster])
    if known.counts.is_empty():
        st.info("Nobody on this list is known to have moved. Look again after the next crawl.")
        st.stop()
    for (kind,), counts in known.counts.group_by("move", maintain_order=True):
        show_count(roster, str(kind), counts)
    found: Moves = ask(file, moves_of, roster=roster, move=move, platform=platform)
    note(
        "What a list or a report brought is a move of its own day, and is marked so. A failed look changes nothing. The latest"
        " {shown} are shown; `SELECT * FROM moves` has all.",
        shown=min(SHOWN, len(found.latest)),
    )
    show_table_of_moves(found.latest)


def show_count(roster: str, move: str, counts: pl.DataFrame) -> None:
    """How many moves of a kind there are, on each platform."""
    parts: list[str | Number] = [f"{move[0].upper()}{move[1:]}:"]
    for platform, n in counts.select("platform", "moves").iter_rows():
        of = {"roster": roster, "move": move, "platform": platform}
        parts += [" ", Number(f"{n:,}", cell("count_of_moves", "moves", **of)), f" on {platform},"]
    tell((*parts[:-1], str(parts[-1]).replace(",", ".")))


through_app()
main()
