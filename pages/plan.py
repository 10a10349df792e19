"""What can be known? For each platform: what a crawl would bring, by when, at what price, and what nobody can know."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analytics.downloads import to_csv
from analytics.said import Number, cell
from kooch.config import BUNDLED_ROSTERS, load_settings
from kooch.looks import sheet_of
from kooch.rosters import read_roster
from pages.shared.lists import choose_list
from pages.shared.routing import through_app
from pages.shared.store import query, version_file
from pages.shared.text import coded, plain, say, table

_HOWS = {
    "free": "free to crawl",
    "paid": "paid",
    "not ready": "not ready",
    "by hand": "people have to look",
    "not read": "cannot be read",
    "closed": "closed",
}
_LONGEST_SECONDS = 120


def main() -> None:
    st.title("What can be known?")
    file = version_file()
    titles = dict(query(file, "SELECT roster, title FROM rosters ORDER BY roster"))
    if not titles:
        st.info("There is no list yet. Import one with `kooch roster import FILE`.")
        st.stop()
    roster = choose_list(titles)
    rows, fault = _planned(str(file), str(load_settings().home), roster)
    if fault:
        st.info(coded(fault))
        st.stop()
    say("Kooch asks no server for this. The numbers are those of the first crawl, if all accounts exist.")
    free = [row["platform"] for row in rows if row["how"] == "free" and row["accounts"]]
    if free:
        st.markdown("What is free starts with:")
        st.code(f"kooch crawl {' '.join(free)} --roster {roster}", language=None, wrap_lines=True)
    else:
        st.info("This list names no account that is free to crawl.")
    table(
        ("Platform", "How", "Accounts known", "Questions", "Looks by hand", "All answers in", "A look costs"),
        (
            [
                (row["name"], None),
                (_HOWS[row["how"]], None),
                (_counted(roster, row, "accounts", row["accounts"]), None),
                (_or_empty(row["requests"] or None, "{:,}"), None),
                # People look for every figure where they can search by name, elsewhere at the accounts that are known.
                (
                    _counted(roster, row, "figures" if row["how"] == "by hand" else "accounts", row["looks"])
                    if row["looks"]
                    else "",
                    None,
                ),
                (_or_empty(row["first_answer"], "{}"), None),
                (_or_empty(row["usd_a_look"] or None, "${:,.2f}"), None),
            ]
            for row in rows
        ),
    )
    with st.container(horizontal=True, gap="small", key="take-plan"):
        st.download_button(
            "CSV",
            lambda: to_csv(pl.DataFrame(rows, infer_schema_length=None)),
            file_name=f"kooch-plan-{roster}.csv",
            on_click="ignore",
            type="tertiary",
        )
    folder = folder_of(roster)
    unread = [row for row in rows if row["how"] == "not read" and not (row["gives"] or row["blocked"])]
    for row in rows:
        # Where nobody has an account, a crawl asks nobody.
        if row in unread or not (row["accounts"] or row["looks"] or row["how"] == "closed"):
            continue
        show_platform(row)
        if row["looks"] and folder:
            offer_sheet(folder, row)
    if unread:
        st.header("Cannot be read")
        names = ", ".join(row["name"] for row in unread)
        say("Kooch cannot read {names}. The list names no account there.", names=names)
    st.caption("`kooch plan` prints the same rows.")


def show_platform(row: dict[str, Any]) -> None:
    """Show what a platform gives, what it never gives, and the command that begins it."""
    st.header(plain(row["name"]))
    lines = [*([f"{row['lacks']}."] if row["lacks"] else []), *row["gives"]]
    never = [f"Never: {each}" for each in row["never"]]
    for line in (*lines, *never, *row["blocked"]):
        st.markdown(f"- {coded(line)}")
    if row["command"]:
        st.code(row["command"], language=None, wrap_lines=True)


def folder_of(roster: str) -> Path | None:
    """The folder of a published list; None if this machine does not have it."""
    folders = (root / roster for root in (load_settings().home / "rosters", BUNDLED_ROSTERS))
    return next((folder for folder in folders if (folder / "roster.yaml").is_file()), None)


def offer_sheet(folder: Path, row: dict[str, Any]) -> None:
    """Offer the sheet that the command writes. It is made when somebody downloads it."""
    platform = row["platform"]
    st.download_button(
        f"Sheet for {plain(row['name'])} (.xlsx)",
        lambda: sheet_of(read_roster(folder), platform),
        file_name=f"{folder.name}-{platform}.xlsx",
        on_click="ignore",
        key=f"sheet-{platform}",
    )


def _counted(roster: str, row: dict[str, Any], column: str, count: int) -> Number:
    return Number(f"{count:,}", cell("accounts_to_look_at", column, roster=roster, platform=row["platform"]))


def _or_empty(value: object, form: str) -> str:
    return "" if value is None else form.format(value)


@st.cache_data(show_spinner="Asking what each platform gives", max_entries=50)
def _planned(file: str, home: str, roster: str) -> tuple[list[dict[str, Any]], str]:  # noqa: ARG001 -- another version, another plan
    """The rows of `kooch plan`, or a sentence in their place. Crawlers run in a process of their own."""
    try:
        done = subprocess.run(  # noqa: S603 -- a list of the version, and no shell
            [sys.executable, "-m", "kooch", "--home", home, "plan", roster, "--format", "json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST_SECONDS,
            cwd=Path(__file__).parent.parent,
        )
    except subprocess.TimeoutExpired:
        return [], f"kooch plan {roster} has not ended. Run it in a terminal."
    if done.returncode:
        return [], done.stderr.strip() or f"kooch plan {roster} failed. Run it in a terminal."
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")], ""


through_app()
main()
