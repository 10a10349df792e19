"""The Wayback Machine's index and addresses: read strictly, and asked of a real archive on loopback."""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from http.client import IncompleteRead
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.reading import UnreadableError
from crawlers.wayback import (
    IndexPage,
    IndexQuery,
    capture_url,
    index_url,
    is_askable,
    is_excluded,
    memento_at,
    period_of,
    queries_of,
    read_index,
    split_capture_url,
    thin,
    urlkey,
)
from kooch.store.backfills import Every, IndexRow
from tests.servers.loopback import fetch
from tests.servers.wayback import Archived, Limit, Reply, WaybackArchive

BASE = "https://web.archive.org"
FIELDS = ["timestamp", "original", "mimetype", "statuscode", "digest"]
PAGES, POSTS = queries_of("x", "name")
FIRST = ["20160102030405", "https://twitter.com/name", "text/html", "200", "A" * 32]
SHARED = Path(__file__).parents[2] / "shared" / "data" / "captures" / "wayback-cdx"
"""Real answers, which are no part of the project; tests of them are collected where they lie."""
SPELLINGS = (
    "twitter.com/name",
    "https://twitter.com/name",
    "http://www.twitter.com:80/NAME/",
    "https://www2.Twitter.com:443//./name",
    "https://twitter.com/other/../name",
    "https://twitter.com/%4eame",
    "https://twitter.com/%254E%2561me?",
    "https://twitter.com/name#top",
)
"""Of one address."""
OTHERS = (
    "https://mobile.twitter.com/name",
    "https://twitter.com.example/name",
    "https://x.com/name",
    "https://twitter.com:8080/name",
    "https://twitter.com/name2",
    "https://twitter.com/name/status/1",
    "https://twitter.com/name?lang=en",
    "https://example.com/https://twitter.com/name",
    "https://twitter.com@example.com/name",
)


def body_of(*rows: Sequence[object], names: Sequence[object] = FIELDS) -> bytes:
    return json.dumps([names, *rows]).encode()


def row(timestamp: str, status: int | None = 200, digest: str = "A" * 32, original: str = FIRST[1]) -> IndexRow:
    mimetype = "warc/revisit" if status is None else "text/html"
    return IndexRow(timestamp=timestamp, original=original, mimetype=mimetype, status=status, digest=digest)


def test_a_page_of_the_index_is_read() -> None:
    again = ["20170102030405", "http://www.twitter.com:80/Name/", "warc/revisit", "-", "A" * 32]
    page = read_index(body_of(FIRST, again, [], ["com%2Ctwitter%29%2Fname+20170102030406"]), PAGES)

    assert page.rows == (row(FIRST[0]), row(again[0], None, original=again[1]))
    assert page.resume_key == "com%2Ctwitter%29%2Fname+20170102030406"
    assert page.misfits == 0
    assert page.rows[0].captured_at == datetime(2016, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_columns_are_known_by_their_names_those_of_pywb_too() -> None:
    names = ["urlkey", "digest", "url", "status", "mime", "timestamp"]
    page = read_index(body_of(["com,twitter)/name", FIRST[4], FIRST[1], "200", FIRST[2], FIRST[0]], names=names), PAGES)

    assert page == IndexPage((row(FIRST[0]),), None, 0)


def test_nothing_archived_is_an_empty_list() -> None:
    assert read_index(b"[]\n", PAGES) == IndexPage((), None, 0)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "not_json"),
        (b"<html><body>Internal error</body></html>", "not_json"),
        (body_of(FIRST)[:-1], "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'{"message": "slow down"}', "unexpected_answer"),
        (b'["timestamp"]', "unexpected_answer"),
        (b"null", "unexpected_answer"),
        (body_of(FIRST, names=["timestamp"]), "unexpected_answer"),
        (body_of(FIRST, names=[*FIELDS[:4], "original"]), "unexpected_answer"),
        (body_of(FIRST, names=[1, None, {}, [], "digest"]), "unexpected_answer"),
        (body_of(FIRST, []), "unexpected_answer"),
        (body_of([], FIRST), "unexpected_answer"),
        (body_of(FIRST, [], FIRST, [], ["key"]), "unexpected_answer"),
        (body_of(FIRST, [], [""]), "unexpected_answer"),
        (body_of(FIRST, [], [7]), "unexpected_answer"),
        (body_of(FIRST, [], ["a b"]), "unexpected_answer"),
        (body_of(FIRST, [], ["one", "two"]), "unexpected_answer"),
    ],
)
def test_what_is_no_page_of_an_index_is_an_error(body: bytes, cause: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_index(body, PAGES)

    assert caught.value.cause == cause
    assert len(caught.value.detail) < 300


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *[(0, text) for text in ("20160100030405", "20161301000000", "20160229246060", "2016", "", " 2016010203040", "9" * 10**6)],
        *[(0, text) for text in ("٢٠١٦٠١٠٢٠٣٠٤٠٥", "00010102030405", "99990102030405", 20160102030405, None)],
        *[(1, url) for url in OTHERS],
        *[(1, url) for url in ("ftp://twitter.com/name", "https://twitter.com/name\n", "https://twitter.com/na me", "http://[", "//")],
        *[(1, url) for url in ("https://twitter.com:x/name", "https://twitter.com/name\0", "https://twitter.com/%4", "javascript:0")],
        (1, "https://twitter.com/name#" + "x" * 10**6),
        (1, []),
        *[(2, text) for text in ("", "text/html\r\nX: y", None)],
        *[(3, text) for text in ("", "0", "20", "2000", "-1", "٢٠٠", "1" * 10**6, 200, None)],
        *[(4, text) for text in ("", "-", "a" * 32, "A" * 31, "A" * 33, "sha1:" + "A" * 32, "1" * 32, "A" * 32 + "\n")],
    ],
    ids=lambda value: ascii(value)[:30],
)  # fmt: skip
def test_a_row_that_cannot_be_is_counted_and_no_row(place: int, value: object) -> None:
    wrong: list[object] = [*FIRST]
    wrong[place] = value
    page = read_index(body_of(wrong, FIRST), PAGES)

    assert page == IndexPage((row(FIRST[0]),), None, 1)


@pytest.mark.parametrize("cells", [FIRST[:4], [*FIRST, "355"], [["20160102030405"], *FIRST[1:]]])
def test_a_row_of_another_width_is_counted_and_no_row(cells: list[Any]) -> None:
    assert read_index(body_of(cells, FIRST), PAGES) == IndexPage((row(FIRST[0]),), None, 1)


def test_a_page_of_rows_that_cannot_be_read_is_not_an_empty_one() -> None:
    rows = [[*FIRST[:4], f"sha1:{FIRST[4]}"], [*FIRST[:4], "-"]]

    with pytest.raises(UnreadableError, match="of 2 rows of the index none can be read"):
        read_index(body_of(*rows), PAGES)


def test_rows_of_other_days_and_types_are_left_out_and_no_misfits() -> None:
    june = IndexQuery(
        url="twitter.com/name",
        match="exact",
        mimetype="text/html",
        first_day=date(2016, 6, 1),
        last_day=date(2016, 6, 30),
    )
    rows = [[f"2016{day}", *FIRST[1:]] for day in ("0531235959", "0601000000", "0630235959", "0701000000")]
    page = read_index(body_of(*rows, ["20160602000000", FIRST[1], "application/json", "200", "B" * 32]), june)

    assert [kept.timestamp for kept in page.rows] == ["20160601000000", "20160630235959"]
    assert page.misfits == 0


def test_below_a_prefix_no_repetition_is_kept() -> None:
    post = "https://twitter.com/Name/status/1?s=20"
    rows = [
        ["20220102030405", post, "application/json", "200", "A" * 32],
        ["20220102030406", post, "warc/revisit", "-", "A" * 32],
        ["20220102030407", post, "text/html", "200", "B" * 32],
        ["20220102030408", "https://twitter.com/name/statuses/1", "application/json", "200", "A" * 32],
        ["20220102030409", "https://twitter.com/name/status", "application/json", "200", "A" * 32],
    ]
    page = read_index(body_of(*rows), POSTS)

    assert [(kept.timestamp, kept.original) for kept in page.rows] == [("20220102030405", post)]
    assert page.misfits == 2


_CELLS = st.one_of(
    st.none(), st.integers(), st.text(max_size=20), st.sampled_from([*FIRST, "-", "warc/revisit", *SPELLINGS, *OTHERS])
)


@given(st.lists(st.lists(_CELLS, max_size=6), max_size=6), st.sampled_from([PAGES, POSTS]))
def test_no_table_makes_a_row_that_cannot_be(rows: list[list[object]], query: IndexQuery) -> None:
    try:
        page = read_index(body_of(*rows), query)
    except UnreadableError:
        return

    assert len(page.rows) + page.misfits <= len(rows)
    for kept in page.rows:
        assert kept.captured_at.strftime("%Y%m%d%H%M%S") == kept.timestamp
        assert urlkey(kept.original).startswith("twitter.com/name")
        assert re.fullmatch(r"[!-~]+", kept.original)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        page = read_index(body, PAGES)
    except UnreadableError:
        return

    assert page.rows == ()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_one_address_are_one(spelling: str) -> None:
    assert urlkey(spelling) == "twitter.com/name"


@pytest.mark.parametrize("other", OTHERS)
def test_another_address_is_another(other: str) -> None:
    assert urlkey(other) != "twitter.com/name"


@given(st.text(max_size=60))
def test_an_address_has_a_key_or_is_none(text: str) -> None:
    try:
        key = urlkey(text)
    except ValueError:
        return

    assert "#" not in key or "%" in text


@pytest.mark.parametrize(
    ("platform", "handle", "expected"),
    [
        ("x", "narendramodi", True),
        ("x", "_name_15_signs_", True),
        *[("x", handle, False) for handle in ("", "a/b", "name?", "name#", "na me", "na%6de", "*", "..", "ñ", "a" * 21, "a\n")],
        *[("koo", handle, True) for handle in ("_BHASHINI", "Dev_Fadnavis", "CMOPb", "a.b", "a-b", "हिन्दी")],
        *[("koo", handle, False) for handle in ("", ".", "..", "a/b", "a\\b", "a?b", "a#b", "a%2Fb", "a*", "a b", "a\0", "\ud800", "a" * 65)],
    ],
)  # fmt: skip
def test_only_a_handle_that_leads_nowhere_else_is_asked_for(platform: str, handle: str, *, expected: bool) -> None:
    assert is_askable(platform, handle) is expected


@pytest.mark.parametrize("platform", ["x", "koo"])
@given(handle=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_a_handle_changes_nothing_else_in_a_question(platform: str, handle: str) -> None:
    expected = {
        name
        for name, _ in parse_qsl(
            urlsplit(index_url(BASE, queries_of(platform, "name")[0], limit=5, resume_key=None)).query
        )
    }
    for query in queries_of(platform, handle):
        asked = parse_qsl(urlsplit(index_url(BASE, query, limit=5, resume_key=None)).query, keep_blank_values=True)
        url = dict(asked)["url"]
        host, *path = url.removesuffix("/status/").split("/")

        assert {name for name, _ in asked} <= expected
        assert host in {"twitter.com", "kooapp.com"}
        assert unquote(path[-1]) == handle
        if is_askable(platform, handle):
            assert urlkey(url).endswith(f"/{handle.lower()}{'/status' if query.match == 'prefix' else ''}")


def test_a_question_says_all_that_it_asks() -> None:
    query = PAGES.within(date(2016, 1, 1), None)
    url = index_url(f"{BASE}/", query, limit=50, resume_key="com%2Ctwitter%29%2Fname+20160102030406")

    assert url.startswith(f"{BASE}/cdx/search/cdx?url=twitter.com%2Fname&")
    assert parse_qsl(urlsplit(url).query) == [
        ("url", "twitter.com/name"),
        ("matchType", "exact"),
        ("output", "json"),
        ("fl", "timestamp,original,mimetype,statuscode,digest"),
        ("from", "20160101"),
        ("to", "20201231"),
        ("limit", "50"),
        ("showResumeKey", "true"),
        ("resumeKey", "com%2Ctwitter%29%2Fname+20160102030406"),
    ]


def test_posts_are_asked_for_without_days() -> None:
    url = index_url(BASE, POSTS.within(date(2022, 1, 1), date(2022, 1, 31)), limit=50, resume_key=None)

    assert not {"from", "to", "filter"} & {name for name, _ in parse_qsl(urlsplit(url).query)}


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (Every.CAPTURE, ["20160103230000", "20160104010000", "20160104020000", "20160131000000", "20160201000000"]),
        (Every.DAY, ["20160103230000", "20160104010000", "20160131000000", "20160201000000"]),
        (Every.WEEK, ["20160103230000", "20160104010000", "20160131000000", "20160201000000"]),
        (Every.MONTH, ["20160103230000", "20160201000000"]),
    ],
)
def test_the_first_of_each_is_kept(every: Every, expected: list[str]) -> None:
    """3 January 2016 was a Sunday."""
    rows = [row(timestamp) for timestamp in (*expected, "20160104010000", "20160104020000")]

    assert [kept.timestamp for kept in thin(reversed(rows), every)] == expected


def test_a_body_at_one_second_is_one_capture_however_its_address_is_written() -> None:
    rows = [row("20160101000000"), row("20160101000000", original="http://twitter.com/Name")]

    assert len(thin(rows, Every.CAPTURE)) == 1


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # An error and a redirect come first, and are not what the day showed.
        ([row("20160101010000", 404, "E" * 32), row("20160101020000", 302, "R" * 32), row("20160101030000")], [3]),
        ([row("20160101010000", 429, "E" * 32)], []),
        # A repetition of a good page is as good as the page.
        ([row("20151231000000"), row("20160101010000", None), row("20160101020000", 200, "B" * 32)], [0, 1]),
        # It need not come later: an index may begin in the middle.
        ([row("20160101010000", None), row("20160102000000")], [1, 0]),
        # A repetition of an error is one.
        ([row("20151231000000", 404), row("20160101010000", None)], []),
        # One of nobody knows what is kept where nothing better is.
        ([row("20160101010000", None, "U" * 32)], [1]),
        ([row("20160101010000", None, "U" * 32), row("20160101020000")], [2]),
    ],
)
def test_repetitions_are_as_good_as_what_they_repeat(rows: list[IndexRow], expected: list[int]) -> None:
    assert [kept.captured_at.hour for kept in thin(rows, Every.DAY)] == expected


@given(
    st.lists(
        st.tuples(st.integers(0, 20 * 24), st.sampled_from([200, 404, None]), st.sampled_from("ABC")), max_size=30
    ),
    st.sampled_from(Every),
)
@example([(0, None, "A"), (0, 200, "A"), (0, 200, "B")], Every.CAPTURE)
def test_thinning_keeps_one_of_each_and_makes_nothing(
    captures: list[tuple[int, int | None, str]], every: Every
) -> None:
    start = datetime(2016, 1, 1, tzinfo=UTC)
    rows = [row(f"{start + timedelta(hours=hour):%Y%m%d%H%M%S}", status, sign * 32) for hour, status, sign in captures]
    kept = thin(rows, every)
    periods = [period_of(capture, every) for capture in kept]

    assert set(kept) <= set(rows)
    assert len(periods) == len(set(periods))
    assert {period_of(capture, every) for capture in rows if capture.status == 200} <= set(periods)
    assert not [capture for capture in kept if capture.status == 404]
    assert [capture.timestamp for capture in kept] == sorted(capture.timestamp for capture in kept)
    assert thin(kept, every) == kept


def test_the_address_of_a_capture() -> None:
    original = "http://twitter.com:80/name?lang=en"

    assert capture_url(f"{BASE}/", FIRST[0], original, raw=True) == f"{BASE}/web/20160102030405id_/{original}"
    assert capture_url(BASE, FIRST[0], original, raw=False) == f"{BASE}/web/20160102030405/{original}"
    assert split_capture_url(f"{BASE}/web/20160102030405id_/{original}") == (FIRST[0], original)
    assert split_capture_url(f"{BASE}/web/20160102030405/{original}") == (FIRST[0], original)
    assert split_capture_url("https://twitter.com/name") == ("", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sat, 02 Jan 2016 03:04:05 GMT", datetime(2016, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("", None),
        ("yesterday", None),
        ("Sat, 32 Jan 2016 03:04:05 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", None),
        ("Sat, 02 Jan 2016 03:04:05 +99999999999", None),
        ("Sat, 02 Foo 2016 03:04:05 GMT", None),
        ("Sat, 02 Jan 2016 03:04:61 GMT", None),
    ],
)
def test_the_time_of_an_archived_page(text: str, expected: datetime | None) -> None:
    assert memento_at({"memento-datetime": text}) == expected
    assert memento_at({}) is None


@given(st.text(max_size=50))
def test_no_text_is_a_time_that_raises(text: str) -> None:
    memento_at({"memento-datetime": text})


def test_a_site_that_is_not_shown_is_told_from_other_refusals() -> None:
    name = "x-archive-wayback-runtime-error"

    assert is_excluded(403, {name: "AdministrativeAccessControlException: Blocked Site Error"})
    assert is_excluded(403, {name: "org.archive.wayback.exception.RobotAccessControlException: Blocked By Robots"})
    assert not is_excluded(403, {})
    assert not is_excluded(503, {name: "ResourceIndexNotAvailableException"})


def real_answers(name: str) -> list[dict[str, Any]]:
    file = SHARED / name
    found: list[dict[str, Any]] = yaml.safe_load(file.read_text())["interactions"] if file.is_file() else []
    return found


def as_table(answer: dict[str, Any]) -> bytes:
    """A page of the real index, which was asked for as text, in its JSON form."""
    rows, _, key = gzip.decompress(answer["response"]["body"]["string"]).decode().partition("\n\n")
    names = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    return body_of(*(line.split(" ") for line in rows.splitlines()), *([[], [key.strip()]] if key else []), names=names)


if SHARED.is_dir():

    def test_real_pages_of_the_index_follow_each_other_by_their_keys() -> None:
        asked = IndexQuery(url="cnn.com", match="exact", first_day=date(2001, 4, 10), last_day=date(2001, 5, 10))
        answers = real_answers("test_search_multipage.yaml")
        pages = [read_index(as_table(answer), asked) for answer in answers]
        stamps = [capture.timestamp for page in pages for capture in page.rows]
        sent = [dict(parse_qsl(urlsplit(answer["request"]["uri"]).query)).get("resumeKey") for answer in answers]

        assert len(stamps) > 200
        assert stamps == sorted(stamps)
        assert sum(page.misfits for page in pages) == 0
        # The client that recorded them got on with the same keys in the same quoting.
        assert sent == [None, *(page.resume_key for page in pages[:-1])]
        for key, answer in zip(sent[1:], answers[1:], strict=True):
            mine = index_url(BASE, asked, limit=25, resume_key=key)
            assert urlencode({"resumeKey": key}) in mine
            assert urlencode({"resumeKey": key}) in answer["request"]["uri"]

    def test_a_real_page_of_an_excluded_site_is_known() -> None:
        (answer,) = real_answers("test_search_raises_for_blocked_urls.yaml")
        response = answer["response"]
        headers = {name.lower(): values[0] for name, values in response["headers"].items()}

        assert is_excluded(response["status"]["code"], headers)
        with pytest.raises(UnreadableError, match="not JSON"):
            read_index(gzip.decompress(response["body"]["string"]), PAGES)


# Every byte there is, so that a change of line ends or of encoding would show.
BYTES = bytes(range(256)) * 4
ARCHIVED = (
    *(
        Archived(url="https://twitter.com/name", timestamp=f"2016{1 + n // 28:02}{1 + n % 28:02}120000", body=b"%d" % n)
        for n in range(40)
    ),
    Archived(url="https://twitter.com/bytes", timestamp="20170101000000", body=BYTES),
    Archived(url="https://twitter.com/bytes", timestamp="20170201000000", body=BYTES, repeats="20170101000000"),
    Archived(url="https://twitter.com/gone", timestamp="20170101000000", body=b"gone", status=404),
    Archived(url="https://twitter.com/limited", timestamp="20170101000000", body=b"slow down", status=429),
    Archived(
        url="https://twitter.com/moved",
        timestamp="20170101000000",
        body=b"",
        status=302,
        headers=(("Location", "https://twitter.com/bytes"),),
    ),
    Archived(
        url="https://twitter.com/page",
        timestamp="20170101000000",
        body=b'<html><head></head><body><a href="https://twitter.com/bytes">bytes</a></body></html>',
    ),
    *(
        Archived(
            url=f"https://twitter.com/poster/status/{n}",
            timestamp=f"202201{1 + n:02}000000",
            body=b'{"n": %d}' % n,
            mimetype="application/json" if n % 5 == 0 else "text/html",
        )
        for n in range(30)
    ),
    Archived(url="https://www.kooapp.com/profile/%43MOPb", timestamp="20220101000000", body=b"koo"),
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WaybackArchive]:
    with WaybackArchive(ARCHIVED, tmp_path_factory.mktemp("archive")) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "archive" in request.fixturenames:
        request.getfixturevalue("archive").faults.clear()


def walk(archive: WaybackArchive, query: IndexQuery, limit: int) -> list[IndexPage]:
    pages: list[IndexPage] = []
    while not pages or pages[-1].resume_key:
        url = index_url(archive.url, query, limit=limit, resume_key=pages[-1].resume_key if pages else None)
        pages.append(read_index(fetch(url).body, query))
    return pages


def capture(archive: WaybackArchive, timestamp: str, original: str, *, raw: bool = True) -> Any:  # noqa: ANN401 -- Answer
    return fetch(capture_url(archive.url, timestamp, original, raw=raw))


@pytest.mark.parametrize("limit", [1, 7, 40, 1000])
def test_walking_page_by_page_finds_every_capture_once(archive: WaybackArchive, limit: int) -> None:
    pages = walk(archive, PAGES, limit)
    found = [(kept.timestamp, kept.original, kept.digest) for page in pages for kept in page.rows]

    assert found == [(a.timestamp, a.url, a.digest) for a in ARCHIVED if a.url.endswith("/name")]
    assert sum(page.misfits for page in pages) == 0


def test_posts_are_found_below_their_author_alone(archive: WaybackArchive) -> None:
    _, posts = queries_of("x", "Poster")
    pages = walk(archive, posts.within(date(2022, 1, 3), date(2022, 1, 20)), 4)

    assert [kept.original.rpartition("/")[2] for page in pages for kept in page.rows] == ["10", "15", "5"]
    assert sum(page.misfits for page in pages) == 0


def test_an_index_that_chooses_itself_would_end_too_early(archive: WaybackArchive) -> None:
    """Why no filter is sent: what it leaves out counts to the limit of what the index looks through."""
    _, posts = queries_of("x", "poster")
    archive.most_scanned = 10
    try:
        url = index_url(archive.url, posts, limit=5, resume_key=None)
        filtered = read_index(fetch(f"{url}&filter=mimetype:application/json").body, posts)
        walked = walk(archive, posts, 5)
    finally:
        archive.most_scanned = 150_000

    assert (len(filtered.rows), filtered.resume_key) == (3, None)
    assert sum(len(page.rows) for page in walked) == 6


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_archive_agrees_on_what_is_one_address(archive: WaybackArchive, spelling: str) -> None:
    query = IndexQuery(url=spelling, match="exact")
    (page,) = walk(archive, query, 1000)

    assert len(page.rows) == 40
    assert page.misfits == 0


@pytest.mark.parametrize("other", OTHERS)
def test_the_archive_agrees_on_what_is_another_address(archive: WaybackArchive, other: str) -> None:
    url = index_url(archive.url, IndexQuery(url=other, match="exact"), limit=10, resume_key=None)

    assert "https://twitter.com/name" not in str(fetch(url).json)


def test_an_address_that_is_quoted_letter_by_letter_is_found(archive: WaybackArchive) -> None:
    pages, _ = queries_of("koo", "CMOPb")
    (page,) = walk(archive, pages, 10)

    assert [kept.original for kept in page.rows] == ["https://www.kooapp.com/profile/%43MOPb"]


def test_quoting_does_not_keep_a_handle_in_its_place(archive: WaybackArchive) -> None:
    """Why handles are looked at before they are asked for."""
    quoted = IndexQuery(url=queries_of("x", "poster/status/5")[0].url, match="exact")
    (page,) = walk(archive, quoted, 9)

    assert quoted.url == "twitter.com/poster%2Fstatus%2F5"
    assert page.rows[0].original == "https://twitter.com/poster/status/5"
    assert not is_askable("x", "poster/status/5")


def test_a_body_comes_as_it_was_archived(archive: WaybackArchive) -> None:
    (page,) = walk(archive, queries_of("x", "bytes")[0], 10)
    first, again = page.rows

    assert (first.status, again.status, again.mimetype) == (200, None, "warc/revisit")
    assert first.digest == again.digest == ARCHIVED[40].digest
    assert thin(page.rows, Every.MONTH) == [first, again]
    for kept in (first, again):
        answer = capture(archive, kept.timestamp, kept.original)
        assert (answer.status, answer.body) == (200, BYTES)
        assert memento_at(answer.headers) == kept.captured_at


def test_a_page_for_people_is_changed_on_the_way(archive: WaybackArchive) -> None:
    answer = capture(archive, "20170101000000", "https://twitter.com/page", raw=False)

    assert f"{archive.url}/web/20170101000000/https://twitter.com/bytes" in answer.body.decode()
    assert memento_at(answer.headers) == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("name", "status"), [("gone", 404), ("limited", 429)])
def test_an_archived_error_is_told_from_the_archives_own(archive: WaybackArchive, name: str, status: int) -> None:
    answer = capture(archive, "20170101000000", f"https://twitter.com/{name}")

    assert answer.status == status
    assert memento_at(answer.headers) == datetime(2017, 1, 1, tzinfo=UTC)


def test_what_is_not_archived_has_no_time(archive: WaybackArchive) -> None:
    answer = capture(archive, "20170101000000", "https://twitter.com/nobody")

    assert (answer.status, memento_at(answer.headers)) == (404, None)


def test_another_time_leads_to_the_nearest(archive: WaybackArchive) -> None:
    answer = capture(archive, "20170129000000", "https://twitter.com/bytes")

    assert archive.asked[-1].path == "/web/20170201000000id_/https://twitter.com/bytes"
    assert archive.asked[-2].status == 302
    assert memento_at(answer.headers) == datetime(2017, 2, 1, tzinfo=UTC)


def test_an_archived_redirect_stays_in_the_archive(archive: WaybackArchive) -> None:
    answer = capture(archive, "20170101000000", "https://twitter.com/moved")

    assert archive.asked[-1].path == "/web/20170101000000id_/https://twitter.com/bytes"
    assert answer.body == BYTES


def test_the_archive_collapses_and_counts_as_asked(archive: WaybackArchive) -> None:
    def asked(*parameters: tuple[str, str]) -> list[list[str]]:
        query = urlencode([("url", "twitter.com/name"), ("output", "json"), *parameters])
        table: list[list[str]] = fetch(f"{archive.url}/cdx/search/cdx?{query}").json
        return table

    assert asked()[0] == ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    assert asked(("fl", "timestamp"), ("collapse", "timestamp:6"), ("from", "201601"), ("to", "201602")) == [
        ["timestamp"],
        ["20160101120000"],
        ["20160201120000"],
    ]
    assert asked(("fl", "digest"), ("filter", "!statuscode:200")) == []
    assert len(asked(("filter", "timestamp:20160[12]...*"), ("filter", "statuscode:2.."), ("limit", "3"))) == 4


@pytest.mark.proof
def test_each_fault_is_what_it_says(archive: WaybackArchive) -> None:
    original = "https://twitter.com/bytes"
    blocked = {"X-Archive-Wayback-Runtime-Error": "AdministrativeAccessControlException: Blocked Site Error"}
    malformed = body_of(FIRST, ["20160100000000", *FIRST[1:]], FIRST[:3])

    archive.faults = {"/web/": Reply(503, {}, b"")}
    assert capture(archive, "20170101000000", original).status == 503
    archive.faults = {"/web/": Reply(403, blocked, b"Blocked Site Error")}
    answer = capture(archive, "20170101000000", original)
    assert is_excluded(answer.status, answer.headers)
    archive.faults = {"/web/": Reply(200, {"Content-Type": "text/html"}, b"<h1>Error</h1>")}
    assert memento_at(capture(archive, "20170101000000", original).headers) is None
    archive.faults = {"/cdx/": Reply(200, {"Content-Type": "application/json"}, malformed)}
    assert [(len(page.rows), page.misfits) for page in walk(archive, PAGES, 10)] == [(1, 2)]
    archive.faults = {"/web/": lambda reply: reply._replace(is_cut=True)}
    with pytest.raises(IncompleteRead):
        capture(archive, "20170101000000", original)


@pytest.mark.proof
def test_a_limit_answers_429_without_saying_for_how_long(tmp_path: Path) -> None:
    with WaybackArchive(ARCHIVED[:1], tmp_path) as archive:
        archive.limits = {"/cdx/": Limit(3, 1), "/web/": Limit(2, 1)}
        index = [fetch(index_url(archive.url, PAGES, limit=9, resume_key=None)) for _ in range(5)]
        captures = [capture(archive, ARCHIVED[0].timestamp, ARCHIVED[0].url) for _ in range(3)]

        assert [answer.status for answer in index] == [200, 200, 200, 429, 429]
        assert [answer.status for answer in captures] == [200, 200, 429]
        assert "retry-after" not in captures[-1].headers
        assert memento_at(captures[-1].headers) is None
        assert [asked.status for asked in archive.asked] == [200, 200, 200, 429, 429, 200, 200, 429]
        assert [asked.at for asked in archive.asked] == sorted(asked.at for asked in archive.asked)

        port = int(archive.url.rpartition(":")[2])
        archive.refuse()
        with pytest.raises(URLError, match="refused"):
            fetch(archive.url)
        archive.listen(port)
        assert archive.url.endswith(f":{port}")
        assert fetch(archive.url).status == 404
