"""Moves and their evidence: each rests on a bound, a run or a document, and the pages name it. The answers are by hand."""

import html
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics.measures.figure import figure
from analytics.measures.list_page import list_page
from analytics.measures.moves import moves_of
from analytics.queries import query as query_of
from kooch.store import corrections
from kooch.store.outcomes import HandleSpan, Outcome, Target
from kooch.store.spool import write_batch
from kooch.store.state import end_run, open_state, plan_run
from kooch.store.versions import open_version, reading_file
from tests.small_worlds import Row, bound, document, looked, rows, stay, world
from tests.small_worlds import account as small_account
from tests.small_worlds import claim as small_claim
from tests.small_worlds import figure as small_figure
from tests.small_worlds import member as small_member
from tests.stores import at, bundle, claim, load, member, query, roster, seen, statement
from tests.test_app import ROOT, run, words
from tests.test_site import publish

WITHOUT_EVIDENCE = "FROM moves WHERE coalesce(from_bound, to_bound, run_id, source_id) IS NULL"
CORRECTED_MOVES = (Path(corrections.__file__).parent / "published_moves.sql").read_text("utf-8")
ANN = "did:plc:" + "a" * 24
BO, CY, CY_THERE, DEE, DEE_NEW = (
    f"https://{name}"
    for name in ("s.test/users/bo", "s.test/users/cy", "t.test/users/cy", "s.test/users/dee", "s.test/users/d")
)


def crawl(home: Path, platform: str, *outcomes: Outcome) -> str:
    with open_state(home) as state:
        run = plan_run(state, platform=platform, targets=[Target(key=outcome.target) for outcome in outcomes]).run
        end_run(state, run, "complete")
    write_batch(home, run=run, platform=platform, outcomes=outcomes)
    return run


def account(actor: str, minutes: float, **more: Any) -> Outcome:  # noqa: ANN401 -- fields of any kind
    return seen(actor, minutes, server=actor.split("/")[2], **more)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """People who were renamed, in a registry (ann) and in answers (bo), moved server (cy) or account (dee), were on Koo
    to its end (eve), left by a report (fay), opened an account by the list (gus)."""
    home = tmp_path_factory.mktemp("moves")
    on = {"eve": "2021-02-10", "fay": "2021-03-10"}
    joined = statement("eve", "joined", on["eve"], not_before=on["eve"], not_after=on["eve"])
    left = statement("fay", "left", on["fay"], not_before=on["fay"], not_after=on["fay"])
    people = roster(
        "people",
        [member(name) for name in ("ann", "bo", "cy", "dee", "eve", "fay", "gus")],
        accounts=(
            claim("ann", None, ANN),
            *(claim(who, None, actor, platform="mastodon") for who, actor in (("bo", BO), ("cy", CY), ("dee", DEE))),
            claim("fay", "fay", platform="koo"),
            claim("gus", "gus", platform="x", opened_on=date(2020, 5, 5)),
        ),
        statements=(joined, left),
        source="the list",
        vouches=False,
    )
    spans = (
        HandleSpan(handle="ann.old", valid_from=at(-60), valid_to=at(10)),
        HandleSpan(handle="ann.new", valid_from=at(10), valid_to=at(90)),
        HandleSpan(handle="ann.newest", valid_from=at(90)),
    )
    runs = {}
    runs["bluesky 1"] = crawl(
        home,
        "bluesky",
        seen(ANN, 0, bio="a", handle="ann.old", handles=(HandleSpan(handle="ann.old", valid_from=at(-60)),)),
    )
    runs["mastodon 1"] = crawl(
        home, "mastodon", account(BO, 0, bio="b", handle="bo@s.test"), account(CY, 0), account(DEE, 0)
    )
    runs["bluesky 2"] = crawl(home, "bluesky", seen(ANN, 60, bio="a", handle="ann.new", handles=spans[:2]))
    runs["mastodon 2"] = crawl(
        home,
        "mastodon",
        account(BO, 60, bio="b", handle="bob@s.test"),
        account(CY, 60, status="moved", moved_to=CY_THERE, is_named_back=True),
        account(DEE, 60, status="moved", moved_to=DEE_NEW, is_named_back=True),
    )
    runs["bluesky 3"] = crawl(home, "bluesky", seen(ANN, 120, bio="a", handle="ann.newest", handles=spans))
    runs["mastodon 3"] = crawl(home, "mastodon", account(BO, 120, bio="b", handle="bob@s.test"))
    load(home, bundle(home / "bundled", people))
    return home, {run: name for name, run in runs.items()}


@pytest.mark.proof
def test_every_move_of_a_crawled_list_names_what_it_rests_on(crawled: tuple[Path, dict[str, str]]) -> None:
    home, names = crawled
    found = query(
        home,
        """
        SELECT m.figure_id, m.move, m.known_through, r.key, s.citation
        FROM moves AS m
        LEFT JOIN ids AS r ON r.kind = 'run' AND r.id = m.run_id
        LEFT JOIN sources AS s ON s.source_id = m.source_id
        ORDER BY m.figure_id, m.before, m.move
        """,
    )
    (koo,) = query(home, "SELECT s.citation FROM platforms JOIN sources AS s USING (source_id) WHERE platform = 'koo'")

    assert [(*row[:3], names.get(row[3], row[3]) or row[4]) for row in found] == [
        ("ann", "joined", "crawl", "bluesky 1"),
        ("ann", "renamed", "crawl", "bluesky 2"),
        ("ann", "renamed", "crawl", "bluesky 3"),
        ("bo", "joined", "crawl", "mastodon 1"),
        ("bo", "renamed", "crawl", "mastodon 2"),
        ("cy", "joined", "crawl", "mastodon 1"),
        ("cy", "moved server", "crawl", "mastodon 2"),
        ("dee", "joined", "crawl", "mastodon 1"),
        ("dee", "moved account", "crawl", "mastodon 2"),
        ("eve", "joined", "report", "Daily, 10 February 2021"),
        ("eve", "ended by platform", "platform", koo[0]),
        # Those who left had joined.
        ("fay", "joined", "report", "Daily, 10 March 2021"),
        ("fay", "left", "report", "Daily, 10 March 2021"),
        ("gus", "joined", "list", "the list"),
    ]
    assert query(home, WITHOUT_EVIDENCE) == []


def test_a_rename_and_a_moved_account_have_the_interval_between_two_answers(
    crawled: tuple[Path, dict[str, str]],
) -> None:
    found = query(
        crawled[0],
        "SELECT figure_id, move, not_before, before, act FROM moves WHERE move IN ('renamed', 'moved account') ORDER BY ALL",
    )

    assert found == [
        # The registry knows the instant.
        ("ann", "renamed", at(10), at(10), "owner"),
        ("ann", "renamed", at(90), at(90), "owner"),
        ("bo", "renamed", at(0), at(60), "owner"),
        ("dee", "moved account", at(0), at(60), "owner"),
    ]


def test_every_move_of_the_bundled_lists_names_what_it_rests_on(bundled_home: Path) -> None:
    assert query(bundled_home, WITHOUT_EVIDENCE) == []
    assert query(
        bundled_home,
        "SELECT known_through, bool_and(source_id IS NOT NULL), bool_or(run_id IS NOT NULL) FROM moves GROUP BY 1 ORDER BY 1",
    ) == [("list", True, False), ("platform", True, False), ("report", True, False)]


@pytest.mark.proof
def test_the_pages_name_the_document_or_the_run_of_each_move(
    crawled: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home, names = crawled
    runs = {names[key]: f"run {n}" for n, key in query(home, "SELECT id, key FROM ids WHERE kind = 'run'")}
    # The second document of the platform's row: the first dates its opening.
    koo = (
        "India's Twitter rival Koo bids final goodbye. Millennium Post, 4 July 2024",
        "https://www.millenniumpost.in/big-stories/indias-twitter-rival-koo-bids-final-goodbye-570507",
    )
    with open_version(reading_file(home)) as connection:
        app = moves_of(connection, roster="people").latest.select("name", "move", "source", "url").rows()
        eve, page = figure(connection, figure_id="eve"), list_page(connection, "people")
    assert eve is not None
    assert page is not None
    rests = {
        ("bo", "renamed"): (runs["mastodon 2"], None),
        ("dee", "moved account"): (runs["mastodon 2"], None),
        ("eve", "ended by platform"): koo,
        ("fay", "left"): ("Daily, 10 March 2021", None),
    }

    assert {row[:2]: row[2:] for row in app if row[:2] in rests} == rests
    assert {
        (one.name, one.move): (one.citation, one.url) for one in page.moves if (one.name, one.move) in rests
    } == rests
    assert eve.moves.filter(move="ended by platform").select("source", "url").row(0) == koo
    on_page = words(run(ROOT / "pages" / "moves.py", home, monkeypatch, roster="people"))
    assert f"seen by Kooch: {runs['mastodon 2']}" in on_page
    assert f"end of the platform: {koo[0]}" in on_page
    publish(home, tmp_path)
    site = (tmp_path / "people" / "latest" / "index.html").read_text(encoding="utf-8")
    assert f"; {runs['mastodon 2']}</small>" in site
    assert f'; <a href="{koo[1]}">{koo[0]}</a></small>' in html.unescape(site)


ADA = (small_figure("ada"), small_member("ada"), small_account(1), small_claim("ada", 1))
MARCH, APRIL = ("2025-03-01", "2025-03-02"), ("2025-04-01", "2025-04-02")
PAPER, WAVE = document(2, "Daily", "Asia/Kolkata"), document(3, "Looks")


@pytest.mark.parametrize(
    ("evidence", "known_through", "rests_on"),
    [
        pytest.param(
            [
                bound(10, "ada", "absent", "stated", MARCH, source=2),
                bound(11, "ada", "there", "seen", APRIL, run=1),
            ],
            "crawl",
            (1, None),
            id="a newspaper misses them, a crawl finds them",
        ),
        pytest.param(
            [
                bound(10, "ada", "absent", "seen", MARCH, run=1),
                bound(11, "ada", "there", "stated", APRIL, source=2),
            ],
            "report",
            (None, 2),
            id="a crawl misses them, a newspaper finds them",
        ),
        pytest.param(
            [
                bound(10, "ada", "absent", "stated", MARCH, source=2),
                bound(11, "ada", "posted", "stated", APRIL, source=3),
                looked("ada", 1, APRIL, source=3),
            ],
            "look",
            (None, 3),
            id="a look shows a post",
        ),
    ],
)
def test_the_evidence_of_the_upper_end_says_how_a_move_is_known(
    evidence: list[Row], known_through: str, rests_on: tuple[int | None, int | None]
) -> None:
    joined = stay("ada", 1, MARCH[0], APRIL[1], bounds=(10, 11))
    with world(*ADA, PAPER, WAVE, joined, *evidence) as connection:
        found = rows(connection, "SELECT known_through, run_id, source_id FROM moves WHERE move = 'joined'")

    assert found == [(known_through, *rests_on)]


def test_a_correction_has_the_zones_in_which_the_move_was_published() -> None:
    evidence = (
        bound(10, "ada", "absent", "stated", MARCH, source=2),
        bound(11, "ada", "there", "seen", APRIL, run=1),
    )
    with world(*ADA, PAPER, stay("ada", 1, MARCH[0], APRIL[1], bounds=(10, 11)), *evidence) as connection:
        published = connection.sql(query_of("published_moves"), params={"roster": "people"}).pl().row(0, named=True)
        withdrawn = connection.sql(CORRECTED_MOVES).pl().row(0, named=True)

    zones = {"from_zone": "Asia/Kolkata", "time_zone": "UTC"}  # a crawl's days are UTC days
    assert {name: published[name] for name in zones} == zones
    assert {name: withdrawn[name] for name in zones} == zones
