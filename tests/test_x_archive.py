"""X's archived pages and posts: constructed cases everywhere; real captures, whole and damaged, where they lie."""

import gzip
import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from babel import Locale
from babel.numbers import format_compact_decimal, format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.archives import parser_of, x
from crawlers.archives.x import parse_archived
from crawlers.archives.x_users import original
from kooch.errors import ConfigError
from kooch.platforms import platform_of
from kooch.store.outcomes import Failed, Observed

CASES = Path(__file__).parent / "cases" / "x"
FOLDERS = sorted(path.parent for path in CASES.glob("*/meta.json"))
AT = datetime(2017, 5, 20, tzinfo=UTC)
SHARED = Path(__file__).parents[2] / "shared" / "data" / "captures" / "twitter-classic"
"""Real captures, which are no part of the project; tests of them are collected where they lie."""
LAYOUTS = Path(__file__).parents[2] / "shared" / "cases" / "20-x-layouts"
# fmt: off
LANGUAGES = (
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "en-gb", "es", "eu", "fa", "fi", "fil", "fr", "gl",
    "gu", "he", "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "mr", "msa", "nl", "no", "pl", "pt", "ro", "ru",
    "sk", "sr", "sv", "ta", "th", "tr", "uk", "ur", "vi", "zh-cn", "zh-tw"
)
# fmt: on
"""Those of Twitter's pages, as `<html lang>` writes them."""
NUMBERS = (0, 145, 999, 1234, 9999, 12_345, 149_315, 999_999, 5_344_633, 77_480_180)
NUMBER_FORMS = {
    followers: "|".join((str(followers), f"{followers:,}", f"{followers:,}".replace(",", r"\."), other)).encode()
    for followers, other in (
        (145, "145"),
        (149_315, "149"),
        (882_270, "882"),
        (5_344_633, "5.344"),
        (7_748_018, "77,48,018|77.5"),
        (5_584_956, "٥٬٥٨٤٬٩٥٦|٥٫٥٨"),
    )
}
"""Every way in which a real capture writes its count."""


@dataclass(frozen=True, kw_only=True)
class Capture:
    body: bytes
    at: datetime
    truth: dict[str, Any]


def captures() -> Iterator[Capture]:
    truths = json.loads((SHARED / "truth.json").read_text()) if SHARED.is_dir() else []
    for truth in truths:
        at = datetime.strptime(truth["capture"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        yield Capture(body=gzip.decompress((SHARED / truth["file"]).read_bytes()), at=at, truth=truth)


CAPTURES = list(captures())
each_capture = pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.truth["capture"])
where_captures_lie = pytest.mark.skipif(not CAPTURES, reason="no real captures here")


def body_of(folder: Path) -> bytes:
    (file,) = (*folder.glob("page.html"), *folder.glob("status.json"))
    return file.read_bytes()


def as_case(value: Any) -> object:  # noqa: ANN401 -- any dataclass, and what its fields hold
    """An outcome as cases write it: what is not the default, times in ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return [as_case(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        found = {f.name: (getattr(value, f.name), f.default) for f in fields(value)}
        return {name: as_case(v) for name, (v, default) in found.items() if default is MISSING or v != default}
    return value


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_case_reads_as_expected(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text())
    expected = json.loads((folder / "expected.json").read_text())
    found = parse_archived(body_of(folder), datetime.fromisoformat(meta["captured_at"]), handle=meta["handle"])

    assert meta["kind"] == "constructed"
    if isinstance(found, Observed):
        assert {"observed": as_case(found)} == expected
    else:
        assert {"failed"} == set(expected)
        assert found.cause == expected["failed"]["cause"]
        assert expected["failed"]["says"] in found.detail


@pytest.mark.skipif(not LAYOUTS.exists(), reason="the collected layouts are not here")
@pytest.mark.parametrize(
    ("name", "followers", "native_id"),
    [
        ("sept2008", 100, None),
        ("oct2008", 100, None),
        ("mid2012", 1_090_600, "123"),
        ("late2012", 1_090_600, "123"),
        ("rendered_x", 22_011_145, "123"),
    ],
)
def test_a_collected_layout_is_read_with_handle_and_id(name: str, followers: int, native_id: str | None) -> None:
    """Those of 2008 hold no id: the cut left none."""
    found = parse_archived((LAYOUTS / f"{name}.html").read_bytes(), datetime(2024, 3, 5, tzinfo=UTC))

    assert isinstance(found, Observed)
    assert found.profile is not None
    assert (found.profile.handle, found.followers, found.native_id) == ("example", followers, native_id)
    assert found.drift == ()


def test_a_platform_without_a_parser_is_refused_with_those_that_have_one() -> None:
    assert platform_of("x").archive_note is None
    with pytest.raises(ConfigError, match=r"'threads'.*bluesky, koo, mastodon, x"):
        parser_of("threads")


def test_a_fault_of_a_parser_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(body: bytes, captured_at: datetime, *, handle: str | None = None) -> Observed:  # noqa: ARG001 -- a Parse
        raise KeyError("user")

    monkeypatch.setattr(x, "parse_archived", stumble)

    assert parser_of("x")(b"", datetime(2016, 1, 1, tzinfo=UTC)) == Failed(
        cause="unexpected_answer", detail="KeyError: \"'user'\""
    )


def test_archived_pages_are_read_without_scrapy() -> None:
    code = "import sys, crawlers.archives; sys.exit(bool({'scrapy', 'twisted'} & set(sys.modules)))"

    subprocess.run([sys.executable, "-c", code], check=True, cwd=CASES.parents[2])


# Numbers that contradict themselves, and states that only words tell.


def page_that_shows(number: str, *, language: str = "en", title: str = "", posts: str = "7") -> bytes:
    exact = f' title="{title}"' if title else ""
    return f"""<html lang="{language}"><body><ul class="js-mini-profile-stats">
        <li><a href="/example_office" data-nav="profile">{posts}</a></li>
        <li><a href="/example_office/followers" data-nav="followers"><strong{exact}>{number}</strong></a></li>
        </ul></body></html>""".encode()


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("de", "5.344 Tsd.", "5,34 Mio."),
        ("hi", "7,748 हज़ार", "77.5 लाख"),
        ("hi", "2016 से फोलोअर्स", "77.5 लाख"),
        ("en", "5,405,001", "5.39M"),
        ("en", "5,344", "5,345"),
    ],
)
def test_an_attribute_that_the_text_contradicts_is_not_believed(language: str, title: str, text: str) -> None:
    found = parse_archived(page_that_shows(text, language=language, title=title), AT)

    assert isinstance(found, Failed)
    assert found.cause == "conflicting_answers"


@pytest.mark.parametrize("exact", ["5,395,013", "5,389,999", "5,399,999"])
def test_a_text_may_be_rounded_or_cut(exact: str) -> None:
    found = parse_archived(page_that_shows("5.39M", title=f"{exact} Followers"), AT)

    assert isinstance(found, Observed)
    assert (found.followers, found.followers_precision) == (int(exact.replace(",", "")), None)


@pytest.mark.parametrize("title", ["539 jt", "5.390K", "539万"])
def test_a_shortened_attribute_is_not_believed_beside_a_text_that_cannot_be_read(title: str) -> None:
    assert isinstance(parse_archived(page_that_shows("5,39 ???", title=title), AT), Failed)


def test_an_attribute_stands_beside_a_text_that_cannot_be_read() -> None:
    found = parse_archived(page_that_shows("5,39 ???", title="5,390,123"), AT)

    assert isinstance(found, Observed)
    assert found.followers == 5_390_123


def test_posts_that_contradict_themselves_are_null() -> None:
    for posts, known in (("12.3K", 12_345), ("12.3M", None)):
        shown = f'<strong title="12,345 Tweets">{posts}</strong>'
        found = parse_archived(page_that_shows("5", posts=shown), AT)

        assert isinstance(found, Observed)
        assert found.posts == known


@pytest.mark.parametrize(
    ("markup", "followers", "precision"),
    [
        ("7,748<wbr>,018", 7_748_018, None),
        ("7<span>,748,018</span>", 7_748_018, None),
        ("<bdi>7748018</bdi>", 7_748_018, None),
        ('7,748,018<span class="u-hiddenVisually">followers</span>', 7_748_018, None),
        ("5<span>.39</span>M", 5_390_000, 5_000),
        ('5.39<span class="unit">M</span>', 5_390_000, 5_000),
    ],
)
def test_markup_in_a_number_does_not_part_it(markup: str, followers: int, precision: int | None) -> None:
    found = parse_archived(page_that_shows(markup), AT)

    assert isinstance(found, Observed)
    assert (found.followers, found.followers_precision) == (followers, precision)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (
            "classic_suspended",
            b"This account is currently suspended and is being investigated due to strange activity.",
        ),
        ("classic_protected", b"This person has protected their updates."),
    ],
)
def test_a_state_in_words_of_another_language_is_not_told(case: str, words: bytes) -> None:
    page = body_of(CASES / case).replace(b'lang="en"', b'lang="de"')
    found = parse_archived(page.replace(words, b"Etwas anderes."), AT)

    assert isinstance(found, Failed)
    assert found.cause == "unknown_layout"
    assert isinstance(parse_archived(page, AT), Observed)


def test_a_notice_in_unknown_words_is_no_state() -> None:
    page = body_of(CASES / "classic_suspended").replace(b"This account is currently suspended", b"Something else")

    assert isinstance(parse_archived(page, AT), Failed)


@pytest.mark.parametrize(
    "prefix",
    [
        "/web/20160101000000/",
        "http://web.archive.org:80/web/20160101000000/",
        "//web.archive.org/web/20160101000000im_/",
        "http://localhost:8080/web/2016/",
        "/wayback/20160101000000/",
        "//wayback.archive-it.org/1/20160101000000/",
        "/coll/20160101000000mp_/",
    ],
)
def test_what_a_replay_puts_before_a_link_is_left_out(prefix: str) -> None:
    for address in ("http://office.test/a", "https://office.test/2016/a", "//office.test/"):
        assert original(prefix + address) == address


@pytest.mark.parametrize(
    "address",
    [
        "https://office.test/2016/a",
        "https://office.test/2016?next=/1/http://other.test",
        "https://office.test/#/1/http://other.test",
        "/office/followers",
        "/web/2016/office",
    ],
)
def test_a_link_that_no_replay_changed_stays(address: str) -> None:
    assert original(address) == address


def test_a_failure_does_not_tell_whom_a_page_names() -> None:
    found = parse_archived(b"<html><head><title>Somebody (@somebody)</title></head></html>", AT)

    assert isinstance(found, Failed)
    assert "omebody" not in found.detail


# Bodies that strangers wrote.


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(FOLDERS), st.integers(0, 4000))
def test_no_bytes_raise(noise: bytes, folder: Path, place: int) -> None:
    body = body_of(folder)

    for damaged in (noise, body[:place] + noise + body[place:], body[:place] + noise):
        assert isinstance(parse_archived(damaged, AT), Observed | Failed)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_value_in_a_user_object_raises_or_becomes_a_wrong_count(data: st.DataObject) -> None:
    values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)
    for name, path in (("status_flat", ("user",)), ("status_v2", ("includes", "users", 1))):
        status = json.loads(body_of(CASES / name))
        user = status
        for step in path:
            user = user[step]
        key = data.draw(st.sampled_from(sorted(user)))
        user[key] = data.draw(values)
        found = parse_archived(json.dumps(status).encode(), AT)

        if isinstance(found, Observed):
            count = user.get("followers_count", 1234567)
            assert found.followers == count
            assert isinstance(count, int)
            assert 0 <= count < 2**31


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 400_000,
        b'<input id="init-data" value="' * 40_000,
        b'<input id="init-data" value="{&quot;profile_user&quot;:' + b"[" * 2_000_000,
        b"<div data-user='" * 100_000,
        b"{" * 2_000_000,
        b'{"user":{},"retweeted_status":' * 100_000,
        b'<ul class="user-stats"><li><a class="user-stats-followers" href="/a/followers">1</a></ul>' * 5_000,
        b'<ul class="user-stats"><a class="user-stats-followers" href="/a/followers">' + b"1," * 500_000,
        b'<html lang="' + b"e" * 2_000_000,
        b'<ul class="js-mini-profile-stats"><a data-nav="followers" href="' + b"/1" * 500_000 + b'"><strong>1',
        b'<ul class="user-stats"><a class="user-stats-followers" href="/a/followers">' + b"1" * 500_000 + b"</a></ul>",
    ],
    ids=lambda body: body[:30].decode(),
)
def test_a_hostile_page_takes_little_time(body: bytes) -> None:
    started = process_time()
    found = parse_archived(body, AT)

    assert isinstance(found, Failed) or found.followers == 1
    assert process_time() - started < 5


# Real captures.


@where_captures_lie
@each_capture
def test_a_real_capture_reads_as_the_truth(capture: Capture) -> None:
    found = parse_archived(capture.body, capture.at, handle="michelleobama")
    truth = capture.truth

    assert isinstance(found, Observed)
    assert found.profile is not None
    assert (found.followers, found.followers_precision, found.drift) == (truth["followers"], None, ())
    opened = [f"{bound.not_before:%a %b %d %H:%M:%S %z %Y}" for bound in found.bounds]
    # A null of the truth says that it does not know; nearly all of these pages do.
    for known, read in (
        (truth["following"], found.following),
        (truth["statuses"], found.posts),
        (truth["user_id"], found.native_id),
        (truth["screen_name"], found.profile.handle),
        (truth["verified"], found.profile.verified),
        (truth["protected"], {"protected": True, "active": False}.get(found.status)),
        (truth["created_at"], opened[0] if opened else None),
    ):
        assert known is None or read == known
    # Another person held the handle in 2008: the page's own feed has another number.
    assert found.native_id == ("14610162" if capture.at.year == 2008 else "409486555")
    assert isinstance(parse_archived(capture.body, capture.at, handle="somebody"), Failed)


def without_object(body: bytes) -> bytes:
    return re.sub(rb'<input type="hidden" id="init-data"[^>]*>| data-user="[^"]*"', b"", body)


def without_attributes(body: bytes) -> bytes:
    return re.sub(rb' (?:title|data-count)="[^"]*"', b"", without_object(body))


def shuffled(body: bytes) -> bytes:
    """Every tag's attributes in the opposite order."""

    def turn(tag: re.Match[bytes]) -> bytes:
        attributes = re.findall(rb'[\w-]+="[^"]*"', tag[2])
        return b"<" + tag[1] + b" " + b" ".join(reversed(attributes)) + tag[3] + b">"

    return re.sub(rb'<(input|div|a|span|li|ul|td|strong)((?: +[\w-]+="[^"]*")+)( ?/?)>', turn, body)


def unquoted(body: bytes) -> bytes:
    return re.sub(rb'([\w-]+)="([\w#-]+)"(?=[ >])', rb"\1=\2", body)


def without_banner(body: bytes) -> bytes:
    """A page as `id_` gives it: links as they were."""
    body = re.sub(rb"(?:(?:https?:)?//web\.archive\.org)?/web/\d{14}(?:[a-z]{2}_)?/", b"", body)
    return re.sub(rb"<script[^>]*>archive_analytics.*?End Wayback Rewrite JS Include -->", b"", body, flags=re.DOTALL)


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "whole": lambda body: body,
    "attributes turned round": shuffled,
    "quotes left out": unquoted,
    "without banner": without_banner,
    "Windows line ends": lambda body: body.replace(b"\n", b"\r\n"),
    "byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "broken bytes": lambda body: body.replace(b"<body", b"\xff\xfe\xe0<body").replace(
        b"&quot;description", b"&quot;\xff&quot;:0,&quot;description"
    ),
    "open comment before": lambda body: body.replace(b"<input", b"<!-- <input", 1),
    "closed elements": lambda body: body.replace(b'">', b'" />') if b"init-data" in body else body,
    "tags in capitals": lambda body: re.sub(rb"</?[a-z]+", lambda tag: tag[0].upper(), body),
}
DEPTHS = {"whole": lambda body: body, "no object": without_object, "no attributes": without_attributes}


@where_captures_lie
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_capture_reads_the_same_or_not_at_all(change: str) -> None:
    counted: Counter[str] = Counter()
    for capture in CAPTURES:
        for depth, cut in DEPTHS.items():
            found = parse_archived(CHANGES[change](cut(capture.body)), capture.at, handle="MichelleObama")
            counted[depth + " " + verdict(found, capture.truth["followers"])] += 1
            if depth == "whole" and isinstance(found, Observed):
                assert found.native_id
    print(change, dict(counted))

    assert not [said for said in counted if said.endswith("wrong")]
    if change not in ("open comment before", "closed elements"):
        assert [said for said in counted if not said.endswith("read")] == []


@where_captures_lie
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_capture_reads_in_every_language(language: str) -> None:
    counted: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    locale = Locale.parse({"msa": "ms", "zh-cn": "zh-Hans", "zh-tw": "zh-Hant"}.get(language, language), sep="-")
    word = locale.get_display_name() or ""
    for header, number in product(HEADERS, NUMBERS):
        forms = {
            (format_decimal(number, locale=locale, numbering_system=digits), shortened(number, locale, digits))
            for digits in ("latn", "default")
        }
        for full, short in forms:
            titles = (f"{full} {word}", f"{word} {full}", f"\u200f{word}\u00a0{full}\u200e", f"{full}{word}")
            title = titles[number % len(titles)]
            for kind, attribute, text in (("attribute", title, short), ("whole", "", full), ("shortened", "", short)):
                found = parse_archived(written(header, language, attribute, text), AT)
                counted[f"{kind} {verdict(found, number)}"] += 1
                if isinstance(found, Failed):
                    refused[f"{kind} {text}"] += 1
                elif kind != "shortened":
                    assert found.followers_precision is None
    print(language, dict(counted), dict(refused.most_common(5)))

    assert not [said for said in counted if said.endswith("wrong")]
    assert {said for said in counted if not said.startswith("shortened")} == {"attribute read", "whole read"}


def headers() -> Iterator[str]:
    """Real captures of 2014 and later without their posts and their object: quick to parse, and like one cut off."""
    for capture in CAPTURES:
        if capture.at.year in (2014, 2017):
            yield without_object(capture.body).decode().split('class="stream')[0]


HEADERS = list(headers())


def written(page: str, language: str, title: str, text: str) -> bytes:
    """A page with its count of followers as another language writes it."""
    exact = f' title="{title}"' if title else ""
    page = re.sub(r'<html([^<>]*) lang="\w+"', rf'<html\1 lang="{language}"', page)
    head, mark, tail = page.partition('ProfileNav-item ProfileNav-item--followers">')
    if mark:
        tail = re.sub(r' title="[^"]*"', lambda _: exact, tail, count=1)
        tail = re.sub(
            r'(?: data-count="\d+")?( data-is-compact="true">)[^<]*<', lambda m: f"{m[1]}{text}<", tail, count=1
        )
        return f"{head}{mark}{tail}".encode()
    return page.replace("<strong>5.344.633<", f"<strong{exact}>{text}<").encode()


def shortened(number: int, locale: Locale, digits: str) -> str:
    """A number to three digits, as the language shortens it."""
    form = format_compact_decimal(number, locale=locale, numbering_system="latn")
    leading = re.match(r"\D*(\d+)", form)
    places = max(0, 3 - len(leading[1])) if leading and number >= 1000 else 0
    return format_compact_decimal(number, locale=locale, fraction_digits=places, numbering_system=digits)


@where_captures_lie
@pytest.mark.parametrize(
    "places",
    [pytest.param(6, id="a few"), pytest.param(150, marks=[pytest.mark.proof, pytest.mark.timeout(600)], id="many")],
)
def test_damage_anywhere_makes_no_wrong_number(places: int) -> None:
    chance = random.Random(1)
    counted: Counter[str] = Counter()
    for capture in CAPTURES:
        followers = capture.truth["followers"]
        for body in (capture.body, without_object(capture.body)):
            numbers = [found.span() for found in re.finditer(NUMBER_FORMS[followers], body)]
            for change in ("cut out", "doubled", "cut off", "changed"):
                for place in (*(chance.randrange(len(body)) for _ in range(places)), *near(numbers, places, chance)):
                    end = place + chance.choice((1, 1, 2, 5, 20, 300))
                    if change != "cut off" and any(place <= stop and end >= start for start, stop in numbers):
                        continue
                    damaged = {
                        "cut out": body[:place] + body[end:],
                        "doubled": body[:end] + body[place:],
                        "cut off": body[:place],
                        "changed": body[:place] + chance.randbytes(end - place) + body[end:],
                    }[change]
                    found = parse_archived(damaged, capture.at, handle="MichelleObama")
                    counted[verdict(found, followers)] += 1
    print(dict(counted))

    assert counted["wrong"] == 0
    assert counted["read"] > counted.total() / 2


def near(numbers: list[tuple[int, int]], places: int, chance: random.Random) -> Iterator[int]:
    for _ in range(places):
        yield max(0, chance.choice(numbers)[0] + chance.randrange(-300, 300))


def verdict(found: Observed | Failed, followers: int) -> str:
    if isinstance(found, Failed):
        return found.cause
    assert found.followers is not None
    return "read" if abs(found.followers - followers) <= (found.followers_precision or 0) else "wrong"
