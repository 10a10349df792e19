"""Moves: who joined, left, was not found, returned, was renamed or moved, fell silent or posted again, and how it is known."""

from collections.abc import Mapping

import polars as pl
import streamlit as st

from analytics.measures.moves import SHOWN, Moves, moves_of
from analytics.said import Number, cell
from pages.shared.choosing import in_address
from pages.shared.lists import choose_list, note_unread
from pages.shared.moves import show_table_of_moves
from pages.shared.routing import through_app
from pages.shared.store import ask, query, version_file
from pages.shared.text import note, say, tell


def main() -> None:
    st.title("What changed?")
    file = version_file()
    titles = dict(query(file, "SELECT roster, title FROM rosters ORDER BY roster"))
    if not titles:
        st.info("There is no list yet. Import one with `kooch roster import FILE`.")
        st.stop()
    names = dict(query(file, "SELECT platform, name FROM platforms"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster = choose_list(titles)
        known: Moves = ask(file, moves_of, roster=roster)
        kinds, platforms = (known.counts[column].unique().sort().to_list() for column in ("move", "platform"))
        move = st.selectbox("What", kinds, index=None, placeholder="All", width=200, **in_address("move", among=kinds))
        platform = st.selectbox(
            "Platform",
            platforms,
            format_func=lambda name: names.get(name, name),
            index=None,
            placeholder="All",
            width=160,
            **in_address("platform", among=platforms),
        )
    if platform is not None:
        note_unread(roster, platform)
    say("{title}", title=titles[roster])
    if known.counts.is_empty():
        st.info("Nobody on this list is known to have moved. Look again after the next crawl.")
        st.stop()
    for (kind,), counts in known.counts.group_by("move", maintain_order=True):
        show_count(roster, str(kind), counts, names)
    found: Moves = ask(file, moves_of, roster=roster, move=move, platform=platform)
    note(
        "A move that a list or a report brought has the day that the source gives, and is marked. A failed look changes nothing. The latest"
        " {shown} are shown, and the end of a platform is one row; `SELECT * FROM moves` has all.\n\n“Dormant” counts 91 days without a post, and somebody looked at each."
        " If only a profile or a check by the list's source shows the last post, it may have been a repost. The end of a role ends"
        " the watch.",
        shown=min(SHOWN, len(found.latest)),
    )
    show_table_of_moves(found.latest if move else _folded(found.latest))


def _folded(moves: pl.DataFrame) -> pl.DataFrame:
    """The end of a platform as one row, for all whom it ended at once; it stands where the first of them stood."""
    ends = moves["known_through"] == "platform"
    of_one_end = pl.format("{} {} {}", "platform", "when", "is_presumed")
    keyed = moves.with_columns(key=pl.when(ends).then(of_one_end).otherwise(pl.int_range(pl.len()).cast(pl.String)))
    n = pl.len().over("key")
    return keyed.with_columns(
        name=pl.when(n > 1).then(pl.format("{} people and organisations", n)).otherwise("name"),
        handle=pl.when(n > 1).then(pl.lit("all")).otherwise("handle"),
    ).unique("key", keep="first", maintain_order=True)


def show_count(roster: str, move: str, counts: pl.DataFrame, names: Mapping[str, str]) -> None:
    """Show how many moves of a kind there are on each platform. `names` has the names of platforms by short names."""
    parts: list[str | Number] = [f"{move[0].upper()}{move[1:]}:"]
    for platform, n in counts.select("platform", "moves").iter_rows():
        of = {"roster": roster, "move": move, "platform": platform}
        parts += [" ", Number(f"{n:,}", cell("count_of_moves", "moves", **of)), f" on {names.get(platform, platform)},"]
    tell((*parts[:-1], str(parts[-1]).replace(",", ".")))


through_app()
main()
