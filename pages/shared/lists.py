"""The lists and platforms that a page offers, and the choice of one of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from analytics.measures.adoption import choices
from kooch.config import is_crawled, load_settings
from kooch.platforms import known
from pages.shared.choosing import choose
from pages.shared.store import ask, query
from pages.shared.text import coded


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The platforms of each list, and the titles of both, by short names."""

    platforms: Mapping[str, Sequence[str]]
    titles: Mapping[str, str]
    names: Mapping[str, str]

    def choose(self) -> tuple[str, str]:
        """Draw the choices of a list and of a platform where the caller is drawing; returns the short names."""
        roster = choose_list({name: self.titles[name] for name in self.platforms})
        named = {name: self.names.get(name, name) for name in self.platforms[roster]}
        return roster, choose("Platform", named, key="platform", width=160)

    def subject(self, roster: str, platform: str) -> str:
        """Both by their titles."""
        return f"{self.titles[roster]} · {self.names.get(platform, platform)}"


def choose_list(titles: Mapping[str, str]) -> str:
    """Draw the choice among lists, which `titles` names in their order; there is at least one. Returns the short name.

    If the address names none, it is the list with which the settings open the app, if that is among them.
    """
    opens_on = load_settings().app.roster
    names = sorted(titles, key=lambda name: name != opens_on)
    return choose("List", {name: titles[name] for name in names}, key="roster", width=320)


def note_unread(roster: str, *platforms: str) -> None:
    """For each of `platforms` that Kooch cannot crawl, show a sentence that says so and names other ways to learn about
    accounts there."""
    for platform in platforms:
        if not is_crawled(platform) and (row := known().get(platform)):
            st.caption(coded(row.instead_of_crawl(roster)))


def lists_of(file: Path) -> Lists:
    """The lists and platforms to choose from. If no list has an account, the page says so and ends."""
    offered = ask(file, choices)
    if not offered:
        st.info("No list has an account on any platform yet. Import one with `kooch roster import FILE`.")
        st.stop()
    return Lists(
        platforms=offered,
        titles=dict(query(file, "SELECT roster, title FROM rosters")),
        names=dict(query(file, "SELECT platform, name FROM platforms")),
    )
