"""Platforms: their rows, the one reader of cells and addresses, and that everybody asks it."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import process_time
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawlers import wayback
from crawlers.atproto import directory
from crawlers.crawling import spider_of
from crawlers.fediverse.addresses import read_address
from kooch.config import VIEWS
from kooch.errors import ConfigError
from kooch.platforms import (
    Account,
    Platform,
    Refused,
    is_placeholder_as_handle,
    known,
    learn,
    natural_keys,
    platform_of,
    read,
)
from kooch.platforms.patterns import LONGEST_TEXT, PatternError, compile_form
from kooch.rosters import AccountClaim, ImportOptions, check, import_roster
from kooch.store.suppress import suppress
from tests.stores import bundle, load, member, query, roster

SHARED = Path(__file__).parents[2] / "shared" / "data" / "platforms" / "url-forms.csv"
NSEC = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"

Form = tuple[str, str, str | None, str | None]


def forms_in(file: Path) -> Iterator[Form]:
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield row["platform"], row["text"], row["handle"] or None, row["native_id"] or None


FORMS = [*forms_in(Path(__file__).parent / "url_forms.csv"), *(forms_in(SHARED) if SHARED.exists() else ())]
READ = [form for form in FORMS if form[2] or form[3]]
ADDRESSES = [form for form in READ if re.match(r"https?://|[\w.]+\.\w+/", form[1])]


def account(platform: str, text: str) -> tuple[str, str | None, str | None] | None:
    found = read(text, platform)
    return (found.platform, found.handle, found.native_id) if isinstance(found, Account) else None


def in_other_words(text: str) -> Iterator[str]:
    """The same address as people write, copy and share it."""
    yield f"  {text}\t"
    if not re.match(r"https?://|[\w.]+\.\w+/", text):
        return
    address = text if "://" in text else f"https://{text}"
    parts = urlsplit(address)
    yield parts._replace(scheme="HTTP", netloc=parts.netloc.upper()).geturl()
    yield parts._replace(scheme="http").geturl()
    yield parts._replace(scheme="https", netloc=f"{parts.netloc}:443").geturl()
    yield parts._replace(query=f"{parts.query}&utm_source=a&fbclid=b".lstrip("&")).geturl()
    yield parts._replace(path=f"{parts.path}//" if not parts.fragment else parts.path).geturl()
    yield parts._replace(path=parts.path.replace("@", "%40")).geturl()


# Reading


def test_every_form_is_read_as_what_it_is() -> None:
    wrong = [
        (platform, text, account(platform, text))
        for platform, text, handle, native_id in FORMS
        if account(platform, text) != ((platform, handle, native_id) if handle or native_id else None)
    ]

    assert wrong == []
    assert {platform for platform, *_ in FORMS} == set(known())


def test_each_form_reads_alike_in_six_spellings() -> None:
    wrong = [
        (platform, other)
        for platform, text, handle, native_id in READ
        for other in in_other_words(text)
        if account(platform, other) != (platform, handle, native_id)
    ]

    assert wrong == []


def test_no_address_is_read_by_two_platforms() -> None:
    wrong = [
        (asked, text, found)
        for platform, text, handle, native_id in ADDRESSES
        for asked in (*known(), None)
        if (found := read(text, asked)) != Account(platform=platform, handle=handle, native_id=native_id)
        and not isinstance(found, Refused)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("mastodon", "https://www.threads.net/@ada", ("threads", "ada")),
        ("mastodon", "@ada@threads.net", ("threads", "ada")),
        ("mastodon", "@ada@twitter.com", ("x", "ada")),
        ("mastodon", "https://bsky.app/profile/ada.bsky.social", ("bluesky", "ada.bsky.social")),
        ("mastodon", "at://ada.bsky.social", ("bluesky", "ada.bsky.social")),
        ("x", "acct:ada@a.social", ("mastodon", "ada@a.social")),
        ("bluesky", "https://truthsocial.com/@ada", ("truthsocial", "ada")),
    ],
)
def test_an_address_is_an_account_of_its_own_platform_in_whatever_column(
    asked: str, text: str, expected: tuple[str, str]
) -> None:
    assert account(asked, text) == (*expected, None)


@pytest.mark.parametrize(
    "text",
    [
        *("none", "None", "n/a", "N/A", "NA", "-", "–", "--", "?", "???", "unknown", "(inactive)", "[deleted]", "tbd"),
        *("keine", "unbekannt", "aucun", "nej", "нет", "नहीं", "なし", "…", ".", "@none", "no account", "#N/A"),
    ],
)
def test_a_placeholder_is_nobody_on_any_platform(text: str) -> None:
    for platform in known():
        found = read(text, platform)

        assert isinstance(found, Refused), platform
        assert found.kind == "placeholder"


@pytest.mark.parametrize("text", ["nobody_special", "no.one@a.social", "unknown.bsky.social", "_none_"])
def test_a_name_that_holds_such_a_word_is_a_name(text: str) -> None:
    assert any(account(platform, text) for platform in known())


@pytest.mark.parametrize("text", [NSEC, NSEC.upper(), f"nostr:{NSEC}", f"https://njump.me/{NSEC}", f"key {NSEC[:40]}"])
def test_a_secret_key_is_refused_and_not_repeated(text: str) -> None:
    for platform in (*known(), None):
        found = read(text, platform)

        assert isinstance(found, Refused)
        assert found.kind == "secret"
        assert "vl029" not in found.why.lower()


@given(
    st.sampled_from([*known(), None]),
    st.text(max_size=80) | st.from_regex(r"https?://[a-z.]{1,20}/[@a-z/%?#0-9]{0,30}"),
)
def test_any_text_is_read_or_refused(platform: str | None, text: str) -> None:
    found = read(text, platform)

    if isinstance(found, Account):
        row = platform_of(found.platform)
        assert found.handle is None or row.is_handle(found.handle)
        assert found.native_id is None or row.is_id(found.native_id)
        assert found.handle or found.native_id
    else:
        assert found.why


def test_a_text_without_end_is_refused() -> None:
    assert isinstance(read("a" * (LONGEST_TEXT + 1), "koo"), Refused)
    assert isinstance(read("https://x.com/" + "a/" * LONGEST_TEXT, "x"), Refused)


# One truth


def names() -> st.SearchStrategy[str]:
    words = st.from_regex(r"\A[A-Za-z0-9_.?/ -]{1,20}\Z")
    hosts = st.from_regex(r"\A[a-z0-9_-]{1,6}\.(com|internal|example|test|1b)\Z")
    pages = st.sampled_from(["home", "tos", "watch", "privacy", "0", "18_letters_of_name", "a?b"])
    dids = st.builds("did:web:{}".format, hosts)
    return words | hosts | pages | dids | st.builds("{}@{}".format, words, hosts)


@settings(max_examples=300)
@given(st.sampled_from(sorted(known())), names())
@example(platform="koo", name="-")
def test_everybody_means_the_same_by_a_handle(platform: str, name: str) -> None:
    row, is_handle = platform_of(platform), platform_of(platform).is_handle(name)
    claim = AccountClaim(figure_id="a", platform=platform, polarity="denies", source="s", handle=name)

    # A handle may be a word that people write for nobody: then a list gives the account's id too.
    faults = check([roster("list", [member("a")], accounts=(claim,))])
    assert (is_handle and not is_placeholder_as_handle(name)) == (faults == [])
    if is_handle and not row.is_id_first:
        assert f"@{name.lower()}" in natural_keys(platform, f"@{name}") or read(name, platform) != Account(
            platform=platform, handle=name
        )
    if row.archive:
        assert wayback.is_askable(platform, name) == is_handle
    if platform == "bluesky":
        assert directory.is_handle(name) == is_handle
        assert directory.is_did(name) == row.is_id(name)
    if platform == "mastodon":
        assert (read_address(name) is not None) == is_handle


@pytest.mark.parametrize(
    ("platform", "handle", "native_id"),
    [
        ("bluesky", None, "did:web:my_site.example.com"),
        ("bluesky", "name.internal", None),
        ("x", "an_18_letters_name", None),
        ("x", None, "0"),
        ("koo", "a?b", None),
    ],
)
def test_what_was_said_differently_is_refused_by_all(platform: str, handle: str | None, native_id: str | None) -> None:
    claim = AccountClaim(
        figure_id="a", platform=platform, polarity="denies", source="s", handle=handle, native_id=native_id
    )

    assert len(check([roster("list", [member("a")], accounts=(claim,))])) == 1
    if handle:
        assert isinstance(read(handle, platform), Refused)
        assert natural_keys(platform, handle) == frozenset()


# Rows


def test_every_row_says_where_its_days_are_from() -> None:
    closed = {slug: str(row.closed.not_after) for slug, row in known().items() if row.closed}

    assert closed == {
        "cohost": "2025-01-12",
        "googleplus": "2019-04-02",
        "koo": "2024-07-03",
        "parler": "2023-04-14",
        "pebble": "2023-11-01",
        "postnews": "2024-05-31",
        "vine": "2017-01-17",
    }
    assert all(row.sources for row in known().values() if row.opened or row.closed)
    opened = platform_of("koo").opened
    assert opened is not None
    assert (str(opened.not_before), str(opened.not_after)) == ("2020-03-01", "2020-03-31")


WEIBO = """\
name: Weibo
account_url: https://weibo.com/{handle}
sites: [weibo.com]
subdomains: [www, m]
handle: {form: '[A-Za-z0-9_-]{4,30}', write: '4 to 30 letters, digits, _ or -'}
id: {form: '[1-9][0-9]{5,12}', write: digits}
urls: ['/u/{id}', '/{handle}']
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "platforms").mkdir()
    yield tmp_path
    learn(tmp_path / "nothing")


def test_a_row_in_the_data_folder_is_a_platform(home: Path) -> None:
    (home / "platforms" / "weibo.yaml").write_text(WEIBO)
    learn(home)

    assert account("weibo", "https://www.weibo.com/u/1234567") == ("weibo", None, "1234567")
    assert account("mastodon", "weibo.com/adaexample?from=a") == ("weibo", "adaexample", None)

    learn(home / "nothing")

    assert "weibo" not in known()


@pytest.mark.proof
def test_an_own_platform_is_imported_published_and_suppressed_without_code(home: Path) -> None:
    (home / "platforms" / "weibo.yaml").write_text(WEIBO)
    table = home / "people.csv"
    table.write_text("name,role,weibo\nAda,MP,https://weibo.com/adaexample?from=a\nBob,MP,weibo.com/u/1234567\n")
    bundled = bundle(home / "bundled")
    learn(home)
    options = ImportOptions(slug="people", source="s", as_of=date(2024, 5, 1), time_zone="UTC")
    report = import_roster(table, into=home / "rosters", options=options)
    load(home, bundled)
    published = query(
        home,
        "SELECT p.name, a.url, a.native_id FROM accounts AS a INNER JOIN platforms AS p USING (platform) ORDER BY ALL",
    )
    suppress(
        home, platform="weibo", account="https://m.weibo.com/AdaExample", reason="asked", views=VIEWS, bundled=bundled
    )

    assert report.faults == ()
    assert published == [("Weibo", "https://weibo.com/adaexample", None), ("Weibo", None, "1234567")]
    assert query(home, "SELECT native_id FROM accounts") == [("1234567",)]
    with pytest.raises(ConfigError, match="cannot read Weibo, and knows no address"):
        spider_of("weibo")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("name: Weibo\n", "", "name: Field required"),
        ("name: Weibo", "name: Weibo\ncolour: red", "colour: Extra inputs are not permitted"),
        ("name: Weibo", "name: Weibo\nopened: 2009-08", "has a day and no source"),
        ("name: Weibo", "name: Weibo\nopened: last year", "is no day: write 2020-03-17"),
        ("[weibo.com]", "[x.com]", "Site x.com is given to the platforms 'weibo' and 'x': keep one"),
        ("[weibo.com]", "[https://weibo.com]", "site 'https://weibo.com' is no host"),
        ("{4,30}", "+", "holds +, which has no limit"),
        ("{4,30}", "*", "holds *, which has no limit"),
        ("'[A-Za-z0-9_-]{4,30}'", "'([a-z]{1,9}){1,9}'", "repeats a group"),
        ("'[A-Za-z0-9_-]{4,30}'", "'[a-z]{1,99}[a-z]{1,99}[a-z]{1,99}'", "too many ways"),
        ("'[A-Za-z0-9_-]{4,30}'", "'[a-z'", "is no regular expression"),
        ("'[A-Za-z0-9_-]{4,30}'", f"'{'a' * 301}'", "has 301 characters: write at most 300"),
        ("/u/{id}", "/u/{id}/{number}", "holds {number}: describe it under parts"),
        ("/u/{id}", "/u/me", "names neither {handle} nor {id}"),
        ("name: Weibo", "name: [", "is not YAML"),
        ("name: Weibo", "platform: weibo\nname: Weibo", "its name is the file's"),
    ],
)
def test_a_wrong_row_is_refused_with_its_fault(home: Path, old: str, new: str, fault: str) -> None:
    file = home / "platforms" / "weibo.yaml"
    file.write_text(WEIBO.replace(old, new))

    with pytest.raises(ConfigError, match=re.escape(fault)):
        learn(home)


def test_a_row_that_comes_with_kooch_is_not_replaced(home: Path) -> None:
    (home / "platforms" / "x.yaml").write_text(WEIBO)

    with pytest.raises(ConfigError, match=r"x\.yaml comes with Kooch: give the file another name"):
        learn(home)


# Time


@given(
    st.from_regex(r"\A([a-z]|\[a-z\]|\\w|\.|\((\?:|\?!)?|\)|\||\?|[*+]|\{[0-9]{1,2},[0-9]{1,3}\}|\{host\}){1,14}\Z"),
    st.sampled_from(["a" * 1999 + "!", "ab" * 999 + "!", "a." * 900 + "!", "a" * 40 + "!"]),
)
def test_no_pattern_of_a_row_takes_long(pattern: str, text: str) -> None:
    try:
        form = compile_form(pattern)
    except PatternError:
        return

    begun = process_time()
    form.fullmatch(text)
    form.search(text[:300])
    assert process_time() - begun < 2


# docs/add-a-platform.md

DOC = (Path(__file__).parents[1] / "docs" / "add-a-platform.md").read_text(encoding="utf-8")


def test_the_documented_row_is_a_platform(home: Path) -> None:
    (row,) = re.findall(r"^```yaml\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)
    (home / "platforms" / "weibo.yaml").write_text(row)
    learn(home)

    assert account("weibo", "weibo.com/u/1234567") == ("weibo", None, "1234567")
    assert account("weibo", "https://m.weibo.com/search?q=a") is None


def test_the_documented_member_is_one_of_those_whose_cases_are_read() -> None:
    (module,) = re.findall(r"^```python\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)
    root = Path(__file__).parents[1]

    assert module in (root / "tests" / "members.py").read_text(encoding="utf-8")
    assert list((root / "tests" / "cases" / "gab").glob("*/input.json"))


def test_every_file_that_is_named_exists_and_every_key_of_a_row_is_real() -> None:
    root = Path(__file__).parents[1]
    named = set(re.findall(r"`((?:kooch|crawlers|tests|docs)/[\w./-]+|CHANGELOG\.md)`", DOC))
    keys = {key for row in re.findall(r"^\| (`.*?) \|", DOC, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}

    assert {path for path in named if not (root / path).exists()} == {"kooch/platforms/rows/weibo.yaml"}
    assert keys <= Platform.model_fields.keys()
