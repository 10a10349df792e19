"""*Can I print this?*: what may be said about a figure on a platform, on what evidence, and what would overturn it.

No sentence says more than the stay, state or statement it is made from. `docs/print-a-claim.md` explains each part.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import duckdb

from analytics.measures.evidence import ARCHIVED_KINDS, EVENTS, KINDS, STATUS
from analytics.measures.phrases import Zones, ends_of, first_day, interval, last_day, listed, long_day, moment
from analytics.queries import query

_TIERS = {
    "proof": "proven (both sides name each other, or the platform verifies it)",
    "curated": "named by a list that was imported",
    "claim": "one public statement",
    "similarity": "similarity alone",
}
_ARCHIVES = ("web.archive.org", "archive.org", "archive.ph", "archive.today", "archive.is", "perma.cc")
_CITED = re.compile(r"https?://\S+$")
_READ_AS = {
    "excerpt_cut": "only a part of the text could be read",
    "excerpt": "read as an excerpt",
    "quoted_elsewhere": "read as another source quotes it",
}
_JOINED = (
    "“Joined” is the opening of an account. The days given cover everything that the sources allow;"
    " they are days in {zone}."
)
_LEFT = (
    "“Left” and “gone” need two answers of one kind, at least 24 hours apart, or a report. One answer proves nothing:"
    " it may be a fault of the platform. A failed look says nothing."
)
_ABSENT = "“Not there” holds for the days that the source speaks of. It says nothing about other days."
_NOT_LOOKED = "“Not searched” does not mean “no account”."


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that speaks for or against the claim. `when` is the time that it speaks of, `known` the day on which it was known.

    `archived_url` is a known copy; if there is none, `lookup_url` is an address that may have one.
    """

    says: str
    when: str
    known: str
    source: str
    url: str | None = None
    archived_url: str | None = None
    lookup_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A point that is unconfirmed, and until when or until what."""

    what: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that belongs to one claim. `sentence` may be copied as it is; `beside` must not contradict what is printed."""

    figure_id: str
    name: str
    platform: str
    platform_name: str
    kind: str
    sentence: str
    beside: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    open: tuple[Open, ...]
    definition: tuple[str, ...]
    overturn: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Everything that the version holds about a figure on a platform."""

    stays: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    claims: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    answers: list[dict[str, Any]]


def sheets(connection: duckdb.DuckDBPyConnection, figures: Sequence[str]) -> dict[str, list[Sheet]]:
    """The sheets of `figures` by figure_id: one for each platform on which a list asks for them or a source names them."""
    found = {name: _by_place(connection, name, figures) for name in _QUERIES}
    made: dict[str, list[Sheet]] = {}
    for place, stays in found["stays"].items():
        known = _Known(stays=stays, **{name: found[name].get(place, []) for name in _QUERIES if name != "stays"})
        made.setdefault(place[0], []).append(_sheet(known))
    return made


def sheet(connection: duckdb.DuckDBPyConnection, *, figure_id: str, platform: str) -> Sheet:
    """The sheet of a figure that the version knows on a platform that it knows; also where nobody has looked."""
    made = next((one for one in sheets(connection, [figure_id]).get(figure_id, []) if one.platform == platform), None)
    if made is not None:
        return made
    ((name, platform_name),) = connection.execute(
        "SELECT f.name, p.name FROM figures AS f, platforms AS p WHERE f.figure_id = ? AND p.platform = ?",
        [figure_id, platform],
    ).fetchall()
    nothing = {"figure_id": figure_id, "name": name, "platform": platform, "platform_name": platform_name, "stay": 0}
    return _sheet(_Known(stays=[nothing], accounts=[], claims=[], evidence=[], answers=[]))


_QUERIES = ("stays", "accounts", "claims", "evidence", "answers")


def _by_place(
    connection: duckdb.DuckDBPyConnection, name: str, figures: Sequence[str]
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    found = connection.sql(query(f"sheet_{name}"), params={"figures": list(figures)}).pl()
    for row in found.iter_rows(named=True):
        rows.setdefault((row["figure_id"], row["platform"]), []).append(row)
    return rows


def _sheet(known: _Known) -> Sheet:
    stay = known.stays[0]
    made = _of_absence(known) if stay["stay"] == 0 else _of_stay(known)
    return Sheet(
        figure_id=stay["figure_id"],
        name=stay["name"],
        platform=stay["platform"],
        platform_name=stay["platform_name"],
        evidence=_evidence(known),
        **made,
    )


def _of_absence(known: _Known) -> dict[str, Any]:
    """The parts of the sheet of somebody without a known account."""
    stay, (name, platform) = known.stays[0], _who(known)
    absent = [row for row in known.evidence if row["event"] == "absent"]
    if not absent:
        return {
            "kind": "not looked",
            "sentence": f"Whether {name} has an account on {platform} is not known: nobody has searched for one.",
            "beside": (),
            "open": (Open(what=f"Whether there is an account on {platform}", until="until somebody searches"),),
            "definition": (_NOT_LOOKED,),
            "overturn": (f"Any account on {platform} that is shown to be theirs.",),
            "question": f"Do you have an account on {platform}, or have you ever had one?",
        }
    last = absent[-1]
    when = _span(last["not_before"], last["before"], _zone(last))
    return {
        "kind": "not there",
        "sentence": f"{name} was not on {platform} {when}, according to {_publishers(absent)}.",
        "beside": ("Nothing is known of later days.",),
        "open": (Open(what="Whether they joined later", until="until somebody looks again"),),
        "definition": (_ABSENT, f"Days are days in {_zone(last)}."),
        "overturn": (
            f"An account of theirs on {platform} that was open {when}.",
            *([_closed(stay)] if stay["closed"] else []),
        ),
        "question": f"Is it true that you had no account on {platform} {when}?",
    }


def _of_stay(known: _Known) -> dict[str, Any]:
    stay, first, (_, platform) = known.stays[0], _first(known), _who(known)
    evidence_of = {row["bound_id"]: row for row in known.evidence}
    joined = [evidence_of[stay[end]] for end in ("first_from_bound", "first_to_bound") if stay[end] in evidence_of]
    ended = [evidence_of[stay[end]] for end in ("ended_from_bound", "ended_to_bound") if stay[end] in evidence_of]
    zones = _zones(known, first, "first")
    sentence, kind = _joined(known, first, joined, zones)
    sentence = " ".join([sentence, *(_return_in_words(known, *pair) for pair in _returns(known))])
    kind = _kind_with_returns(known, kind)
    beside: list[str] = []
    asked = f"Is {_account_of(first)} on {platform} your account, and on which day did you open it?" if _is_named(first) else (
        f"Which account on {platform} is or was yours, and on which day did you open it?"
    )  # fmt: skip
    definition, overturn = [_JOINED.format(zone=listed(list(dict.fromkeys(zones))))], _against_the_join(known, zones)
    overturn += [one for one in _against_the_returns(known) if one not in overturn]
    if stay["ended_before"] and not stay["is_end_of_platform"]:
        beside.append(sentence)
        sentence, kind = _ended(known, ended)
        definition.append(_LEFT)
        when = long_day(last_day(stay["ended_before"], _zones(known, stay, "ended")[1]))
        overturn.append(f"A sign of the same account after {when}.")
        asked = f"Did you leave {platform}, on which day, and was it your own act?"
    doubt = _doubt(known)
    if doubt:
        beside.append(sentence)
        sentence, kind = doubt, "unconfirmed"
        definition.append(_LEFT)
        overturn.append("A second answer that shows the account again.")
        asked = f"Have you closed {_account(known)} on {platform}, or renamed it? On which day?"
    if stay["is_end_of_platform"]:
        beside.append(f"{_closed(stay)} Whether they stayed until then is not known.")
    elif not stay["ended_before"] and not doubt:
        beside.append(_since(known))
    told_in_sentence = [back for _, back in _returns(known)]
    beside += [
        f"Kooch counts another stay of theirs there: {_stay_in_words(known, other)}."
        for other in known.stays
        # What came back after a departure stands in the sentence.
        if other is not first and other not in told_in_sentence
    ]
    return {
        "kind": kind,
        "sentence": sentence,
        "beside": tuple(beside),
        "open": tuple(_unconfirmed(known)),
        "definition": tuple(definition),
        "overturn": tuple(overturn),
        "question": asked,
    }


def _who(known: _Known) -> tuple[str, str]:
    return known.stays[0]["name"], known.stays[0]["platform_name"]


def _account(known: _Known) -> str:
    return _account_of(known.stays[0])


def _account_of(stay: dict[str, Any]) -> str:
    """The account of a stay, or of a row about one, as a sentence names it: its handle, else its id."""
    return f"@{stay['handle']}" if stay["handle"] else stay["native_id"] or "the account"


def _is_named(stay: dict[str, Any]) -> bool:
    return bool(stay["handle"] or stay["native_id"])


def _first(known: _Known) -> dict[str, Any]:
    """The stay that begins with the first join over all accounts. If two stays give one end each, the one that gives
    the upper end."""
    ends = (known.stays[0]["first_from_bound"], known.stays[0]["first_to_bound"])
    same = (stay for stay in known.stays if (stay["joined_from_bound"], stay["joined_to_bound"]) == ends)
    upper = (stay for stay in known.stays if stay["joined_to_bound"] == ends[1])
    return next(same, next(upper, known.stays[0]))


def _joined(known: _Known, stay: dict[str, Any], joined: list[dict[str, Any]], zones: Zones) -> tuple[str, str]:
    """The sentence about the first join, with which the stay begins, and what kind of claim it is."""
    name, platform = _who(known)
    not_before, before = stay["first_not_before"], stay["first_before"]
    presumed = _presumption(stay, is_presumed=stay["join_is_presumed"])
    is_unnamed = stay["account_id"] is None
    several = (
        "; the evidence speaks of more than one account" if len({one["account_id"] for one in known.stays}) > 1 else ""
    )
    if not_before is None and before is None:
        claims = [claim for claim in known.claims if claim["account_id"] == stay["account_id"]]
        by = f"{_publishers(claims)} names" if len({claim["publisher"] for claim in claims}) == 1 else "Lists name"
        whose = _account_of(stay) if _is_named(stay) else "an account"
        return f"{by} {whose} as {name}’s account on {platform}; no source says when they joined{several}.", "undated"
    by, when = _publishers(joined), _span(not_before, before, zones)
    # Sources that disagree on a return alone do not dispute the join.
    if stay["contradiction"] and not _disputed_returns(known):
        lie = "the latest of the days that they allow is" if not_before is None else "the days that they give lie"
        unnamed = "; none names the account" if is_unnamed else ""
        when = f"{lie} {when.removeprefix('by ')}"
        return f"Sources disagree on when {name} joined {platform}; {when}{presumed}{unnamed}{several}.", "disputed"
    if {row["kind"] for row in joined} <= {"opened", "plc"} and joined and not several:
        shown = "as its server or an archive shows" if joined[-1]["run_id"] is not None else f"according to {by}"
        return f"{name}’s account {_account_of(stay)} on {platform} was opened {when}, {shown}.", "opened"
    against = [row for row in known.evidence if row["bound_id"] in stay["unexplained"]]
    otherwise = f"; {_publishers(against)} {'says' if len(against) == 1 else 'say'} otherwise" if against else ""
    kind = "disputed" if against or several else "presumed" if presumed else "unidentified" if is_unnamed else "joined"
    is_elsewhere = bool(joined) and all(row["names_unlisted"] for row in joined)
    how = ", naming an account that is on no list" if is_elsewhere else ", without naming the account"
    unnamed = how if is_unnamed else ""
    since = "; no source says since when" if not_before is None else ""
    had = "had joined" if not_before is None else "joined"
    return (
        f"{name} {had} {platform} {when}, according to {by}{unnamed}{since}{presumed}{otherwise}{several}.",
        kind,
    )


def _presumption(stay: dict[str, Any], *, is_presumed: bool) -> str:
    return (
        f", provided that a report which names no account means {_account_of(stay)}"
        if is_presumed and _is_named(stay)
        else ""
    )


def _ended(known: _Known, ended: list[dict[str, Any]]) -> tuple[str, str]:
    """The sentence about the end of the stay, and what kind of claim it is."""
    stay, (name, platform) = known.stays[0], _who(known)
    when = _span(stay["ended_not_before"], stay["ended_before"], _zones(known, stay, "ended"))
    whose = f"{name}’s account {_account(known)} on {platform}"
    presumed = _presumption(stay, is_presumed=stay["end_is_presumed"])
    by_looks = bool(ended) and ended[-1]["run_id"] is not None
    says = "two checks at least a day apart agree" if by_looks else f"according to {_publishers(ended)}"
    match stay["ended_by"]:
        case "owner" if by_looks:
            return f"{whose} was closed by its owner {when}: {says}{presumed}.", "left"
        case "owner":
            return f"{name} left {platform} {when}, {says}{presumed}.", "left"
        case "platform":
            return f"{whose} was ended by the platform {when}: {says}{presumed}.", "ended by platform"
        case _:
            return (
                f"{whose} stopped being found {when}: {says}; whose act it was is not known{presumed}.",
                "not found",
            )


def _returns(known: _Known) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each stay that ended and the next one, in order. None if several accounts are theirs, because leaving one account
    is not leaving."""
    if len({stay["account_id"] for stay in known.stays}) > 1:
        return []
    stays = sorted(known.stays, key=lambda stay: int(stay["stay"]))
    return [(stay, back) for stay, back in pairwise(stays) if stay["ended_before"] and back["joined_before"]]


def _return_in_words(known: _Known, stay: dict[str, Any], back: dict[str, Any]) -> str:
    """That they left, and that they were back."""
    name, platform = _who(known)
    gone = {"owner": "left", "platform": "was removed from"}.get(stay["ended_by"], "was no longer found on")
    left = _span(stay["ended_not_before"], stay["ended_before"], _zones(known, stay, "ended"))
    presumed = _presumption(stay, is_presumed=stay["end_is_presumed"])
    ended = {stay["ended_from_bound"], stay["ended_to_bound"]}
    # A return always follows the departure, so the departure is not printed as its earliest day.
    is_dated = back["joined_not_before"] is not None and back["joined_from_bound"] not in ended
    returned = _span(
        back["joined_not_before"] if is_dated else None, back["joined_before"], _zones(known, back, "joined")
    )
    again = _publishers(
        [
            row
            for row in known.evidence
            if row["bound_id"] in {back["joined_from_bound"], back["joined_to_bound"]} - ended
        ]
    )
    by = _publishers([row for row in known.evidence if row["bound_id"] in ended])
    was = "came back" if is_dated else "was back"
    disputed = ", which disagree" if back in _disputed_returns(known) else ""
    again += disputed + _presumption(back, is_presumed=back["join_is_presumed"])
    return f"{name} {gone} {platform} {left}, according to {by}{presumed}, and {was} {returned}, according to {again}."


def _disputed_returns(known: _Known) -> list[dict[str, Any]]:
    """The stays after a departure whose beginning the sources dispute; none if the first join rests on two bounds."""
    first = _first(known)
    if first["first_from_bound"] != first["first_to_bound"]:
        return []
    return [
        back
        for stay, back in _returns(known)
        if back["contradiction"]
        and back["joined_from_bound"] is not None
        and back["joined_from_bound"] != back["joined_to_bound"]
        and back["joined_from_bound"] not in {stay["ended_from_bound"], stay["ended_to_bound"]}
    ]


def _kind_with_returns(known: _Known, kind: str) -> str:
    """What kind of claim the sentence about the first join is with the departures and returns after it."""
    if kind not in {"joined", "opened", "presumed"}:
        return kind
    if _disputed_returns(known):
        return "disputed"
    is_presumed = any(stay["end_is_presumed"] or back["join_is_presumed"] for stay, back in _returns(known))
    return "presumed" if is_presumed and _is_named(known.stays[0]) else kind


def _against_the_returns(known: _Known) -> list[str]:
    found: list[str] = []
    for stay, back in _returns(known):
        whose, left = _account_of(back), long_day(last_day(stay["ended_before"], _zones(known, stay, "ended")[1]))
        if back["joined_not_before"] and back["joined_not_before"] >= stay["ended_before"]:
            day = long_day(first_day(back["joined_not_before"], _zones(known, back, "joined")[0]))
            found.append(f"A sign of {whose} after {left} and before {day}.")
        if stay["end_is_presumed"] or back["join_is_presumed"]:
            found.append("A source that shows that the report means another account.")
    return found


def _doubt(known: _Known) -> str | None:
    """The sentence about an account that seems gone and about which nothing may be said yet; None: there is no such
    account."""
    account = _state(known)
    if account is None:
        return None
    name, platform = _who(known)
    status = STATUS[account["status"]]
    at = account["last_missing_at"] or account["last_seen_at"]
    if account["state"] == "unconfirmed":
        return (
            f"It is not confirmed that {name} left {platform}: on {moment(at)}, {_account(known)} was {status},"
            " and no second check has agreed yet."
        )
    if account["look_again_after"]:
        return (
            f"It is not confirmed that {name} left {platform}: on {moment(at)}, {_account(known)} was {status}"
            " together with unusually many others, which looks like a fault."
        )
    return None


def _state(known: _Known) -> dict[str, Any] | None:
    stay = known.stays[0]
    return next((row for row in known.accounts if row["account_id"] == stay["account_id"]), None)


def _since(known: _Known) -> str:
    """How recently anything showed them there."""
    stay, account = known.stays[0], _state(known)
    if account and account["state"] == "active" and account["last_seen_at"]:
        return f"Kooch last saw {_account(known)} active on {moment(account['last_seen_at'])}."
    if stay["last_sign_at"]:
        # The sign may be as early as this instant. A later time is not certain.
        day = long_day(last_day(stay["last_sign_at"] + timedelta(microseconds=1), _of_last_sign(known)))
        presumed = _presumption(stay, is_presumed=stay["last_sign_is_presumed"])
        return f"The last certain sign of them there is of {day}{presumed}. Nothing is known of later days."
    return "No dated sign shows them there. Whether the account still exists is not known."


def _unconfirmed(known: _Known) -> list[Open]:
    stay, first, account = known.stays[0], _first(known), _state(known)
    name, platform = _who(known)
    found: list[Open] = []
    if account and account["state"] == "unconfirmed":
        found.append(Open(what=f"That {_account(known)} is gone", until=_by_second_look(account["second_look_at"])))
    if account and account["look_again_after"]:
        found.append(Open(what=f"That {_account(known)} is gone", until=_by_second_look(account["look_again_after"])))
    if first["contradiction"]:
        found.append(Open(what="Which of the dates is right", until="until a source that sees the account settles it"))
    presumed = [
        *([_account_of(first)] if first["join_is_presumed"] else []),
        *(_account_of(back) for gone, back in _returns(known) if gone["end_is_presumed"] or back["join_is_presumed"]),
        *([_account(known)] if stay["end_is_presumed"] or stay["last_sign_is_presumed"] else []),
    ]
    for one in dict.fromkeys(presumed):
        what = f"That reports which name no account mean {one}"
        found.append(Open(what=what, until="until a source of that time names the account"))
    if any(one["account_id"] is None for one in known.stays):
        what = f"Which account on {platform} is {name}’s"
        found.append(Open(what=what, until="until a list or a source names it"))
    if stay["first_not_before"] is None:
        found.append(Open(what="Since when they were there", until="until a source gives an earliest day"))
    n = len({bound for one in known.stays for bound in one["unexplained"] or ()})
    if n:
        what = f"{n} statement{'s' if n > 1 else ''} that other evidence excludes, and that count{'' if n > 1 else 's'} nowhere"
        found.append(Open(what=what, until="until it is explained"))
    if stay["account_id"] is not None and (account is None or account["state"] == "never observed"):
        until = "nobody can look any more" if stay["closed"] else "until the next crawl of the platform"
        found.append(Open(what=f"Whether {_account(known)} exists, at which Kooch has never looked", until=until))
    if stay["archive_note"] and any(row["archived_url"] for row in (*known.evidence, *known.answers)):
        found.append(Open(what=stay["archive_note"], until="until another source agrees"))
    return found


def _by_second_look(at: datetime) -> str:
    return f"until a check after {moment(at)} agrees"


def _against_the_join(known: _Known, zones: tuple[str, str]) -> list[str]:
    stay, found = _first(known), []
    if stay["first_not_before"]:
        whose = _account_of(stay) if len(known.stays) == 1 else "any account of theirs"
        found.append(f"A sign of {whose} before {long_day(first_day(stay['first_not_before'], zones[0]))}.")
    if stay["first_before"]:
        found.append(
            f"Proof that {_account_of(stay)} was opened after {long_day(last_day(stay['first_before'], zones[1]))}."
        )
    if stay["account_id"] is not None:
        found.append(f"Proof that {_account_of(stay)} is not theirs, or belonged to another at the time.")
    if stay["join_is_presumed"]:
        found.append("A source that shows that the report means another account.")
    return found or ["A source that dates the join, or shows that the account is not theirs."]


def _evidence(known: _Known) -> tuple[Evidence, ...]:
    unexplained = {bound for stay in known.stays for bound in stay.get("unexplained") or ()}
    stays = [stay for stay in known.stays if stay["stay"]]
    named = {stay[end] for stay in stays for end in ("joined_from_bound", "joined_to_bound")}
    dated = {row["source_id"] for row in known.evidence if row["kind"] == "stated"}
    # A report that dates the join also implies that they were there when it appeared. This is left out, unless an end
    # of a stay rests on it.
    rows = [
        row
        for row in known.evidence
        if row["kind"] != "published" or row["source_id"] not in dated or row["bound_id"] in named
    ]
    return (
        *map(_of_claim, known.claims),
        *(
            _of_bound(
                row,
                # A later list that names the account again does not date a join. A list of an earlier day does.
                event="there"
                if row["event"] == "joined" and row["kind"] == "listed" and row["bound_id"] not in named
                else row["event"],
                is_excluded=row["bound_id"] in unexplained,
            )
            for row in rows
        ),
        *(_of_answers(row, known) for row in known.answers),
    )


def _of_claim(row: dict[str, Any]) -> Evidence:
    cited = _CITED.search(row["stated_in"] or "")
    stated = f"; it cites: {row['stated_in']}" if row["stated_in"] else ""
    return Evidence(
        says=f"The account {row['value'] or row['native_id'] or row['handle']} is theirs: {_TIERS[row['tier']]}{stated}",
        when="no day given",
        known=long_day(row["published_on"] or row["recorded_at"].date()),
        source=row["citation"],
        **_addresses(cited[0] if cited else row["url"], None, row["published_on"]),
    )


def _of_bound(row: dict[str, Any], *, event: str, is_excluded: bool) -> Evidence:
    zone = _zone(row)
    kinds = KINDS | ARCHIVED_KINDS if row["archived_url"] else KINDS
    says = f"{EVENTS[event].capitalize()} ({kinds[row['kind']]})"
    details = [
        row["wording"],
        row["reported"],
        _READ_AS.get(row["read_as"] or ""),
        f"based on {row['derived_from']}" if row["derived_from"] else None,
        _account_in_words(row),
        "not counted, because other evidence excludes it" if is_excluded else None,
    ]
    published = row["published_on"]
    return Evidence(
        says=f"{says}: {'; '.join(detail for detail in details if detail)}",
        when=interval(row["not_before"], row["before"], zone),
        known=long_day(published or row["known_at"].date()),
        source=row["citation"] or "Kooch’s own look",
        **_addresses(row["url"], row["archived_url"], published),
    )


def _account_in_words(row: dict[str, Any]) -> str:
    if _is_named(row):
        return f"account: {_account_of(row)}"
    return "it names an account that is on no list of theirs" if row["names_unlisted"] else "it names no account"


def _of_answers(row: dict[str, Any], known: _Known) -> Evidence:
    account = next((one for one in known.accounts if one["account_id"] == row["account_id"]), None)
    n = row["answers"]
    when = moment(row["first_at"]) if n == 1 else f"{moment(row['first_at'])} to {moment(row['last_at'])}"
    return Evidence(
        says=f"{STATUS[row['status']].capitalize()}: {n} {'answer' if n == 1 else 'answers'}",
        when=when,
        known=long_day(row["last_at"].date()),
        source="archived page" if row["archived_url"] else "Kooch’s own look",
        **_addresses(account["url"] if account else None, row["archived_url"], row["first_at"].date()),
    )


def _addresses(url: str | None, archived: str | None, day: date | None) -> dict[str, str | None]:
    """The address, and a copy in an archive if one is known, else an address that may have one."""
    url = url if url and url.startswith(("http://", "https://")) else None
    if archived is None and url and urlsplit(url).hostname in _ARCHIVES:
        archived = url
    may_be = f"https://web.archive.org/web/{day:%Y%m%d}/{url}" if url and day and not archived else None
    return {"url": url, "archived_url": archived, "lookup_url": may_be}


def _publishers(rows: Sequence[dict[str, Any]]) -> str:
    """Who says so, each once: `the Indian Express and NDTV`."""
    names = dict.fromkeys(row["publisher"] or "Kooch’s own looks" for row in rows)
    return listed(list(names)) or "the evidence below"


def _zone(*rows: dict[str, Any]) -> str:
    """The time zone of the first that has one."""
    return next((str(row["time_zone"]) for row in rows if row["time_zone"]), "UTC")


def _zones(known: _Known, stay: dict[str, Any], what: str) -> tuple[str, str]:
    """The time zones in which the two ends of an interval of a stay are days: `first`, `joined` or `ended`."""
    evidence_of = {row["bound_id"]: row for row in known.evidence}
    ends = [
        evidence_of[stay[f"{what}_{end}_bound"]] for end in ("from", "to") if stay[f"{what}_{end}_bound"] in evidence_of
    ]
    return _zone(*ends), _zone(*reversed(ends))


def _of_last_sign(known: _Known) -> str:
    return _zone(*(row for row in known.evidence if row["bound_id"] == known.stays[0]["last_sign_bound"]))


def _span(not_before: datetime | None, before: datetime | None, zones: Zones) -> str:
    """A half-open interval in a sentence: `on 9 February 2021`, `in August 2020`, `by …`, `between … and …`."""
    first, last = ends_of(not_before, before, zones)
    if last is None:
        return f"on or after {long_day(first)}" if first else "on a day that is not known"
    if first is None:
        return f"by {long_day(last)}"
    if first == last:
        return f"on {long_day(first)}"
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and (last + timedelta(days=1)).day == 1:
        return f"in {last:%B %Y}"
    return f"between {long_day(first)} and {long_day(last)}"


def _closed(stay: dict[str, Any]) -> str:
    return f"{stay['platform_name']} closed on {long_day(stay['closed'])}."


def _stay_in_words(known: _Known, stay: dict[str, Any]) -> str:
    handle = _account_of(stay) if _is_named(stay) else "account not identified"
    return f"{handle}, joined {_span(stay['joined_not_before'], stay['joined_before'], _zones(known, stay, 'joined'))}"
