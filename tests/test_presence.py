"""There, and no longer there: statements and looks, each with the answer worked out by hand from docs/methods.md.

Days are days in India. An answer is read on the days named: `joined` and `there`, each as lower and upper edge.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kooch.rosters import AccountClaim, Roster, Statement
from kooch.store.master import master_file
from kooch.store.outcomes import Status
from tests.stores import KOO_ID, START, bundle, claim, crawl, failed, load, member, query, roster, seen, statement
from tests.test_store import run_python

INDIA = "Asia/Kolkata"
Edges = Mapping[str, str]
"""By the first day and the last (`2021-03-10` or `2021-03-10/2021-03-14`): lower and upper edge, `0-1`."""


@dataclass(frozen=True)
class Case:
    """The evidence on a figure with the name of the case, and what follows from it. `stays`: joined, ended, act,
    flags."""

    said: Sequence[Statement]
    accounts: Sequence[AccountClaim] = ()
    joined: Edges = field(default_factory=dict)
    there: Edges = field(default_factory=dict)
    stays: Sequence[tuple[str | None, ...]] | None = None
    platform: str = "koo"


def on(event: str, days: str, *, published: str | None = None, **more: Any) -> Statement:  # noqa: ANN401 -- a cell of a statement
    """`joined` on a day or within some (`2021-02-01/2021-02-28`), `there` by a day, and so on; published on the last day."""
    first, _, last = days.partition("/")
    cells: dict[str, Any] = {"not_before": first, "not_after": last or first, "publisher": f"Paper of {event} {days}"}
    if event == "there":
        del cells["not_before"]
    return statement("?", event, published or last or first, **(cells | more))  # type: ignore[arg-type] # a closed set


H = (claim("?", "h", platform="koo"),)
H_OPENED = (claim("?", "h", platform="koo", opened_on=date(2021, 2, 9)),)


def h_held(first: str | None, last: str | None) -> tuple[AccountClaim]:
    """The account h, opened on 9 February 2021, theirs for some days only."""
    days = {"from_day": first and date.fromisoformat(first), "to_day": last and date.fromisoformat(last)}
    return (replace(H_OPENED[0], **days),)  # type: ignore[arg-type]  # two days


K = claim("?", "k", platform="koo")
H_AND_K = (*H, K)

OF_2022 = h_held("2022-01-01", "2022-06-30")
SEEN_2022 = [on("there", day, handle="h") for day in ("2022-05-20", "2023-01-10")]

CASES: dict[str, Case] = {
    "a claim of its time": Case(
        SEEN_2022,
        OF_2022,
        joined={"2021-02-09/2021-12-31": "0-0", "2022-01-01/2023-12-31": "1-1"},
        there={"2021-12-31": "0-0", "2022-01-01/2022-06-30": "1-1", "2022-07-01/2023-12-31": "0-0"},
        stays=[("2022-01-01", "2022-01-01", None, None, None, "")],
    ),
    # The next holder left. That is not a departure of this one.
    "a claim of its time, left later": Case(
        [*SEEN_2022, on("left", "2023-02-01", handle="h")],
        OF_2022,
        there={"2022-01-01/2022-06-30": "1-1", "2022-07-01/2023-12-31": "0-0"},
        stays=[("2022-01-01", "2022-01-01", None, None, None, "")],
    ),
    "a claim of its time, left within": Case(
        [SEEN_2022[0], on("left", "2022-06-01", handle="h")],
        OF_2022,
        joined={"2021-12-31": "0-0", "2022-01-01/2023-12-31": "1-1"},
        there={"2022-01-01/2022-05-31": "1-1", "2022-06-01/2023-12-31": "0-0"},
        stays=[("2022-01-01", "2022-01-01", "2022-06-01", "2022-06-01", "owner", "")],
    ),
    # It had ended before it was theirs: nothing is left of it.
    "a claim of its time, left before": Case(
        [on("left", "2021-06-01", handle="h")],
        OF_2022,
        joined={"2021-02-09/2023-12-31": "0-0"},
        there={"2021-02-09/2023-12-31": "0-0"},
        stays=[],
    ),
    # It may have ended before or after: perhaps they had it.
    "a claim of its time, left about then": Case(
        [on("left", "2021-12-01/2022-03-31", handle="h")],
        OF_2022,
        joined={"2021-12-31": "0-0", "2022-01-01/2023-12-31": "0-1"},
        there={"2021-12-31": "0-0", "2022-01-01/2022-03-30": "0-1", "2022-03-31/2023-12-31": "0-0"},
        stays=[("2022-01-01", None, "2021-12-01", "2022-03-31", "owner", "")],
    ),
    "a claim of its time, joined within": Case(
        [on("joined", "2022-03-05", handle="h"), on("there", "2022-04-20", handle="h")],
        (replace(OF_2022[0], opened_on=None),),
        joined={"2022-03-04": "0-0", "2022-03-05/2023-12-31": "1-1"},
        there={
            "2022-03-04": "0-0",
            "2022-03-05/2022-06-04": "1-1",
            "2022-06-05/2022-06-30": "0-1",
            "2022-07-01": "0-0",
        },
        stays=[("2022-03-05", "2022-03-05", None, None, None, "")],
    ),
    "a claim since a day": Case(
        SEEN_2022,
        h_held("2022-01-01", None),
        joined={"2021-12-31": "0-0", "2022-01-01/2023-12-31": "1-1"},
        there={"2021-12-31": "0-0", "2022-01-01/2023-02-24": "1-1", "2023-02-25/2023-12-31": "0-1"},
    ),
    "a claim until a day, and no word of it": Case(
        [],
        (replace(h_held(None, "2022-06-30")[0], opened_on=None),),
        joined={"2020-03-31/2023-12-31": "0-1"},
        there={"2020-03-31/2022-06-30": "0-1", "2022-07-01/2023-12-31": "0-0"},
    ),
    # A report that names no account and is of another time is about another account.
    "a claim of its time, a report before": Case(
        [on("joined", "2021-03-05"), SEEN_2022[0]],
        OF_2022,
        joined={"2021-03-04": "0-0", "2021-03-05/2023-12-31": "1-1"},
        there={"2022-01-01/2022-06-30": "1-1"},
    ),
    # The report may be about h, which is theirs until 30 June.
    "two claims, one of its time, a report in that time": Case(
        [on("there", "2022-06-10")],
        (*h_held(None, "2022-06-30"), K),
        joined={"2022-06-10/2023-12-31": "1-1"},
        there={"2022-06-10/2022-06-30": "1-1", "2022-07-01/2023-12-31": "0-1"},
    ),
    # It counts again from the next report.
    "two claims, one of its time, a report in that time and one later": Case(
        [on("there", "2022-06-10"), on("there", "2022-07-15")],
        (*h_held(None, "2022-06-30"), K),
        there={
            "2022-06-10/2022-06-30": "1-1",
            "2022-07-01/2022-07-14": "0-1",
            "2022-07-15/2022-08-29": "1-1",
            "2022-08-30/2023-12-31": "0-1",
        },
    ),
    # Neither account was theirs and there on 1 November, so the report shows another.
    "two claims, one of its time and one left, a report after both": Case(
        [on("left", "2022-09-01", handle="k"), on("there", "2022-11-01")],
        (*h_held(None, "2022-06-30"), K),
        there={"2022-09-01/2022-10-31": "0-1", "2022-11-01/2022-12-16": "1-1", "2022-12-17/2023-12-31": "0-1"},
    ),
    "s1": Case(
        [on("joined", "2021-03-10"), on("absent", "2021-03-15")],
        joined={"2021-03-09": "0-0", "2021-03-10": "1-1", "2021-12-31": "1-1"},
        there={"2021-03-09": "0-0", "2021-03-10/2021-03-14": "0-1", "2021-03-15/2021-12-31": "0-0"},
        stays=[("2021-03-10", "2021-03-10", "2021-03-10", "2021-03-15", "unknown", "")],
    ),
    # The absence may have been before the join on its own first day.
    "s1, absent from that day on": Case(
        [on("joined", "2021-03-10"), on("absent", "2021-03-10/2021-03-15")],
        there={"2021-03-09": "0-0", "2021-03-10/2021-03-15": "1-1"},
        stays=[("2021-03-10", "2021-03-10", None, None, None, "")],
    ),
    "s1, and joined again": Case(
        [
            *(on("absent", day) for day in ("2021-03-05", "2021-03-15")),
            *(on("joined", day) for day in ("2021-03-10", "2021-03-20")),
        ],
        there={
            "2021-03-05": "0-0",
            "2021-03-10/2021-03-14": "0-1",
            "2021-03-15/2021-03-19": "0-0",
            "2021-03-20/2021-05-04": "1-1",
        },
        stays=[
            ("2021-03-10", "2021-03-10", "2021-03-10", "2021-03-15", "unknown", ""),
            ("2021-03-20", "2021-03-20", None, None, None, ""),
        ],
    ),
    "s4": Case(
        [on("joined", "2021-02-12", handle="h"), on("there", "2021-02-17")],
        H,
        joined={"2021-02-11": "0-0", "2021-02-12": "1-1"},
        there={"2021-02-12/2021-04-03": "1-1", "2021-04-04": "0-1"},
        stays=[("2021-02-12", "2021-02-12", None, None, None, "sign presumed")],
    ),
    # Before the account was: an earlier one, of which nobody knows.
    "s4, there before": Case(
        [on("joined", "2021-02-12", handle="h"), on("there", "2021-02-10")],
        H,
        joined={"2020-02-29": "0-0", "2020-03-01/2021-02-09": "0-1", "2021-02-10": "1-1"},
        stays=[
            (None, "2021-02-10", None, None, None, "join presumed, sign presumed"),
            ("2021-02-12", "2021-02-12", None, None, None, ""),
        ],
    ),
    # Later than the account's own day: kept and flagged, and it moves no edge.
    "s4, joined later": Case(
        [on("joined", "2021-02-12", handle="h"), on("joined", "2021-02-20", published="2021-02-21")],
        H,
        joined={"2021-02-11": "0-0", "2021-02-12": "1-1"},
        there={"2021-02-12/2021-03-29": "1-1", "2021-03-30": "0-1"},
        stays=[("2021-02-12", "2021-02-12", None, None, None, "unexplained")],
    ),
    "s5": Case(
        [on("joined", "2021-02-09")],
        H,
        joined={"2021-02-08": "0-0", "2021-02-09": "1-1"},
        stays=[("2021-02-09", "2021-02-09", None, None, None, "join presumed, sign presumed")],
    ),
    "s5, the same day is known": Case(
        [on("joined", "2021-02-08/2021-02-10")],
        H_OPENED,
        joined={"2021-02-08": "0-0", "2021-02-10": "1-1"},
        stays=[("2021-02-09T05:30", "2021-02-10T05:30", None, None, None, "")],
    ),
    "s5, only an end is known": Case(
        [on("left", "2021-12-01")],
        H,
        joined={"2020-02-29": "0-0", "2020-03-01/2021-11-30": "0-1", "2021-12-01": "1-1"},
        there={"2020-03-01/2021-11-30": "0-1", "2021-12-01": "0-0"},
        stays=[(None, "2021-12-01", "2021-12-01", "2021-12-01", "owner", "join presumed, end presumed")],
    ),
    "s6": Case(
        [on("left", "2022-12-01")],
        H_OPENED,
        there={"2022-11-30": "1-1", "2022-12-01": "0-0"},
        stays=[("2021-02-09T05:30", "2021-02-10T05:30", "2022-12-01", "2022-12-01", "owner", "end presumed")],
    ),
    # Somebody who names the account found it there a month later: the report is about something else.
    "s6, and there later": Case(
        [on("left", "2022-12-01"), on("there", "2023-01-05", handle="h")],
        H_OPENED,
        there={"2022-11-30": "1-1", "2022-12-01": "1-1", "2023-02-19": "1-1", "2023-02-20": "0-1"},
        stays=[("2021-02-09T05:30", "2021-02-10T05:30", None, None, None, "unexplained")],
    ),
    "s6, and joined again": Case(
        [on("left", "2022-12-01"), on("joined", "2023-03-03")],
        H_OPENED,
        there={"2022-11-30": "1-1", "2022-12-01/2023-03-02": "0-0", "2023-03-03": "1-1"},
        stays=[
            ("2021-02-09T05:30", "2021-02-10T05:30", "2022-12-01", "2022-12-01", "owner", "end presumed"),
            ("2023-03-03", "2023-03-03", None, None, None, "join presumed, sign presumed"),
        ],
    ),
    # Of two accounts: the report may be about the one that ended, and nobody knows of the other.
    "two accounts, there, and one left": Case(
        [on("joined", "2021-01-05", handle="h"), on("there", "2021-01-20"), on("left", "2021-02-01", handle="h")],
        H_AND_K,
        joined={"2021-01-04": "0-1", "2021-01-05": "1-1"},
        there={"2021-01-05/2021-01-31": "1-1", "2021-02-01/2021-12-31": "0-1"},
    ),
    "two accounts, one left, and there again": Case(
        [
            on("joined", "2021-01-05", handle="h"),
            on("there", "2021-01-20"),
            on("left", "2021-02-01/2021-02-28", handle="h"),
            on("posted", "2021-03-03"),
        ],
        H_AND_K,
        there={
            "2021-01-05/2021-01-31": "1-1",
            "2021-02-01/2021-03-02": "0-1",
            "2021-03-03/2021-04-17": "1-1",
            "2021-04-18": "0-1",
        },
    ),
    # They may have left since the last sign, as with one account.
    "two accounts, and absent": Case(
        [on("joined", "2021-01-05", handle="h"), on("there", "2021-01-20", handle="h"), on("absent", "2021-02-01")],
        H_AND_K,
        joined={"2021-01-04": "0-1", "2021-01-05": "1-1"},
        there={"2021-01-05/2021-01-19": "1-1", "2021-01-20/2021-12-31": "0-1"},
    ),
    # The sign may have been on any of its days.
    "two accounts, absent, and posted some time after": Case(
        [
            on("joined", "2021-01-05", handle="h"),
            on("absent", "2021-02-01"),
            on("posted", "2021-02-03/2021-02-20", handle="h"),
        ],
        H_AND_K,
        there={"2021-01-05/2021-02-19": "0-1", "2021-02-20/2021-03-20": "1-1", "2021-03-21": "0-1"},
    ),
    "s7": Case(
        [on("there", "2020-02-20")],
        joined={"2020-02-29": "0-0", "2020-03-01/2020-03-30": "0-1", "2020-03-31": "1-1"},
        stays=[(None, "2020-03-31", None, None, None, "contradiction")],
    ),
    "s7, Threads": Case(
        [on("there", "2023-07-04", platform="threads")],
        joined={"2023-07-04": "0-0", "2023-07-05": "1-1"},
        stays=[(None, "2023-07-05", None, None, None, "contradiction")],
        platform="threads",
    ),
    "s7, joined before": Case(
        [on("joined", "2023-07-01", platform="threads")],
        joined={"2023-07-04": "0-0", "2023-07-05": "1-1"},
        there={"2023-07-04": "0-0", "2023-07-05": "1-1"},
        stays=[("2023-07-05", "2023-07-05", None, None, None, "contradiction")],
        platform="threads",
    ),
    # In the month in which Koo opened: no contradiction.
    "s7, in its first month": Case(
        [on("there", "2020-03-15")],
        joined={"2020-02-29": "0-0", "2020-03-01/2020-03-14": "0-1", "2020-03-15": "1-1"},
        stays=[(None, "2020-03-15", None, None, None, "")],
    ),
    "s8": Case(
        [on("joined", "2024-08-01")],
        joined={"2024-08-01": "0-0", "2024-12-31": "0-0"},
        there={"2024-07-03": "0-0"},
        stays=[],
    ),
    "s8, and joined before": Case(
        [on("joined", "2024-08-01"), on("joined", "2021-03-10")],
        joined={"2021-03-09": "0-0", "2021-03-10": "1-1"},
        stays=[("2021-03-10", "2021-03-10", None, None, None, "contradiction, unexplained")],
    ),
    # A sign after the end is none of that day, but somebody had been there.
    "s8, there by then": Case(
        [on("there", "2024-08-01")],
        joined={"2024-07-02": "0-1", "2024-07-03": "1-1"},
        there={"2024-07-03": "0-1", "2024-07-04": "0-0"},
        stays=[(None, "2024-07-03", None, None, None, "contradiction")],
    ),
    "s9": Case(
        [on("joined", "2021-01-05"), on("left", "2021-02-21"), on("posted", "2021-02-21")],
        there={"2021-02-20": "1-1", "2021-02-21": "0-0"},
        stays=[("2021-01-05", "2021-01-05", "2021-02-21", "2021-02-21", "owner", "")],
    ),
    "s9, posted the day after": Case(
        [on("joined", "2021-01-05"), on("left", "2021-02-21"), on("posted", "2021-02-22")],
        there={"2021-02-20": "1-1", "2021-02-21": "0-1", "2021-02-22": "1-1"},
        stays=[
            ("2021-01-05", "2021-01-05", "2021-02-21", "2021-02-21", "owner", ""),
            ("2021-02-21", "2021-02-22", None, None, None, ""),
        ],
    ),
    "s9, all in a day": Case(
        [on("joined", "2021-01-05"), on("posted", "2021-01-05"), on("left", "2021-01-05")],
        joined={"2021-01-05": "1-1"},
        there={"2021-01-04": "0-0", "2021-01-05": "0-0"},
        stays=[("2021-01-05", "2021-01-05", "2021-01-05", "2021-01-05", "owner", "")],
    ),
    "s10": Case(
        [on("joined", "2021-01-05"), on("posted", "2021-02-01/2021-02-28"), on("left", "2021-02-20")],
        there={"2021-02-19": "1-1", "2021-02-20": "0-0"},
        stays=[("2021-01-05", "2021-01-05", "2021-02-20", "2021-02-20", "owner", "")],
    ),
    "s10, and absent": Case(
        [
            on("joined", "2021-01-05"),
            on("posted", "2021-02-01/2021-02-28"),
            on("left", "2021-02-20"),
            on("absent", "2021-03-01"),
        ],
        there={"2021-02-19": "1-1", "2021-02-20/2021-03-01": "0-0"},
        stays=[("2021-01-05", "2021-01-05", "2021-02-20", "2021-02-20", "owner", "")],
    ),
    "s10, posted after": Case(
        [on("joined", "2021-01-05"), on("posted", "2021-02-21/2021-02-28"), on("left", "2021-02-20")],
        there={"2021-02-19": "1-1", "2021-02-20/2021-02-27": "0-1", "2021-02-28": "1-1"},
        stays=[
            ("2021-01-05", "2021-01-05", "2021-02-20", "2021-02-20", "owner", ""),
            ("2021-02-20", "2021-02-28", None, None, None, ""),
        ],
    ),
    "s11": Case(
        [on("joined", "2021-01-05"), on("left", "2021-06-01/2021-06-30"), on("joined", "2021-06-25")],
        there={
            "2021-05-31": "1-1",
            "2021-06-01/2021-06-24": "0-1",
            "2021-06-25/2021-08-09": "1-1",
            "2021-08-10": "0-1",
        },
        stays=[
            ("2021-01-05", "2021-01-05", "2021-06-01", "2021-06-25", "owner", ""),
            ("2021-06-25", "2021-06-25", None, None, None, ""),
        ],
    ),
    "s11, again some time in June": Case(
        [on("joined", "2021-01-05"), on("left", "2021-06-01/2021-06-30"), on("joined", "2021-06-01/2021-06-30")],
        there={"2021-05-31": "1-1", "2021-06-01/2021-06-29": "0-1", "2021-06-30": "1-1"},
        stays=[
            ("2021-01-05", "2021-01-05", "2021-06-01", "2021-06-30", "owner", ""),
            ("2021-06-01", "2021-06-30", None, None, None, ""),
        ],
    ),
    "s11, without an end": Case(
        [on("joined", "2021-01-05"), on("joined", "2021-06-25")],
        joined={"2021-01-04": "0-0", "2021-01-05/2021-06-24": "0-1", "2021-06-25": "1-1"},
        stays=[("2021-01-05", "2021-06-25", None, None, None, "contradiction")],
    ),
    "s16": Case(
        [on("joined", "2021-02-27"), on("joined", "2021-02-28")],
        H,
        joined={"2021-02-26": "0-0", "2021-02-27": "0-1", "2021-02-28": "1-1"},
        stays=[("2021-02-27", "2021-02-28", None, None, None, "join presumed, sign presumed, contradiction")],
    ),
    # A paper that agrees with both decides nothing.
    "s16, and in February": Case(
        [on("joined", day) for day in ("2021-02-27", "2021-02-28", "2021-02-01/2021-02-28")],
        H,
        joined={"2021-02-26": "0-0", "2021-02-27": "0-1", "2021-02-28": "1-1"},
        stays=[("2021-02-27", "2021-02-28", None, None, None, "join presumed, sign presumed, contradiction")],
    ),
    # Evidence that names the account decides which of two papers is about something else.
    "s16, and one that names it": Case(
        [on("joined", "2021-02-27"), on("joined", "2021-02-28"), on("joined", "2021-02-27", handle="h")],
        H,
        joined={"2021-02-26": "0-0", "2021-02-27": "1-1"},
        stays=[("2021-02-27", "2021-02-27", None, None, None, "unexplained")],
    ),
    "s17": Case(
        [on("absent", "2021-01-01/2021-01-31"), on("joined", "2021-01-05")],
        joined={"2021-01-04": "0-0", "2021-01-05": "1-1"},
        there={"2021-01-31": "1-1"},
        stays=[("2021-01-05", "2021-01-05", None, None, None, "")],
    ),
    "s17, joined on its last day": Case(
        [on("absent", "2021-01-01/2021-01-31"), on("joined", "2021-01-31")],
        there={"2021-01-30": "0-0", "2021-01-31": "1-1"},
        stays=[("2021-01-31", "2021-01-31", None, None, None, "")],
    ),
    "s17, there by a day of it": Case(
        [on("absent", "2021-01-01/2021-01-31"), on("there", "2021-01-15")],
        joined={"2020-12-31": "0-0", "2021-01-01/2021-01-14": "0-1", "2021-01-15": "1-1"},
        there={"2021-01-15/2021-01-31": "1-1"},
        stays=[("2021-01-01", "2021-01-15", None, None, None, "")],
    ),
}


def of(figure: str, case: Case) -> tuple[list[AccountClaim], list[Statement]]:
    """The case's evidence as that of `figure`, whose handle is its own."""

    def named(handle: str | None) -> str | None:
        return handle and f"{figure}-{handle}"

    return (
        [replace(one, figure_id=figure, handle=named(one.handle)) for one in case.accounts],
        [replace(one, figure_id=figure, handle=named(one.handle)) for one in case.said],
    )


@pytest.fixture(scope="module")
def statements_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list with a member for every case."""
    folder = tmp_path_factory.mktemp("cases")
    names = {case: f"m{n}" for n, case in enumerate(CASES)}
    evidence = [of(names[name], case) for name, case in CASES.items()]
    people = roster(
        "cases",
        [member(name) for name in names.values()],
        accounts=[one for accounts, _ in evidence for one in accounts],
        statements=[one for _, said in evidence for one in said],
        time_zone=INDIA,
        vouches=False,
    )
    load(folder / "home", bundle(folder / "bundled", people))
    return folder / "home"


def days_of(span: str) -> Iterator[date]:
    first, _, last = span.partition("/")
    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    # The ends of a run of days, and some within.
    yield from {day, end, *(day + (end - day) * n / 7 for n in range(7))}


def edges(home: Path, figure: str, measure: str, *, presumptions: bool = True) -> Mapping[str, list[tuple[date, date]]]:
    runs = query(
        home,
        f"""
        SELECT edge, greatest(from_day, '1900-01-01'::DATE), least(until_day, '2100-01-01'::DATE)
        FROM edge_days({presumptions}) WHERE figure_id = '{figure}' AND starts_with(edge, '{measure}')
        """,
    )
    return {side: [(first, until) for edge, first, until in runs if edge.endswith(side)] for side in ("min", "max")}


def check_edges(home: Path, figure: str, measure: str, wanted: Edges) -> None:
    runs = edges(home, figure, measure)
    for span, answer in wanted.items():
        for day in days_of(span):
            found = "-".join(str(int(any(a <= day < b for a, b in runs[side]))) for side in ("min", "max"))
            assert (measure, day, found) == (measure, day, answer)


@pytest.mark.parametrize("name", CASES)
def test_the_edges_of_every_day_are_those_by_hand(name: str, statements_home: Path) -> None:
    figure = f"m{list(CASES).index(name)}"

    check_edges(statements_home, figure, "joined", CASES[name].joined)
    check_edges(statements_home, figure, "there", CASES[name].there)


FLAGS = """
coalesce(array_to_string([
    CASE WHEN join_is_presumed THEN 'join presumed' END,
    CASE WHEN end_is_presumed THEN 'end presumed' END,
    CASE WHEN last_sign_is_presumed THEN 'sign presumed' END,
    CASE WHEN contradiction THEN 'contradiction' END,
    CASE WHEN len(unexplained) > 0 THEN 'unexplained' END
], ', '), '')
"""


def ist(instant: datetime | None, *, is_end: bool = False) -> str | None:
    """A day in India, or an instant within one; the end of an interval as its last day."""
    if instant is None:
        return None
    there = instant.astimezone(UTC) + timedelta(hours=5, minutes=30)
    if there.hour or there.minute:
        return f"{there:%Y-%m-%dT%H:%M}"
    return f"{there - timedelta(days=is_end):%Y-%m-%d}"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.stays is not None])
def test_the_stays_are_those_by_hand(name: str, statements_home: Path) -> None:
    # Without the platform's own end, which ends every stay on Koo.
    found = query(
        statements_home,
        f"""
        SELECT joined_not_before, joined_before, ended_not_before, ended_before, ended_by, {FLAGS}
        FROM known_stays
        WHERE figure_id = 'm{list(CASES).index(name)}' AND known_until IS NULL AND stay > 0
        ORDER BY coalesce(joined_before, 'infinity'), stay
        """,
    )

    assert [
        (ist(row[0]), ist(row[1], is_end=True), ist(row[2]), ist(row[3], is_end=True), *row[4:]) for row in found
    ] == list(CASES[name].stays or ())


def test_without_presumptions_an_unnamed_report_moves_nothing(statements_home: Path) -> None:
    names = list(CASES)
    s5, s6 = (edges(statements_home, f"m{names.index(name)}", "there", presumptions=False) for name in ("s5", "s6"))

    # A claim alone is there at most, and since Koo opened; an account that was opened is there until somebody says otherwise.
    assert s5 == {"min": [], "max": [(date(2020, 3, 1), date(2024, 7, 4))]}
    assert [until for _, until in s6["max"]] == [date(2024, 7, 4)]
    assert query(
        statements_home,
        "SELECT arg_max(a.joined_min, a.day) > arg_max(b.joined_min, b.day) FROM adoption AS a, adoption_without_presumptions AS b"
        " WHERE a.platform = 'koo' AND b.platform = 'koo' AND a.day <= '2021-02-09' AND b.day <= '2021-02-09'",
    ) == [(True,)]


def test_a_join_after_the_platform_s_end_is_flagged_and_counts_nowhere(statements_home: Path) -> None:
    found = query(
        statements_home,
        f"SELECT stay, contradiction, len(unexplained), joined_before FROM stays"
        f" WHERE figure_id = 'm{list(CASES).index('s8')}' AND platform = 'koo'",
    )

    assert found == [(0, True, 1, None)]


def test_a_platform_s_end_ends_every_stay(statements_home: Path) -> None:
    found = query(
        statements_home,
        f"SELECT ended_by, ended_not_before::DATE::VARCHAR, ended_before::DATE::VARCHAR FROM stays"
        f" WHERE figure_id = 'm{list(CASES).index('s5')}' AND platform = 'koo'",
    )

    assert found == [("platform", "2024-07-03", "2024-07-04")]


# Who was looked for


@pytest.fixture(scope="module")
def searched_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Censuses from 2021 to June 2024 of ten, nine of whom joined in 2020; of the tenth somebody says "absent"."""
    folder = tmp_path_factory.mktemp("searched")

    def census(slug: str, *said: str) -> Roster:
        names = [f"{slug}-{n}" for n in range(10)]
        return roster(
            slug,
            [member(name) for name in names],
            statements=[
                *(
                    statement(name, "joined", "2020-12-01", not_before="2020-12-01", not_after="2020-12-01")
                    for name in names[:9]
                ),
                *(statement(names[9], "absent", day, not_before=day, not_after=day) for day in said),
            ],
            selection="census",
            time_zone=INDIA,
            complete_from=date(2021, 1, 1),
            as_of=date(2024, 6, 30),
        )

    lists = [
        census("s2", "2021-01-10"),
        census("s3", "2026-01-15"),
        census("s3-before", "2020-12-01"),
        census("s3-after", "2024-07-31"),
        census("twice", "2021-01-10", "2021-02-20"),
        census("never"),
    ]
    load(folder / "home", bundle(folder / "bundled", *lists))
    return folder / "home"


@pytest.mark.parametrize(
    ("slug", "day", "not_looked"),
    [
        ("s2", "2021-01-10", 0),
        ("s2", "2021-02-09", 0),
        ("s2", "2021-02-10", 1),
        ("s2", "2024-06-30", 1),
        ("s3", "2021-01-10", 1),
        ("s3", "2024-06-30", 1),
        # 31 days before the list begins, and 31 days after its last day.
        ("s3-before", "2021-01-01", 1),
        ("s3-before", "2024-06-30", 1),
        ("s3-after", "2021-01-01", 1),
        ("s3-after", "2024-06-30", 1),
        # Two searches less than 61 days apart leave no day between them open.
        ("twice", "2021-01-01", 0),
        ("twice", "2021-02-10", 0),
        ("twice", "2021-03-22", 0),
        ("twice", "2021-03-23", 1),
        ("never", "2021-01-10", 1),
    ],
)
def test_an_absence_speaks_for_thirty_days_around_it(slug: str, day: str, not_looked: int, searched_home: Path) -> None:
    found = query(
        searched_home,
        f"SELECT arg_max(not_looked, day), arg_max(joined_max, day) FROM adoption"
        f" WHERE roster = '{slug}' AND platform = 'koo' AND day <= '{day}'",
    )

    # In neither edge, searched or not.
    assert found == [(not_looked, 9)]


# Looks

DID = "did:plc:" + "a" * 24


def at(text: str) -> float:
    """Minutes after START of an instant in India."""
    there = datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=5, minutes=30)
    return (there - START) / timedelta(minutes=1)


def looked_at(folder: Path, looks: Mapping[str, Status], *, by_id: bool = True, until: str = "9999") -> Path:
    """A data folder in which a member's account on Koo was looked at, by its id or by a name that can change."""
    home = folder / "home"
    account = claim("m", "m", KOO_ID if by_id else None, platform="koo")
    people = roster("people", [member("m")], accounts=(account,), time_zone=INDIA, vouches=False)
    for when, status in looks.items():
        if when <= until:
            target = KOO_ID if by_id else "@m"
            crawl(home, seen(target, at(when), status=status), state="complete", platform="koo")
    load(home, bundle(folder / "bundled", people))
    return home


SEEN_TWICE: dict[str, Status] = {"2021-02-28T10:00": "active", "2021-03-01T10:00": "active"}
GONE_TWICE: dict[str, Status] = SEEN_TWICE | {"2021-03-08T11:00": "not_found", "2021-03-09T11:00": "not_found"}


@pytest.mark.proof
@pytest.mark.parametrize(
    ("looks", "by_id", "there", "moves"),
    [
        # s13
        (
            GONE_TWICE,
            True,
            {"2021-02-28": "1-1", "2021-03-01/2021-03-07": "0-1", "2021-03-08/2021-12-31": "0-0"},
            ["not found"],
        ),
        (
            SEEN_TWICE | {"2021-03-08T11:00": "deleted", "2021-03-09T11:00": "deleted"},
            True,
            {"2021-02-28": "1-1", "2021-03-01/2021-03-07": "0-1", "2021-03-08": "0-0"},
            ["left"],
        ),
        (
            GONE_TWICE | {"2021-03-20T12:00": "active"},
            True,
            {
                "2021-02-28": "1-1",
                "2021-03-01/2021-03-07": "0-1",
                "2021-03-08": "0-0",
                "2021-03-09/2021-03-19": "0-1",
                "2021-03-20": "1-1",
            },
            ["not found", "returned"],
        ),
        # s14
        (GONE_TWICE, False, {"2021-02-28/2021-03-07": "1-1", "2021-03-08/2021-12-31": "0-1"}, ["not found"]),
        # However often a name is not found.
        (
            GONE_TWICE | {"2021-04-20T12:00": "not_found", "2021-06-20T12:00": "not_found"},
            False,
            {"2021-02-28/2021-03-07": "1-1", "2021-03-08/2021-12-31": "0-1"},
            ["not found"],
        ),
        # Until the name is found again.
        (
            GONE_TWICE | {"2021-03-20T12:00": "active"},
            False,
            {"2021-03-07": "1-1", "2021-03-08/2021-03-19": "0-1", "2021-03-20/2021-05-04": "1-1"},
            ["not found"],
        ),
        # The server says that the owner has deleted the account, by whatever name it was asked for.
        (
            SEEN_TWICE | {"2021-03-08T11:00": "deleted", "2021-03-09T11:00": "deleted"},
            False,
            {"2021-02-28": "1-1", "2021-03-01/2021-03-07": "0-1", "2021-03-08/2021-12-31": "0-0"},
            ["left"],
        ),
        # As known by 8 March: one answer ends nothing.
        (
            SEEN_TWICE | {"2021-03-08T11:00": "not_found"},
            True,
            {"2021-02-28/2021-03-07": "1-1", "2021-03-08": "0-1"},
            [],
        ),
        (
            SEEN_TWICE | {"2021-03-08T11:00": "deleted", "2021-03-09T10:00": "active"},
            True,
            {"2021-03-01/2021-03-07": "1-1", "2021-03-08": "0-1", "2021-03-09/2021-04-23": "1-1", "2021-04-24": "0-1"},
            [],
        ),
        (
            SEEN_TWICE | {"2021-03-08T11:00": "moved", "2021-03-12T11:00": "moved"},
            True,
            {"2021-03-07": "1-1", "2021-03-08/2021-12-31": "0-1"},
            [],
        ),
    ],
)
def test_looks_say_what_they_can(
    looks: dict[str, Status],
    by_id: bool,  # noqa: FBT001 -- a case of the table
    there: Edges,
    moves: list[str],
    tmp_path: Path,
) -> None:
    home = looked_at(tmp_path, looks, by_id=by_id)

    check_edges(home, "m", "there", there)
    # Koo's own end comes later.
    found = query(home, "SELECT move FROM moves WHERE move <> 'joined' AND before < '2024-01-01' ORDER BY before")
    assert found == [(move,) for move in moves]


def test_an_end_by_looks_is_known_at_the_second_look(tmp_path: Path) -> None:
    home = looked_at(tmp_path, GONE_TWICE)
    ends = {
        instant: query(home, f"SELECT ended_before IS NOT NULL FROM stays_known_by('{instant}'::TIMESTAMPTZ)")
        for instant in ("2021-03-08 11:00+05:30", "2021-03-09 10:59+05:30", "2021-03-09 11:00+05:30")
    }

    assert list(ends.values()) == [[(False,)], [(False,)], [(True,)]]


@pytest.mark.proof
def test_a_crawl_that_stops_lowers_no_edge_and_one_look_brings_nobody_back(tmp_path: Path) -> None:
    """s15: a hundred accounts seen daily; the crawl stops; one of them is looked at by hand."""
    home = tmp_path / "home"
    ids = [f"0c1de1f0-0000-4000-8000-{n:012}" for n in range(100)]
    people = roster(
        "people",
        [member(f"m{n}") for n in range(100)],
        accounts=tuple(claim(f"m{n}", f"m{n}", native_id, platform="koo") for n, native_id in enumerate(ids)),
        statements=[replace(on("there", "2021-12-01", handle="m0"), figure_id="m0")],
        time_zone=INDIA,
        vouches=False,
    )
    for day in range(1, 11):
        outcomes = [seen(native_id, at(f"2021-01-{day:02}T10:00")) for native_id in ids]
        crawl(home, *outcomes, state="complete", platform="koo")
    load(home, bundle(tmp_path / "bundled", people))

    rows = query(
        home,
        "SELECT day::VARCHAR, there_min, there_max FROM adoption WHERE platform = 'koo' AND day >= '2021-01-01' ORDER BY day",
    )
    # 10 January and 45 days: 24 February.
    assert rows[:2] == [("2021-01-01", 100, 100), ("2021-02-25", None, None)]
    assert {row[1:] for row in rows[1:]} == {(None, None)}
    last = "SELECT (last_sign_at + INTERVAL 330 MINUTES)::DATE::VARCHAR, longest_gap_days FROM stays"
    assert query(home, f"{last} WHERE figure_id = 'm0'") == [("2021-12-01", 324)]
    assert query(home, f"{last} WHERE figure_id = 'm1'") == [("2021-01-10", 1)]
    # Nobody was away unseen between two signs.
    check_edges(
        home, "m0", "there", {"2021-06-01": "1-1", "2021-12-01": "1-1", "2022-01-15": "1-1", "2022-01-16": "0-1"}
    )
    assert query(home, "SELECT count(*) FROM moves WHERE move <> 'joined' AND before < '2024-01-01'") == [(0,)]


@pytest.mark.proof
@pytest.mark.parametrize(("again", "from_25_february"), [(8, (None, None)), (9, (9, 10))])
def test_after_a_crawl_that_stops_nine_tenths_must_be_looked_at_again(
    again: int, from_25_february: tuple[int | None, int | None], tmp_path: Path
) -> None:
    """s15 with some of ten looked at on 1 December: nine show what was between, eight do not."""
    dids = [f"did:plc:{letter * 24}" for letter in "abcdefghij"]
    accounts = tuple(claim(f"m{n}", f"m{n}.test", did) for n, did in enumerate(dids))
    people = roster("people", [member(f"m{n}") for n in range(10)], accounts=accounts, time_zone=INDIA, vouches=False)
    for day, looked_at in (("2023-01-05", 10), ("2023-01-10", 10), ("2023-12-01", again)):
        crawl(tmp_path / "home", *(seen(did, at(f"{day}T10:00")) for did in dids[:looked_at]), state="complete")
    load(tmp_path / "home", bundle(tmp_path / "bundled", people))
    curve = (
        "SELECT there_min, there_max FROM adoption WHERE platform = 'bluesky' AND day <= '{}' ORDER BY day DESC LIMIT 1"
    )

    assert query(tmp_path / "home", curve.format("2023-02-24")) == [(10, 10)]
    for day in ("2023-02-25", "2023-11-30", "2023-12-01", "2024-01-15"):
        assert query(tmp_path / "home", curve.format(day)) == [from_25_february], day


# A week of crawls, two outages and a pause

WEEK = [f"2023-01-{day:02}" for day in range(8, 15)]
"""Everybody is asked at ten on each of these days, and again on 2 March and 2 April."""

ANSWERS: dict[str, Mapping[str, Status | None]] = {
    # From the 11th on; what no answer is named for is "active". None: the server is down.
    "not-found": dict.fromkeys(WEEK[3:], "not_found"),
    "deleted": dict.fromkeys(WEEK[3:], "deleted"),
    "suspended": dict.fromkeys(WEEK[3:], "suspended"),
    "returned": dict.fromkeys(WEEK[3:6], "not_found"),
    "once": {WEEK[3]: "not_found"},
    "down-for-three-days": dict.fromkeys(WEEK[3:6]),
    "down-for-fifty": dict.fromkeys(WEEK[3:]),
    "well": {},
}
LEFT = {"2023-01-08/2023-01-09": "1-1", "2023-01-10": "0-1", "2023-01-11/2023-04-02": "0-0"}
BY_HAND: dict[str, Edges] = {
    "not-found": LEFT,
    "deleted": LEFT,
    "suspended": LEFT,
    "returned": {
        "2023-01-09": "1-1",
        "2023-01-10": "0-1",
        "2023-01-11/2023-01-12": "0-0",
        # Last missing at ten on the 13th, seen again at ten on the 14th.
        "2023-01-13": "0-1",
        "2023-01-14/2023-04-02": "1-1",
    },
    "once": {"2023-01-08/2023-01-10": "1-1", "2023-01-11": "0-1", "2023-01-12/2023-04-02": "1-1"},
    # Neither an outage nor a pause makes a move, and each mends itself with the next sign.
    "down-for-three-days": {"2023-01-08/2023-04-02": "1-1"},
    "down-for-fifty": {"2023-01-08/2023-04-02": "1-1"},
    "well": {"2023-01-08/2023-04-02": "1-1"},
}
WHILE_DOWN: Edges = {"2023-01-08/2023-02-24": "1-1", "2023-02-25/2023-04-02": "0-1"}
"""The last sign is that of 10 January; until 45 days later nobody has left unseen."""


def dids() -> dict[str, str]:
    return {name: f"did:plc:{'abcdefgh'[n] * 24}" for n, name in enumerate(ANSWERS)}


def ask_everybody(home: Path, day: str) -> None:
    minutes = at(f"{day}T10:00")
    gone = {"not-found": "not_found", "deleted": "deleted", "suspended": "suspended"}
    outcomes = []
    for name, did in dids().items():
        status = ANSWERS[name].get(day, gone.get(name, "active") if day > WEEK[-1] else "active")
        outcomes.append(failed(did, minutes) if status is None else seen(did, minutes, status=status))
    crawl(home, *outcomes)


@pytest.mark.proof
def test_a_week_of_crawls_is_read_day_by_day_as_by_hand(tmp_path: Path) -> None:
    home, bundled = tmp_path / "home", tmp_path / "bundled"
    accounts = [claim(name, f"{name}.test", did) for name, did in dids().items()]
    people = roster("people", [member(name) for name in ANSWERS], accounts=accounts, time_zone=INDIA, vouches=False)
    bundle(bundled, people)
    for day in WEEK:
        ask_everybody(home, day)
    load(home, bundled)
    moves = "SELECT figure_id, move, act, (before + INTERVAL 330 MINUTES)::DATE::VARCHAR FROM moves WHERE move <> 'joined' ORDER BY ALL"
    after_the_week = query(home, moves)

    # By the 14th, of the returned one and of the one whose server is down nothing more is known than this.
    check_edges(home, "down-for-fifty", "there", WHILE_DOWN)
    check_edges(home, "well", "there", {"2023-01-08/2023-02-28": "1-1", "2023-03-01": "0-1"})
    assert after_the_week == [
        ("deleted", "left", "owner", "2023-01-11"),
        ("not-found", "not found", "unknown", "2023-01-11"),
        ("returned", "not found", "unknown", "2023-01-11"),
        ("returned", "returned", None, "2023-01-14"),
        ("suspended", "ended by platform", "platform", "2023-01-11"),
    ]

    for day in ("2023-03-02", "2023-04-02"):
        ask_everybody(home, day)
    load(home, bundled)

    for name, edges_by_hand in BY_HAND.items():
        check_edges(home, name, "there", edges_by_hand)
    assert query(home, moves) == after_the_week
    # The end of each is known at the second look.
    assert query(
        home,
        "SELECT DISTINCT known_at::DATE::VARCHAR FROM moves WHERE move IN ('left', 'not found', 'ended by platform')",
    ) == [("2023-01-12",)]


# Joins and stays

DISAGREEING = """
WITH spans AS (
    SELECT
        figure_id,
        platform,
        min(since) FILTER (WHERE edge = 'joined_min') AS joined_before,
        count(*) FILTER (WHERE edge = 'joined_min') AS dated,
        CASE WHEN count(*) FILTER (WHERE edge = 'joined_max' AND since IS NULL) = 0
            THEN min(since) FILTER (WHERE edge = 'joined_max')
        END AS joined_not_before
    FROM edge_spans
    WHERE coalesce(with_presumptions, true) AND starts_with(edge, 'joined')
    GROUP BY figure_id, platform
)

SELECT figure_id, platform
FROM first_joins AS f
FULL JOIN spans AS s USING (figure_id, platform)
WHERE
    f.joined_before IS DISTINCT FROM s.joined_before
    OR f.joined_not_before IS DISTINCT FROM s.joined_not_before
    OR f.figure_id IS NULL
    OR s.figure_id IS NULL
UNION ALL
SELECT coalesce(j.figure_id, s.figure_id), coalesce(j.platform, s.platform)
FROM joins AS j
FULL JOIN (FROM stays WHERE stay > 0) AS s
    ON s.figure_id = j.figure_id
    AND s.platform = j.platform
    AND s.account_id IS NOT DISTINCT FROM j.account_id
    AND s.stay = j.spell
WHERE
    j.joined_not_before IS DISTINCT FROM s.joined_not_before
    OR j.joined_before IS DISTINCT FROM s.joined_before
    OR j.from_bound IS DISTINCT FROM s.joined_from_bound
    OR j.to_bound IS DISTINCT FROM s.joined_to_bound
    OR j.contradiction IS DISTINCT FROM s.contradiction
"""


def random_evidence(dice: random.Random, figure: str) -> tuple[list[AccountClaim], list[Statement]]:
    """Up to two accounts and seven statements of March 2021, some of which name one of them."""
    handles = [f"{figure}-{n}" for n in range(dice.choice([0, 1, 1, 1, 2]))]
    said = []
    for n in range(dice.randint(1, 7)):
        first = date(2021, 3, dice.randint(1, 12))
        last = first + timedelta(days=dice.choice([0, 0, 1, 5]))
        event = dice.choice(["joined", "joined", "there", "posted", "left", "absent"])
        handle = dice.choice([*handles, None])
        published = None if dice.random() < 0.7 else str(last + timedelta(days=2))
        said.append(
            replace(
                on(event, f"{first}/{last}", published=published, handle=handle),
                figure_id=figure,
                publisher=f"Paper {n}",
            )
        )
    return [claim(figure, handle, platform="koo") for handle in handles], said


@pytest.mark.proof
def test_no_join_contradicts_a_stay(bundled_home: Path, statements_home: Path, tmp_path: Path) -> None:
    dice = random.Random(7)
    names = [f"f{n}" for n in range(200)]
    evidence = [random_evidence(dice, name) for name in names]
    people = roster(
        "people",
        [member(name) for name in names],
        accounts=[one for accounts, _ in evidence for one in accounts],
        statements=[one for _, said in evidence for one in said],
        time_zone=INDIA,
        vouches=False,
    )
    load(tmp_path / "home", bundle(tmp_path / "bundled", people))

    for home in (bundled_home, statements_home, tmp_path / "home"):
        assert query(home, DISAGREEING) == []
        assert query(home, "SELECT count(*) > 30 FROM first_joins") == [(True,)]
    # Named and unnamed, one account and two, and evidence that cannot all be true are among them.
    assert query(tmp_path / "home", "SELECT count(*) > 20, max(accounts) FROM first_joins WHERE is_disputed") == [
        (True, 2)
    ]


def test_a_sign_between_others_tells_when_somebody_was_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    people = roster(
        "people",
        [member("m")],
        accounts=(claim("m", "m.test", DID),),
        statements=[replace(on("left", "2025-06-03", platform="bluesky"), figure_id="m", handle="m.test")],
        time_zone=INDIA,
        vouches=False,
    )
    for day in ("2025-06-01", "2025-06-05", "2025-06-09"):
        crawl(home, seen(DID, at(f"{day}T10:00")), state="complete")
    load(home, bundle(tmp_path / "bundled", people))

    check_edges(
        home,
        "m",
        "there",
        {"2025-06-01/2025-06-02": "1-1", "2025-06-03/2025-06-04": "0-1", "2025-06-05/2025-06-20": "1-1"},
    )


# Only what changed is read again

READ = ("known_stays", "known_readings", "edge_spans", "read_evidence")


def random_list(dice: random.Random, dids: Sequence[str]) -> Roster:
    """Some of six members, some of their accounts, and some statements about them."""
    names = [f"m{n}" for n in range(6) if dice.random() < 0.9]
    said = [
        replace(on(dice.choice(["joined", "there", "left", "absent"]), day, platform="bluesky"), figure_id=name)
        for name in names
        for day in ("2025-05-20", "2025-06-10")
        if dice.random() < 0.3
    ]
    accounts = [claim(name, f"{name}.test", dids[int(name[1:])]) for name in names if dice.random() < 0.8]
    return roster(
        "people", [member(name) for name in names], accounts=accounts, statements=said, vouches=dice.random() < 0.5
    )


def all_read(home: Path) -> dict[str, list[str]]:
    return {table: sorted(map(repr, query(home, f"FROM {table}"))) for table in READ}


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(2))
def test_loads_that_read_only_what_changed_equal_a_rebuild(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    home = tmp_path / "home"
    dids = [f"did:plc:{letter * 24}" for letter in "abcdef"]
    statuses: list[Status] = ["active", "active", "deleted", "not_found", "suspended", "moved"]
    bundled = bundle(tmp_path / "bundled", random_list(dice, dids))
    for day in range(5):
        for hour in range(dice.randint(0, 2)):
            asked = [did for did in dids if dice.random() < 0.5]
            minutes = 60 * (24 * day + hour)
            if asked:
                crawl(home, *(seen(did, minutes, status=dice.choice(statuses)) for did in asked), state="complete")
        if dice.random() < 0.4:
            bundle(tmp_path / "bundled", random_list(dice, dids))
        load(home, bundled)
    as_loaded = all_read(home)
    master_file(home).unlink()
    load(home, bundled)

    assert as_loaded == all_read(home)
    assert all(as_loaded.values())


@pytest.mark.proof
def test_evidence_that_did_not_change_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = looked_at(tmp_path, SEEN_TWICE)
    read: list[object] = []
    monkeypatch.setattr("kooch.store.stays.known_by", lambda *known: read.append(known))
    load(home, tmp_path / "bundled")

    assert not read
    assert query(home, "SELECT stay FROM known_stays") == [(1,)]


@pytest.mark.proof
def test_a_list_that_did_not_change_is_not_stored_again(tmp_path: Path) -> None:
    """In another process too."""
    home = looked_at(tmp_path, SEEN_TWICE)
    first = query(home, "SELECT rosters_digest FROM versions")
    code = "import sys; from pathlib import Path; from tests.stores import load; load(*map(Path, sys.argv[1:]))"
    assert run_python(code, home, tmp_path / "bundled").returncode == 0

    assert query(home, "SELECT version, rosters_digest FROM versions") == [(1, *first[0])]
