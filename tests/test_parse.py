"""`kooch parse` prints one line for each file, whatever the file, and still reads the other files."""

import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import IO, Any

import pytest

from kooch.cli import main
from tests.test_x_archive import CAPTURES, DEPTHS, where_captures_lie

API = (Path(__file__).parent / "cases" / "koo" / "api" / "body.json").read_bytes()
NOTICE = (Path(__file__).parent / "cases" / "koo" / "closing_notice" / "page.html").read_bytes()
OBSERVED = {
    "platform": "koo",
    "captured_at": "2022-06-01T00:00:00+00:00",
    "unverified": True,
    "outcome": "observed",
    "status": "active",
    "native_id": "0b6f4c1e-93a5-4d2c-8e57-2f4a1c9d7e60",
    "handle": "Example_Minister",
    "display_name": "Example Minister",
    "followers": 1048,
    "following": 12,
    "posts": 301,
    "followers_precision": None,
    "last_post_at": None,
    "created_at": "2021-02-09T08:30:00+00:00",
    "verified": None,
    "protected": False,
    "bio": "Office: https://ministry.test/about. मंत्री",
    "links": ["https://ministry.test", "https://twitter.com/example_min", "https://ministry.test/about"],
    "avatar_url": "https://images.kooapp.test/a.jpg",
    "drift": [],
}
TIME = ("--captured-at", "20220601000000")
LIMIT = 32 * 2**20
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}

Parse = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def parse(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Parse:
    """Runs `kooch parse` here; gives its exit code, its lines and its complaints."""

    def run(*words: object) -> tuple[int, list[dict[str, Any]], str]:
        monkeypatch.setattr(sys, "argv", ["kooch", "parse", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfdbinary.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, [json.loads(line) for line in out.decode().splitlines()], err.decode()

    return run


def kooch(
    *words: str | bytes, cwd: Path, sent: bytes | None = None, stdout: int | IO[bytes] = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "kooch", "parse", *words],
        cwd=cwd,
        env=ENVIRONMENT,
        input=sent,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )


def shared(folder: str, pattern: str) -> list[Path]:
    return sorted((Path(__file__).parents[2] / "shared" / folder).glob(pattern))


@pytest.mark.skipif(not shared("cases/20-x-layouts", "*"), reason="the collected layouts are not here")
@pytest.mark.parametrize("ask", [(), ("--handle", "example")], ids=["any", "by its handle"])
def test_the_collected_layouts_are_read_with_handle_and_id(parse: Parse, ask: tuple[str, ...]) -> None:
    files = shared("cases/20-x-layouts", "*.html")
    code, lines, complaints = parse("x", "--captured-at", "20240305000000", *ask, *files)

    assert (code, complaints) == (0, "")
    # Those of 2008 hold no id: the cut left none.
    assert [(Path(each["file"]).stem, each["handle"], each["native_id"], each["followers"]) for each in lines] == [
        ("late2012", "example", "123", 1_090_600),
        ("mid2012", "example", "123", 1_090_600),
        ("oct2008", "example", None, 100),
        ("rendered_x", "example", "123", 22_011_145),
        ("sept2008", "example", None, 100),
    ]


@where_captures_lie
@pytest.mark.parametrize("form", DEPTHS)
def test_the_real_captures_are_read_whole_without_the_object_and_by_their_text(
    form: str, parse: Parse, tmp_path: Path
) -> None:
    files = [tmp_path / f"{capture.truth['capture']}.html.gz" for capture in CAPTURES]
    for file, capture in zip(files, CAPTURES, strict=True):
        file.write_bytes(gzip.compress(DEPTHS[form](capture.body)))
    code, lines, complaints = parse("x", *files)

    assert (code, complaints, len(lines)) == (0, "", 6)
    for line, capture in zip(lines, CAPTURES, strict=True):
        # Text shortens a count: it is right to its precision.
        assert abs(line["followers"] - capture.truth["followers"]) <= (line["followers_precision"] or 0)
        assert form == "no attributes" or line["followers_precision"] is None
        assert (line["handle"], line["captured_at"]) == ("MichelleObama", capture.at.isoformat())
        # Another person held the handle in 2008. The text of a page need not hold the id.
        expected = {"14610162" if capture.at.year == 2008 else "409486555"}
        assert line["native_id"] in (expected if form == "whole" else expected | {None})


def test_files_are_read_in_their_order_without_a_data_folder(tmp_path: Path) -> None:
    (tmp_path / "plain.json").write_bytes(API)
    (tmp_path / "packed").write_bytes(gzip.compress(API))
    (tmp_path / "garbage").write_bytes(os.urandom(100))
    (tmp_path / b"caf\xe9.json".decode(errors="surrogateescape")).write_bytes(API)
    before = sorted(tmp_path.iterdir())
    done = kooch("koo", "plain.json", "garbage", "packed", "-", b"caf\xe9.json", *TIME, cwd=tmp_path, sent=API)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]

    assert done.returncode == 3, done.stderr
    assert done.stderr == b""
    assert [line.pop("file") for line in lines] == ["plain.json", "garbage", "packed", "-", "caf?.json"]
    assert [line["outcome"] for line in lines] == ["observed", "failed", "observed", "observed", "observed"]
    assert lines[0] == lines[2] == lines[3] == lines[4] == OBSERVED
    assert sorted(tmp_path.iterdir()) == before


def test_what_cannot_be_read_is_a_line_with_its_cause(tmp_path: Path, parse: Parse) -> None:
    files = {
        "good.json": API,
        "empty": b"",
        "binary": bytes(range(256)),
        "short.gz": gzip.compress(API)[:-20],
        "header.gz": b"\x1f\x8b",
        "wrong.gz": gzip.compress(API)[:20] + bytes(200),
        "trailing.gz": gzip.compress(API) + b"and more",
        "bomb.gz": gzip.compress(bytes(LIMIT + 1)),
        "large": bytes(LIMIT + 1),
        "latin1": "é".encode("latin-1") + API,
        "long.json": b"{" + b" " * (LIMIT - 2) + b"}",
    }
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    names = [*files, "folder", "loop", "absent", "a" * 300]
    code, lines, err = parse("koo", *TIME, *(tmp_path / name for name in names), tmp_path / "good.json")

    assert (code, err) == (3, "")
    assert [line["file"] for line in lines] == [str(tmp_path / name) for name in [*names, "good.json"]]
    assert {Path(line["file"]).name[:20]: line.get("cause") for line in lines} == {
        "good.json": None,
        "empty": "unknown_layout",
        "binary": "unknown_layout",
        "short.gz": "unreadable_file",
        "header.gz": "unreadable_file",
        "wrong.gz": "unreadable_file",
        "trailing.gz": "unreadable_file",
        "bomb.gz": "body_too_large",
        "large": "body_too_large",
        "latin1": "unknown_layout",
        "long.json": "unknown_layout",
        "folder": "unreadable_file",
        "loop": "unreadable_file",
        "absent": "unreadable_file",
        "a" * 20: "unreadable_file",
    }
    for line in lines:
        if line["outcome"] == "failed":
            assert line["detail"]
            assert line["cause_in_words"]
            assert (line["platform"], line["unverified"]) == ("koo", True)
    by_name = {Path(line["file"]).name: line for line in lines}
    assert by_name["absent"]["detail"] == "No such file or directory"
    assert by_name["absent"]["cause_in_words"] == "the file could not be read"
    assert lines[-1] == {"file": str(tmp_path / "good.json"), **OBSERVED}


def test_all_read_is_success(tmp_path: Path, parse: Parse) -> None:
    (tmp_path / "notice_20240705000000.html").write_bytes(NOTICE)
    code, (line,), _ = parse("koo", tmp_path / "notice_20240705000000.html")

    assert code == 0
    assert list(line) == ["file", *OBSERVED]
    assert (line["status"], line["protected"], line["captured_at"]) == (
        "platform_closed",
        None,
        "2024-07-05T00:00:00+00:00",
    )
    assert line["links"] == []
    assert {line[name] for name in ("native_id", "handle", "followers", "created_at", "bio")} == {None}


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("Somebody_20220601000000_en.json.gz", "2022-06-01T00:00:00+00:00"),
        ("20220601000000", "2022-06-01T00:00:00+00:00"),
        ("20220601000000.99999999999999.json", "2022-06-01T00:00:00+00:00"),
        ("20220601000000-20220602000000.json", None),
        ("220220601000000.json", None),
        ("20220601.json", None),
        ("20221301000000.json", None),
        ("19950601000000.json", None),
        ("29990601000000.json", None),
        ("२०२२०६०१००००००.json", None),
    ],
)
def test_a_name_with_one_timestamp_dates_the_file(name: str, at: str | None, tmp_path: Path, parse: Parse) -> None:
    folder = tmp_path / "20210101000000"
    folder.mkdir()
    (folder / name).write_bytes(API)
    _, (line,), _ = parse("koo", folder / name)
    _, (other,), _ = parse("koo", folder / name, "--captured-at", "2023-01-01T05:30:00+05:30")

    assert line["captured_at"] == at
    assert other["captured_at"] == "2023-01-01T00:00:00+00:00"


def test_the_time_given_is_the_one_that_dates_are_held_against(tmp_path: Path, parse: Parse) -> None:
    (tmp_path / "a.json").write_bytes(API)
    _, (line,), _ = parse("koo", tmp_path / "a.json", "--captured-at", "20200601000000")

    assert line["created_at"] is None
    assert line["drift"] == [{"path": "createdAt", "kind": "too_large"}]


def test_the_handle_given_is_the_account_read(tmp_path: Path, parse: Parse) -> None:
    page = tmp_path / "example_minister.html"
    page.write_bytes((Path(__file__).parent / "cases" / "koo" / "page" / "page.html").read_bytes())
    without, (unread,), _ = parse("koo", page)
    found, (line,), _ = parse("koo", page, "--handle", "@EXAMPLE_minister")
    wrong, (other,), _ = parse("koo", page, "--handle", "third")

    assert (without, found, wrong) == (3, 0, 3)
    assert (unread["cause"], "--handle" in unread["detail"]) == ("unknown_layout", True)
    assert (line["handle"], line["followers"]) == ("Example_Minister", 1048)
    assert other["cause"] == "unknown_layout"


PROFILE = {"did": f"did:plc:{'a' * 24}", "handle": "ada.example.org", "followersCount": 9}
ACCOUNT = {
    "username": "ada",
    "acct": "ada",
    "uri": "https://social.example.org/users/ada",
    "url": "https://social.example.org/@ada",
    "followers_count": 580,
}
TOMBSTONE = {"type": "Tombstone", "id": "https://social.example.org/users/ada"}
USER = {"screen_name": "Ada", "id_str": "11", "id": 11, "protected": False, "followers_count": 7}


@pytest.mark.parametrize(
    ("platform", "answer", "expected"),
    [
        ("bluesky", PROFILE, [("active", PROFILE["did"], 9)]),
        ("bluesky", {"profiles": [PROFILE, PROFILE]}, [("active", PROFILE["did"], 9)] * 2),
        ("bluesky", {"error": "AccountTakedown", "message": "Account has been suspended"}, [("no_data",)]),
        ("mastodon", ACCOUNT, [("active", ACCOUNT["uri"], 580)]),
        ("mastodon", {"accounts": [ACCOUNT]}, [("active", ACCOUNT["uri"], 580)]),
        ("mastodon", TOMBSTONE, [("deleted", ACCOUNT["uri"], None)]),
        ("mastodon", ACCOUNT | {"acct": "ada@elsewhere.example.org"}, [("another_account",)]),
        ("mastodon", {"error": "Record not found"}, [("no_data",)]),
        (
            "x",
            [USER, USER | {"screen_name": "Bob", "id_str": "12", "id": 12}],
            [("active", "11", 7), ("active", "12", 7)],
        ),
        ("x", {"data": {"user": {"result": {"__typename": "UserUnavailable", "reason": "Suspended"}}}}, [("no_data",)]),
        ("x", {"data": {}}, [("unknown_layout",)]),
    ],
)
def test_a_saved_answer_is_read_or_named(
    platform: str, answer: object, expected: list[tuple[object, ...]], tmp_path: Path, parse: Parse
) -> None:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(answer), encoding="utf-8")
    _, lines, _ = parse(platform, str(file))

    assert [
        (line["status"], line["native_id"], line["followers"]) if line["outcome"] == "observed" else (line["cause"],)
        for line in lines
    ] == expected


def test_each_line_of_a_file_is_read_and_an_archive_is_named(tmp_path: Path, parse: Parse) -> None:
    lines_of_posts, archive = tmp_path / "posts.jsonl", tmp_path / "a.warc"
    lines_of_posts.write_text("".join(json.dumps({"id_str": n, "user": USER}) + "\n" for n in "12"), encoding="utf-8")
    archive.write_bytes(b"WARC/1.1\r\n")
    code, lines, _ = parse("x", str(lines_of_posts), str(archive))

    assert code == 3
    assert [line["outcome"] for line in lines] == ["observed", "observed", "failed"]
    assert [line.get("part") for line in lines] == [None, 2, None]
    assert lines[2]["detail"] == "the file is a web archive: `kooch import captures` reads it"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["friendster", "a"], "koo"),
        (["threads", "a"], "bluesky, "),
        (["koo"], "files"),
        ([], "platform"),
        (["koo", "a", "--captured-at", "yesterday"], "'yesterday'"),
        (["koo", "a", "--captured-at", ""], "''"),
        (["koo", "a", "--captured-at", "20210210"], "'20210210'"),
        (["koo", "a", "--captured-at", "202102100830"], "'202102100830'"),
        (["koo", "a", "--captured-at", "20211310083000"], "'20211310083000'"),
        (["koo", "a", "--captured-at", "2021-02-10"], "'2021-02-10'"),
        (["koo", "a", "--captured-at", "2021-02-10T08:30:00"], "with the zone"),
        (["koo", "a", "--captured-at", "2999-01-01T00:00:00Z"], "2999"),
        (["koo", "a", "--captured-at", "0001-01-01T00:00:00+23:59"], "0001"),
        (["koo", "a", "--handle", "a b"], "'a b'"),
        (["koo", "a", "--handle", ""], "''"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(words: list[str], says: str, parse: Parse) -> None:
    code, lines, err = parse(*words)

    assert (code, lines) == (2, [])
    assert says in err
    assert "Traceback" not in err


def test_nobody_reading_ends_it_quietly(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(API)
    reader, writer = os.pipe()
    os.close(reader)
    done = kooch("koo", *["a"] * 50, cwd=tmp_path, stdout=writer)
    os.close(writer)

    assert (done.returncode, done.stderr) == (141, b"")


def test_standard_output_that_cannot_take_a_line_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(API)
    with Path("/dev/full").open("wb") as full:
        done = kooch("koo", "a", cwd=tmp_path, stdout=full)
    command = f"exec '{sys.executable}' -m kooch parse koo a - >&- <&-"
    closed = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        check=False,
    )

    assert (done.returncode, done.stderr) == (
        4,
        b"Standard output cannot be written (No space left on device). Send it elsewhere.\n",
    )
    assert (closed.returncode, closed.stderr) == (
        4,
        b"Standard output is closed. Send it to a file or a program.\n",
    )


def test_words_that_a_terminal_would_obey_are_not_shown_to_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(json.dumps({**json.loads(API), "name": "\x9b2J\u202eA"}).encode())
    ours, theirs = os.openpty()
    done = kooch("koo", "a", cwd=tmp_path, stdout=theirs)
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    plain = kooch("koo", "a", cwd=tmp_path).stdout.decode()

    assert done.returncode == 0
    assert json.loads(shown)["display_name"] == "�2J�A"
    assert json.loads(plain)["display_name"] == "\x9b2J\u202eA"


def test_a_line_comes_as_soon_as_its_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(API)
    os.mkfifo(tmp_path / "later")
    command = [sys.executable, "-m", "kooch", "parse", "koo", "a", "later"]
    with subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        first = json.loads(running.stdout.readline())
        (tmp_path / "later").write_bytes(API)
        second = json.loads(running.stdout.readline())

    assert (first["file"], second["file"], running.returncode) == ("a", "later", 0)


@pytest.mark.proof
def test_a_thousand_files_go_at_the_parsers_speed(tmp_path: Path, parse: Parse) -> None:
    (tmp_path / "a.json").write_bytes(API)
    parse("koo", tmp_path / "a.json")
    peaks = []
    for number in (10, 1000):
        tracemalloc.start()
        parse("koo", *[tmp_path / "a.json"] * number)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    started = process_time()
    code, lines, _ = parse("koo", *[tmp_path / "a.json"] * 1000)
    took = process_time() - started
    print(f"{1000 / took:,.0f} files a second; peak {peaks[0] / 2**20:.1f} and {peaks[1] / 2**20:.1f} MiB")

    assert (code, len(lines)) == (0, 1000)
    assert took < 3
    assert peaks[1] < peaks[0] + 2**20


def test_scrapy_is_not_started(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(API)
    code = (
        "import sys, kooch.cli; sys.argv = ['kooch', 'parse', 'koo', 'a']\n"
        "try: kooch.cli.main()\n"
        "finally: assert not {'scrapy', 'twisted'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
