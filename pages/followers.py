"""Where is the audience? Followers on a newer platform and an older one, for the same people of a list."""

from pathlib import Path

import polars as pl
import streamlit as st

from analytics.measures.figure import Figure, blocks_of, figure, shown_count
from analytics.measures.followers import STANDINGS, Followers, days_of, followers, parity, platforms_of, ratio
from analytics.measures.phrases import short_day
from analytics.said import Number, cell
from pages.shared.choosing import choose
from pages.shared.frame import show_chart
from pages.shared.lists import choose_list, note_unread
from pages.shared.routing import through_app
from pages.shared.store import ask, query, version_file
from pages.shared.text import note, page_of, say, table, tell

_ROWS = 100
_NOTES = (
    "Many people follow the same account on both: the two counts must not be added.",
    "A count says nothing about who reads.",
)


def main() -> None:
    st.title("Where is the audience?")
    file = version_file()
    offered: dict[str, dict[str, str]] = ask(file, platforms_of)
    if not offered:
        st.info("No list has accounts on two platforms yet. Import one with `kooch roster import FILE`.")
        st.stop()
    titles = dict(query(file, "SELECT roster, title FROM rosters"))
    opened = dict(query(file, "SELECT platform, opened FROM platforms"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        roster = choose_list({name: titles[name] for name in offered})
        names = offered[roster]
        older = choose("Older platform", names, key="older", width=160)
        # Those that opened before the older one come last.
        others = sorted(names.keys() - {older}, key=list(names).index)
        others.sort(key=lambda key: bool(opened.get(key) and opened.get(older) and opened[key] < opened[older]))
        newer = choose("Newer platform", {key: names[key] for key in others}, key="newer", width=160)
    note_unread(roster, newer, older)
    of = {"roster": roster, "newer": newer, "older": older}
    found: Followers = ask(file, followers, **of, names=(names[newer], names[older]))
    subject = f"{titles[roster]} · {names[newer]} against {names[older]}"
    say("{subject}", subject=subject)
    tell(found.verdict)
    if found.ratios.is_empty():
        st.info(
            "Both platforms must be looked at on one day: `kooch crawl` does that for platforms it can ask. `kooch backfill` reads earlier counts from"
            " archived pages."
        )
        st.stop()
    show_chart(
        "follower_ratios",
        file,
        {"ratios": found.ratios},
        roster=roster,
        table=found.frame,
        subject=subject,
        chosen=of,
        notes=_NOTES,
        is_titled=False,
    )
    show_people(found, of, names)
    show_one(file, found, of, names, subject=subject)


def show_people(found: Followers, of: dict[str, str], names: dict[str, str]) -> None:
    """Show the last ratio of each person, and when there were first as many followers."""
    st.header("When were there as many?")
    rows = {row["figure_id"]: row for row in found.frame.iter_rows(named=True)}
    table(
        (
            "Who",
            "Day",
            f"On {names[of['newer']]}",
            f"On {names[of['older']]}",
            "Ratio",
            "Which is",
            "First as many",
        ),
        (
            [
                (row["name"], page_of("figure", figure=row["figure_id"])),
                *_cells(row, "audience_of_list", of | {"figure_id": row["figure_id"]}),
                (STANDINGS[row["standing"]], None),
                (parity(row), None),
            ]
            for row in (rows[figure_id] for figure_id in found.ratios["figure_id"].head(_ROWS))
        ),
    )
    if found.ratios.height > _ROWS:
        note("The first {shown} are shown; the CSV has all.", shown=_ROWS)


def show_one(file: Path, found: Followers, of: dict[str, str], names: dict[str, str], *, subject: str) -> None:
    """Show the counts of one person on both platforms, and every day with a ratio."""
    st.header("Who?")
    people = dict(found.ratios.select("figure_id", "name").rows())
    chosen = choose("Who", people, key="who", width=320)
    one: Figure | None = ask(file, figure, figure_id=chosen)
    if one is None:
        return
    counted = one.counts["platform"].is_in([names[of["newer"]], names[of["older"]]])
    blocked = ask(file, blocks_of, figure_id=chosen, counts=one.counts.filter(counted))
    show_chart(
        "audience",
        file,
        {"audience": one.audience.filter(counted), "blocks": blocked},
        subject=f"{one.name} · {subject}",
        chosen=of | {"who": chosen},
        source="the counts as Kooch, archives and reports give them",
    )
    one_of = {"figure_id": chosen, "newer": of["newer"], "older": of["older"]}
    days: pl.DataFrame = ask(file, days_of, **one_of)
    table(
        ("Day", f"On {names[of['newer']]}", f"On {names[of['older']]}", "Ratio"),
        (
            _cells(row, "audience_of_figure", one_of | {"day": row["day"]})
            for row in days.head(_ROWS).iter_rows(named=True)
        ),
    )


def _cells(row: dict[str, object], asked: str, where: dict[str, object]) -> list[tuple[object, str | None]]:
    end = "ratio_least" if row["ratio_least"] else "ratio_most"
    return [
        (short_day(row["day"]), None),  # type: ignore[arg-type]  # a day
        *((_count(row, side, asked, where), None) for side in ("newer", "older")),
        ((Number(ratio(row), cell(asked, end, **where)),), None),  # type: ignore[arg-type]  # two numbers
    ]


def _count(row: dict[str, object], side: str, asked: str, where: dict[str, object]) -> object:
    followers, most = row[f"{side}_followers"], row[f"{side}_most"]
    least = "at least " if most is None else ""
    off = 0 if most is None else int(str(most)) - int(str(followers))
    return shown_count(f"{least}{followers:,}{f' ± {off:,}' if off else ''}", cell(asked, f"{side}_followers", **where))


through_app()
main()
