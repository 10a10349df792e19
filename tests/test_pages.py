"""What pages say beside their charts: what was chosen, what is not known, how old the data are, who runs schedules."""

import csv
import io
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import vl_convert
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from analytics.captions import Caption
from analytics.charts import charts
from analytics.downloads import to_csv, to_svg
from analytics.measures.adoption import CURVE, GAPS
from analytics.measures.arrivals import Arrivals, arrivals, arrivals_of_list
from analytics.measures.events import MARKERS, markers
from analytics.measures.phrases import with_days_in_words
from kooch.config import BUNDLED_ROSTERS, Schedule
from kooch.schedule.plan import Due, starts_at
from kooch.schedule.slots import claim, end_slot, note_schedules
from kooch.store.outcomes import Drift, Status, Target
from kooch.store.state import end_run, open_state, plan_run
from kooch.store.versions import open_version, reading_file
from tests import stores
from tests.servers.app import serving
from tests.servers.browser import pick
from tests.test_app import ROOT, run, words

ADOPTION, CRAWLS, FIGURE, FIRST_SCREEN = (
    ROOT / "pages" / f"{page}.py" for page in ("adoption", "crawls", "figure", "first_screen")
)
DID = "did:plc:" + "a" * 24
UNDATED = "No source gives a date. All we know is that they joined between"
NIGHTLY = Schedule(name="nightly", cron="0 0 * * *", jitter_seconds=3600)
NIGHTLY_TOML = '[[schedule]]\nname = "nightly"\ncron = "0 0 * * *"\njitter_seconds = 3600\nplatforms = ["bluesky"]\n'


def curve(*days: str, **more: float) -> pl.DataFrame:
    rows = [{"day": date.fromisoformat(day), "joined_min": n, "joined_max": 3} | more for n, day in enumerate(days)]
    return pl.DataFrame(rows, schema=CURVE)


def drawn(frame: pl.DataFrame, **choices: str) -> str:
    chart = charts()["adoption"].draw(
        curve=frame, gaps=pl.DataFrame(schema=GAPS), events=pl.DataFrame(schema=MARKERS), **choices
    )
    return vl_convert.vegalite_to_svg(chart.properties(width=900).to_dict())


def one_account(home: Path, *, at: str = "bluesky") -> Path:
    """The folder of a list of one person with one account."""
    claims = (stores.claim("a", "a.test", DID, platform=at),)
    return stores.bundle(home / "bundled", stores.roster("people", [stores.member("a")], accounts=claims))


def frame_with(app: AppTest, column: str) -> pl.DataFrame:
    (found,) = [frame.value for frame in app.dataframe if column in frame.value.columns]
    return pl.from_pandas(found)


def test_what_is_taken_away_says_what_was_chosen_and_what_is_not_known() -> None:
    told = {"question": "Why?", "definition": "So.", "unit": "Things", "source": "A list", "version": "7"}
    caption = Caption(**told, subject="People · Koo", notes=("Nobody dates it.", "Nor this."))

    picture = to_svg(
        charts()["adoption"].draw(
            curve=curve("2021-01-01"), gaps=pl.DataFrame(schema=GAPS), events=pl.DataFrame(schema=MARKERS)
        ),
        caption,
    )
    (row,) = csv.DictReader(io.StringIO(to_csv(pl.DataFrame({"a": [1]}), caption).decode()))

    assert all(said in picture.decode() for said in ("People · Koo", "Nobody dates it.", "Nor this."))
    assert (row["about_subject"], row["about_notes"]) == ("People · Koo", "Nobody dates it. Nor this.")
    assert caption.small_print()[:3] == ["Nobody dates it.", "Nor this.", "So."]


@pytest.mark.proof
def test_a_curve_that_steps_at_dated_joins_is_not_called_undated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [stores.member(name) for name in "abc"]
    claims = tuple(stores.claim(name, f"{name}.test") for name in "abc")
    dated = stores.statement("a", "joined", "2021-02-10", not_after="2021-02-09")
    by_then = stores.statement("b", "joined", "2022-02-10", not_after="2022-02-09")
    listed = stores.roster("people", people, accounts=claims, statements=(dated, by_then))
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", listed))

    assert UNDATED not in words(run(ADOPTION, tmp_path, monkeypatch, platform="koo"))
    assert UNDATED in words(run(ADOPTION, tmp_path, monkeypatch, platform="bluesky"))


def test_a_first_day_after_the_list_says_which_day_to_choose(
    bundled_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = words(run(ADOPTION, bundled_home, monkeypatch, roster="se-institutions", platform="x", since="2026-03-02"))

    assert "There are no data after 1 March 2026. Set “From” to that day or earlier." in said
    assert "How many had joined by each date" not in said


def test_people_are_counted_in_whole_numbers() -> None:
    assert drawn(curve("2021-01-01", "2021-02-01", "2021-03-01", "2021-04-01")).count(">1</text>") == 1


def test_days_are_written_out_under_a_curve() -> None:
    assert ">15 June 2026</text>" in drawn(curve("2026-06-15", share_min=0.5, share_max=0.5), show="percentage")
    assert ">12 Feb 2021</text>" in drawn(curve("2021-02-08", "2021-02-09", "2021-02-14"))


@pytest.mark.proof
def test_what_was_chosen_is_in_the_link_and_the_table(bundled_home: Path, browser: Browser) -> None:
    with serving(bundled_home) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{url}/adoption?roster=us-congress&platform=facebook&show=percentage")

        expect(page.locator("svg").get_by_text("91%", exact=True)).to_be_visible(timeout=30_000)

        page.get_by_role("button", name="Copy link").first.click()
        link = page.get_by_test_id("stCode").first.inner_text()

        assert {"roster=us-congress", "platform=facebook", "show=percentage"} <= set(
            link.strip().partition("?")[2].split("&")
        )

        with page.expect_download(timeout=60_000) as download:
            page.get_by_role("button", name="CSV", exact=True).first.click()

        row = next(csv.DictReader(io.StringIO(download.value.path().read_text())))
        assert row["about_subject"] == "Congress of the United States · Facebook · had joined"
        assert UNDATED in row["about_notes"]

        page.keyboard.press("Escape")
        pick(page.get_by_role("combobox", name="Platform"), "YouTube")

        expect(page.get_by_text("Congress of the United States · YouTube")).to_be_visible()
        assert "platform=youtube" in page.url
        page.close()


@pytest.mark.proof
@pytest.mark.parametrize(
    ("name", "says", "is_clickable"),
    [
        ("uncounted", "never observed by Kooch", False),
        ("live", "observed active, 1 June 2025\n12 followers on 1 June 2025", False),
        ("tomorrow", "observed active, 1 June 2099\n9 followers on 1 June 2099", False),
        ("archived", "observed active on an archived page, 15 December 2024\n7 followers on 15 December 2024", True),
    ],
)
def test_a_figure_opens_whatever_was_counted(
    name: str, says: str, *, is_clickable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = (
        stores.claim("uncounted", "none", "1", platform="x"),
        stores.claim("live", "live.test", DID),
        stores.claim("tomorrow", "tomorrow.test", "did:plc:" + "b" * 24),
        stores.claim("archived", "ann", "7", platform="x"),
    )
    people = stores.roster("people", map(stores.member, ("uncounted", "live", "tomorrow", "archived")), accounts=claims)
    bundled = stores.bundle(tmp_path / "bundled", people)
    stores.crawl(tmp_path, stores.seen(DID, 0, followers=12))
    in_2099 = (datetime(2099, 6, 1, tzinfo=UTC) - stores.START).total_seconds() / 60
    stores.crawl(tmp_path, stores.seen("did:plc:" + "b" * 24, in_2099, followers=9))
    stores.backfill(tmp_path, stores.archived("2024-12-15", "ann", native_id="7", followers=7))
    stores.load(tmp_path, bundled)
    app = run(FIGURE, tmp_path, monkeypatch, figure=name)

    assert all(line in words(app) for line in says.splitlines())
    assert ("Click a ring, a square or a diamond for its source." in words(app)) is is_clickable


@pytest.mark.proof
def test_the_first_screen_opens_when_nothing_was_known(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = words(run(FIRST_SCREEN, bundled_home, monkeypatch, known_by="2021-02-07"))

    assert "more are not shown: nothing published by that day" in said


@pytest.mark.proof
def test_an_archived_page_that_contradicts_the_press_is_named_as_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_the_9th = stores.statement(
        "ann", "joined", "2021-02-10", handle="Ann", not_before="2021-02-09", not_after="2021-02-09"
    )
    koo = stores.roster(
        "in-koo-2021",
        [stores.member("ann", name="Ann")],
        accounts=(stores.claim("ann", "Ann", stores.KOO_ID, platform="koo"),),
        statements=(on_the_9th,),
        selection="joiners",
        time_zone="Asia/Kolkata",
    )
    bundled = stores.bundle(tmp_path / "bundled", koo)
    shutil.copyfile(BUNDLED_ROSTERS / "events.yaml", bundled / "events.yaml")
    page = stores.archived("2022-01-01", "Ann", native_id=stores.KOO_ID, opened="2020-05-02")
    stores.backfill(tmp_path, page, platform="koo")
    stores.load(tmp_path, bundled)
    with open_version(reading_file(tmp_path)) as connection:
        window = {"day": date(2021, 2, 10), "start": date(2021, 2, 1), "end": date(2021, 3, 6)}
        found = arrivals(connection, roster="in-koo-2021", platform="koo", **window, who="all", is_folded=True)
    (row,) = found.rows.filter("is_contradicted").to_dicts()

    assert (row["when"], row["says"], row["reported"]) == (
        "2 May 2020 or 9 Feb",
        "2 May 2020: archived page, unverified",
        "9 Feb: Daily, 10 Feb 2021",
    )
    assert found.archive_note is not None
    assert found.archive_note in words(run(FIRST_SCREEN, tmp_path, monkeypatch))


def of_people(home: Path) -> Arrivals:
    with open_version(reading_file(home)) as connection:
        found = arrivals_of_list(connection, roster="people", platform="koo")
    assert found is not None
    return found


@pytest.mark.proof
def test_a_day_is_that_of_its_source_whatever_zone_the_list_has(tmp_path: Path) -> None:
    said = stores.statement("ann", "joined", "2021-02-11", not_before="2021-02-10", not_after="2021-02-10")
    drawn_at = []
    for zone in ("UTC", "America/New_York", "Asia/Tokyo"):
        people = stores.roster("people", [stores.member("ann")], statements=(said,), time_zone=zone)
        stores.load(tmp_path / zone, stores.bundle(tmp_path / zone / "bundled", people))
        found = of_people(tmp_path / zone)

        assert found.rows.filter(~pl.col("is_group"))["when"].to_list() == ["10 Feb 2021"]
        drawn_at.append(found.marks.select("shape", "label", "at").rows())

    noon = datetime(2021, 2, 10, 12, tzinfo=UTC).timestamp() * 1000
    assert drawn_at == [[("dot", "10 Feb", noon)]] * 3


@pytest.mark.proof
def test_who_has_no_row_is_counted_by_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"m{n:02}" for n in range(45)]
    dated = [
        stores.statement(name, "joined", "2022-03-01", not_before=day, not_after=day)
        for name, day in zip(
            names, [f"2021-{month}-{day:02}" for month in ("01", "02") for day in range(1, 29)], strict=False
        )
    ]
    people = stores.roster(
        "people",
        [stores.member(name) for name in (*names, "listed", "claimed", "nowhere")],
        accounts=(stores.claim("listed", "Ann", stores.KOO_ID, platform="koo"),),
        statements=tuple(dated),
        as_of=date(2023, 1, 1),
    )
    others = stores.roster(
        "others",
        [stores.member("claimed")],
        accounts=(stores.claim("claimed", "Bo", stores.KOO_ID[:-1] + "9", platform="koo"),),
        vouches=False,
    )
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", people, others))
    found = of_people(tmp_path)
    said = words(run(FIRST_SCREEN, tmp_path, monkeypatch, roster="people"))

    assert (found.earlier, found.hidden, found.claimed, len(found.figures)) == (5, 1, 1, 45)
    assert "5 more are known to have joined by an earlier day. The CSV has what sources say about them." in said
    assert "No source dates the joining of 1 more to within a year." in said
    assert "1 more may have joined: a list names an account." in said


def test_the_crawls_page_says_that_data_are_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundled = one_account(tmp_path)
    stores.crawl(tmp_path, stores.seen(DID, 0))
    stores.load(tmp_path, bundled)

    assert "Bluesky: the data are stale. A crawl last saw it on 1 June 2025, 12:00 UTC" in words(
        run(CRAWLS, tmp_path, monkeypatch)
    ).replace("**", "")


@pytest.mark.proof
def test_archived_pages_make_nothing_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = (stores.claim("a", "ann", "7", platform="x"),)
    bundled = stores.bundle(tmp_path / "bundled", stores.roster("people", [stores.member("a")], accounts=claims))
    stores.backfill(tmp_path, stores.archived("2024-12-15", "ann", native_id="7"))
    stores.load(tmp_path, bundled)
    app = run(CRAWLS, tmp_path, monkeypatch)

    assert frame_with(app, "last_live_at")["last_live_at"].to_list() == [None]
    assert frame_with(app, "planned")["source"].to_list() == ["archived pages"]


@pytest.mark.proof
def test_a_second_look_without_a_network_is_not_the_latest_crawl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = one_account(tmp_path)
    stores.crawl(tmp_path, stores.seen(DID, 0), stores.failed("@gone.test", 0, "unreachable"))
    with open_state(tmp_path) as state:
        look = plan_run(state, platform="bluesky", targets=[Target(key=DID)], is_recheck=True).run
        end_run(state, look, "failed")
    stores.spool(tmp_path, look, stores.failed(DID, 1, "unreachable"))
    stores.load(tmp_path, bundled)
    app = run(CRAWLS, tmp_path, monkeypatch)

    assert "the network could not be reached" not in words(app)
    assert frame_with(app, "planned")["source"].to_list() == ["second look", "live crawl"]


@pytest.mark.proof
def test_unexpected_fields_are_named_with_the_start_of_their_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = one_account(tmp_path)
    stores.crawl(tmp_path, stores.seen(DID, 0, drift=(Drift(path="followersCount", kind="mistyped"),)))
    stores.load(tmp_path, bundled)

    assert frame_with(run(CRAWLS, tmp_path, monkeypatch), "path").columns == [
        *("platform", "started_at", "source", "path", "kind", "n")
    ]


def test_a_slot_that_ended_is_shown_before_the_next_publication_and_late_is_after_its_jitter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.load(tmp_path, one_account(tmp_path))
    (tmp_path / "kooch.toml").write_text(NIGHTLY_TOML)
    slot = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    due_at = starts_at(NIGHTLY, slot)
    with open_state(tmp_path) as state:
        note_schedules(state, [NIGHTLY], at=slot - timedelta(hours=1))
        due = Due(schedule="nightly", slot=slot, coalesced=0, due_at=due_at)
        claimed = claim(state, due, platforms=["bluesky"], roster=None, at=due_at + timedelta(seconds=11))
        assert claimed is not None
        end_slot(state, claimed, "complete", exit_code=0, at=due_at + timedelta(minutes=5))
    app = run(CRAWLS, tmp_path, monkeypatch)
    (row,) = frame_with(app, "late_seconds").to_dicts()

    assert (row["state"], row["late_seconds"]) == ("complete", 11)
    assert "Scheduled crawls are not running" not in words(app)
    assert "Bluesky: no crawl has seen it yet." in words(app)


def test_a_slot_that_nobody_runs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores.load(tmp_path, one_account(tmp_path))
    (tmp_path / "kooch.toml").write_text(NIGHTLY_TOML)
    with open_state(tmp_path) as state:
        note_schedules(state, [NIGHTLY], at=datetime.now(UTC) - timedelta(days=3))

    assert "nightly was due on " in words(run(CRAWLS, tmp_path, monkeypatch))


@pytest.mark.proof
def test_an_address_names_a_figure_by_its_id_and_an_old_one_leads_on_or_says_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = (
        stores.member("no-anna-berg", name="Anna Berg", role="MP for Oslo"),
        stores.member("no-anna-berg-2", name="Anna Berg", role="Mayor of Troms"),
        stores.member("no-bo-lund", name="Bo Lund", role="Mayor of Oslo"),
    )
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled", stores.roster("people", people)))

    for asked, says, figure_id in (
        ("no-anna-berg-2", "Mayor of Troms", "no-anna-berg-2"),
        ("Bo Lund", "Mayor of Oslo", "no-bo-lund"),
        ("Bo Lund (no-bo-lund)", "Mayor of Oslo", "no-bo-lund"),
        ("Anna Berg (no-anna-berg)", "MP for Oslo", "no-anna-berg"),
        ("Anna Berg", "may be Anna Berg (no-anna-berg), Anna Berg (no-anna-berg-2). Choose one.", "Anna Berg"),
        ("no-anna-berg-9", "Nobody on the lists is called no-anna-berg-9, or no longer.", "no-anna-berg-9"),
    ):
        app = run(FIGURE, tmp_path, monkeypatch, figure=asked)
        assert says in words(app)
        assert app.query_params["figure"] in (figure_id, [figure_id])


@pytest.mark.proof
def test_a_figure_says_what_a_404_leaves_open_and_that_a_mass_departure_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dids = [f"did:plc:{letter * 24}" for letter in "abcdef"]
    claims = tuple(stores.claim(f"m{n}", f"m{n}.test", did) for n, did in enumerate(dids))
    members = [stores.member(f"m{n}") for n in range(len(dids))]
    bundled = stores.bundle(tmp_path / "bundled", stores.roster("list", members, accounts=claims))
    day = 24 * 60
    stores.crawl(tmp_path, *(stores.seen(did, 0) for did in dids), state="complete")
    stores.crawl(tmp_path, *(stores.seen(did, day, status="not_found") for did in dids), state="complete")
    stores.load(tmp_path, bundled)
    held = words(run(FIGURE, tmp_path, monkeypatch, figure="m0"))

    assert "Bluesky: 6 not found at once on " in held
    assert "; second look after " in held
    assert (
        "unconfirmed, a second look is due (not found since 2 June 2025; the server does not say whether it was renamed,"
        " deleted or suspended)"
    ) in held

    stores.crawl(tmp_path, *(stores.seen(did, 3 * day, status="not_found") for did in dids), state="complete")
    stores.load(tmp_path, bundled)
    found = words(run(FIGURE, tmp_path, monkeypatch, figure="m0"))
    moves = words(run(ROOT / "pages" / "moves.py", tmp_path, monkeypatch, roster="list"))

    assert "Not found since; nobody says whose act it was: 1–2 June 2025" in found.replace("**", "")
    assert "Not found: 6 on Bluesky." in moves
    assert "not found; nobody says whose act" in moves
    joined = words(run(ROOT / "pages" / "moves.py", tmp_path, monkeypatch, roster="list", move="joined"))
    assert "not found; nobody says whose act" not in joined


@pytest.mark.proof
def test_a_held_mass_departure_says_when_a_second_look_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """61 not found in the crawl of 14:00: a crawl of 13:59 on the next day is too early, one of 14:00 tells."""
    dids = [f"did:plc:{'abc'[n // 26]}{'abcdefghijklmnopqrstuvwxyz'[n % 26] * 23}" for n in range(61)]
    claims = tuple(stores.claim(f"m{n}", f"m{n}.test", did) for n, did in enumerate(dids))
    people = stores.roster("list", [stores.member(f"m{n}") for n in range(61)], accounts=claims)
    bundled = stores.bundle(tmp_path / "bundled", people)

    def crawl(when: str, status: Status) -> str:
        instant = datetime.fromisoformat(f"{when}+00:00")
        monkeypatch.setattr("kooch.store.state.now", lambda: instant)
        minutes = (instant - stores.START) / timedelta(minutes=1)
        stores.crawl(tmp_path, *(stores.seen(did, minutes + 1, status=status) for did in dids), state="complete")
        stores.load(tmp_path, bundled)
        return words(run(FIGURE, tmp_path, monkeypatch, figure="m0"))

    crawl("2025-06-01T14:00", "active")
    held = (
        "Bluesky: 61 not found at once on 2 June 2025, 14:00 UTC; second look after 3 June 2025, 14:00 UTC."
        " Until then Kooch reports no change."
    )

    assert held in crawl("2025-06-02T14:00", "not_found")
    assert held in crawl("2025-06-03T13:59", "not_found")
    told = crawl("2025-06-03T14:00", "not_found")
    assert "not found at once" not in told
    assert "Not found since; nobody says whose act it was: 1–2 June 2025" in told.replace("**", "")


def test_a_chart_marks_events_of_countries_that_the_list_has_somebody_of(bundled_home: Path) -> None:
    years = {"platform": "x", "start": date(2013, 1, 1), "end": date(2026, 6, 1)}
    with open_version(reading_file(bundled_home)) as connection:
        congress, everybody = (
            markers(connection, roster=roster, **years)["title"].to_list()  # type: ignore[arg-type]  # a platform and two days
            for roster in ("us-congress", None)
        )

    assert congress == [
        "27 Oct 2022: Elon Musk completes the purchase of Twitter",
        "5 Nov 2024: Presidential election in the United States",
    ]
    assert any("Brazil" in title for title in everybody)


@pytest.mark.proof
def test_a_line_that_falls_says_why(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    why = "The lines fall where people left the list: each day counts only those who were on it."

    assert why in words(run(ADOPTION, bundled_home, monkeypatch, roster="us-congress", platform="x"))
    assert why not in words(run(ADOPTION, bundled_home, monkeypatch, roster="in-koo-2021", platform="koo"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("NewsX, 2021-04-09", "NewsX, 9 April 2021"),
        ("a list at dfa9622 (2026-06-15) and its history", "a list at dfa9622 (15 June 2026) and its history"),
        (
            "https://a.example/2021-04-09/story-2021-04-09?on=2021-04-09",
            "https://a.example/2021-04-09/story-2021-04-09?on=2021-04-09",
        ),
        ("row 2021-13-40", "row 2021-13-40"),
    ],
)
def test_a_citation_names_days_as_the_page_does(text: str, said: str) -> None:
    assert with_days_in_words(text) == said
