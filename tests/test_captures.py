"""`kooch import captures`: web archives, saved pages and saved answers on disk become observations of their own day."""

import base64
import bz2
import gzip
import json
import lzma
import uuid
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest

from crawlers.captures.files import digest_of
from crawlers.captures.importing import read_files, refuse_undated
from kooch.errors import ConfigError
from kooch.rosters import write_roster
from kooch.store.outcomes import Failed, Observed, Outcome
from kooch.store.state import open_state, runs
from kooch.store.versions import open_version, reading_file, rows_of
from kooch.times import instant_of
from tests.commands import kooch_without_lists as kooch
from tests.stores import claim, member, query, roster

SHARED = Path(__file__).parents[2] / "shared" / "data" / "captures" / "twitter-classic"
ADDRESS = "https://twitter.com/{}"
AT = "2016-11-09T21:05:27Z"


def page(handle: str, native_id: str, followers: int) -> bytes:
    """A profile of 2016, as X's pages of that time."""
    return (
        f'<html lang="en"><body><div class="ProfileNav" data-user-id="{native_id}"><ul>'
        '<li class="ProfileNav-item--followers">'
        f'<a data-nav="followers" href="/{handle}/followers" title="{followers:,} Followers">'
        f'<span class="ProfileNav-value" data-count="{followers}">{followers:,}</span></a></li></ul></div></body></html>'
    ).encode()


def record(url: str, at: str, body: bytes, headers: Mapping[str, str] | None = None, kind: str = "response") -> bytes:
    """A record of a web archive (ISO 28500): an answer with its headers of HTTP, `:status` among them."""
    told = {"Content-Type": "text/html"} | dict(headers or {})
    status = told.pop(":status", "200 OK")
    digest = told.pop(":digest", f"sha1:{digest_of(body)}")
    http = "".join([f"HTTP/1.1 {status}\r\n", *(f"{name}: {value}\r\n" for name, value in told.items()), "\r\n"])
    block = http.encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{uuid.uuid4()}>\r\nWARC-Date: {at}\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Payload-Digest: {digest}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def warc(*records: bytes, is_packed: bool = True) -> bytes:
    """A web archive; packed, each record is a member of its own."""
    return b"".join(gzip.compress(each) if is_packed else each for each in records)


def read(file: Path, **options: Any) -> list[Outcome]:  # noqa: ANN401 -- those of `read_files`
    """The outcomes that a file would become, in order of day, target and platform."""
    found = read_files([file], **{"platform": None, "captured_at": None} | options)

    assert (found.unread, found.undated, found.unnamed) == ([], [], [])
    every = [outcome for outcomes in found.outcomes.values() for outcome in outcomes.values()]
    return sorted(every, key=lambda outcome: (outcome.valid_at, outcome.target))


def told(outcome: Outcome) -> tuple[str | None, int | None]:
    """Id and followers."""
    assert isinstance(outcome.result, Observed), outcome.result
    return outcome.result.native_id, outcome.result.followers


def observed(home: Path) -> list[dict[str, Any]]:
    with open_version(reading_file(home)) as connection:
        return rows_of(
            connection.sql(
                "SELECT a.platform, a.native_id, o.valid_at, o.followers, o.status, c.url, c.captured_at, c.digest, r.source"
                " FROM observations AS o INNER JOIN accounts AS a USING (account_id) INNER JOIN runs AS r USING (run_id)"
                " LEFT JOIN captures AS c USING (capture_id) ORDER BY a.platform, a.native_id, o.valid_at, c.url"
            )
        )


def imported(home: Path, *files: Path, **options: str) -> list[dict[str, Any]]:
    done = kooch(home, "import", "captures", "--unlisted", *map(str, files), *options_of(options))

    assert done.returncode == 0, done.stderr
    return observed(home)


def options_of(options: Mapping[str, str]) -> list[str]:
    return [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]


@pytest.mark.proof
def test_a_web_archive_with_two_accounts_gives_two_observations_with_their_days(tmp_path: Path) -> None:
    file = tmp_path / "two.warc.gz"
    file.write_bytes(
        warc(
            record(ADDRESS.format("Ada"), AT, page("Ada", "11", 5_584_956)),
            record("https://pbs.twimg.test/a.png", AT, b"\x89PNG", {"Content-Type": "image/png"}),
            record(
                ADDRESS.format("Bob"),
                "2017-05-20T07:51:44Z",
                gzip.compress(page("Bob", "12", 7_748_018)),
                {"Content-Encoding": "gzip"},
            ),
        )
    )

    ada, bob = imported(tmp_path / "data", file)

    assert (ada["native_id"], ada["followers"], ada["valid_at"]) == ("11", 5_584_956, datetime.fromisoformat(AT))
    assert (bob["native_id"], bob["followers"]) == ("12", 7_748_018)
    assert bob["valid_at"] == bob["captured_at"] == datetime(2017, 5, 20, 7, 51, 44, tzinfo=UTC)
    assert (ada["url"], ada["source"]) == ("https://twitter.com/Ada", "import")
    assert len(ada["digest"]) == 32
    with open_state(tmp_path / "data") as state:
        (run,) = runs(state)
    assert (run.state, run.planned, run.source) == ("complete", 2, "import")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip", "identity"])
def test_an_encoded_record_is_decoded(encoding: str, tmp_path: Path) -> None:
    body = page("Ada", "11", 7_001)
    encoded = {
        "br": brotli.compress(body),
        "deflate": zlib.compress(body),
        "gzip": gzip.compress(body),
        "identity": body,
    }[encoding]
    file = tmp_path / "a.warc"
    file.write_bytes(warc(record(ADDRESS.format("Ada"), AT, encoded, {"Content-Encoding": encoding}), is_packed=False))

    assert [told(outcome) for outcome in read(file)] == [("11", 7_001)]


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_a_record_in_chunks_is_put_together(encoding: str, tmp_path: Path) -> None:
    body = page("Ada", "11", 7_001)
    encoded = {"br": brotli.compress(body), "gzip": gzip.compress(body), "identity": body}[encoding]
    parts = [encoded[start : start + 50] for start in range(0, len(encoded), 50)]
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    file = tmp_path / "a.warc.gz"
    headers = {"Content-Encoding": encoding, "Transfer-Encoding": "chunked"}
    file.write_bytes(warc(record(ADDRESS.format("Ada"), AT, chunked, headers)))

    assert [told(outcome) for outcome in read(file)] == [("11", 7_001)]


def test_an_older_archive_is_read_too(tmp_path: Path) -> None:
    """ARC, the form before WARC: https://archive.org/web/researcher/ArcFileFormat.php."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page("Ada", "11", 7_001)
    about = b"1 0 test\nURL IP-address Archive-date Content-type Archive-length\n"
    file = tmp_path / "a.arc"
    file.write_bytes(
        b"filedesc://a.arc 0.0.0.0 20161109210527 text/plain %d\n%s\n" % (len(about), about)
        + b"https://twitter.com/Ada 192.0.2.1 20161109210527 text/html %d\n%s\n" % (len(block), block)
    )
    (outcome,) = read(file)

    assert told(outcome) == ("11", 7_001)
    assert outcome.valid_at == datetime.fromisoformat(AT)


def test_what_cannot_be_read_of_a_web_archive_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    whole = warc(
        record(ADDRESS.format("Ada"), AT, page("Ada", "11", 7_001)),
        record(ADDRESS.format("Bob"), AT, b"packed", {"Content-Encoding": "zstd"}),
        record(ADDRESS.format("Dan"), AT, b"no Brotli", {"Content-Encoding": "br"}),
        record(ADDRESS.format("Eve"), AT, b"<html>gone</html>", {":status": "404 Not Found"}),
        record(ADDRESS.format("Zoe"), AT, page("Zoe", "14", 9_001)),
    )
    file = tmp_path / "cut.warc.gz"
    file.write_bytes(whole[:-60])
    found = read_files([file], platform=None, captured_at=None)
    outcomes = sorted(found.outcomes["x"].values(), key=lambda outcome: outcome.target)

    assert [(each.place, each.why.partition(" (")[0]) for each in found.unread] == [
        ("cut.warc.gz, record 2", "it is encoded as 'zstd'"),
        ("cut.warc.gz, record 3", "it cannot be decoded"),
        ("cut.warc.gz, record 5", "the file is cut off in it"),
    ]
    assert told(outcomes[0]) == ("11", 7_001)
    assert [outcome.result for outcome in outcomes[1:]] == [
        Failed(cause="unexpected_answer", detail="cut.warc.gz, record 4: the archived answer is 404", http_status=404)
    ]


def test_a_file_that_was_read_before_adds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.warc.gz"
    file.write_bytes(warc(record(ADDRESS.format("Ada"), AT, page("Ada", "11", 7_001))))
    first = imported(tmp_path / "data", file)
    done = kooch(tmp_path / "data", "import", "captures", "--unlisted", str(file))

    assert done.returncode == 0
    assert "Imported before, and left unchanged: 1 record." in done.stdout
    assert observed(tmp_path / "data") == first


@pytest.mark.proof
def test_accounts_on_no_list_are_named_and_not_stored(tmp_path: Path) -> None:
    """Kooch is about public figures; Ada's handle is claimed, her other page shows another handle and the same id."""
    home = tmp_path / "data"
    write_roster(roster("mine", [member("xx-ada")], accounts=(claim("xx-ada", "Ada", platform="x"),)), home / "rosters")
    file = tmp_path / "crawl.warc.gz"
    file.write_bytes(
        warc(
            record(ADDRESS.format("Ada"), AT, page("Ada", "11", 7_001)),
            record(ADDRESS.format("AdaL"), "2016-12-01T00:00:00Z", page("AdaL", "11", 7_100)),
            record(ADDRESS.format("Passerby"), AT, page("Passerby", "12", 40)),
            record(ADDRESS.format("Gone_Passerby"), AT, b"", {":status": "404 Not Found"}),
        )
    )
    done = kooch(home, "import", "captures", str(file))

    assert done.returncode == 0, done.stderr
    assert "No list claims 2 accounts of x (Gone_Passerby, Passerby): left out. --unlisted imports them." in done.stdout
    assert [row["native_id"] for row in observed(home)] == ["11", "11"]
    assert query(home, "SELECT count(*) FROM accounts WHERE native_id = '12'") == [(0,)]
    assert not [
        each
        for each in home.rglob("*")
        if each.is_file() and b"Passerby" in each.read_bytes() and each.suffix != ".log"
    ]
    # Those who ask for them get them.
    asked = kooch(home, "import", "captures", "--unlisted", str(file))
    assert asked.returncode == 3  # the page that was gone says nothing
    assert [row["native_id"] for row in observed(home)] == ["11", "11", "12"]


def test_a_file_of_nobody_on_a_list_says_so_and_stores_nothing(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(V1), encoding="utf-8")
    refused = kooch(tmp_path / "data", "import", "captures", str(file), "--captured-at", AT)

    assert refused.returncode == 2
    assert "No list claims an account in these files" in refused.stderr
    assert query(tmp_path / "data", "SELECT count(*) FROM observations") == [(0,)]


def test_a_repetition_has_the_body_that_it_repeats(tmp_path: Path) -> None:
    url, body = ADDRESS.format("Ada"), page("Ada", "11", 7_001)
    later = {":digest": f"sha1:{digest_of(body)}"}
    file = tmp_path / "a.warc.gz"
    file.write_bytes(
        warc(record(url, AT, body), record(url, "2016-12-01T00:00:00Z", b"", later, kind="revisit"))
        + warc(record(url, "2016-12-02T00:00:00Z", b"", {":digest": "sha1:" + "A" * 32}, kind="revisit"))
    )
    found = read_files([file], platform=None, captured_at=None)
    outcomes = sorted(found.outcomes["x"].values(), key=lambda outcome: outcome.valid_at)

    assert [told(outcome) for outcome in outcomes] == [("11", 7_001), ("11", 7_001)]
    assert [f"{outcome.valid_at:%Y-%m-%d}" for outcome in outcomes] == ["2016-11-09", "2016-12-01"]
    assert [each.why for each in found.unread] == ["it repeats a record that is not in this file"]


def test_a_wacz_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "a.wacz"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("datapackage.json", "{}")
        packed.writestr("archive/data.warc.gz", warc(record(ADDRESS.format("Ada"), AT, page("Ada", "11", 7_001))))

    assert [told(outcome) for outcome in read(file)] == [("11", 7_001)]


def mhtml(url: str, body: bytes, date: str = "Wed, 9 Nov 2016 21:05:27 -0000") -> bytes:
    return (
        (
            f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\nSubject: Ada\r\n"
            + (f"Date: {date}\r\n" if date else "")
            + 'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="B"\r\n\r\n\r\n'
            f"--B\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\nContent-Location: {url}\r\n\r\n"
        ).encode()
        + base64.encodebytes(body)
        + b"\r\n--B--\r\n"
    )


SINGLE_FILE = (
    "<!DOCTYPE html> <html lang=en><!--\n Page saved with SingleFile \n url: {} \n"
    " saved date: Wed Nov 09 2016 22:05:27 GMT+0100 (Central European Standard Time)\n-->"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.mhtml", mhtml(ADDRESS.format("Ada"), page("Ada", "11", 7_001))),
        (
            "of-a-replay.mhtml",
            mhtml(
                "https://web.archive.org/web/20161109210527/https://twitter.com/Ada",
                page("Ada", "11", 7_001),
                "Sun, 1 Nov 2026 10:00:00 -0000",
            ),
        ),
        ("a.html", SINGLE_FILE.format(ADDRESS.format("Ada")).encode() + page("Ada", "11", 7_001)),
        (
            "saved 20161109210527.html",
            b"<!-- saved from url=(0023)https://twitter.com/Ada -->\n" + page("Ada", "11", 7_001),
        ),
        ("ada_20161109210527.html.gz", gzip.compress(page("Ada", "11", 7_001))),
        ("ada_20161109210527.html.bz2", bz2.compress(page("Ada", "11", 7_001))),
        ("ada_20161109210527.html.xz", lzma.compress(page("Ada", "11", 7_001))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_saved_page_has_its_day(name: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    (outcome,) = read(file)

    assert told(outcome) == ("11", 7_001)
    assert outcome.valid_at == datetime.fromisoformat(AT)


PROFILE = {
    "did": f"did:plc:{'a' * 24}",
    "handle": "ada.example.org",
    "followersCount": 9,
    "followsCount": 1,
    "postsCount": 2,
}
ACCOUNT = {
    "id": "109290612326400001",
    "username": "ada",
    "acct": "ada",
    "display_name": "Ada",
    "created_at": "2022-11-05T00:00:00.000Z",
    "note": "",
    "url": "https://social.example.org/@ada",
    "uri": "https://social.example.org/users/ada",
    "avatar": "https://social.example.org/a.png",
    "followers_count": 580,
    "following_count": 12,
    "statuses_count": 301,
    "last_status_at": "2025-06-01",
    "fields": [],
}
V1 = {
    "id": 11,
    "id_str": "11",
    "screen_name": "Ada",
    "name": "Ada",
    "protected": False,
    "verified": False,
    "followers_count": 7_001,
    "friends_count": 2,
    "statuses_count": 3,
    "created_at": "Thu Nov 10 20:13:01 +0000 2011",
}
V2 = {
    "id": "12",
    "username": "Bob",
    "name": "Bob",
    "protected": False,
    "verified": False,
    "created_at": "2011-11-10T20:13:01.000Z",
    "public_metrics": {"followers_count": 8_001, "following_count": 2, "tweet_count": 3, "listed_count": 1},
}
TWARC = {"url": "https://api.twitter.com/2/users/by", "version": "2.13.0", "retrieved_at": "2021-02-10T08:30:00+00:00"}
GRAPHQL = {
    "data": {
        "user": {
            "result": {
                "__typename": "User",
                "rest_id": "13",
                "core": {"name": "Eve", "screen_name": "Eve", "created_at": "Thu Nov 10 20:13:01 +0000 2011"},
                "legacy": {"followers_count": 9_001, "friends_count": 2, "statuses_count": 3, "verified": False},
            }
        }
    }
}
GRAPHQL_OF_2026 = {
    "data": {
        "user": {
            "result": {
                "__typename": "User",
                "rest_id": "13",
                "core": {"name": "Eve", "screen_name": "Eve", "created_at": "Thu Nov 10 20:13:01 +0000 2011"},
                "relationship_counts": {"followers": 9_001, "following": 2},
                "privacy": {"protected": False},
                "verification": {"verified": False},
            }
        }
    }
}
POST = {"id": "1", "author_id": "12", "text": "not stored"}
# A saved body → platform, id and followers of each account in it.
ANSWERS: dict[str, tuple[object, list[tuple[str, str, int]]]] = {
    "a profile of Bluesky": (PROFILE, [("bluesky", PROFILE["did"], 9)]),  # type: ignore[list-item]  # of mixed values
    "profiles of Bluesky": (
        {"profiles": [PROFILE, PROFILE | {"did": f"did:plc:{'b' * 24}", "handle": "bob.example.org"}]},
        [("bluesky", f"did:plc:{letter * 24}", 9) for letter in "ab"],
    ),
    "an account of Mastodon": (ACCOUNT, [("mastodon", "https://social.example.org/users/ada", 580)]),
    "found accounts of Mastodon": (
        {"accounts": [ACCOUNT], "statuses": [], "hashtags": []},
        [("mastodon", "https://social.example.org/users/ada", 580)],
    ),
    "a user of v1.1": (V1, [("x", "11", 7_001)]),
    "users of v1.1": (
        [V1, V1 | {"id": 14, "id_str": "14", "screen_name": "Zoe"}],
        [("x", "11", 7_001), ("x", "14", 7_001)],
    ),
    "a user of v2": ({"data": V2}, [("x", "12", 8_001)]),
    "users of v2": ({"data": [V2], "errors": [{"title": "Not Found Error"}]}, [("x", "12", 8_001)]),
    "posts of v2": (
        {"data": [POST], "includes": {"users": [V2, {"id": "9", "username": "stub"}]}},
        [("x", "12", 8_001)],
    ),
    "GraphQL": (GRAPHQL, [("x", "13", 9_001)]),
    "GraphQL of 2026": (GRAPHQL_OF_2026, [("x", "13", 9_001)]),
    "a post of v1.1": ({"id_str": "1", "text": "not stored", "user": V1}, [("x", "11", 7_001)]),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_saved_answer_is_read_whosever_it_is(name: str, tmp_path: Path) -> None:
    answer, expected = ANSWERS[name]
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer), encoding="utf-8")
    undated = read_files([file], platform=None, captured_at=None)
    outcomes = read_files([file], platform=None, captured_at=datetime.fromisoformat(AT)).outcomes

    assert len(undated.undated) == len(expected)
    with pytest.raises(ConfigError, match=r"answer\.json.*no day is said there\. Say when .* --captured-at"):
        refuse_undated(undated)
    assert sorted(
        (platform, *told(outcome)) for platform, each in outcomes.items() for outcome in each.values()
    ) == sorted(expected)


def test_an_answer_without_a_day_is_refused_and_no_words_of_posts_are_stored(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(ANSWERS["posts of v2"][0]), encoding="utf-8")
    refused = kooch(tmp_path / "data", "import", "captures", str(file))
    (row,) = imported(tmp_path / "data", file, captured_at=AT)

    assert refused.returncode == 2
    assert "answer.json" in refused.stderr
    assert "no day is said there" in refused.stderr
    assert (row["native_id"], row["followers"], row["valid_at"]) == ("12", 8_001, datetime.fromisoformat(AT))
    assert not [
        file for file in (tmp_path / "data").rglob("*") if file.is_file() and b"not stored" in file.read_bytes()
    ]


def test_lines_of_twarc_say_their_own_day(tmp_path: Path) -> None:
    file = tmp_path / "users.jsonl"
    later = TWARC | {"retrieved_at": "2021-03-10T08:30:00+00:00"}
    lines = [{"data": [V2], "__twarc": TWARC}, {"data": [POST], "includes": {"users": [V2]}, "__twarc": later}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    outcomes = read(file)

    assert [f"{outcome.valid_at:%Y-%m-%d %H:%M}" for outcome in outcomes] == ["2021-02-10 08:30", "2021-03-10 08:30"]


def test_a_line_that_cannot_be_read_costs_no_other(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    lines = [json.dumps({"user": V1}), '{"user": {"id_str"', json.dumps({"data": V2})]
    file.write_text("\n".join(lines), encoding="utf-8")
    found = read_files([file], platform=None, captured_at=datetime.fromisoformat(AT))

    assert [told(outcome) for outcome in found.outcomes["x"].values()] == [("11", 7_001), ("12", 8_001)]
    assert [(each.place, each.why) for each in found.unread] == [
        ("posts.jsonl, line 2", "no platform's reader understands it")
    ]


@pytest.mark.parametrize(
    ("followers", "expected"),
    [([7, 7, 7], [("11", 7)]), ([7, 8, 9], ["conflicting_answers"] * 3)],
    ids=["alike", "of several days"],
)
def test_answers_of_one_day_say_one_thing_of_an_account(
    followers: list[int], expected: list[object], tmp_path: Path
) -> None:
    file = tmp_path / "posts.jsonl"
    lines = [json.dumps({"id_str": str(n), "user": V1 | {"followers_count": n}}) for n in followers]
    file.write_text("\n".join(lines), encoding="utf-8")
    outcomes = read(file, captured_at=datetime.fromisoformat(AT))

    assert [each.result.cause if isinstance(each.result, Failed) else told(each) for each in outcomes] == expected


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.zst", b"\x28\xb5\x2f\xfd....", "is compressed with Zstandard: unpack it with `zstd -d`."),
        ("a.7z", b"7z\xbc\xaf\x27\x1c....", "is a 7z archive: unpack it"),
        ("a.pdf", b"%PDF-1.7", "is a PDF: save the page as MHTML or HTML instead."),
        ("a.bin", b"\x00\x01\x02", "is no web archive, saved page or saved answer"),
        ("a.json", b"", "is empty: save it again."),
        ("a.json", b'{"hello": "world"}', "no platform's reader understands it"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    with pytest.raises(ConfigError) as refused:
        refuse_undated(read_files([file], platform=None, captured_at=datetime.fromisoformat(AT)))

    assert says in str(refused.value)


def test_a_zip_that_holds_no_web_archive_is_named(tmp_path: Path) -> None:
    file = tmp_path / "pages.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("page.html", page("Ada", "11", 7_001))

    with pytest.raises(ConfigError, match=r"pages\.zip is a ZIP archive and no WACZ: unpack it"):
        read_files([file], platform=None, captured_at=None)


def test_another_servers_copy_of_an_account_is_nobodys_number(tmp_path: Path) -> None:
    copy = ACCOUNT | {"acct": "ada@social.example.org", "followers_count": 3}
    file = tmp_path / "a.warc.gz"
    url = "https://other.example.org/api/v1/accounts/lookup?acct=ada@social.example.org"
    file.write_bytes(warc(record(url, AT, json.dumps(copy).encode(), {"Content-Type": "application/json"})))
    (outcome,) = read(file)

    assert isinstance(outcome.result, Failed)
    assert outcome.result.cause == "another_account"


@pytest.mark.proof
def test_a_suppressed_account_stays_out(tmp_path: Path) -> None:
    home = tmp_path / "data"
    kooch(home, "load")
    assert kooch(home, "suppress", "x", "Ada", "--reason", "asked").returncode == 0
    file = tmp_path / "two.warc.gz"
    file.write_bytes(
        warc(
            record(ADDRESS.format("Ada"), AT, page("Ada", "11", 1)),
            record(ADDRESS.format("Bob"), AT, page("Bob", "12", 2)),
        )
    )

    assert [row["native_id"] for row in imported(home, file)] == ["12"]
    with open_state(home) as state:
        targets = state.execute("SELECT handle FROM targets").fetchall()
    assert [row["handle"] for row in targets] == ["Bob"]


@pytest.mark.skipif(not SHARED.exists(), reason="real captures are not here")
def test_real_captures_in_a_web_archive_read_as_the_truth(tmp_path: Path) -> None:
    truth = json.loads((SHARED / "truth.json").read_text(encoding="utf-8"))
    bodies = {each["file"]: gzip.decompress((SHARED / each["file"]).read_bytes()) for each in truth}
    file = tmp_path / "real.warc.gz"
    file.write_bytes(
        warc(
            *(
                record(
                    ADDRESS.format("MichelleObama"),
                    f"{instant_of(each['capture']):%Y-%m-%dT%H:%M:%SZ}",
                    gzip.compress(bodies[each["file"]]),
                    {"Content-Encoding": "gzip"},
                )
                for each in truth
            )
        )
    )

    outcomes = read(file)

    assert {(f"{outcome.valid_at:%Y%m%d%H%M%S}", told(outcome)[1]) for outcome in outcomes} == {
        (each["capture"], each["followers"]) for each in truth
    }
