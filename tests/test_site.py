"""`kooch publish`: pages that open from a folder, the same for the same version, and without whoever was suppressed."""

import functools
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from axe_playwright_python.sync_playwright import Axe
from markupsafe import escape
from playwright.sync_api import Browser

from analytics.measures.sheet import sheet
from analytics.site.build import publish_site
from kooch.config import VIEWS
from kooch.errors import ConfigError
from kooch.rosters import write_roster
from kooch.sites import editions, known_sites, remember_site, withdraw
from kooch.store.editions import content_digest
from kooch.store.load import load
from kooch.store.versions import open_version, reading_file
from kooch.times import now
from tests import stores
from tests.commands import kooch_without_lists

LISTS = ("de-fediverse", "in-koo-2021", "se-institutions", "us-congress")


def publish(home: Path, folder: Path, *rosters: str) -> None:
    publish_site(reading_file(home), folder, rosters or None, publisher="The Desk", contact="mailto:desk@example.org")


@pytest.fixture(scope="module")
def site(bundled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    publish(bundled_home, folder, *LISTS)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def digest(home: Path) -> str:
    with open_version(reading_file(home)) as connection:
        kept: str
        ((kept,),) = connection.execute("SELECT content_digest FROM versions").fetchall()
        # A page reads what the load wrote: the version says the same when it is asked again.
        assert kept == content_digest(connection)
        return kept


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A data folder of two people on Bluesky."""
    claims = (stores.claim("ada", "ada.test", "did:web:ada.test"), stores.claim("bo", "bo.test", "did:web:bo.test"))
    bundled = stores.bundle(
        tmp_path / "bundled", stores.roster("people", [stores.member("ada"), stores.member("bo")], accounts=claims)
    )
    stores.load(tmp_path / "home", bundled)
    return tmp_path / "home"


@pytest.mark.proof
def test_two_builds_of_a_version_are_the_same_files(bundled_home: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        publish(bundled_home, tmp_path / name, "se-institutions")
    found = contents(tmp_path / "one")

    assert found == contents(tmp_path / "two")
    assert len(found) > 20


@pytest.mark.proof
def test_a_load_with_nothing_new_is_the_same_edition_and_a_changed_cell_is_another(tmp_path: Path) -> None:
    home, site = tmp_path / "home", tmp_path / "site"

    def loaded(role: str) -> str:
        bundled = stores.bundle(
            tmp_path / f"bundled-{role}",
            stores.roster("people", [stores.member("ada", role=role)], accounts=(stores.claim("ada", "ada.test"),)),
        )
        stores.load(home, bundled)
        publish(home, site)
        return digest(home)

    first = loaded("MP")
    before = contents(site / "people" / "v")

    assert loaded("MP") == first
    assert contents(site / "people" / "v") == before
    assert loaded("minister") != first
    assert len(editions(site / "people")) == 2
    assert contents(site / "people" / "v").items() > before.items()


@pytest.mark.proof
@pytest.mark.parametrize("writer", ["polars", "pyarrow"])
def test_an_edition_is_the_same_whatever_has_written_its_tables(people: Path, tmp_path: Path, writer: str) -> None:
    """Writers of Parquet, and each release of them, make other bytes of the same rows."""
    with open_version(reading_file(people)) as version, duckdb.connect() as copy:
        copy.execute("SET TimeZone = 'UTC'")
        names = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
        for (name,) in version.execute(names).fetchall():
            file, rows = tmp_path / f"{name}.parquet", version.sql(f"FROM {name}").to_arrow_table()
            if writer == "polars":
                pl.DataFrame(rows).write_parquet(file, compression="gzip", statistics=False)
            else:
                pq.write_table(rows, file, row_group_size=1, version="1.0")
            copy.execute(f"CREATE TABLE {name} AS FROM read_parquet('{file}')")
        ((tables,),) = copy.execute("SELECT count(*) FROM duckdb_tables()").fetchall()

        assert content_digest(copy) == digest(people)
        assert tables > 20


@pytest.mark.proof
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE observations SET followers = 11 WHERE followers = 10",
        "UPDATE observations SET followers = NULL WHERE followers = 10",
        "UPDATE observations SET status = 'protected' WHERE followers = 10",
        "UPDATE observations SET valid_at = valid_at + INTERVAL 1 SECOND WHERE followers = 10",
        # Two accounts change their counts.
        "UPDATE observations SET followers = 30 - followers",
        "UPDATE outcomes SET outcome = 'failed' WHERE target = (SELECT min(target) FROM outcomes)",
        "INSERT INTO audience_days VALUES ('ada', 'bluesky', '2025-06-01', 10, 10, 10)",
    ],
)
def test_a_changed_cell_of_a_long_table_is_another_edition(tmp_path: Path, change: str) -> None:
    names = ("did:web:ada.test", "did:web:bo.test")
    people = [stores.member("ada"), stores.member("bo")]
    claims = [stores.claim(figure.figure_id, None, name) for figure, name in zip(people, names, strict=True)]
    bundled = stores.bundle(tmp_path / "bundled", stores.roster("people", people, accounts=claims))
    home = tmp_path / "home"
    stores.crawl(home, *(stores.seen(name, 0, followers=n) for name, n in zip(names, (10, 20), strict=True)))
    stores.load(home, bundled)
    before = digest(home)
    with duckdb.connect(str(home / "kooch.duckdb")) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        assert content_digest(connection) == before

        connection.execute(change)

        assert content_digest(connection) != before


@pytest.mark.proof
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_open_from_a_folder_and_ask_nobody(browser: Browser, site: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type] # one of two words
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for name in LISTS:
        page.goto((site / name / "latest" / "index.html").as_uri())
        page.wait_for_function("document.querySelectorAll('.chart:not([data-drawn])').length === 0")
        # Rows are alike: the first of each table and list stand for the others.
        alike = {"exclude": [[":is(tbody tr, li):nth-child(n + 12)"]]}
        found = Axe().run(page, context=alike, options={"preload": False}).response
        faults = [fault["id"] for fault in found["violations"]]

        assert faults == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.locator(".chart svg").count() == page.locator(".chart").count() > 0, name
        assert page.locator(".chart svg").first.bounding_box()["width"] > 0.8 * min(width - 32, 1080), name  # type: ignore[index] # it is drawn

        page.goto((site / name / "latest" / "where-they-are.html").as_uri())
        found = Axe().run(page, context=alike, options={"preload": False}).response

        assert [fault["id"] for fault in found["violations"]] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    context.close()

    assert said == []
    assert [url for url in asked if not url.startswith("file:")] == []


@pytest.mark.proof
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_of_figures_open_from_a_folder_and_ask_nobody(
    browser: Browser, site: Path, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type] # one of two words
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    files = [sorted((site / name / "latest" / "figures").iterdir())[:13] for name in LISTS]
    for file in (file for of_list in files for file in of_list):
        page.goto(file.as_uri())
        faults = [fault["id"] for fault in Axe().run(page, options={"preload": False}).response["violations"]]

        assert faults == [], file
        assert page.evaluate("document.documentElement.scrollWidth") <= width, file
    context.close()

    assert sum(map(len, files)) >= 50
    assert said == []
    assert [url for url in asked if not url.startswith("file:")] == []


@pytest.mark.proof
def test_each_figure_of_a_list_has_a_page_with_its_sheets(people: Path, tmp_path: Path) -> None:
    publish(people, tmp_path / "site")
    publish_site(reading_file(people), tmp_path / "without", None, publisher="The Desk", contact="", with_people=False)
    latest = tmp_path / "site" / "people" / "latest"
    with open_version(reading_file(people)) as connection:
        said = {name: sheet(connection, figure_id=name, platform="bluesky").sentence for name in ("ada", "bo")}
    linked = re.findall(r'href="(figures/[^"]+)"', (latest / "where-they-are.html").read_text(encoding="utf-8"))

    assert linked == [f"figures/{name}.html" for name in said]
    for name, sentence in said.items():
        assert escape(sentence) in (latest / "figures" / f"{name}.html").read_text(encoding="utf-8")
    assert not (tmp_path / "without" / "people" / "latest" / "figures").exists()
    assert "figures/" not in (tmp_path / "without" / "people" / "latest" / "where-they-are.html").read_text(
        encoding="utf-8"
    )


@pytest.mark.proof
def test_without_script_or_with_a_broken_vega_the_picture_is_there(browser: Browser, site: Path) -> None:
    page_of = (site / "se-institutions" / "latest" / "index.html").as_uri()
    without = browser.new_context(java_script_enabled=False).new_page()
    broken = browser.new_context().new_page()
    broken.route("**/vega.js", lambda route: route.fulfill(body="window.vegaEmbed = () => Promise.reject(1)"))
    for page in (without, broken):
        page.goto(page_of)

        assert page.locator(".chart .wide svg").first.is_visible()
        assert page.locator(".chart .wide svg").count() == page.locator(".chart").count()
        page.context.close()


@pytest.fixture
def host(site: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The site on one origin, and a folder on another."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

    servers = [
        ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
        for folder in (site, tmp_path)
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    published, outside = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    frames = [
        f'<iframe src="{published}/se-institutions/latest/embed/{name.name}" style="width:100%;border:0;height:500px"'
        ' title="chart"></iframe>'
        for name in sorted((site / "se-institutions" / "latest" / "embed").iterdir())[:2]
    ]
    page = f'<!doctype html><title>Story</title><script src="{published}/assets/frame.js"></script>{"".join(frames)}'
    (tmp_path / "story.html").write_text(page, encoding="utf-8")
    yield f"{outside}/story.html", tmp_path
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.proof
@pytest.mark.parametrize("width", [390, 1280])
def test_a_frame_of_another_origin_fits(browser: Browser, host: tuple[str, Path], width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(host[0])
    for handle in page.locator("iframe").element_handles():
        frame = handle.content_frame()
        assert frame is not None
        frame.wait_for_selector(".chart[data-drawn]")
        page.wait_for_timeout(100)  # the message that tells the height
        inside = frame.evaluate("document.documentElement.scrollHeight")
        outside = handle.bounding_box()
        assert outside is not None

        assert abs(outside["height"] - inside) <= 2
    context.close()


@pytest.mark.proof
def test_a_list_page_is_small(site: Path) -> None:
    sizes = {}
    for name, page in product(LISTS, ("index.html", "where-they-are.html")):
        with zipfile.ZipFile(site / "size.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(site / name / "latest" / page, page)
            sizes[f"{name}/{page}"] = archive.getinfo(page).compress_size
        (site / "size.zip").unlink()
    print({name: f"{size / 1000:.0f} kB" for name, size in sizes.items()})

    assert max(sizes.values()) < 60_000


@pytest.mark.proof
def test_what_is_suppressed_is_in_no_published_edition(people: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(people, site)
    ((before, _),) = [(one.edition, one.state) for one in editions(site / "people")]
    remember_site(people, site)
    done = kooch_without_lists(people, "suppress", "bluesky", "ada.test", "--reason", "asked")

    assert done.returncode == 0, done.stderr
    assert "withdrawn" in done.stdout
    assert not [name for name, content in contents(site).items() if b"ada.test" in content]
    assert "withdrawn" in (site / "people" / "v" / before / "index.html").read_text(encoding="utf-8")
    assert {one.edition: one.state for one in editions(site / "people")}[before] == "withdrawn"


@pytest.mark.proof
def test_a_name_within_a_word_withdraws_nothing(people: Path, tmp_path: Path) -> None:
    publish(people, tmp_path / "site")

    assert withdraw(tmp_path / "site", ["@da.test"], now().date()) == []
    assert withdraw(tmp_path / "site", ["@"], now().date()) == []
    assert len(withdraw(tmp_path / "site", ["@ADA.test"], now().date())) == 2


@pytest.mark.proof
def test_a_list_that_is_not_there_is_named(people: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no list 'nobody'\. Known are: people\."):
        publish(people, tmp_path / "site", "nobody")


@pytest.mark.proof
def test_an_old_edition_leads_to_the_latest(browser: Browser, people: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(people, site)
    (first,) = editions(site / "people")
    bundled = stores.bundle(
        tmp_path / "more",
        stores.roster("people", [stores.member("bo")], accounts=(stores.claim("bo", "bo.test", "did:web:bo.test"),)),
    )
    load(people, views=VIEWS, bundled=bundled)
    publish(people, site)
    page = browser.new_page()
    page.goto((site / "people" / "v" / first.edition / "index.html").as_uri())
    page.locator(".outdated a").click()

    assert page.url == (site / "people" / "latest" / "index.html").as_uri()
    assert page.locator(".outdated").count() == 0
    page.close()


@pytest.mark.proof
def test_a_feed_names_each_move_for_good(people: Path, tmp_path: Path) -> None:
    publish(people, tmp_path / "one")
    stores.crawl(people, stores.seen("did:web:ada.test", 0), state="complete")
    load(people, views=VIEWS, bundled=tmp_path / "bundled")
    publish(people, tmp_path / "two")
    ids = [
        {item["id"] for item in json.loads((tmp_path / name / "people/latest/feed.json").read_text())["items"]}
        for name in ("one", "two")
    ]

    assert ids[0] <= ids[1]
    assert ids[1]


@pytest.mark.proof
def test_a_move_that_is_told_no_more_is_withdrawn_in_words(people: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish(people, site)
    feed = site / "people" / "latest" / "feed.json"
    told = {item["id"] for item in json.loads(feed.read_text(encoding="utf-8"))["items"]}
    bundled = stores.bundle(
        tmp_path / "less",
        stores.roster("people", [stores.member("bo")], accounts=(stores.claim("bo", "bo.test", "did:web:bo.test"),)),
    )
    load(people, views=VIEWS, bundled=bundled)
    for _ in range(2):
        publish(people, site)
        ids = {item["id"] for item in json.loads(feed.read_text(encoding="utf-8"))["items"]}
        withdrawn = {name.replace("withdrawn", "move") for name in ids if ":withdrawn:" in name}
        page = (site / "people" / "latest" / "index.html").read_text(encoding="utf-8")

        # Nothing that was told goes without a word, and no name goes with the word.
        assert withdrawn == told - ids != set()
        assert "no longer in the data: 1, the latest on" in page
        assert "ada" not in (site / "people" / "withdrawn.json").read_text(encoding="utf-8")
        assert all(name in (site / "people" / "latest" / "feed.xml").read_text(encoding="utf-8") for name in ids)
    # What comes back is withdrawn no more.
    load(people, views=VIEWS, bundled=tmp_path / "bundled")
    publish(people, site)
    ids = {item["id"] for item in json.loads(feed.read_text(encoding="utf-8"))["items"]}

    assert told <= ids
    assert not [name for name in ids if ":withdrawn:" in name]


@pytest.mark.proof
def test_a_correction_is_told_wherever_it_stood_and_the_false_name_is_nowhere(people: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    stores.crawl(people, stores.seen("did:web:ada.test", 0, followers=4321), state="complete")
    load(people, views=VIEWS, bundled=tmp_path / "bundled")
    publish(people, site)
    (first,) = editions(site / "people")
    dated = site / "people" / "v" / first.edition
    before = contents(dated)
    named = {name for name, content in before.items() if b"ada.test" in content}
    assert {
        "index.html",
        "where-they-are.html",
        "where-they-are.csv",
        "feed.xml",
        "feed.json",
        "figures/ada.html",
    } <= named

    denied = stores.claim(
        "ada", "ada.test", "did:web:ada.test", polarity="denies", note="ada.test <b>is</b> somebody else"
    )
    stores.bundle(
        tmp_path / "corrected",
        stores.roster(
            "people",
            [stores.member("ada"), stores.member("bo")],
            accounts=(denied, stores.claim("bo", "bo.test", "did:web:bo.test")),
        ),
    )
    load(people, views=VIEWS, bundled=tmp_path / "corrected")
    for _ in range(2):
        publish(people, site)
        after = contents(dated)

        assert not [name for name, content in contents(site).items() if b"ada.test" in content]
        for name in ("index.html", "where-they-are.html", "figures/ada.html", "charts/adoption-bluesky.html"):
            page = after[name].decode()
            assert page.count("ada · Bluesky: an account was said to be theirs. Withdrawn on") == 1, name
            assert "Reason: the account &lt;b&gt;is&lt;/b&gt; somebody else." in page, name
        # Who was not concerned, and all numbers, are as they were.
        same = {"figures/bo.html", *(name for name in before if name.endswith((".svg", ".png", ".zip")))}
        assert {name: after[name] for name in same} == {name: before[name] for name in same}
        assert b"4,321" in before["figures/ada.html"]
        assert b"4,321" in after["figures/ada.html"]
        assert b"bo.test" in after["where-they-are.csv"]
        feed = json.loads((site / "people/latest/feed.json").read_text(encoding="utf-8"))["items"]
        told = [item for item in feed if item["id"].startswith("urn:kooch:correction:")]
        assert len(told) == 1
        assert "Withdrawn on" in told[0]["content_text"]
        assert told[0]["id"] in (site / "people/latest/feed.xml").read_text(encoding="utf-8")
        page = (site / "people" / "latest" / "figures" / "ada.html").read_text(encoding="utf-8")
        # The latest tells it in a section of its own, and has no notice.
        assert page.count("an account was said to be theirs") == 1
        assert "Corrected since" not in page


@pytest.mark.proof
def test_report_an_error_leads_to_the_contact_from_every_page(people: Path, tmp_path: Path) -> None:
    for contact, leads in (("desk@example.org", "mailto:desk@example.org"), ("https://example.org/desk",) * 2):
        site = tmp_path / str(len(contact))
        publish_site(reading_file(people), site, None, publisher="The Desk", contact=contact)
        pages = list(site.rglob("*.html"))

        assert len(pages) > 10
        for page in pages:
            assert f'<a href="{leads}"' in page.read_text(encoding="utf-8"), page


def test_sites_are_remembered_once(people: Path, tmp_path: Path) -> None:
    for _ in range(2):
        remember_site(people, tmp_path / "site")

    assert known_sites(people) == [tmp_path / "site"]


@pytest.mark.proof
def test_a_site_keeps_all_its_lists_and_how_each_was_published(tmp_path: Path) -> None:
    home, site = tmp_path / "home", tmp_path / "site"
    lists = {
        name: stores.roster(
            name,
            [stores.member(member) for member in members],
            accounts=[stores.claim(member, f"{member}.test", f"did:web:{member}.test") for member in members],
        )
        for name, members in (("one", ("ada", "bo")), ("two", ("ada", "cy")), ("third", ("di",)))
    }
    stores.load(home, stores.bundle(tmp_path / "bundled", lists["third"]))
    for name in ("one", "two"):
        write_roster(lists[name], home / "rosters")
    stores.load(home, tmp_path / "bundled")

    def linked() -> list[str]:
        return re.findall(r'href="(\w+)/latest/index.html"', (site / "index.html").read_text(encoding="utf-8"))

    first = kooch_without_lists(home, "publish", str(site), "--roster", "one")
    kooch_without_lists(home, "publish", str(site), "--roster", "third", "--no-figures")
    kooch_without_lists(home, "publish", str(site), "--roster", "two", "--no-figures")

    assert first.returncode == 0, first.stderr
    assert "1 list in" in first.stdout
    assert linked() == ["one", "third", "two"]

    # An edition that has pages of figures keeps them: what they call the latest is there.
    kooch_without_lists(home, "publish", str(site), "--roster", "one", "--no-figures")
    for page in (site / "one" / "v").rglob("*.html"):
        for target in re.findall(r'id="latest" href="([^"]+)"', page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), target
    assert "not in the latest edition" in (site / "one/latest/figures/ada.html").read_text(encoding="utf-8")
    kooch_without_lists(home, "publish", str(site), "--roster", "one")

    # The lists that the account was on are published anew, each as it was; one that the data have no more stays.
    done = kooch_without_lists(home, "suppress", "bluesky", "ada.test", "--reason", "asked")

    assert done.returncode == 0, done.stderr
    assert linked() == ["one", "third", "two"]
    assert "No longer in the data" in (site / "index.html").read_text(encoding="utf-8")
    assert [(site / name / "latest" / "figures").exists() for name in ("one", "two")] == [True, False]
    assert not [name for name, content in contents(site).items() if b"ada.test" in content]


@pytest.mark.proof
def test_a_folder_that_is_not_of_kooch_is_left_alone(people: Path, tmp_path: Path) -> None:
    own, file, git = tmp_path / "own", tmp_path / "file", tmp_path / "git"
    (own / "people" / "latest").mkdir(parents=True)
    (own / "index.html").write_text("mine", encoding="utf-8")
    (own / "people" / "latest" / "x.txt").write_text("mine", encoding="utf-8")
    (git / ".git").mkdir(parents=True)
    (git / ".git" / "HEAD").write_text("mine", encoding="utf-8")
    file.write_text("mine", encoding="utf-8")
    before = contents(tmp_path / "home").keys()
    found = {
        folder: kooch_without_lists(people, "publish", str(folder))
        for folder in (own, file, people, people / "site", tmp_path, Path("/dev/full"), Path("/proc/x"))
    }

    assert [done.returncode for done in found.values()] == [2, 2, 2, 2, 2, 2, 4]
    for folder, done in found.items():
        assert str(folder) in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr
    assert contents(own) == {
        "index.html": b"mine",
        "people/latest/x.txt": b"mine",
    }
    assert contents(tmp_path / "home").keys() == before
    assert [kooch_without_lists(people, "publish", str(git)).returncode for _ in range(2)] == [0, 0]
