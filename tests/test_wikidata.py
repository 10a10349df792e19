"""Lists from Wikidata: real SPARQL on loopback, statements with every trap, and a service that fails in every way."""

import gzip
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from subprocess import CompletedProcess
from types import MappingProxyType
from typing import Any

import pytest
from pyoxigraph import Quad, RdfFormat, Store

from kooch.config import WikidataSettings
from kooch.rosters import read_roster, write_roster
from kooch.wikidata.countries import ready_commands
from kooch.wikidata.questions import Selector, questions
from tests.commands import kooch, kooch_without_lists, on_a_terminal
from tests.killing import is_killed
from tests.servers.sparql import Asked, SparqlService, answer
from tests.statements import direct, item, label, many, prop, says
from tests.stores import member, roster

Ask = Callable[..., CompletedProcess[str]]
HERE = Path(__file__).parent / "wikidata"
TRUTH: dict[str, list[str]] = json.loads((HERE / "truth-current.json").read_text(encoding="utf-8"))
FIRST_OFFICE = next(iter(TRUTH))
DAY = ("--on", "2026-11-01")
SHARED_DID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"


@pytest.fixture(scope="module")
def store() -> Store:
    """The 400 people, and a world of our own beside them."""
    store = Store()
    store.bulk_load(
        input=gzip.decompress((HERE / "wikidata-shaped-400.nt.gz").read_bytes()), format=RdfFormat.N_TRIPLES
    )
    store.bulk_extend(_own_world())
    return store


def _own_world() -> Iterator[Quad]:
    # Houses of 20 seats with days for everything, of which 18 to 20 are known. Two of them have their seats as an assembly.
    for office, house, people, seats in (
        ("Q5001", "Q5000", 20, "P1342"),
        ("Q5003", "Q5002", 18, "P1342"),
        ("Q5010", "Q5011", 20, "P1410"),
        ("Q5012", "Q5013", 19, "P1410"),
    ):
        yield label(office, f"member of the house {house}")
        yield direct(office, "P361", house)
        yield direct(house, seats, "20^n")
        yield direct(office, "P17", "Q668")
        for number in range(people):
            who = f"{office}{number:02}"
            yield label(who, f"Member {number} of {house}", "mul")
            yield from says(who, "P39", office, P580=("2024-06-04", 11), P2937=f"{office}9", P768=f"Q70{number:02}")
            yield from says(who, "P4033", f"m{number}@{office.lower()}.example.org")
            yield from says(
                who, "P2002", f"m{number}_{office}", P6552=f"{office[1:]}{number:03}", P580=("2019-01-01", 9)
            )
    yield direct("Q668", "P297", "IN")
    yield label("Q70" + "00", "First District")
    # A term that is part of its house.
    yield direct("Q50109", "P361", "Q5011")
    # One left the exact house in time, with a day.
    yield label("Q500188", "Leaver")
    yield from says(
        "Q500188", "P39", "Q5001", P580=("2024-06-04", 11), P582=("2025-03-01", 11), P2937="Q50019", P768="Q7099"
    )
    # A house in which one hands over within the term, and one of whose terms one follows on the other in the same night.
    for office, who, term, seat, start, end in (
        ("Q5006", "Q500601", "Q50069", "Q7081", "2024-06-04", "2025-03-02"),
        ("Q5006", "Q500602", "Q50069", "Q7081", "2025-03-02", ""),
        ("Q5006", "Q500603", "Q50069", "Q7082", "2024-06-04", "2025-05-01"),
        ("Q5006", "Q500604", "Q50069", "Q7083", "2024-06-04", "2025-03-02"),
        ("Q5007", "Q500701", "Q50078", "Q7081", "2019-09-24", "2023-09-24"),
        ("Q5007", "Q500702", "Q50078", "Q7082", "2019-09-24", "2023-09-24"),
        ("Q5007", "Q500702", "Q50079", "Q7082", "2023-09-24", "2027-09-24"),
        ("Q5007", "Q500703", "Q50079", "Q7084", "2023-09-24", "2027-09-24"),
    ):
        yield label(who, f"Holder {who}")
        until: dict[str, Any] = {"P582": (end, 11)} if end else {}
        yield from says(who, "P39", office, P580=(start, 11), P2937=term, P768=seat, **until)
    # A council of two posts, one of them held by nobody now; and a cabinet.
    yield label("Q6000", "council of ministers")
    councils: list[tuple[str, str, dict[str, str | tuple[str, int]]]]
    councils = [("Q6001", "Q6101", {}), ("Q6002", "Q6102", {"P582": ("2025-01-01", 11)})]
    for post, who, more in councils:
        yield label(post, f"minister {post}")
        yield direct(post, "P361", "Q6000")
        yield label(who, f"Minister {who}")
        yield from says(who, "P39", post, "Normal", P580=("2024-06-10", 11), P5054="Q6010", **more)
    yield label("Q6010", "the cabinet")
    # Missions: two of the state Q34, of a class below; one was closed; one is another state's.
    yield label("Q3917681", "embassy")
    yield direct("Q7501", "P279", "Q3917681")
    yield label("Q7501", "consulate")
    for who, of, operator in (("Q7601", "Q3917681", "Q34"), ("Q7602", "Q7501", "Q34"), ("Q7603", "Q3917681", "Q35")):
        yield label(who, f"Mission {who}")
        yield direct(who, "P31", of)
        yield direct(who, "P137", operator)
        yield direct(who, "P17", "Q668")
    yield from says("Q7601", "P4264", "mission-one")
    yield label("Q7604", "Closed mission")
    yield direct("Q7604", "P31", "Q3917681")
    yield direct("Q7604", "P137", "Q34")
    yield from says("Q7604", "P576", "?")


@pytest.fixture
def service(store: Store) -> Iterator[SparqlService]:
    with SparqlService(store) as running:
        yield running


@pytest.fixture
def ask(service: SparqlService, tmp_path: Path) -> Ask:
    """`kooch roster wikidata` against the service on loopback."""

    def run(*words: str, contact: str = "desk@example.org", **env: str) -> CompletedProcess[str]:
        told = {"KOOCH_CONTACT": contact, "KOOCH_WIKIDATA__ENDPOINT": service.url, "KOOCH_WIKIDATA__PAUSE_SECONDS": "0"}
        return kooch_without_lists(tmp_path, "roster", "wikidata", *words, **(told | env))

    return run


def lists_in(home: Path) -> list[str]:
    return sorted(file.parent.name for file in home.glob("rosters/*/roster.yaml"))


@pytest.mark.parametrize("office", TRUTH)
def test_who_sits_is_who_sits(office: str, ask: Ask, tmp_path: Path) -> None:
    done = ask("--office", office, *DAY, "--language", "hi", "house", "--yes")
    assert done.returncode == 0, done.stderr
    made = read_roster(tmp_path / "rosters" / "house")
    text = "".join(file.read_text() for file in (tmp_path / "rosters" / "house").glob("*.csv"))

    assert {each.wikidata_qid for each in made.members} == {*TRUTH[office]}
    assert "genid" not in text
    # The handles that are deprecated in this world say so themselves.
    assert not [claim for claim in made.accounts if (claim.handle or "").endswith("wrong")]
    assert all(
        day is None or (day.month, day.day) != (1, 1) for each in made.members for day in (each.from_day, each.to_day)
    )
    assert made.publisher == "Wikidata"
    assert made.licence == "CC0-1.0"


def test_before_it_writes_it_says_what_it_found_and_asks(ask: Ask, tmp_path: Path) -> None:
    done = ask("--office", FIRST_OFFICE, *DAY, "house")

    assert done.returncode == 2
    assert '"list": "Member of the 1st House (constructed)"' in done.stdout
    assert '"people_that_sit": 13' in done.stdout
    assert '"platform": "bluesky", "accounts": ' in done.stdout
    assert '"crawl": "free"' in done.stdout
    assert '"crawl": "paid"' in done.stdout
    assert "--yes writes the list" in done.stdout
    assert lists_in(tmp_path) == []


@pytest.mark.proof
def test_on_a_terminal_it_asks_before_it_writes(service: SparqlService, tmp_path: Path) -> None:
    told = {
        "KOOCH_CONTACT": "desk@example.org", "KOOCH_WIKIDATA__ENDPOINT": service.url,
        "KOOCH_WIKIDATA__PAUSE_SECONDS": "0",
    }  # fmt: skip
    words = ("roster", "wikidata", "--office", "Q5001", *DAY, "house")
    said = {typed: on_a_terminal(tmp_path, *words, typed=typed, **told) for typed in ("n\n", "\x04")}
    before = lists_in(tmp_path)
    asked = len(service.asked)
    agreed = on_a_terminal(tmp_path, *words, typed="y\n", **told)

    assert all("Write house?" in each and "kept for a day" in said["n\n"] for each in (*said.values(), agreed))
    # A person reads a table, and the number of seats stands above the question.
    assert agreed.index("seats") < agreed.index("Write house?")
    assert "{" not in agreed
    assert before == []
    assert lists_in(tmp_path) == ["house"]
    assert len(service.asked) == asked


def test_an_answer_given_once_is_not_asked_for_again(ask: Ask, service: SparqlService, tmp_path: Path) -> None:
    ask("--office", FIRST_OFFICE, *DAY, "house")
    asked = len(service.asked)
    done = ask("--office", FIRST_OFFICE, *DAY, "house", "--yes")

    assert done.returncode == 0
    assert len(service.asked) == asked
    assert service.most_at_once == 1
    assert all("(+desk@example.org)" in each.agent for each in service.asked)
    kept = tmp_path / "rosters" / "house" / "answers"
    assert "# asked " in (kept / "memberships.rq").read_text(encoding="utf-8")
    assert f"of {service.url}" in (kept / "memberships.rq").read_text(encoding="utf-8")
    assert json.loads(gzip.decompress((kept / "memberships.json.gz").read_bytes()))["results"]["bindings"]


def test_without_a_contact_nobody_is_asked(ask: Ask, service: SparqlService) -> None:
    done = ask("--office", FIRST_OFFICE, "house", "--yes", contact="")

    assert done.returncode == 2
    assert "contact" in done.stderr
    assert service.asked == []


# A service that fails


def _cut(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
    at = body.index(b'"value"', len(body) // 2) + 12
    answer(handler, 200, body[:at] + b"\nSPARQL-QUERY: queryStr=SELECT\njava.util.concurrent.TimeoutException\n\tat ")
    return True


def _short(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
    answer(handler, 200, body[: len(body) // 2], length=len(body))
    handler.close_connection = True
    return True


def _web_page(handler: BaseHTTPRequestHandler, _body: bytes) -> bool:
    answer(handler, 200, b"<!DOCTYPE html><title>Maintenance</title>", kind="text/html")
    return True


def _other_json(handler: BaseHTTPRequestHandler, _body: bytes) -> bool:
    answer(handler, 200, b'{"error": "no"}')
    return True


def _refusal(
    status: int, headers: Mapping[str, str] = MappingProxyType({})
) -> Callable[[BaseHTTPRequestHandler, bytes], bool]:
    def refuse(handler: BaseHTTPRequestHandler, _body: bytes) -> bool:
        answer(handler, status, b"", headers=headers)
        return True

    return refuse


def _slow(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
    # What the test allows is a tenth of this, as 70 seconds are more than a query may take.
    time.sleep(3)
    answer(handler, 200, body)
    return True


FAULTS = {
    "cut": (_cut, "ran out of time"),
    "short": (_short, "cut off after"),
    "web page": (_web_page, "it is a web page"),
    "other JSON": (_other_json, "without the results of a query"),
    "429 for long": (_refusal(429, {"Retry-After": "4000"}), "left alone for 4000 seconds"),
    "429 until a day": (
        _refusal(429, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}),
        "busy (429) and asks to be left alone for",
    ),
    "429 for ever": (_refusal(429, {"Retry-After": "0"}), "busy (429)"),
    "403": (_refusal(403), "refuses this program (403)"),
    "504": (_refusal(504), "took too long over it (504)"),
    "500": (_refusal(500), "answered 500"),
    "moved": (_refusal(302, {"Location": "http://127.0.0.1:9/"}), "answered 302"),
    "70 s": (_slow, "no whole answer came within 0.3 seconds"),
}


@pytest.mark.parametrize(("name", "question"), [*((name, "P12361") for name in FAULTS), ("cut", "memberships")])
def test_a_fault_writes_nothing_and_names_its_cause(
    name: str, question: str, ask: Ask, service: SparqlService, tmp_path: Path
) -> None:
    fault, cause = FAULTS[name]
    mark = "pq:P2937" if question == "memberships" else "p:P12361"
    service.fault = lambda handler, body: mark in service.asked[-1].text and fault(handler, body)
    seconds = {"KOOCH_WIKIDATA__TIMEOUT_SECONDS": "0.3"} if name == "70 s" else {}
    failed = ask("--office", FIRST_OFFICE, *DAY, "house", "--yes", **seconds)
    seen = len(service.asked)
    service.fault = None
    repeated = ask("--office", FIRST_OFFICE, *DAY, "house", "--yes")

    assert failed.returncode == 3
    assert cause in failed.stderr
    assert question in failed.stderr
    assert "Nothing was written" in failed.stderr
    # What had been answered before the fault is not asked for again.
    assert repeated.returncode == 0
    assert [each.text for each in service.asked[seen:]] == [
        each
        for each in dict.fromkeys(a.text for a in service.asked)
        if each not in _answered(service.asked[:seen], mark)
    ]
    assert lists_in(tmp_path) == ["house"]


def _answered(asked: list[Asked], mark: str) -> set[str]:
    return {each.text for each in asked if mark not in each.text}


def test_a_fault_leaves_no_list(ask: Ask, service: SparqlService, tmp_path: Path) -> None:
    service.fault = _web_page
    ask("--office", FIRST_OFFICE, *DAY, "house", "--yes")

    assert lists_in(tmp_path) == []


def _in_seconds(seconds: int) -> str:
    """A date of HTTP, counted from the one that the answer carries."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.proof
@pytest.mark.parametrize("pause", [lambda: "1", lambda: _in_seconds(2)], ids=["seconds", "date"])
def test_a_busy_service_is_left_alone_as_long_as_it_asks(
    pause: Callable[[], str], ask: Ask, service: SparqlService, tmp_path: Path
) -> None:
    refused: list[float] = []

    def once(handler: BaseHTTPRequestHandler, _body: bytes) -> bool:
        if len(refused) < 2:
            refused.append(time.monotonic())
            answer(handler, 429, b"", headers={"Retry-After": pause()})
            return True
        return False

    service.fault = once
    done = ask("--office", FIRST_OFFICE, *DAY, "house", "--yes")

    assert done.returncode == 0
    # A date is written in whole seconds: a part of the first one may have passed.
    assert re.search("asks to wait for [12] seconds", done.stdout)
    assert refused[1] - refused[0] >= 1
    assert lists_in(tmp_path) == ["house"]


def test_an_answer_may_take_70_seconds_as_the_service_gives_up_after_60() -> None:
    assert WikidataSettings().timeout_seconds == 70


def test_an_empty_answer_is_nobody_and_no_list(ask: Ask, tmp_path: Path) -> None:
    done = ask("--office", "Q424242", "house", "--yes")

    assert done.returncode == 2
    assert "knows nobody" in done.stderr
    assert lists_in(tmp_path) == []


# What becomes of it


def test_a_house_with_a_day_for_everything_is_a_census(ask: Ask, tmp_path: Path) -> None:
    done = ask("--office", "Q5001", *DAY, "exact", "--yes")
    made = read_roster(tmp_path / "rosters" / "exact")

    assert '"seats": 20, "people_that_sit": 20' in done.stdout
    assert made.selection == "census", done.stdout
    assert len(made.figure_ids) == 20
    assert {each.country for each in made.members} == {"IN"}
    assert made.time_zone == "Asia/Kolkata"
    assert {each.unit for each in made.members} >= {"First District"}


def test_a_term_of_which_no_seats_are_known_holds_its_leavers_and_is_complete_from_no_day(
    ask: Ask, tmp_path: Path
) -> None:
    ask("--term", "Q50019", *DAY, "term", "--yes")
    made = read_roster(tmp_path / "rosters" / "term")

    # The term's item is part of no house with a number of seats.
    assert (made.selection, made.complete_from) == ("listed", None)
    assert len(made.figure_ids) == 21
    assert [str(each.to_day) for each in made.members if each.to_day] == ["2025-03-01"]


def test_a_term_of_which_the_seats_are_known_is_complete_from_its_start(ask: Ask, tmp_path: Path) -> None:
    ask("--term", "Q50109", *DAY, "term", "--yes")
    made = read_roster(tmp_path / "rosters" / "term")

    assert (made.selection, made.complete_from) == ("census", date(2024, 6, 4))


@pytest.mark.parametrize(("office", "people", "selection"), [("Q5010", 20, "census"), ("Q5012", 19, "listed")])
def test_seats_of_an_assembly_count_as_seats(
    office: str, people: int, selection: str, ask: Ask, tmp_path: Path
) -> None:
    """One of twenty is a twentieth, and people and seats must differ by less."""
    done = ask("--office", office, *DAY, "house", "--yes")

    assert f'"seats": 20, "people_that_sit": {people}' in done.stdout
    assert read_roster(tmp_path / "rosters" / "house").selection == selection
    assert (f"No census: {people} people were found for 20 seats." in done.stdout) == (selection == "listed")


def test_who_ends_on_the_day_on_which_another_begins_ends_the_day_before(ask: Ask, tmp_path: Path) -> None:
    ask("--term", "Q50069", *DAY, "handed", "--yes")
    made = read_roster(tmp_path / "rosters" / "handed")
    days = {each.wikidata_qid: (str(each.from_day), str(each.to_day)) for each in made.members}

    assert days == {
        # Another takes the seat that day.
        "Q500601": ("2024-06-04", "2025-03-01"),
        "Q500602": ("2025-03-02", "None"),
        # Nobody takes this one.
        "Q500603": ("2024-06-04", "2025-05-01"),
        # Nobody takes this seat, though somebody begins in another one that day.
        "Q500604": ("2024-06-04", "2025-03-02"),
    }


def test_on_the_day_on_which_a_term_follows_only_its_members_sit(ask: Ask, tmp_path: Path) -> None:
    """As in Bundestag and Riksdag: one term ends and the next begins on one day."""
    for day in ("2023-09-23", "2023-09-24"):
        assert ask("--office", "Q5007", "--on", day, f"on-{day[-2:]}", "--yes").returncode == 0
    before, after = (read_roster(tmp_path / "rosters" / f"on-{day}") for day in ("23", "24"))

    assert {each.wikidata_qid for each in before.members} == {"Q500701", "Q500702"}
    assert {each.wikidata_qid for each in after.members} == {"Q500702", "Q500703"}
    assert {str(each.to_day) for each in before.members} == {"2023-09-23"}


def test_people_and_seats_that_disagree_are_no_census(ask: Ask, tmp_path: Path) -> None:
    done = ask("--office", "Q5003", *DAY, "gaps", "--yes")

    assert read_roster(tmp_path / "rosters" / "gaps").selection == "listed"
    assert "No census: 18 people were found for 20 seats." in done.stdout


def test_councils_and_cabinets_are_of_the_day(ask: Ask, tmp_path: Path) -> None:
    ask("--posts-of", "Q6000", *DAY, "council", "--yes")
    ask("--cabinet", "Q6010", "--on", "2024-12-01", "cabinet", "--yes")
    council, cabinet = (read_roster(tmp_path / "rosters" / name) for name in ("council", "cabinet"))

    assert [each.wikidata_qid for each in council.members] == ["Q6101"]
    assert [each.wikidata_qid for each in cabinet.members] == ["Q6101", "Q6102"]
    assert council.selection == cabinet.selection == "listed"


def test_missions_are_those_of_their_state_of_classes_below_too(ask: Ask, tmp_path: Path) -> None:
    ask("--class", "Q3917681", "--operated-by", "Q34", "--country", "Q668", *DAY, "missions", "--yes")
    made = read_roster(tmp_path / "rosters" / "missions")

    assert [(each.wikidata_qid, each.role, each.kind) for each in made.members] == [
        ("Q7601", "embassy", "institution"),
        ("Q7602", "consulate", "institution"),
    ]
    assert [(claim.platform, claim.handle) for claim in made.accounts] == [("linkedin", "company/mission-one")]


def test_the_ready_command_of_a_state_makes_its_list(ask: Ask, tmp_path: Path) -> None:
    ready = next(each for each in ready_commands() if (each.subject, each.country) == ("missions", "SE"))

    done = ask(*ready.words, *DAY, "--yes")

    assert done.returncode == 0, done.stderr
    # The third one was dissolved, nobody knows when.
    assert "dissolved on a day that Wikidata does not know: 1." in done.stdout
    assert {each.wikidata_qid for each in read_roster(tmp_path / "rosters" / ready.words[-1]).members} == {
        "Q7601",
        "Q7602",
    }


def test_a_figure_that_a_list_knows_stays_that_figure(ask: Ask, tmp_path: Path) -> None:
    known = roster("mine", [member("in-somebody", name="Member 0 of Q5000", country="IN", wikidata_qid="Q500100")])
    write_roster(known, tmp_path / "rosters")
    ask("--office", "Q5001", *DAY, "exact", "--yes")
    made = read_roster(tmp_path / "rosters" / "exact")

    assert "in-somebody" in made.figure_ids


def test_a_name_alone_is_asked_about_and_answered(ask: Ask, service: SparqlService, tmp_path: Path) -> None:
    write_roster(roster("mine", [member("in-somebody", name="Member 0 of Q5000", country="IN")]), tmp_path / "rosters")
    asked = ask("--office", "Q5001", *DAY, "exact", "--yes")
    seen = len(service.asked)
    answered = ask("--office", "Q5001", *DAY, "exact", "--yes", "--same", "in-somebody=Q500100")

    assert asked.returncode == 2
    assert "--same in-somebody=Q500100" in asked.stderr
    assert answered.returncode == 0, answered.stderr
    assert len(service.asked) == seen
    assert "in-somebody" in read_roster(tmp_path / "rosters" / "exact").figure_ids


def test_a_refresh_shows_what_changed_before_it_writes(store: Store, tmp_path: Path) -> None:
    world = Store()
    world.bulk_extend(quad for quad in store)
    with SparqlService(world) as service:
        env = {"KOOCH_CONTACT": "desk@example.org", "KOOCH_WIKIDATA__ENDPOINT": service.url}
        kooch_without_lists(tmp_path, "roster", "wikidata", "--office", "Q5001", *DAY, "exact", "--yes", **env)
        before = read_roster(tmp_path / "rosters" / "exact")
        world.bulk_extend(says("Q500199", "P39", "Q5001", P580=("2026-11-10", 11), P2937="Q50019", P768="Q7001"))
        world.bulk_extend([label("Q500199", "Newcomer")])
        world.bulk_extend(says("Q500100", "P12361", "zero.example.org"))
        _end(world, "Q500101", "2026-11-09")
        asked = kooch_without_lists(tmp_path, "roster", "wikidata", "exact", "--on", "2026-11-20", "--refresh", **env)
        as_it_was = read_roster(tmp_path / "rosters" / "exact")
        kooch_without_lists(tmp_path, "roster", "wikidata", "exact", "--on", "2026-11-20", "--refresh", "--yes", **env)
    after = read_roster(tmp_path / "rosters" / "exact")
    told = [json.loads(line) for line in asked.stdout.splitlines() if '"event": "change"' in line]

    assert [(each["change"], each["name"], each["account"]) for each in told] == [
        ("came", "Newcomer", None),
        ("left", "Member 1 of Q5000", None),
        ("new account", "Member 0 of Q5000", "zero.example.org on bluesky"),
    ]
    assert as_it_was == before
    assert [str(each.to_day) for each in after.members if each.wikidata_qid == "Q500101"] == ["2026-11-09"]
    assert len(after.figure_ids) == 21


def test_a_refresh_shows_handles_that_ended_and_accounts_that_are_gone(store: Store, tmp_path: Path) -> None:
    world = Store()
    world.bulk_extend(quad for quad in store)
    with SparqlService(world) as service:
        env = {"KOOCH_CONTACT": "desk@example.org", "KOOCH_WIKIDATA__ENDPOINT": service.url}
        kooch_without_lists(tmp_path, "roster", "wikidata", "--office", "Q5001", *DAY, "exact", "--yes", **env)
        _end(world, "Q500102", "2026-11-09", of="P4033")
        for quad in [*world.quads_for_pattern(item("Q500103"), prop("P4033"), None)]:
            world.remove(quad)
        asked = kooch_without_lists(tmp_path, "roster", "wikidata", "exact", "--on", "2026-11-20", "--refresh", **env)
    told = [json.loads(line) for line in asked.stdout.splitlines() if '"event": "change"' in line]

    assert [(each["change"], each["name"], each["account"]) for each in told] == [
        ("handle ended", "Member 2 of Q5000", "m2@q5001.example.org on mastodon"),
        ("account gone", "Member 3 of Q5000", "m3@q5001.example.org on mastodon"),
    ]


def test_a_cut_answer_to_a_refresh_leaves_the_list_and_its_answers_as_they_were(
    ask: Ask, service: SparqlService, tmp_path: Path
) -> None:
    def files() -> dict[str, bytes]:
        folder = tmp_path / "rosters" / "exact"
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    ask("--office", "Q5001", *DAY, "exact", "--yes")
    before = files()
    service.fault = lambda handler, body: "p:P12361" in service.asked[-1].text and _cut(handler, body)
    failed = ask("exact", "--on", "2026-11-20", "--refresh", "--yes")

    assert failed.returncode == 3
    assert "Nothing was written" in failed.stderr
    assert {"members.csv", "answers/memberships.rq", "answers/memberships.json.gz"} <= before.keys()
    assert files() == before


@pytest.mark.parametrize("write", [1, 2, 11, 12])
def test_what_was_answered_before_the_command_was_killed_is_not_asked_again(
    write: int, ask: Ask, service: SparqlService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer is two files, and it is kept once both are written."""
    words = ("--office", FIRST_OFFICE, *DAY, "house", "--yes")
    killed_at(write, tmp_path, service, words, monkeypatch)
    before = [each.text for each in service.asked]
    done = ask(*words)
    again = [each.text for each in service.asked[len(before) :]]

    assert done.returncode == 0, done.stderr
    assert len(before) == (write + 1) // 2
    assert [*before[:-1], *again] == [each.text for each in questions(Selector(kind="office", item=FIRST_OFFICE))]


def killed_at(
    write: int, home: Path, service: SparqlService, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run `kooch roster wikidata WORDS` until the file of an answer is written for this time, and kill it there."""
    monkeypatch.setenv("KOOCH_CONTACT", "desk@example.org")
    monkeypatch.setenv("KOOCH_WIKIDATA__ENDPOINT", service.url)
    monkeypatch.setenv("KOOCH_WIKIDATA__PAUSE_SECONDS", "0")
    work = "from kooch.cli import main; main()"
    assert is_killed(
        work, "--home", home, "roster", "wikidata", *words, at="kooch.wikidata.answers:write_whole", n=write
    )


def _end(world: Store, who: str, day: str, *, of: str = "P39") -> None:
    """Let the statement of an office end, or another one."""
    world.update(
        f"""
        PREFIX p: <http://www.wikidata.org/prop/> PREFIX pq: <http://www.wikidata.org/prop/qualifier/>
        PREFIX pqv: <http://www.wikidata.org/prop/qualifier/value/> PREFIX wikibase: <http://wikiba.se/ontology#>
        PREFIX wd: <http://www.wikidata.org/entity/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        INSERT {{
            ?s pq:P582 "{day}T00:00:00Z"^^xsd:dateTime .
            ?s pqv:P582 <http://www.wikidata.org/value/ended> .
            <http://www.wikidata.org/value/ended> wikibase:timePrecision 11
        }} WHERE {{ wd:{who} p:{of} ?s }}
        """
    )


def test_dates_of_a_handle_are_statements_and_a_year_is_a_year(ask: Ask, tmp_path: Path) -> None:
    ask("--office", "Q5001", *DAY, "exact", "--yes")
    made = read_roster(tmp_path / "rosters" / "exact")
    said = {(s.event, s.platform, s.not_before, s.not_after, s.publisher) for s in made.statements}

    assert said == {("joined", "x", date(2019, 1, 1), date(2019, 12, 31), "Wikidata")}
    assert {claim.native_id for claim in made.accounts if claim.platform == "x"} == {f"5001{n:03}" for n in range(20)}


def test_counts_of_followers_are_those_of_their_day_and_account(store: Store, tmp_path: Path) -> None:
    world = Store()
    world.bulk_extend(quad for quad in store)
    day, number = ("2023-02-05", 11), "5001000"
    for count, qualifiers in (
        ("51234^n", {"P585": day, "P6552": number}),
        ("60000^n", {"P585": ("2024-01-01", 9), "P6552": number}),  # of a year
        ("70000^n", {"P6552": number}),  # of no day
        ("80000^n", {"P585": day}),  # of no account
        ("90000^n", {"P585": day, "P6552": "77"}),  # of another account
    ):
        world.bulk_extend(says("Q500100", "P8687", count, **qualifiers))
    world.bulk_extend(says("Q500100", "P8687", "99999^n", rank="Deprecated", P585=("2022-02-05", 11), P6552=number))
    with SparqlService(world) as service:
        env = {"KOOCH_CONTACT": "desk@example.org", "KOOCH_WIKIDATA__ENDPOINT": service.url}
        done = kooch_without_lists(tmp_path, "roster", "wikidata", "--office", "Q5001", *DAY, "exact", "--yes", **env)
    loaded = kooch_without_lists(tmp_path, "load")
    sql = "SELECT handle, valid_at, followers, followers_precision FROM audience INNER JOIN current_handles USING (account_id)"
    told = kooch_without_lists(tmp_path, "sql", sql, "--format", "json").stdout

    assert done.returncode == 0, done.stderr
    assert loaded.returncode == 0, loaded.stderr
    (count,) = [json.loads(line) for line in told.splitlines()]
    assert (count["handle"], count["followers"], count["followers_precision"]) == ("m0_Q5001", 51234, None)
    # The end of 5 February, in India.
    assert count["valid_at"].startswith("2023-02-05T18:30")


def test_an_account_of_two_figures_is_denied_for_both(store: Store, tmp_path: Path) -> None:
    world = Store()
    world.bulk_extend(quad for quad in store)
    for who in ("Q500100", "Q500101"):
        world.bulk_extend(says(who, "P12409", SHARED_DID))
    world.bulk_extend(says("Q500102", "P4033", "mirrored@respublicae.eu"))
    with SparqlService(world) as service:
        env = {"KOOCH_CONTACT": "desk@example.org", "KOOCH_WIKIDATA__ENDPOINT": service.url}
        done = kooch_without_lists(tmp_path, "roster", "wikidata", "--office", "Q5001", *DAY, "exact", "--yes", **env)
    made = read_roster(tmp_path / "rosters" / "exact")

    assert done.returncode == 0, done.stderr
    assert "is claimed for Q500100 and Q500101" in done.stdout
    assert [(c.native_id or c.handle) for c in made.accounts if c.polarity == "denies"] == [
        SHARED_DID,
        SHARED_DID,
        "mirrored@respublicae.eu",
    ]


def test_a_list_from_wikidata_loads(ask: Ask, tmp_path: Path) -> None:
    ask("--office", FIRST_OFFICE, *DAY, "house", "--yes")
    loaded = kooch_without_lists(tmp_path, "load")
    counted = kooch_without_lists(
        tmp_path, "sql", "SELECT count(DISTINCT figure_id) AS n FROM memberships", "--format", "csv"
    )

    assert loaded.returncode == 0, loaded.stderr
    assert counted.stdout.split() == ["n", "13"]

    tiers = kooch_without_lists(tmp_path, "sql", "SELECT DISTINCT tier, state FROM links", "--format", "csv")

    # Whoever imports the list accepts its accounts; each stays one public statement.
    assert tiers.stdout.split() == ["tier,state", "claim,accepted"]


HANDLES = (
    *("P2002", "P4033", "P12361", "P12409", "P11892", "P10858", "P3789", "P2397", "P11245", "P2003", "P2013", "P7085"),
    "P6634",
)


_MEASURED = """
import re, sys, time
began = time.monotonic()
from kooch.cli import main
try:
    main()
finally:
    # Not getrusage: a process begins with the maximum of the one that started it.
    peak = int(re.search("VmHWM:\\\\s+(\\\\d+) kB", open("/proc/self/status").read())[1])
    print(time.monotonic() - began, time.process_time(), peak / 1024, file=sys.stderr)
"""


@pytest.mark.proof
@pytest.mark.alone
@pytest.mark.parametrize(
    ("people", "most_requests", "most_seconds", "most_megabytes"), [(2500, 20, 5, 10), (20_000, 20, 60, 500)]
)
def test_large_offices_take_few_questions_and_little_memory_and_go_on_after_a_kill(
    people: int,
    *,
    most_requests: int,
    most_seconds: float,
    most_megabytes: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ("--office", "Q1", *DAY, "large", "--yes")
    with SparqlService(many(people, handles=HANDLES)) as service:
        home = tmp_path / "killed"
        killed_at(11, home, service, words, monkeypatch)
        before = len(service.asked)
        went_on = kooch(home, "roster", "wikidata", *words)
        again = [each.text for each in service.asked[before:]]
        service.asked.clear()
        whole = [sys.executable, "-W", "error", "-c", _MEASURED, "--home", str(tmp_path), "roster", "wikidata", *words]
        done = subprocess.run(whole, capture_output=True, text=True, check=False)
    seconds, size = sum(a.seconds for a in service.asked), sum(a.bytes for a in service.asked) / 1e6
    assert done.returncode == 0, done.stderr
    took, computed, peak = map(float, done.stderr.splitlines()[-1].split())
    print(
        f"{people} people: {len(service.asked)} requests, {seconds:.2f} s of engine, {size:.1f} MB;"
        f" {took:.1f} s in all, {computed:.1f} s of them computing, {peak:.0f} MB at the peak"
    )

    assert len(read_roster(tmp_path / "rosters" / "large").figure_ids) == len(range(0, people, 3))
    assert len(service.asked) <= most_requests
    assert seconds <= most_seconds
    assert size <= most_megabytes
    assert took <= 60
    assert peak <= 500
    assert went_on.returncode == 0, went_on.stderr
    # Five answers were kept, and the sixth was lost.
    assert (before, again) == (6, [each.text for each in service.asked[5:]])
    shutil.rmtree(tmp_path)
