"""People who had posted nothing at the last look: the Riksdag's last posts, as the source of its list kept them, and
checks written by hand."""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from analytics.measures.silent import silent
from analytics.reproductions import STUDIES, reproduce
from kooch.config import BUNDLED_ROSTERS
from kooch.errors import RosterError
from kooch.rosters import LastPost, check, read_roster
from kooch.store.state import open_state
from kooch.store.versions import open_version, reading_file
from tests.servers.app import serving
from tests.servers.browser import pick
from tests.stores import bundle, claim, load, member, query, roster
from tests.test_activity_states import look, spool_looks
from tests.test_app import ROOT, run, words
from tests.test_measured import is_shown, shown_on, value_of

SNAPSHOTS = ROOT.parent / "shared" / "data" / "rosters" / "se_riksdag_activity_snapshots.csv"
BUNDLED = BUNDLED_ROSTERS / "se-parliament" / "last_posts.csv"
STAYED = ROOT / "pages" / "stayed.py"
Check = tuple[datetime, datetime]
"""When the source checked, and the last post that it found."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def checks_of(platform: str) -> dict[str, list[Check]]:
    """By handle every check, as the bundled file has them."""
    found: dict[str, list[Check]] = defaultdict(list)
    for row in rows_of(BUNDLED):
        if row["platform"] == platform:
            found[row["handle"]].append((at(row["checked_at"]), at(row["last_post_at"])))
    return dict(found)


def silent_for(days: int, checks: dict[str, list[Check]]) -> int:
    """How many had posted nothing for so many days at their last check. A check that missed a post that is known counts as none."""
    counted = 0
    for each in checks.values():
        posts = [posted for _, posted in each]
        believed = [checked for checked, posted in each if not any(posted < other < checked for other in posts)]
        counted += (max(believed).date() - max(posts).date()).days > days
    return counted


@pytest.mark.parametrize("platform", ["x", "bluesky", "mastodon"])
def test_who_had_posted_nothing_is_what_the_source_says(bundled_home: Path, platform: str) -> None:
    checks = checks_of(platform)
    with open_version(reading_file(bundled_home)) as connection:
        found = silent(connection, roster="se-parliament", platform=platform)
    assert found is not None

    assert len(found.frame) == len(checks)
    assert [int(found.frame[f"is_silent_{days}"].sum()) for days in (28, 91, 180)] == [
        silent_for(days, checks) for days in (28, 91, 180)
    ]


def test_the_reproduction_and_the_page_say_the_same(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = checks_of("x")
    with open_version(reading_file(bundled_home)) as connection:
        (study,) = [study for study in STUDIES if study.name == "riksdag-last-posts"]
        ours = reproduce(connection, study)
    app = run(STAYED, bundled_home, monkeypatch, roster="se-parliament", platform="x")
    shown = list(shown_on(app))
    with open_version(reading_file(bundled_home)) as connection:
        wrong = [(text, measure) for text, measure in shown if not is_shown(value_of(connection, measure), text)]

    assert "".join(map(str, ours.ours)) == f"{silent_for(91, checks)} of {len(checks)}"
    assert wrong == []
    assert f"{silent_for(91, checks)} had posted nothing for 91 days" in words(app)


@pytest.mark.proof
def test_who_of_the_riksdag_had_posted_nothing_for_91_days_is_two_clicks_away(
    bundled_home: Path, browser: Browser
) -> None:
    with open_version(reading_file(bundled_home)) as connection:
        found = silent(connection, roster="se-parliament", platform="x")
        ((title,),) = connection.execute("SELECT title FROM rosters WHERE roster = 'se-parliament'").fetchall()
    assert found is not None
    first = found.frame.row(0, named=True)
    with serving(bundled_home) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.goto(f"{url}/stayed")
        pick(page.get_by_role("combobox", name="List"), title)

        expect(page.get_by_text("had posted nothing for 91 days").first).to_be_visible(timeout=60_000)
        expect(page.get_by_role("link", name=first["name"]).first).to_be_visible(timeout=60_000)
        page.close()


@pytest.mark.skipif(not SNAPSHOTS.exists(), reason="the source's snapshots are not here")
def test_the_bundled_checks_are_the_sources_without_mirrors_and_posts_nobody_checked() -> None:
    figures = {row["wikidata_qid"]: row["figure_id"] for row in rows_of(BUNDLED.with_name("members.csv"))}
    accepted = {
        (row["figure_id"], row["platform"], row["handle"].lower())
        for row in rows_of(BUNDLED.with_name("accounts.csv"))
        if row["polarity"] == "accepts"
    }
    posted = [row for row in rows_of(SNAPSHOTS) if row["last_post_at"]]
    expected = {
        (*account, at(row["last_post_at"]), at(row["last_check"]))
        for row in posted
        if row["last_check"]
        and (account := (figures.get(row["wikidata_qid"], ""), row["platform"], row["handle"].lower())) in accepted
    }

    assert (len(posted), sum(not row["last_check"] for row in posted)) == (1187, 215)
    assert expected == {
        (row["figure_id"], row["platform"], row["handle"].lower(), at(row["last_post_at"]), at(row["checked_at"]))
        for row in rows_of(BUNDLED)
    }


def checked(
    figure_id: str, last_post_at: str, checked_at: str, handle: str | None = None, platform: str = "x"
) -> LastPost:
    return LastPost(
        figure_id=figure_id,
        platform=platform,
        handle=handle or figure_id,
        last_post_at=at(f"{last_post_at}T12:00:00+00:00"),
        checked_at=at(f"{checked_at}T12:00:00+00:00"),
    )


@pytest.mark.proof
def test_a_check_that_missed_a_post_covers_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    figures = ("ann", "bo", "cy", "dee", "eve")
    listed = roster(
        "checked",
        [member(each) for each in figures],
        accounts=(
            *(claim(each, each, platform="x") for each in ("ann", "bo", "cy", "eve")),
            claim("dee", "dee", platform="x", polarity="denies"),
        ),
        last_posts=(
            checked("ann", "2025-01-10", "2025-06-01"),
            checked("bo", "2025-01-10", "2025-06-01"),
            # Of 2 May: so the check of 1 June missed it, and nobody can say what else it missed.
            checked("bo", "2025-05-02", "2025-05-20"),
            checked("cy", "2025-01-10", "2025-06-01"),
            checked("cy", "2025-07-04", "2025-07-05"),  # a later post
            checked("dee", "2025-01-10", "2025-06-01"),  # not theirs
            checked("eve", "2025-01-10", "2025-06-01"),  # suppressed
            checked("ann", "2025-01-10", "2025-06-01", handle="nobody"),  # on no list
        ),
    )
    folder = bundle(home / "bundled", listed)
    load(home, folder)
    assert query(home, "SELECT count(*) FROM last_posts") == [(6,)]  # without dee's, and that of nobody
    with open_state(home) as state:
        state.execute("INSERT INTO suppressions VALUES ('x', '@eve', 'asked', '2025-01-01T00:00:00+00:00')")
    load(home, folder)

    assert query(
        home,
        "SELECT handle, first_day, until_day FROM activity_covers INNER JOIN current_handles USING (account_id) ORDER BY ALL",
    ) == [
        ("ann", date(2025, 1, 11), date(2025, 6, 1)),
        ("bo", date(2025, 5, 3), date(2025, 5, 20)),
        ("cy", date(2025, 1, 11), date(2025, 6, 1)),
        ("cy", date(2025, 7, 5), date(2025, 7, 5)),
    ]
    with open_version(reading_file(home)) as connection:
        found = silent(connection, roster="checked", platform="x")
    assert found is not None
    assert found.frame.select("figure_id", "last_posted_on", "silent_for").rows() == [
        ("ann", date(2025, 1, 10), 91),
        ("bo", date(2025, 5, 2), 0),
        ("cy", date(2025, 7, 4), 0),
    ]
    assert [fault.message for fault in check([read_roster(folder / "checked")])] == [
        "handle 'dee' of 'dee' is not an account of X on this list, so this row has no effect: add the account, or remove the row",
        "handle 'nobody' of 'ann' is not an account of X on this list, so this row has no effect: add the account, or remove the row",
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("2025-01-10T12:00:00,2025-06-01T12:00:00+00:00", "is no instant with a time zone"),
        ("2025-01-10,2025-06-01T12:00:00+00:00", "is no instant with a time zone"),
        ("2025-07-10T12:00:00+00:00,2025-06-01T12:00:00+00:00", "a check cannot show a later post"),
        ("2025-01-10T12:00:00+00:00,2999-06-01T12:00:00+00:00", "is in the future"),
    ],
)
def test_a_check_that_cannot_be_is_refused(tmp_path: Path, cells: str, said: str) -> None:
    folder = bundle(tmp_path, roster("checked", [member("ann")], accounts=(claim("ann", "ann", platform="x"),)))
    (folder / "checked" / "last_posts.csv").write_text(
        f"figure_id,platform,handle,last_post_at,checked_at\nann,x,ann,{cells}\n"
    )

    with pytest.raises(RosterError, match=said):
        read_roster(folder / "checked")


@pytest.mark.proof
def test_a_silence_is_as_long_as_somebody_looked_and_ends_with_a_role_and_a_claim(tmp_path: Path) -> None:
    """All accounts posted on 1 January 2025."""
    home = tmp_path / "home"
    roles = {
        "gap": None,
        "role": date(2025, 6, 30),
        "claim": None,
        "early": date(2025, 1, 20),
        "short": date(2025, 6, 30),
    }
    listed = roster(
        "listed",
        [member(name, to_day=to_day) for name, to_day in roles.items()],
        accounts=tuple(
            claim(name, None, f"did:web:{name}.test", to_day=date(2025, 6, 30) if name == "claim" else None)
            for name in roles
        ),
        vouches=False,
    )
    posts: dict[str, dict[str, int]] = {
        "gap": {"2025-01-01": 1},
        "role": {"2025-01-01": 1, "2025-09-01": 1},
        "claim": {"2025-01-01": 1, "2025-09-01": 1},
        "early": {"2025-01-01": 1, "2025-09-01": 1},
        "short": {"2025-01-01": 1, "2025-09-01": 1},
    }
    spans = {
        "gap": [("2025-01-01", "2025-02-15T00:00"), ("2025-11-01", "2025-12-01T00:00")],
        "short": [("2025-01-01", "2025-01-15T00:00"), ("2025-08-01", "2025-12-01T00:00")],
    }
    spool_looks(
        home,
        *(
            look(
                "2025-12-01T00:00",
                days,
                spans.get(name, [("2025-01-01", "2025-12-01T00:00")]),
                target=f"did:web:{name}.test",
            )
            for name, days in posts.items()
        ),
    )
    load(home, bundle(home / "bundled", listed))
    with open_version(reading_file(home)) as connection:
        found = silent(connection, roster="listed", platform="bluesky")
    assert found is not None

    assert sorted(found.frame.select("figure_id", "last_posted_on", "looked_until", "silent_for").rows()) == [
        ("claim", date(2025, 1, 1), date(2025, 6, 30), 180),  # 1 January and 180 days are 30 June
        ("early", date(2025, 1, 1), date(2025, 1, 20), 0),
        ("gap", date(2025, 1, 1), date(2025, 2, 14), 28),  # nobody looked from 15 February to 31 October
        ("role", date(2025, 1, 1), date(2025, 6, 30), 180),
        ("short", date(2025, 1, 1), date(2025, 1, 14), 0),
    ]
