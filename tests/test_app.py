"""The app: every page on a full and on an empty store, and the whole of it in a browser, with hostile text in its data."""

import ast
import html
import re
import shutil
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from kooch.config import BUNDLED_ROSTERS
from kooch.store.versions import reading_file
from pages.shared.text import address, coded, linked, plain
from tests import stores
from tests.servers.app import serving
from tests.servers.browser import pick

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "pages").glob("*.py"))
HEADLINE = (
    "At least 24 of the 67 people and organisations on our list (6 people and 18 organisations) had joined Koo by the end of"
    " 10 February 2021 (India time), the day the IT ministry answered Twitter on Koo. 12 joined later. For 31 the sources do"
    " not say whether by then. 11 of those 24 appear in Koo's own statement. Reporters had seen 10 of these before that statement."
)
DRAWN = {"first_screen", "places", "adoption", "stayed", "figure"}
"""Pages that show a chart of the bundled lists."""
HOSTILE = (
    "![x](http://203.0.113.9/a.png) <script>window.hacked=1</script> <img src=x onerror=window.hacked=1> $x$ :red[y]"
)

DIRECTIVES = "a :streamlit: b :material/home: c :material_home: d :smile: e :red[x]"


def run(page: Path, home: Path, monkeypatch: pytest.MonkeyPatch, **choices: str) -> AppTest:
    """The page as a browser on this machine with these choices in its address would get it."""
    monkeypatch.setenv("KOOCH_HOME", str(home))
    # What stands in for a session there has an address that is no text; None is this machine.
    monkeypatch.setattr(ContextProxy, "ip_address", None)
    app = AppTest.from_file(str(page), default_timeout=60)
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()

    assert [error.value for error in app.exception] == []
    return app


def words(app: AppTest) -> str:
    """Everything the page says, without Markdown's escapes."""
    said = [
        element.value
        for kind in ("title", "header", "subheader", "markdown", "caption", "info", "error")
        for element in getattr(app, kind)
    ]
    told = [re.sub("<[^>]+>", "", re.sub("</t[dhr]>", "\n", element.proto.body)) for element in app.get("html")]
    return re.sub(r"\\(.)", r"\1", "\n".join(said)) + "\n" + html.unescape("\n".join(told))


@pytest.mark.proof
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_opens(page: Path, bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(page, bundled_home, monkeypatch)

    assert len(app.title) == 1
    assert not app.error


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_without_data_says_what_to_do(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(page, tmp_path, monkeypatch)

    assert "kooch start" in words(app)
    assert not app.error


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_without_rosters_says_what_to_do(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores.load(tmp_path, stores.bundle(tmp_path / "bundled"))
    app = run(page, tmp_path, monkeypatch)

    assert "kooch" in words(app) or page.stem == "sql"
    assert not app.error


def test_a_broken_setting_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kooch.toml").write_text("colour = 'red'\n")
    app = run(ROOT / "pages" / "first_screen.py", tmp_path, monkeypatch)

    assert "there is no setting 'colour'" in words(app)


def test_the_crawls_page_shows_what_is_scheduled(
    bundled_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(shutil.copytree(bundled_home, tmp_path / "home", symlinks=True))
    (home / "kooch.toml").write_text('[[schedule]]\nname = "nightly"\ncron = "15 4 * * *"\n')
    app = run(ROOT / "pages" / "crawls.py", home, monkeypatch)
    coming = [frame.value for frame in app.dataframe if "starts_at" in frame.value.columns]

    assert [list(frame["schedule"]) for frame in coming] == [["nightly"] * 3]


@pytest.mark.proof
def test_the_crawls_page_says_when_views_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dids = [f"did:plc:{letter * 24}" for letter in "abcdef"]
    claims = tuple(stores.claim(f"m{n}", f"m{n}.test", did) for n, did in enumerate(dids))
    members = [stores.member(f"m{n}") for n in range(len(dids))]
    bundled = stores.bundle(tmp_path / "bundled", stores.roster("list", members, accounts=claims))
    for minutes, status in ((0, "active"), (60, "deleted")):
        stores.crawl(tmp_path, *(stores.seen(did, minutes, status=status) for did in dids), state="complete")
    stores.load(tmp_path, bundled)

    app = run(ROOT / "pages" / "crawls.py", tmp_path, monkeypatch)

    assert "6 of 6 accounts seemed to be gone in one crawl" in words(app)


def test_a_version_of_another_kooch_is_said_in_a_sentence(
    bundled_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(shutil.copytree(bundled_home, tmp_path / "home", symlinks=True))
    with duckdb.connect(str(reading_file(home))) as connection:
        connection.execute("DROP TABLE first_joins")
    app = run(ROOT / "pages" / "first_screen.py", home, monkeypatch)

    assert [error.value for error in app.error] == [
        "These data were made by another version of Kooch. Run `kooch load` to renew them."
    ]


@pytest.mark.proof
@pytest.mark.parametrize(("day", "there"), [("2021-02-08", 17), ("2021-02-09", 23), ("2021-02-10", 24)])
def test_known_by_a_day(bundled_home: Path, monkeypatch: pytest.MonkeyPatch, day: str, there: int) -> None:
    app = run(ROOT / "pages" / "first_screen.py", bundled_home, monkeypatch)
    app.date_input(key="known_by").set_value(date.fromisoformat(day)).run()

    assert f"at least {there} of 67 had joined" in words(app)


@pytest.mark.proof
def test_home_is_the_list_that_was_chosen(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ROOT / "pages" / "first_screen.py"
    fresh = run(page, bundled_home, monkeypatch)
    german = run(page, bundled_home, monkeypatch, roster="de-fediverse")
    undated = run(page, bundled_home, monkeypatch, roster="us-congress", platform="mastodon")
    monkeypatch.setenv("KOOCH_APP__ROSTER", "se-institutions")
    started = run(page, bundled_home, monkeypatch)

    assert [app.title[0].value for app in (fresh, german, undated, started)] == [
        "Who joined Koo, and when? What the sources say",
        "German politics on the Fediverse · Mastodon",
        "Congress of the United States · Mastodon",
        "Public institutions of Sweden · X",
    ]
    assert "To bring your own list" in words(fresh)
    assert "263 of 263 had joined" in words(german)
    assert "219 more are known to have joined by an earlier day" in words(german)
    assert "No source says on which day anybody on this list joined Mastodon" in words(undated)
    assert all("Where are they?" in words(app) for app in (fresh, german, undated, started))


@pytest.mark.proof
def test_every_page_opens_on_the_list_of_the_settings_until_another_is_chosen(
    bundled_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOOCH_APP__ROSTER", "us-congress")
    with_a_list = [page for page in PAGES if page.stem not in {"figure", "crawls", "sql", "studies"}]
    for page in with_a_list:
        opened = run(page, bundled_home, monkeypatch)
        chosen = run(page, bundled_home, monkeypatch, roster="ch-zurich-city")

        assert opened.selectbox(key="roster").value == "us-congress", page.stem
        assert chosen.selectbox(key="roster").value == "ch-zurich-city", page.stem

    assert len(with_a_list) == 9


@pytest.mark.proof
def test_an_entry_opens_its_statements(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(ROOT / "pages" / "first_screen.py", bundled_home, monkeypatch)
    said = {}
    for entry in ("Yogi Adityanath", "Ravi Shankar Prasad", "Bhashini", "14 organisations · YourStory, 8 Feb 2021"):
        app.selectbox(key="entry").select(entry).run()
        said[entry] = words(app)

    assert len(app.selectbox(key="entry").options) == 39
    assert "day of the announcement" not in said["Yogi Adityanath"]
    assert "joined in August last year after the app won the challenge" in said["Ravi Shankar Prasad"]
    assert "No source gives a date" in said["Bhashini"]
    assert said["14 organisations · YourStory, 8 Feb 2021"].count("Based on: YourStory") == 19


@pytest.mark.proof
def test_a_share_appears_only_for_a_searched_census(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ROOT / "pages" / "adoption.py"
    census = run(page, bundled_home, monkeypatch)
    census.selectbox(key="roster").select("us-congress").run()
    census.selectbox(key="platform").select("x").run()

    assert "507 of 537 had joined, at least 94%" in words(census)

    census.selectbox(key="roster").select("de-fediverse").run()

    assert "so there is no percentage" in words(census)
    assert "%" not in words(census)


@pytest.mark.proof
@pytest.mark.parametrize("page", ["adoption", "moves", "places", "stayed"])
def test_choices_show_titles_and_the_address_holds_short_names(
    page: str, bundled_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run(ROOT / "pages" / f"{page}.py", bundled_home, monkeypatch, roster="no-such-list")
    lists = app.selectbox(key="roster")

    # A list that does not exist is ignored.
    assert lists.value == "in-koo-2021"
    assert "Congress of the United States" in lists.options
    assert "us-congress" not in lists.options

    lists.select("us-congress").run()
    assert app.query_params["roster"] in ("us-congress", ["us-congress"])
    if page in {"adoption", "stayed"}:
        assert {"Mastodon", "X"} <= set(app.selectbox(key="platform").options)


@pytest.mark.proof
def test_back_undoes_a_choice(app_url: str, browser: Browser) -> None:
    page = Watched(browser, app_url, width=1280).open("/adoption")

    expect(page.get_by_text("India's move to Koo, 2020–2022 · ").first).to_be_visible()
    pick(page.get_by_role("combobox", name="List"), "Congress of the United States")
    expect(page.get_by_text("Congress of the United States · X").first).to_be_visible()
    pick(page.get_by_role("combobox", name="Platform"), "Facebook")
    expect(page.get_by_text("489 of 537 had joined")).to_be_visible()
    assert page.url.endswith("/adoption?roster=us-congress&platform=facebook")
    page.go_back()
    expect(page.get_by_text("507 of 537 had joined").first).to_be_visible()
    page.go_back()
    expect(page.get_by_text("India's move to Koo, 2020–2022 · ").first).to_be_visible()
    page.go_forward()
    expect(page.get_by_text("507 of 537 had joined").first).to_be_visible()
    page.close()


def test_a_figure_shows_accounts_claims_and_both_ends(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(ROOT / "pages" / "figure.py", bundled_home, monkeypatch)
    app.selectbox(key="figure").select("Yogi Adityanath").run()

    assert "Curated: " in words(app)
    assert "never observed by Kooch" in words(app)
    assert "Sources disagree. Not counted, because other evidence excludes it: Mint, 1 March 2021 (stated)" in words(
        app
    )

    app.selectbox(key="figure").select("Ravi Shankar Prasad").run()

    said = words(app).replace("**", "")

    assert "joined 7–31 August 2020 or 29 January – 8 February 2021" in said
    assert "The sources disagree: each gives one of these dates." in said


@pytest.mark.proof
def test_a_crawl_without_a_network_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mps = stores.roster("mps", [stores.member("xx-a")], accounts=(stores.claim("xx-a", "a.example.org"),))
    bundled = stores.bundle(tmp_path / "bundled", mps)
    stores.load(tmp_path, bundled)
    stores.crawl(tmp_path, stores.failed("@a.example.org", 1, "unreachable"), state="failed")
    stores.load(tmp_path, bundled)
    app = run(ROOT / "pages" / "crawls.py", tmp_path, monkeypatch)

    assert "Bluesky: the network could not be reached." in words(app)
    assert "Nobody is reported as gone because of it" in words(app)


def test_sql_answers_and_refuses_in_a_sentence(bundled_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(ROOT / "pages" / "sql.py", bundled_home, monkeypatch)
    app.button[0].click().run()

    assert "24 rows" in words(app)

    app.text_area(key="sql").set_value("DROP TABLE figures")
    app.button[0].click().run()

    assert "The query was not run" in words(app)


def test_sql_tells_its_limits_and_which_of_them_an_answer_meets(
    bundled_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run(ROOT / "pages" / "sql.py", bundled_home, monkeypatch)
    assert "A query is stopped after 10 seconds. An answer has at most 10,000 rows and 16 MB here" in words(app)

    app.text_area(key="sql").set_value("SELECT repeat('x', 2000) AS x FROM range(10000)")
    app.button[0].click().run()
    assert "The answer has 20 MB, and this page takes 16. Ask for fewer columns or rows, or use `kooch sql`." in [
        each.value for each in app.code
    ]

    app.text_area(key="sql").set_value("SELECT range AS n FROM range(10001)")
    app.button[0].click().run()
    assert "10,000 rows, which is the most this page shows. Use `kooch sql` for all of them." in words(app)


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "[a](javascript:alert(1))",
        "# title",
        "- item",
        "`code`",
        "a\n\nb",
        "1. one",
        "> quote",
        "~~x~~",
        "http://203.0.113.9",
        "&lt;b&gt;",
        "\u202eevil\u200b",
        "a :streamlit: b :material/home: c :smile: d :+1: e :100:",
        ":red-background[x] :small[y] :blue-badge[z] :rainbow[r]",
    ],
)
def test_plain_text_has_no_markdown_left(text: str) -> None:
    escaped = plain(text)

    assert "\n" not in escaped
    assert not re.search("[\u200b-\u200f\u202a-\u202e]", escaped)
    assert re.search(r"(?<!\\)[`*_\[\]()<>#!|~$:&@/]", escaped.replace("\\\\", "")) is None


def test_what_stands_between_backticks_is_code_and_nothing_else_is_markdown() -> None:
    assert coded("Run `kooch load`. *Now* [x](http://a)") == f"Run `kooch load`{plain('. *Now* [x](http://a)')}"
    assert coded("`a` and `![x](http://a) <b>`") == "`a` and `![x](http://a) <b>`"
    for alone in ("a ` b", "``` *x*", "`a` `b"):
        assert coded(alone) == plain(alone)


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "data:text/html,x", "//host/x", "file:///etc/passwd", "https://"]
)
def test_only_a_web_address_becomes_a_link(url: str | None) -> None:
    assert address(url) is None
    assert linked("x", url) == "x"


def test_a_link_cannot_end_early() -> None:
    assert linked("x", "https://a.example/b) ![y](http://c") == "[x](https://a.example/b%29%20!%5By%5D%28http://c)"


_RENDERS = {
    "markdown",
    "caption",
    "write",
    "title",
    "header",
    "subheader",
    "info",
    "warning",
    "error",
    "success",
    "metric",
    "toast",
    "badge",
    "expander",
    "popover",
    "table",
}


def faults_of(tree: ast.AST) -> Iterator[int]:
    """Lines on which text that is not ours may reach Streamlit as Markdown or HTML."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in {"unsafe_allow_html", "unsafe_allow_javascript"}:
            yield node.value.lineno
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _RENDERS):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "st"):
            continue
        for argument in node.args[:1]:
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            if not all(is_harmless(part) for part in parts):
                yield node.lineno


def is_harmless(part: ast.expr) -> bool:
    if isinstance(part, ast.FormattedValue):
        # Only numbers can be written with thousands separated.
        return is_harmless(part.value) or (part.format_spec is not None and ast.unparse(part.format_spec) == "f','")
    if isinstance(part, ast.IfExp):
        return is_harmless(part.body) and is_harmless(part.orelse)
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
        return part.func.id in {"plain", "linked", "coded"}
    return isinstance(part, ast.Constant)


# The files that show text. `pages/shared/text.py` is left out, because it makes text harmless itself.
RENDERING = [
    ROOT / "app.py",
    *PAGES,
    *sorted(set((ROOT / "pages" / "shared").glob("*.py")) - {ROOT / "pages/shared/text.py"}),
]


@pytest.mark.parametrize("file", RENDERING, ids=lambda file: file.stem)
def test_text_from_outside_is_never_markdown(file: Path) -> None:
    assert list(faults_of(ast.parse(file.read_text(encoding="utf-8")))) == []


def test_the_entry_file_only_routes() -> None:
    assert len((ROOT / "app.py").read_text().splitlines()) < 60


@pytest.fixture(scope="module")
def app_url(bundled_home: Path) -> Iterator[str]:
    with serving(bundled_home) as url:
        yield url


class Watched:
    """A page of the browser that remembers what it was told and whom it asked."""

    def __init__(self, browser: Browser, app: str, *, width: int, height: int = 1150) -> None:
        self.page: Page = browser.new_page(viewport={"width": width, "height": height})
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.app = app

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.app}{path}")
        expect(self.page.locator("h1")).to_be_visible(timeout=60_000)
        expect(self.page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
        return self.page

    def outside(self) -> list[str]:
        """Requests that left the app."""
        return [
            url
            for url in self.asked
            if not url.startswith((self.app, self.app.replace("http", "ws"), "data:", "blob:"))
        ]


@pytest.mark.proof
def test_an_address_of_a_page_is_enough_on_a_fresh_server(bundled_home: Path, browser: Browser) -> None:
    with serving(bundled_home) as url:
        page = Watched(browser, url, width=1280).open("/adoption?roster=us-congress&platform=facebook")

        expect(page.get_by_text("489 of 537 had joined")).to_be_visible()
        expect(page.get_by_role("link", name="Home")).to_be_visible()
        page.close()


@pytest.mark.proof
def test_the_first_screen_says_the_headline_and_asks_nobody(app_url: str, browser: Browser) -> None:
    watched = Watched(browser, app_url, width=1280)
    page = watched.open("/")

    expect(page.get_by_text(HEADLINE)).to_be_visible()
    expect(page.locator("svg").get_by_text("27 Feb: Free Press Journal, 3 Mar 2021")).to_be_visible()
    page.wait_for_timeout(500)
    picture = ROOT / "docs" / "images" / "first-screen.png"
    picture.parent.mkdir(exist_ok=True)
    page.screenshot(path=picture, animations="disabled")

    assert watched.complaints == []
    assert watched.outside() == []
    assert 20_000 < picture.stat().st_size < 400_000
    page.close()


@pytest.mark.proof
def test_the_first_screen_fits_a_phone(app_url: str, browser: Browser, tmp_path: Path) -> None:
    watched = Watched(browser, app_url, width=390, height=844)
    page = watched.open("/")

    expect(page.get_by_text(HEADLINE)).to_be_visible()
    expect(page.locator("svg").get_by_text("Rajyavardhan Singh Rathore").first).to_be_visible()
    page.screenshot(path=tmp_path / "phone.png", full_page=True)

    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert watched.complaints == []
    page.close()


@pytest.mark.proof
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_page_can_be_read_by_everybody(app_url: str, browser: Browser, width: int, scheme: str) -> None:
    for page in PAGES:
        watched = Watched(browser, app_url, width=width)
        watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
        name = "" if page.stem == "first_screen" else page.stem
        found = watched.open(f"/{name}{'?figure=in-ravi-shankar-prasad' if name == 'figure' else ''}")
        expect(found.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
        if page.stem in DRAWN:
            expect(found.locator(".vega-embed svg").first).to_be_visible(timeout=60_000)
        faults = [fault["id"] for fault in Axe().run(found, options={"preload": False}).response["violations"]]

        assert faults == [], page.stem
        assert found.evaluate("document.scrollingElement.scrollWidth") <= width, page.stem
        found.close()


@pytest.mark.proof
def test_the_menu_of_a_phone_says_what_it_is_and_closes_with_a_choice(app_url: str, browser: Browser) -> None:
    page = Watched(browser, app_url, width=390, height=844).open("/")
    menu, links = page.get_by_role("button", name="Menu"), page.get_by_test_id("stPopoverBody")
    for choice, title in (("What changed?", "What changed?"), ("Find a name", "Find a person or organisation")):
        menu.click()
        links.get_by_role("link", name=choice, exact=True).click()

        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible(timeout=60_000)
        expect(links).to_have_count(0)
    page.close()


@pytest.mark.proof
@pytest.mark.parametrize(
    ("address", "control", "changed"),
    [
        ("/", "People", "who=people"),
        ("/", "One row for each organisation", "unfolded=true"),
        ("/adoption?roster=us-congress&platform=x", "percentage", "show=percentage"),
        ("/adoption?roster=us-congress&platform=x", "log", "scale=log"),
        ("/stayed?roster=us-congress&platform=x", "91", "days=91"),
    ],
)
def test_back_restores_the_chart_after_a_control(
    app_url: str, browser: Browser, address: str, control: str, changed: str
) -> None:
    page = Watched(browser, app_url, width=1280).open(address)
    before = page.url
    page.get_by_text("More choices").click()
    page.get_by_text(control, exact=True).first.click()
    page.wait_for_url(f"**{changed}*")
    page.go_back()
    page.wait_for_url(before)

    expect(page.get_by_text(control, exact=True).first).to_be_attached()
    expect(page.locator(".vega-embed svg").first).to_be_visible()
    page.close()


@pytest.mark.proof
def test_a_click_on_a_row_opens_its_statements_and_a_link_keeps_them(app_url: str, browser: Browser) -> None:
    watched = Watched(browser, app_url, width=1280)
    page = watched.open("/?known_by=2021-03-03")
    row = page.locator("svg").get_by_text("Yogi Adityanath").last  # a wide picture's own
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 5, box["y"] + box["height"] / 2)

    expect(page.get_by_text('"on Sunday"; Free Press Journal says 27 February')).to_be_visible()

    page.get_by_role("button", name="Copy link").first.click()
    link = page.get_by_test_id("stCode").first.inner_text()
    again = Watched(browser, app_url, width=1280)
    copy = again.open(link.strip().removeprefix(app_url))

    expect(copy.get_by_text('"on Sunday"; Free Press Journal says 27 February')).to_be_visible()
    expect(copy.get_by_text("From what had been published by 3 March 2021")).to_be_visible()
    page.close()
    copy.close()


@pytest.mark.proof
def test_a_chart_can_be_taken_away(app_url: str, browser: Browser) -> None:
    page = Watched(browser, app_url, width=1280).open("/")
    taken = {}
    for kind in ("CSV", "PNG", "SVG"):
        with page.expect_download(timeout=60_000) as download:
            page.get_by_role("button", name=kind, exact=True).first.click()
        taken[kind] = download.value.path().read_bytes()

    assert taken["CSV"].count(b"\n") > 187
    assert b"about_version" in taken["CSV"].splitlines()[0]
    assert taken["PNG"].startswith(b"\x89PNG")
    assert "Who joined, and when?" in taken["SVG"].decode()
    page.close()


def hostile_store(home: Path) -> None:
    """The Koo roster of a hostile author: every text that a roster or a source can hold is an attack."""
    figures = [
        stores.member("in-a", name=HOSTILE, role=f"Union Minister {HOSTILE}", party=HOSTILE),
        stores.member("in-b", name=f"b {HOSTILE}", kind="party", role=HOSTILE),
        stores.member("in-c", name=DIRECTIVES),
    ]
    said = {
        "publisher": HOSTILE,
        "wording": HOSTILE,
        "reported": HOSTILE,
        "source_url": "https://203.0.113.9/x) ![y](http://203.0.113.9/b.png",
    }
    koo = stores.roster(
        "in-koo-2021",
        figures,
        title=HOSTILE,
        source=HOSTILE,
        selection="joiners",
        time_zone="Asia/Kolkata",
        statements=(
            stores.statement("in-a", "joined", "2021-02-10", not_after="2021-02-09", **said),
            stores.statement("in-b", "joined", "2021-02-10", not_before="2021-02-09", not_after="2021-02-09", **said),
        ),
    )
    bundled = stores.bundle(home / "bundled", koo)
    (bundled / "events.yaml").write_bytes((BUNDLED_ROSTERS / "events.yaml").read_bytes())
    stores.load(home, bundled)


@pytest.mark.proof
def test_every_count_of_the_figure_page_leads_to_its_source(tmp_path: Path, browser: Browser) -> None:
    day = {"not_after": "2025-03-01", "source_url": "https://daily.example/ann"}
    koo = stores.roster(
        "people",
        [stores.member("ann", name="Ann")],
        accounts=(stores.claim("ann", "Ann", stores.KOO_ID, platform="koo"),),
        statements=(
            stores.statement("ann", "joined", "2025-03-01", handle="Ann", reported="1 lakh followers", **day),
            stores.statement(
                "ann", "joined", "2025-05-01", handle="Ann", reported="2 lakh followers", not_after="2025-05-01"
            ),
        ),
    )
    bundled = stores.bundle(tmp_path / "bundled", koo)
    stores.load(tmp_path, bundled)
    pages = [
        stores.archived(f"2025-01-{day:02}", "Ann", native_id=stores.KOO_ID, followers=50_000 + day)
        for day in range(1, 31)
    ]
    stores.backfill(tmp_path, *pages, platform="koo")
    stores.load(tmp_path, bundled)
    with serving(tmp_path) as url:
        watched = Watched(browser, url, width=390, height=844)
        page = watched.open("/figure?figure=Ann")
        expect(page.get_by_text("observed active on an archived page, 30 January 2025")).to_be_visible()
        chart = page.get_by_test_id("stVegaLiteChart")
        chart.scroll_into_view_if_needed()
        for hit, says, leads in (
            (-1, "200,000 ± 50,000 followers · 1 May 2025", None),
            (-2, "100,000 ± 50,000 followers · 1 Mar 2025", "https://daily.example/ann"),
            (
                -3,
                "50,030 followers · 30 Jan 2025",
                "https://web.archive.org/web/20250130120000/https://twitter.com/Ann",
            ),
        ):
            chart.locator(".mark-symbol").last.locator("path").nth(hit).click()
            card = page.get_by_text(says).locator("xpath=ancestor::*[@data-testid='stVerticalBlock'][1]")
            expect(card).to_be_visible()
            if leads:
                expect(card.get_by_role("link")).to_have_attribute("href", leads)
                expect(card.get_by_role("link")).to_have_attribute("target", "_blank")
            else:
                expect(card.get_by_role("link")).to_have_count(0)

        page.get_by_text("The counts and their sources (32)").click()
        expect(page.get_by_role("link", name="Daily: “1 lakh followers”")).to_have_attribute(
            "href", "https://daily.example/ann"
        )
        row = page.get_by_role("row", name="1 May 2025 Followers: 200,000 ± 50,000 Source: Daily: “2 lakh followers”")
        expect(row).to_be_visible()
        expect(page.get_by_text("24 of 32 are shown. The CSV below has them all.")).to_be_visible()
        expect(page.get_by_text("What is read from Koo's archived pages is unverified")).to_be_visible()
        with page.expect_download(timeout=60_000) as download:
            page.get_by_role("button", name="CSV", exact=True).last.click()

        assert download.value.path().read_bytes().count(b"\n") == 1 + 32
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert watched.outside() == []
        page.close()


@pytest.mark.proof
@pytest.mark.parametrize(
    ("origin", "is_taken"),
    [
        ("{app}", True),
        ("http://127.0.0.1:9", False),  # another program of this machine
        ("http://localhost:9", False),
        ("http://localhost", False),
        ("https://example.org", False),
        ("null", False),
    ],
)
def test_pages_of_the_app_alone_open_websockets(app_url: str, origin: str, *, is_taken: bool) -> None:
    host, port = app_url.removeprefix("http://").split(":")
    headers = {
        "Host": f"{host}:{port}",
        "Origin": origin.format(app=app_url),
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": "streamlit",
    }
    lines = [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall("\r\n".join(["GET /_stcore/stream HTTP/1.1", *lines, "", ""]).encode())
        status = connection.recv(100).split()[1]

    assert status == (b"101" if is_taken else b"403")


@pytest.mark.proof
def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path, browser: Browser) -> None:
    hostile_store(tmp_path)
    with serving(tmp_path) as url:
        watched = Watched(browser, url, width=1280)
        page = watched.open("/")
        pick(page.get_by_role("combobox", name="Statements about"))

        expect(page.get_by_text("The source does not say which account.").first).to_be_visible()
        expect(page.get_by_text("<script>window.hacked=1</script>").first).to_be_attached()

        for path in ("/places", "/stayed", "/event", "/adoption", "/moves", "/figure", "/crawls", "/sql"):
            watched.open(path)
            if path == "/figure":
                pick(page.get_by_role("combobox", name="Person or organisation"))
                expect(page.get_by_text("Which accounts are theirs")).to_be_visible()
            if path == "/sql":
                page.get_by_role("button", name="Run").click()
                expect(page.get_by_text("rows")).to_be_visible()
            page.wait_for_timeout(500)

            # The source's own address, a link on purpose, is https.
            assert page.locator("a[href^='http://203.0.113.9'], a[href^='mailto:']").count() == 0

        watched.open(f"/figure?figure={quote(DIRECTIVES)}")
        shown = page.get_by_text(
            re.compile("a :.?streamlit: b :.?material/home: c :.?material_home: d :.?smile: e :red")
        )
        expect(shown.first).to_be_visible()
        assert page.locator("[data-testid='stMarkdownContainer'] img, [data-testid='stHeading'] img").count() == 0

        assert watched.outside() == []
        assert page.evaluate("window.hacked") is None
        assert page.locator("img[src*='203.0.113.9'], script:text('hacked')").count() == 0
        page.close()
