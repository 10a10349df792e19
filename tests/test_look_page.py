"""The page Look: one key a look, in the file of its wave at once, as `kooch import looks` would have written it."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from kooch.looks import LOOK_COLUMNS, import_looks, read_looks
from kooch.rosters import read_rosters
from pages.shared.origins import is_at_this_machine
from tests import stores
from tests.killing import is_killed
from tests.servers.app import serving
from tests.test_app import HOSTILE, ROOT, Watched, run, words

PAGE = ROOT / "pages" / "look.py"
PEOPLE = 50
SITTING = {"roster": "house", "platform": "linkedin", "wave": "Autumn", "looker": "a"}
_RECORD = """
from pathlib import Path
from kooch.looks import record
record({"figure": "m01", "platform": "linkedin", "looked_on": "2025-06-12", "time_zone": "UTC", "looker": "a",
        "method": "app_search", "result": "absent", "wave": "Autumn"}, into=Path(sys.argv[1]))
"""


def house(home: Path, people: int = PEOPLE) -> None:
    """A published list of people; the first has an account on LinkedIn."""
    of = stores.roster(
        "house",
        [stores.member(f"m{n:02}", name=f"Member {n:02}") for n in range(people)],
        accounts=(stores.claim("m00", "in/first-one", platform="linkedin"),),
        selection="census",
        time_zone="Asia/Kolkata",
    )
    stores.load(home, stores.bundle(home / "bundle", of))


def rows(home: Path, name: str = "autumn") -> list[dict[str, str]]:
    with (home / "rosters" / "looks" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


@pytest.mark.proof
def test_a_key_is_a_row_as_an_import_would_write_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house(tmp_path, people=5)
    app = run(PAGE, tmp_path, monkeypatch, **SITTING, definition="A page of their own", method="app_search")

    assert "Member 00" in words(app)
    assert "0 of 5 looked at" in words(app)

    press(app, "present-m00")
    again = run(PAGE, tmp_path, monkeypatch, wave="Autumn", looker="a")
    assert {"roster", "platform", "method"} <= set(again.query_params)

    press(app, "absent-m01")
    press(app, "unclear-m02")
    app.text_input(key="account-m03").set_value("https://x.com/somebody")
    app.button[3].click().run()

    assert "is an account of x, and the row is about linkedin" in words(app)
    assert len(rows(tmp_path)) == 3

    app.text_input(key="account-m03").set_value("https://www.linkedin.com/in/third")
    app.button[3].click().run()

    assert "4 of 5 looked at" in words(app)
    assert "Member 04" in words(app)
    assert tuple(rows(tmp_path)[0]) == LOOK_COLUMNS
    told = ("figure", "account", "looker", "method", "result", "wave", "definition", "time_zone")
    common = ("Autumn", "A page of their own", "Asia/Kolkata")
    assert [tuple(row[name] for name in told) for row in rows(tmp_path)] == [
        ("m00", "in/first-one", "a", "known_account", "present", *common),
        ("m01", "", "a", "app_search", "absent", *common),
        ("m02", "", "a", "app_search", "unclear", *common),
        ("m03", "https://www.linkedin.com/in/third", "a", "app_search", "present", *common),
    ]

    # Another data folder takes the file over as it is, and here it is known.
    file = tmp_path / "rosters" / "looks" / "autumn.csv"
    lists = read_rosters(tmp_path / "bundle")
    other = import_looks(file, into=tmp_path / "other", rosters=lists)
    assert other.faults == ()
    assert other.file.read_bytes() == file.read_bytes()

    stores.load(tmp_path, tmp_path / "bundle")
    assert stores.query(tmp_path, "SELECT figure_id, outcome FROM searches ORDER BY 1") == [
        ("m00", "present"),
        ("m01", "absent"),
        ("m03", "present"),
    ]


def test_a_look_is_one_row_and_can_be_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house(tmp_path, people=3)
    one = run(PAGE, tmp_path, monkeypatch, **SITTING)
    two = run(PAGE, tmp_path, monkeypatch, **SITTING)
    press(one, "present-m00")
    press(two, "absent-m00")

    # A key that comes late is about the figure that it was shown with, and changes nothing.
    assert "figure 'm00' is looked at already, as present: take that back first" in words(two)
    assert [(row["figure"], row["result"]) for row in rows(tmp_path)] == [("m00", "present")]

    press(two, "absent-m01")
    press(two, "undo-m01")
    assert [row["figure"] for row in rows(tmp_path)] == ["m00"]
    press(two, "undo-m00")
    assert read_looks(tmp_path / "rosters") == []
    assert "0 of 3 looked at" in words(two)


def test_two_lookers_of_a_wave_look_at_the_same_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house(tmp_path, people=1)
    press(run(PAGE, tmp_path, monkeypatch, **SITTING, definition="Any page"), "present-m00")
    second = run(PAGE, tmp_path, monkeypatch, **SITTING | {"looker": "b"})

    assert "0 of 1 looked at" in words(second)
    assert "Present is: Any page" in words(second)

    press(second, "absent-m00")
    assert [(row["looker"], row["result"], row["definition"]) for row in rows(tmp_path)] == [
        ("a", "present", "Any page"),
        ("b", "absent", "Any page"),
    ]
    assert "Everybody on the list is looked at" in "".join(each.value for each in second.success)
    assert "is no code of a looker" in words(run(PAGE, tmp_path, monkeypatch, **SITTING | {"looker": "Ada L"}))


def test_a_look_in_another_file_is_not_written_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house(tmp_path, people=2)
    app, stale = (run(PAGE, tmp_path, monkeypatch, **SITTING) for _ in range(2))
    looks = tmp_path / "rosters" / "looks"
    press(app, "present-m00")
    (looks / "autumn.csv").rename(looks / "from-a-sheet.csv")
    again = run(PAGE, tmp_path, monkeypatch, **SITTING)

    assert "1 of 2 looked at" in words(again)
    assert [button.key for button in again.button if str(button.key).startswith("undo")] == []

    press(stale, "absent-m00")
    assert "from-a-sheet.csv, row 2: figure 'm00' is looked at already, as present" in words(stale)

    press(app, "undo-m00")
    assert [look.figure for look in read_looks(tmp_path / "rosters")] == ["m00"]


@pytest.mark.proof
@pytest.mark.parametrize("at", ["os:fsync", "kooch.looks.take:write_whole"])
def test_a_kill_leaves_the_looks_before(tmp_path: Path, at: str) -> None:
    house(tmp_path, people=2)
    own = tmp_path / "rosters"
    assert not is_killed(_RECORD.replace("m01", "m00"), own, at="os:kill")
    assert is_killed(_RECORD, own, at=at)

    assert [look.figure for look in read_looks(own)] == ["m00"]
    assert not is_killed(_RECORD, own, at="os:kill")
    assert [look.figure for look in read_looks(own)] == ["m00", "m01"]
    assert [file.name for file in (own / "looks").iterdir()] == ["autumn.csv"]


def test_it_is_not_offered_where_it_is_off_or_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house(tmp_path, people=1)
    monkeypatch.setenv("KOOCH_APP__LOOK_PAGE", "false")
    refused = run(PAGE, tmp_path, monkeypatch, **SITTING)
    monkeypatch.delenv("KOOCH_APP__LOOK_PAGE")
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    unwritable = run(PAGE, tmp_path, monkeypatch, **SITTING)

    for app in (refused, unwritable):
        assert "only on the machine that has the data folder" in words(app)
        assert not app.button


@pytest.mark.parametrize(
    ("ip_address", "headers", "is_here"),
    [
        (None, {"Host": "127.0.0.1:8501"}, True),
        (None, {"Host": "localhost:8501"}, True),
        (None, {"Host": "[::1]:8501"}, True),
        ("203.0.113.9", {"Host": "127.0.0.1:8501"}, False),
        (None, {"Host": "kooch.example.org"}, False),
        (None, {"Host": "127.0.0.1:8501", "X-Forwarded-For": "203.0.113.9"}, False),
    ],
)
def test_only_a_browser_on_this_machine_may_write(
    *, ip_address: str | None, headers: dict[str, str], is_here: bool
) -> None:
    assert is_at_this_machine(ip_address, headers) == is_here


def wait_for_keys(page: Page, n: int) -> None:
    """Until the keys of member n are there, and no others: a browser under test is faster than a finger."""
    expect(page.get_by_role("heading", name=f"Member {n:02}")).to_be_visible()
    expect(page.locator("[class*='st-key-unclear-']")).to_have_count(1)
    # Until a run of the page ends, a key of the figure before may still be heard.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator(f".st-key-unclear-m{n:02} button")).to_be_in_viewport()


@pytest.mark.proof
def test_fifty_looks_by_keys_on_a_phone_without_a_network(tmp_path: Path, browser: Browser) -> None:
    house(tmp_path)
    keys = {"p": "present", "a": "absent", "u": "unclear"}
    pressed = [("p", "a", "u")[n % 3] for n in range(PEOPLE)]
    pressed[5] = "p"
    with serving(tmp_path) as url:
        watched = Watched(browser, url, width=390, height=844)
        page = watched.open("/look?roster=house&platform=linkedin&wave=Autumn&looker=a")
        for n, key in enumerate(pressed):
            wait_for_keys(page, n)
            if n == 5:
                # In a field the letters are text.
                page.get_by_label("Account found").press_sequentially("in/paul-uza")
                page.keyboard.press("Enter")
                continue
            page.keyboard.press(key)
            if n == 20:
                wait_for_keys(page, 21)
                page.keyboard.press("z")
                wait_for_keys(page, 20)
                page.keyboard.press(key)
        expect(page.get_by_text("Everybody on the list is looked at")).to_be_visible()
        page.reload()

        expect(page.get_by_text("50 of 50 looked at")).to_be_visible()
        assert [(row["figure"], row["result"]) for row in rows(tmp_path)] == [
            (f"m{n:02}", keys[key]) for n, key in enumerate(pressed)
        ]
        assert {row["figure"]: row["account"] for row in rows(tmp_path) if row["account"]} == {
            "m00": "in/first-one",
            "m05": "in/paul-uza",
        }
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
        # Streamlit asks below the page's own address first where its server is.
        assert [said for said in watched.complaints if "404 (Not Found)" not in said] == []
        assert watched.outside() == []
        page.close()


@pytest.mark.proof
def test_a_hostile_name_is_shown_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = stores.roster("house", [stores.member("m0", name=HOSTILE), stores.member("m1", name="~ last")])
    stores.load(tmp_path, stores.bundle(tmp_path / "bundle", of))
    app = press(run(PAGE, tmp_path, monkeypatch, **SITTING), "absent-m0")

    assert "](" not in app.button(key="undo-m0").label
    assert "\\<script" in app.button(key="undo-m0").label
