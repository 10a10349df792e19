"""Koo's archived answers and pages, all of them constructed: nobody could find a real one."""

import json
import subprocess
import sys
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.archives.koo import parse_archived
from kooch.platforms import platform_of
from kooch.store.outcomes import CrawledBound, Drift, Failed, Observed

CASES = Path(__file__).parent / "cases" / "koo"
FOLDERS = sorted(path.parent for path in CASES.glob("*/meta.json"))
AT = datetime(2022, 6, 1, tzinfo=UTC)
AFTER = datetime(2024, 7, 5, tzinfo=UTC)
USER: dict[str, Any] = json.loads((CASES / "api" / "body.json").read_text())
PAGE = (CASES / "page" / "page.html").read_bytes()


def body_of(folder: Path) -> bytes:
    (file,) = (*folder.glob("body.json"), *folder.glob("page.html"))
    return file.read_bytes()


def read(user: dict[str, Any], *, at: datetime = AT) -> Observed | Failed:
    return parse_archived(json.dumps(user).encode(), at, handle=USER["handle"])


def page(data: str, attributes: str = 'id="__NEXT_DATA__"') -> bytes:
    return f"<html><script {attributes}>{data}</script></html>".encode()


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

    if isinstance(found, Observed):
        assert {"observed": as_case(found)} == expected
    else:
        assert {"failed"} == set(expected)
        assert found.cause == expected["failed"]["cause"]
        assert expected["failed"]["says"] in found.detail


def test_no_case_passes_for_recorded() -> None:
    kinds = {json.loads((folder / "meta.json").read_text())["kind"] for folder in FOLDERS}

    assert kinds == {"constructed"}
    assert "unverified" in str(platform_of("koo").archive_note)


@pytest.mark.parametrize(
    ("value", "opened"),
    [
        (1612859400, "2021-02-09T08:30:00Z"),
        (1612859400999, "2021-02-09T08:30:00Z"),
        (1612859400.75, "2021-02-09T08:30:00Z"),
        ("2021-02-09T14:00:00+05:30", "2021-02-09T08:30:00Z"),
        ("2021-02-09T08:30:00.000+0000", "2021-02-09T08:30:00Z"),
        (1572566400, "2019-11-01T00:00:00Z"),
        (int((AT + timedelta(days=1)).timestamp()), "2022-06-02T00:00:00Z"),
    ],
)
def test_the_opening_is_read_by_its_size(value: object, opened: str) -> None:
    found = read(USER | {"createdAt": value})
    at = datetime.fromisoformat(opened)

    assert isinstance(found, Observed)
    assert found.bounds == (
        CrawledBound(event="joined", not_before=at, before=at + timedelta(seconds=1), kind="opened"),
    )
    assert found.drift == ()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1572566399, "mistyped"),
        (0, "mistyped"),
        (-1, "mistyped"),
        (True, "mistyped"),
        (None, "mistyped"),
        ("1612859400", "mistyped"),
        ("2021-02-09", "mistyped"),
        ("2021-02-09T08:30:00", "mistyped"),
        ([1612859400], "mistyped"),
        (10**400, "mistyped"),
        (1e300, "mistyped"),
        (int((AT + timedelta(days=1)).timestamp()) + 1, "too_large"),
        (1612859400 * 10**6, "mistyped"),
    ],
)
def test_an_opening_that_cannot_be_is_drift_and_no_bound(value: object, kind: str) -> None:
    found = read(USER | {"createdAt": value})

    assert isinstance(found, Observed)
    assert found.bounds == ()
    assert [(drift.path, drift.kind) for drift in found.drift] == [("createdAt", kind)]


STRANGE: list[object] = [None, True, -1, 2**31, 1.5, "12", "1.2K", [], {}]


@pytest.mark.parametrize("value", STRANGE)
@pytest.mark.parametrize("field", ["followingCount", "kusCount"])
def test_a_count_that_is_none_is_unknown_and_never_zero(field: str, value: object) -> None:
    found = read(USER | {field: value})

    assert isinstance(found, Observed)
    assert (found.following, found.posts) == ((None, 301) if field == "followingCount" else (12, None))
    assert [drift.path for drift in found.drift] == [field]


def test_a_missing_count_is_drift() -> None:
    found = read({key: value for key, value in USER.items() if key not in ("followingCount", "createdAt")})

    assert isinstance(found, Observed)
    assert set(found.drift) == {
        Drift(path="followingCount", kind="missing"),
        Drift(path="createdAt", kind="missing"),
    }


@pytest.mark.parametrize("value", STRANGE)
def test_without_followers_nothing_is_observed(value: object) -> None:
    found = read(USER | {"followerCount": value})

    assert isinstance(found, Failed)
    assert (found.cause, found.detail[:16]) == ("unknown_layout", "followerCount is")


@pytest.mark.parametrize(
    ("field", "value"),
    [("id", None), ("id", "409486555"), ("id", 7), ("id", USER["id"] + "\0"), ("handle", "x" * 65)],
)
def test_identity_is_strict(field: str, value: object) -> None:
    found = parse_archived(json.dumps(USER | {field: value}).encode(), AT)

    assert isinstance(found, Failed)
    assert (found.cause, found.detail.partition(" is ")[0]) == ("unknown_layout", field)


@pytest.mark.parametrize(
    ("social", "links"),
    [
        (None, ()),
        ("", ()),
        (7, ()),
        ("@example_min", ()),
        ("https://twitter.com/example_min", ("https://twitter.com/example_min",)),
        (["https://a.test/1,", "http://b.test"], ("https://a.test/1", "http://b.test")),
        ({"website": "example.test", "x": "HTTPS://X.com/a"}, ("HTTPS://X.com/a",)),
        ({"list": [{"kind": "x", "url": "https://x.com/a"}]}, ("https://x.com/a",)),
        ('{"twitter":"https://x.com/a"}', ("https://x.com/a",)),
        ("https://x.com/a\ud800b javascript:alert(1)", ("https://x.com/a",)),
        ([f"https://x.com/{n}" for n in range(200)], tuple(f"https://x.com/{n}" for n in range(100))),
    ],
)
def test_links_are_found_whatever_form_they_have(social: object, links: tuple[str, ...]) -> None:
    found = read(USER | {"socialProfile": social, "description": None})

    assert isinstance(found, Observed)
    assert found.profile is not None
    assert found.profile.links == links


def test_of_a_file_alone_the_only_account_is_read() -> None:
    one = parse_archived(json.dumps(USER).encode(), AT)
    several = parse_archived(PAGE, AT)

    assert one == read(USER)
    assert isinstance(several, Failed)
    assert several.detail == f"2 accounts: say which with --handle; {len(PAGE):,} bytes of HTML"


@pytest.mark.parametrize(
    "words",
    [
        "Koo is shutting down.",
        "We will sunset… no: Koo will be sunset on 10 July.",
        "We have decided to discontinue our service. Team Koo",
        "Koo has shut down",
        "At Koo, the little yellow bird says its final good-bye",
        "Koo: our platform ceased operations.",
        "Koo: our app is discontinued",
        "Thank you for being with Koo. Our services have been discontinued.",
        "We are closing down.</p><p>Team Koo",
        "We regret to inform you that Koo will be shutting down on 10th July 2024.",
        "Koo is <b>shutting&nbsp;down</b><br>Write to help@koo.test",
    ],
)
def test_a_notice_says_in_some_words_that_koo_closes(words: str) -> None:
    found = parse_archived(f"<html><p>{words}</p></html>".encode(), AFTER, handle="a")

    assert found == Observed(status="platform_closed")
    assert isinstance(parse_archived(f"<html><p>{words}</p></html>".encode(), AT, handle="a"), Failed)


@pytest.mark.parametrize(
    "words",
    [
        "Koo is not shutting down.",
        "Koo is temporarily shut down.",
        "Twitter is shutting down.",
        "A sunset over the lake. Posted on Koo",
        "We are shutting down.",
        "This profile on Koo does not exist",
        '<script>"Koo is shutting down"</script>',
        "<p title='Koo is shutting down'>",
        "Koo will never shut down.",
        "Koo isn't shutting down.",
        "The little yellow bird on Koo never says goodbye.",
        "Koo has shut down its offices in Delhi.",
        "Koo has <b>shut down</b> its offices.",
        "Koo has shut down operations in Nigeria.",
        "Koo is shutting down?",
        "Koo is a social app. Blog: Why we discontinued dark mode on Koo",
        "Koo lives. We closed down our shop in 2020.",
        "The day Koo shuts down I leave.",
        "If Koo shuts down, I leave.",
        "Koo users hear that Twitter shuts down.",
        "@rsp (Ravi): Koo is shutting down.",
        "Ravi, 1.2M followers: Koo is shutting down.",
        "Ravi. Followers: 12. Koo is shutting down.",
        "A. Example. Koo is shutting down.",
    ],
)
def test_other_words_prove_no_end(words: str) -> None:
    found = parse_archived(f"<html><p>{words}</p></html>".encode(), AFTER, handle="a")

    assert isinstance(found, Failed)
    assert found.cause == "unknown_layout"


@pytest.mark.parametrize(
    "body",
    [
        b'{"message": "Koo is shutting down"}',
        b"Koo is shutting down",
        b"",
        b"\0\xff" * 50,
        b"[]",
        b"{}",
        b"{",
        b'{"handle": NaN}',
        b"\x1f\x8b<html>Koo",
        b" \n",
    ],
    ids=repr,
)
def test_what_is_no_page_fails(body: bytes) -> None:
    found = parse_archived(body, AFTER, handle="a")

    assert isinstance(found, Failed)
    assert found.cause == "unknown_layout"
    assert found.detail.isascii()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "an empty body"),
        (b" \n", "2 bytes of white space"),
        (b'{"handle": "somebody"}', "22 bytes of JSON"),
        (b'["somebody"]', "12 bytes of JSON"),
        (b"<title>somebody</title>", "23 bytes of HTML"),
        (b"somebody", "8 bytes of another kind"),
    ],
)
def test_of_what_cannot_be_read_the_kind_and_the_length_are_told_and_no_names(body: bytes, says: str) -> None:
    found = parse_archived(body, AFTER, handle="a")

    assert isinstance(found, Failed)
    assert found.detail.endswith(f"; {says}")
    assert "somebody" not in found.detail


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000, f'{{"a": "{"x" * 9_000_000}"}}'],
    ids=["lists", "objects", "closed", "long"],
)
def test_data_too_deep_or_too_long_fails(text: str) -> None:
    for body in (text.encode(), page(text)):
        found = parse_archived(body, AT, handle="a")

        assert isinstance(found, Failed)
        assert found.cause == "unknown_layout"


def test_two_sets_of_data_are_ambiguous() -> None:
    found = parse_archived(page(json.dumps(USER)) * 2, AT)

    assert isinstance(found, Failed)
    assert found.detail.startswith("2 scripts are called __NEXT_DATA__")
    for attributes in ('data-id="__NEXT_DATA__"', 'id="__NEXT_DATA__2"', 'id="x" src="__NEXT_DATA__"'):
        assert isinstance(parse_archived(page(json.dumps(USER), attributes), AT), Failed)


@pytest.mark.parametrize("end", range(0, len(PAGE), 23))
def test_a_page_cut_short_is_read_whole_or_not_at_all(end: int) -> None:
    whole = parse_archived(PAGE, AT, handle=USER["handle"])
    found = parse_archived(PAGE[:end], AT, handle=USER["handle"])

    assert isinstance(whole, Observed)
    assert isinstance(found, Failed) or found == whole


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*USER, "x"]), inner, max_size=4),
    max_leaves=8,
)


# The first text takes a second, in which the letters of Unicode are looked up.
@pytest.mark.proof
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.dictionaries(st.sampled_from(sorted(USER)), JSON, max_size=4))
def test_whatever_stands_in_the_fields_is_read_or_named(changes: dict[str, object]) -> None:
    found = read(USER | changes)

    if isinstance(found, Observed):
        count = {**USER, **changes}["followerCount"]
        assert found.followers == count
        assert type(count) is int
        json.dumps(as_case(found), ensure_ascii=False).encode()
    else:
        assert found.detail


@settings(deadline=None)
@given(body=st.binary(max_size=200))
def test_garbage_fails(body: bytes) -> None:
    assert isinstance(parse_archived(body, AFTER), Failed)
    assert isinstance(parse_archived(page("") + body, AFTER), Failed)


@pytest.mark.parametrize(
    "unit",
    [
        *(b"<script ", b'<script id="__NEXT_DATA__"', b"id=__NEXT_DATA__ ", b"<script id=__NEXT_DATA__>", b"<title>"),
        *(b"< ", b"a", b"koo ", b"we ", b"little yellow bird ", b"<style>", b"<a>x</a>", b"&amp;", b"id  "),
    ],
)
def test_a_hostile_page_takes_time_in_proportion(unit: bytes) -> None:
    body = b"<html><" + unit * (2_000_000 // len(unit))
    started = process_time()
    parse_archived(body, AFTER, handle="a")

    assert process_time() - started < 3


def test_the_parser_does_without_scrapy() -> None:
    code = "import sys, crawlers.archives.koo; sys.exit('scrapy' in sys.modules or 'twisted' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
