"""Published numbers beside our own: the study's definition, its number with citation, ours, and why they differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import duckdb

from analytics.queries import query
from analytics.said import Number, Said, cell, words

State = Literal["reproduced", "differs", "counted", "no data", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A number somebody gives. `published` is its (least, most, whole); None: a template, or a study whose data are closed.

    `sql` names the query of analytics/queries/ that gives ours in one row (least, most, whole); None: the data are closed.
    """

    name: str
    definition: str
    says: str
    citation: str
    reason: str
    published: tuple[int, int, int] | None = None
    sql: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """A study with our number beside its own."""

    study: Study
    ours: Said
    difference: str
    state: State


STUDIES = (
    Study(
        name="koo-february-2021",
        definition="People and organisations on the list in-koo-2021 who had joined Koo by the end of 10 February 2021, India time",
        says="no study counts them; papers name them one by one",
        citation="the reports in rosters/in-koo-2021/statements.csv",
        reason="The first number counts those who had certainly joined by then. The second also counts those who may have: the sources do not say exactly when they joined.",
        sql="reproduce_koo_february_2021",
    ),
    Study(
        name="german-accounts-2022",
        definition="First accounts of the list de-fediverse that their servers say were opened in November 2022, UTC: the peak of all months",
        says="83 of 263, counted in the file of the source",
        citation="rstockm/fedipol, fedipol_data.json at 161db03 (2025-10-27), https://github.com/rstockm/fedipol",
        reason="Accounts that were gone by 27 October 2025 are in neither.",
        published=(83, 83, 263),
        sql="reproduce_german_accounts_2022",
    ),
    Study(
        name="congress-x-2015",
        definition="Members of both chambers on 1 June 2015 with an official account on X, by the versions of the source's list",
        says="508 to 528 of 539, counted by hand in the versions of the source",
        citation="unitedstates/congress-legislators at dfa9622 (2026-06-15) and its history, https://github.com/unitedstates/congress-legislators",
        reason="The first number counts those whose account certainly was on the list by then, the second also those whose account may have been. A row that the source withdrew is read as a correction. All members of that day count, also those who left Congress since.",
        published=(508, 528, 539),
        sql="reproduce_congress_x_2015",
    ),
    Study(
        name="congress-mastodon-2026",
        definition="Members of both chambers on 15 June 2026 with a Mastodon account in the source's list",
        says="13 of 537, counted in the file of the source",
        citation="unitedstates/congress-legislators at dfa9622 (2026-06-15), https://github.com/unitedstates/congress-legislators",
        reason="The source has not refreshed these addresses since December 2022.",
        published=(13, 13, 537),
        sql="reproduce_congress_mastodon_2026",
    ),
    Study(
        name="riksdag-last-posts",
        definition="X accounts of the list se-parliament that had posted nothing for 91 days when somebody looked last, of those whose posts were looked at",
        says="no study counts them; the source of the list keeps days of last posts and of its own checks",
        citation="politix-sweden, data/sweden/riksdagen.csv, January to March 2026; its checks in rosters/se-parliament/last_posts.csv",
        reason="In the source 15 rows are mirrors of other platforms, and are out. Its 138 “closed” are ends entered in Wikidata, and no departures. 215 of its 1,187 last posts have no day of a check: nothing is known of the time after them. 15 of its checks on X missed a post that another of its checks found. They count as no look, and others may have missed posts, too. kooch backfill activity and kooch crawl --activity look anew.",
        sql="reproduce_riksdag_last_posts",
    ),
    Study(
        name="announced-and-kept",
        definition="Accounts of which a dated statement says that their owner leaves, and of which no end is known: a template for lists with such statements",
        says="a template: give statements with the event “announced”",
        citation="docs/activity.md, announced@1",
        reason="To announce leaving ends nothing; an account may stay open for years after.",
        sql="reproduce_announced_and_kept",
    ),
    Study(
        name="koo-conundrum-2021",
        definition="Politicians of the general election of 2019 in India who were on Koo, by party",
        says="1,408 politicians looked for; 79.1 % of those found are of one party (the blog; The Hindu prints 74.1 %)",
        citation="The Koo Conundrum, 30 August 2021, https://precog.iiit.ac.in/blog/2021/08/30/the-koo-conundrum",
        reason="The handles found by hand are not published, so the study is named and not imitated.",
    ),
    Study(
        name="pew-2025",
        definition="News influencers of a fixed panel of 500 with an account on Bluesky",
        says="43 % by March 2025, 21 % before the election",
        citation="Pew Research Center, May 2025",
        reason="The panel is not published, so the study is named and not imitated.",
    ),
)


def reproduce(connection: duckdb.DuckDBPyConnection, study: Study) -> Reproduction:
    """Our number for `study` from this version."""
    if study.sql is None:
        return Reproduction(study=study, ours=("none: the data are closed",), difference="", state="closed")
    found = connection.execute(query(study.sql)).fetchall()
    if not found:
        return Reproduction(study=study, ours=("none: these data have no such rows",), difference="", state="no data")
    least, most, whole = (
        Number(f"{number:,}", cell(study.sql, column))
        for number, column in zip(found[0], ("least", "most", "whole"), strict=True)
    )
    ours = (least, " of ", whole) if least.text == most.text else (least, " to ", most, " of ", whole)
    if study.published is None:
        return Reproduction(study=study, ours=ours, difference="", state="counted")
    gaps = [mine - theirs for mine, theirs in zip(found[0], study.published, strict=True)]
    difference = "none" if not any(gaps) else ", ".join(f"{gap:+,}" for gap in gaps)
    return Reproduction(study=study, ours=ours, difference=difference, state="differs" if any(gaps) else "reproduced")


def reproductions(connection: duckdb.DuckDBPyConnection) -> list[Reproduction]:
    """Every study, in their order."""
    return [reproduce(connection, study) for study in STUDIES]


def as_rows(found: Iterable[Reproduction]) -> list[dict[str, str]]:
    """The rows that the command prints and the page offers for download: one per study, in words."""
    return [
        {
            "study": each.study.name,
            "state": each.state,
            "published": each.study.says,
            "ours": words(each.ours),
            "difference": each.difference,
            "reason": each.study.reason,
            "definition": each.study.definition,
            "citation": each.study.citation,
        }
        for each in found
    ]
