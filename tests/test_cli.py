"""The commands as a user types them: what they print, what they leave, how they end."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path
from urllib.error import URLError

import duckdb
import polars as pl
import pytest

from tests import stores
from tests.commands import command, kooch, on_a_terminal
from tests.servers.loopback import free_port


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def home(bundled_home: Path, tmp_path: Path) -> Path:
    """A data folder of one's own with the bundled rosters published."""
    return Path(shutil.copytree(bundled_home, tmp_path / "data", symlinks=True))


MEMBERS = """\
Full name,Office,Land,bluesky,Where from,Shoe size
Ada Example,Minister of Examples,AT,ada.example.org,example.org/cabinet,39
Bo Example,Minister of Samples,AT,,example.org/cabinet,44
"""
DESCRIPTION = [
    *("--slug", "at-cabinet", "--title", "Cabinet", "--source", "example.org", "--licence", "CC0-1.0"),
    *("--as-of", "2026-11-01", "--selection", "census", "--time-zone", "Europe/Vienna"),
    *("--map", "Full name=name", "--map", "Office=role", "--map", "Land=country", "--map", "Where from=source"),
]


@pytest.mark.proof
def test_a_roster_goes_from_a_table_to_a_published_version(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "cabinet.csv"
    table.write_text(MEMBERS, encoding="utf-8")

    tried = kooch(home, "roster", "import", str(table), "--dry-run", *DESCRIPTION)
    assert tried.returncode == 0, tried.stderr
    assert not (home / "rosters").exists()
    assert "Shoe size" in tried.stdout

    assert kooch(home, "roster", "import", str(table), *DESCRIPTION).returncode == 0
    added = kooch(
        home,
        "roster",
        "add",
        "at-cabinet",
        "Cy Example",
        "--role",
        "Minister",
        "--source",
        "example.org",
        "--country",
        "AT",
    )
    assert added.returncode == 0, added.stderr
    account = ("--platform", "bluesky", "--handle", "@cy.example.org", "--source", "example.org")
    assert kooch(home, "roster", "add", "at-cabinet", "at-cy-example", *account).returncode == 0
    assert kooch(home, "load").returncode == 0
    found = kooch(
        home, "sql", "SELECT platform, joined, not_looked FROM coverage WHERE roster = 'at-cabinet'", "--format", "json"
    )

    assert lines(found) == [{"platform": "bluesky", "joined": 2, "not_looked": 1}]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["nonsense"], 2, "nonsense"),
        (["crawl", "friendster"], 2, "friendster"),
        (["crawl", "bluesky", "--roster", "nobody"], 2, "nobody"),
        (["sql", "DROP TABLE figures"], 2, "SELECT"),
        (["sql", "SELECT nothing FROM figures"], 2, '"nothing" not found'),
        (["sql", "SELECT nothing FROM figures"], 2, '`kooch sql "DESCRIBE figures"`'),
        (["roster", "import", "absent.csv", *DESCRIPTION], 2, "absent.csv"),
        (["roster", "import", "absent.csv"], 2, "There is no absent.csv."),
        (
            ["roster", "import", __file__, *DESCRIPTION[:4]],
            2,
            "source and as_of and time_zone are missing; add --source,",
        ),
        (["roster", "add", "in-koo-2021", "X", "--source", "y"], 2, "in-koo-2021"),
        (["export", "/proc/nowhere"], 4, "/proc/nowhere"),
        (["export", __file__], 2, "is a file"),
        (["status", "--runs", "9" * 20], 2, "--runs"),
        (["schedule", "install", "--systemd", "--name", "../x"], 2, "--name is '../x'"),
        (["sql", "SELECT '\udcff'"], 2, "is not UTF-8"),
        (["sql", "SELECT 1", "--format", "table", "--output", "x"], 2, "A table is for a terminal."),
        (["backup", "/proc/nowhere"], 4, "/proc/nowhere"),
    ],
)
def test_bad_input_gets_one_sentence_and_its_code(words: list[str], code: int, says: str, home: Path) -> None:
    done = kooch(home, *words)

    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["sql", "SELECT 1", "-o"], ["metrics", "--textfile"], ["backup"]], ids=" ".join)
def test_what_is_asked_for_is_not_written_over_the_data(words: list[str], home: Path) -> None:
    before = (home / "master.duckdb").read_bytes()
    done = kooch(home, *words, str(home / "master.duckdb"))

    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (home / "master.duckdb").read_bytes() == before


def test_a_list_of_ones_own_takes_the_place_of_a_bundled_one_only_when_told(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text(MEMBERS, encoding="utf-8")
    words = ("roster", "import", str(file), "--slug", "us-congress", *DESCRIPTION[2:])
    refused = kooch(home, *words)

    assert refused.returncode == 2
    assert "roster 'us-congress' comes with Kooch" in refused.stderr
    assert kooch(home, *words, "--replace").returncode == 0


@pytest.mark.parametrize("title", ["", " ", "a\x1b[31m"], ids=ascii)
def test_a_list_that_no_load_would_read_is_not_written(title: str, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text(MEMBERS, encoding="utf-8")

    assert kooch(home, "roster", "import", str(file), *DESCRIPTION, "--title", title).returncode == 2
    assert not (home / "rosters").exists()


@pytest.mark.parametrize("words", [["sql", "SELECT 1"], ["--help"]], ids=" ".join)
def test_a_full_disk_under_the_output_is_said(words: list[str], home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command(home, *words), stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (done.returncode, done.stderr) == (
        4,
        "The output cannot be written (No space left on device). Free space, or write it elsewhere.\n",
    )


@pytest.mark.proof
def test_a_stray_file_among_the_versions_stops_nothing(home: Path) -> None:
    for name in ("kooch-copy.duckdb", "kooch-99999999999.duckdb"):
        (home / "published" / name).write_bytes(b"")
    (home / "published" / "kooch-00000099.duckdb").mkdir()

    assert kooch(home, "load", "--anew").returncode == 0
    assert sorted(file.name for file in (home / "published").glob("kooch-????????.duckdb")) == [
        "kooch-00000002.duckdb",
        "kooch-00000099.duckdb",
    ]


def test_damage_in_the_middle_of_a_file_is_said(home: Path) -> None:
    # The copy has a master of its own, which is not made again without being asked.
    for file in (home / "master.duckdb", (home / "published" / "reading.duckdb").resolve()):
        with file.open("r+b") as opened:
            opened.seek(file.stat().st_size // 3)
            opened.write(os.urandom(file.stat().st_size // 2))
    for words in (["load", "--anew"], ["export", str(home / "out")]):
        done = kooch(home, *words)

        assert done.returncode == 4, done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.proof
def test_the_doctor_sees_that_the_state_is_lost(home: Path) -> None:
    assert kooch(home, "crawl", "bluesky", KOOCH_BLUESKY__APPVIEW="https://nowhere.invalid").returncode == 3
    (home / "state.sqlite").unlink()
    done = kooch(home, "doctor", "--no-network")

    assert done.returncode == 4, done.stdout
    assert "it was lost or replaced" in done.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("contact = [", "TOML"),
        ("contakt = 'x'", "contakt"),
        ("[crawl]\nattempts = 0", "crawl.attempts"),
        ("[bluesky]\nappview = 'ftp://x'", "bluesky.appview"),
        ("[app]\nport = 'high'", "app.port"),
        ("[crawl]\nallow_networks = ['10.0.0.0/99']", "Setting crawl.allow_networks.0 is '10.0.0.0/99'"),
        ("[freshness.platforms.orkut]\nwarn_after_hours = 1", "no platform 'orkut'"),
        ("[[schedule]]\nname = 'a'\ncron = '0 0 * * *'\nfrom = 9999-12-31", "schedule.0.from is '9999-12-31'"),
        ("contact = '\udcff'", "kooch.toml, line 1 is not UTF-8"),
        (
            "[[schedule]]\nname = 'A b'\ncron = '0 0 * * *'",
            "schedule.0.name is 'A b': use small letters, digits and single dashes. Correct it in [[schedule]] number 1 of ",
        ),
        ("[[schedule]]\nname = 'a'", "schedule.0.cron: it is missing."),
        ("[crawl]\nattempts = 0", "crawl.attempts is 0: it must be 1 or more."),
        ("[crawl]\nhosts = {a = 'x{y}'}", "'x{y}' does not appear to be an IPv4 or IPv6 address."),
        ("schedule = 3", "schedule is 3: it must be a list."),
    ],
)
def test_a_wrong_setting_is_named(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "kooch.toml").write_text(text, encoding="utf-8", errors="surrogateescape")

    done = kooch(tmp_path, "schedule", "list")

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KOOCH_SCHEDULE", "["),
        ("KOOCH_SCHEDULE", '[{"name": "a", "cron": "x"}]'),
        ("KOOCH_CRAWL", '{"attempts": 0}'),
        ("KOOCH_CRAWL__ATTEMPTS", "0"),
        ("KOOCH_CRAWL__NOPE", "0"),
        ("KOOCH_FRESHNESS__WARN_AFTER_HOURS", "1000"),
    ],
)
def test_a_wrong_environment_variable_is_named_and_not_the_file(variable: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "kooch.toml").write_text("[crawl]\ntimeout_seconds = 9\n", encoding="utf-8")

    done = kooch(tmp_path, "schedule", "list", **{variable: value})

    assert done.returncode == 2
    assert f"nvironment variable {variable}" in done.stderr
    assert "kooch.toml" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_in_the_place_of_the_settings_is_said(tmp_path: Path) -> None:
    (tmp_path / "kooch.toml").mkdir()

    done = kooch(tmp_path, "schedule", "list")

    assert done.returncode == 2
    assert "kooch.toml cannot be read (Is a directory)" in done.stderr


@pytest.mark.parametrize(
    "words", [["crawl", "--due"], ["status"], ["sql", "SELECT 1"], ["schedule", "list"], ["backup", "x"]]
)
def test_a_data_folder_that_is_not_there_is_said(words: list[str], tmp_path: Path) -> None:
    home = tmp_path / "typo"

    done = kooch(home, *words)

    assert done.returncode == 2
    assert done.stderr.startswith(f"There is no data folder {home}.")
    assert not home.exists()


@pytest.mark.parametrize("below", [".", "data"])
def test_a_file_in_the_place_of_the_data_folder_is_said(below: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way", encoding="utf-8")

    done = kooch(file / below, "load")

    assert done.returncode == 2
    assert f"{file} is no folder. Name another with --home." in done.stderr


def test_an_empty_data_folder_says_what_to_do(tmp_path: Path) -> None:
    done = kooch(tmp_path, "status")

    assert done.returncode == 4
    assert "kooch start" in done.stderr


@pytest.mark.proof
def test_without_a_network_a_crawl_fails_after_two_questions_and_changes_nothing(home: Path) -> None:
    before = kooch(home, "sql", "SELECT * FROM presence ORDER BY ALL").stdout

    done = kooch(home, "crawl", "bluesky", KOOCH_BLUESKY__APPVIEW="https://nowhere.invalid")

    assert done.returncode == 3
    run = lines(done)[-1]
    assert (run["state"], run["planned"], run["failed"]) == ("failed", 66, 66)
    assert run["causes"] == {"unreachable": 66}
    assert run["requests"] in (1, 2)
    assert kooch(home, "sql", "SELECT * FROM presence ORDER BY ALL").stdout == before
    assert "unreachable" in kooch(home, "status").stdout


def test_an_export_describes_itself(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"

    assert kooch(home, "export", str(folder)).returncode == 0

    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert all((folder / resource["path"]).exists() for resource in package["resources"])
    koo = pl.read_csv(folder / "intervals.csv", infer_schema_length=None).filter(pl.col("platform") == "koo")
    assert koo["figure_id"].n_unique() == 106  # of 108 entries two are only said not to be there
    assert (koo["tier"] == "account unidentified").sum() == 72
    assert koo["to_source"].null_count() == 1  # Bhashini, which nothing dates
    assert set(koo["ended_by"]) == {"platform"}
    assert koo["ended_to_source"].null_count() == 0
    assert koo.filter(pl.col("figure_id") == "in-ravi-shankar-prasad").select(
        "roster", "party", "last_sign_source"
    ).row(0) == ("in-koo-2021", "BJP", "NT News World, 27 September 2021")
    assert "data version 1" in (folder / "CITATION.txt").read_text(encoding="utf-8")
    assert kooch(home, "export", str(folder)).returncode == 2  # nothing is overwritten


@pytest.mark.proof
def test_a_backup_rebuilds_the_same_data(home: Path, tmp_path: Path) -> None:
    query = "SELECT * FROM joins ORDER BY ALL"

    assert kooch(home, "backup", str(tmp_path / "backups")).returncode == 0

    (copy,) = (tmp_path / "backups").iterdir()
    assert kooch(copy, "load").returncode == 0
    assert kooch(copy, "sql", query).stdout == kooch(home, "sql", query).stdout


def test_sql_writes_every_format(home: Path, tmp_path: Path) -> None:
    query = "SELECT name, aliases FROM figures ORDER BY name LIMIT 3"
    file = tmp_path / "figures.parquet"

    assert kooch(home, "sql", query, "-o", str(file)).returncode == 0
    assert "ends with .xlsx" in kooch(home, "sql", query, "-o", str(file.with_suffix(".xlsx"))).stderr
    assert pl.read_parquet(file).height == 3
    assert len(kooch(home, "sql", query, "--format", "csv").stdout.splitlines()) == 4
    assert len(lines(kooch(home, "sql", query, "--format", "json"))) == 3
    assert "3 rows" in kooch(home, "sql", query, "--format", "table").stdout


def test_a_query_that_is_not_utf_8_is_refused(home: Path) -> None:
    done = subprocess.run(
        command(home, "sql", "-"),
        input=b"SELECT '\xff'",
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 2
    assert done.stderr == b"Byte 0xff of standard input is not UTF-8. Save the query as UTF-8.\n"


@pytest.mark.parametrize("platform", ["koo", "x"])
def test_an_empty_file_is_called_empty(platform: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").touch()

    (said,) = lines(kooch(tmp_path, "parse", platform, str(tmp_path / "page.html")))

    assert (said["outcome"], said["cause_in_words"]) == ("failed", "the file is empty")


def test_bytes_are_hexadecimal_in_json(home: Path) -> None:
    assert lines(kooch(home, "sql", "SELECT 'ab'::BLOB AS b, 1 AS b", "--format", "json")) == [{"b": "6162", "b_1": 1}]


@pytest.mark.parametrize("words", [[], ["--format", "csv"], ["--format", "table"]])
def test_nothing_in_a_cell_commands_the_terminal(home: Path, words: list[str]) -> None:
    query = "SELECT 'a' || chr(27) || ']0;x' || chr(7) || chr(155) || chr(8238) || chr(8203) || 'नमस्ते' AS \"n\x1b[31m\""
    said = on_a_terminal(home, "sql", query, *words)

    assert "a\ufffd]0;x\ufffd\ufffd\ufffd\ufffdनमस्ते" in said
    assert not set("\x1b\x07\x9b\u202e\u200b") & set(said)
    assert "\x1b" in kooch(home, "sql", query).stdout


def test_an_error_does_not_command_the_terminal(home: Path) -> None:
    said = on_a_terminal(home, "roster", "import", "\x1b[2Jx.csv", *DESCRIPTION)

    assert "\ufffd[2Jx.csv" in said
    assert "\x1b[2J" not in said


def test_doctor_finds_a_damaged_master(home: Path) -> None:
    (home / "master.duckdb").write_bytes(b"no database")

    done = kooch(home, "doctor", "--no-network")

    assert done.returncode == 4
    (check,) = [check for check in lines(done) if not check["ok"]]
    assert check["name"] == "master"
    assert "master.duckdb cannot be read" in str(check["found"])
    assert "valid DuckDB database file). Move" in str(check["found"])

    loaded = kooch(home, "load")
    assert loaded.returncode == 4
    assert "valid DuckDB database file. Free" in loaded.stderr


@pytest.mark.proof
def test_what_is_wrong_with_a_list_of_kooch_is_a_note_and_with_ones_own_a_fault(tmp_path: Path) -> None:
    home = tmp_path / "data"
    claims = [stores.claim("de-ada", "bmds@social.bund.de", platform="mastodon")]
    note = kooch(home, "roster", "check")
    stores.bundle(home / "rosters", stores.roster("own", [stores.member("de-ada")], accounts=claims))
    fault = kooch(home, "roster", "check")

    assert (note.returncode, fault.returncode) == (0, 2)
    assert {line["event"] for line in lines(note) if "event" in line} == {"note"}
    assert "fault" in {line["event"] for line in lines(fault)}


@pytest.mark.parametrize(
    ("words", "header"),
    [
        (["schedule", "list"], "schedule,cron,time_zone,"),
        (["schedule", "next"], "starts_at,slot,schedule,"),
        (["status", "--check"], "platform,"),
    ],
)
def test_a_csv_of_no_rows_is_its_header(home: Path, words: list[str], header: str) -> None:
    done = kooch(home, *words, "--format", "csv")

    assert done.stdout.startswith(header), done.stderr
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.proof
def test_a_damaged_batch_of_the_archive_is_a_fault_for_rebuild_and_for_a_new_master(home: Path) -> None:
    assert kooch(home, "crawl", "bluesky", KOOCH_BLUESKY__APPVIEW="https://nowhere.invalid").returncode == 3
    batch = next(file for file in (home / "archive").glob("*/*.parquet") if file.parent.name != "ids")
    batch.write_bytes(b"no parquet")

    checked = kooch(home, "doctor", "--rebuild", "--no-network")
    assert checked.returncode == 4
    faults = [str(check["found"]) for check in lines(checked) if not check["ok"]]
    assert faults
    assert all(f"{batch} has 10 bytes instead of" in found for found in faults)

    (home / "master.duckdb").unlink()
    refused = kooch(home, "load")
    assert refused.returncode == 4
    assert f"{batch} has 10 bytes instead of" in refused.stderr
    loaded = kooch(home, "load", "--without-lost")
    assert loaded.returncode == 4
    assert f"Archived batch {batch.with_suffix('.broken')} cannot be read" in loaded.stderr


@pytest.mark.proof
def test_doctor_is_content_with_a_sound_store(home: Path) -> None:
    done = kooch(home, "doctor", "--rebuild", "--no-network")

    assert done.returncode == 0, done.stdout
    assert all(check["ok"] for check in lines(done))


def test_doctor_finds_a_damaged_published_version(home: Path) -> None:
    (home / "published" / "reading.duckdb").resolve().write_bytes(b"no database")

    done = kooch(home, "doctor", "--no-network")

    assert done.returncode == 4
    assert any(check["name"] == "published version" and not check["ok"] for check in lines(done))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGHUP, 143, marks=pytest.mark.proof),
    ],
)
def test_start_opens_the_app_on_loopback_and_ends_cleanly(tmp_path: Path, number: signal.Signals, code: int) -> None:
    port = free_port()
    process = subprocess.Popen(
        command(tmp_path, "start", "--no-crawl", "--port", str(port)),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == f"Kooch is open: http://127.0.0.1:{port}"
        assert process.stdout.readline().endswith("bin/activate` makes `kooch` a command.\n")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
            assert answer.status == 200
        with duckdb.connect(str(tmp_path / "kooch.duckdb"), read_only=True) as connection:
            assert connection.execute("SELECT count(*) FROM figures").fetchall() == [(2329,)]
    finally:
        # A terminal sends Ctrl-C to the app as well, and other signals to the command alone.
        (os.killpg if number is signal.SIGINT else os.kill)(process.pid, number)
        assert process.wait(timeout=20) == code
        process.stdout.close()  # type: ignore[union-attr]  # asserted above
    with pytest.raises(URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5)


@pytest.mark.proof
def test_start_names_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = kooch(tmp_path, "start", "--no-crawl", "--port", str(port))

    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    offered = re.search(r"`kooch start --port (\d+)`", done.stderr)
    assert offered
    assert int(offered[1]) > port
