"""The lake: each version whole, readable by others, pulled back equal; what goes wrong costs nothing."""

import json
import os
import re
import shlex
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import duckdb
import polars as pl
import pytest

from kooch import __version__
from kooch.config import VIEWS, load_settings
from kooch.errors import ConfigError
from kooch.lake.engine import LOCK
from kooch.lake.lake import lake_of
from kooch.reference import DOCS
from kooch.store.schema import LATEST
from kooch.store.suppress import suppress
from tests.commands import command, kooch, kooch_without_lists
from tests.disk import Disk
from tests.faults import Reply, Server
from tests.lakes import ask_duckdb, count_by_polars, differences, write_settings
from tests.machines import Machines
from tests.servers.loopback import free_port
from tests.servers.postgres import PostgresServer
from tests.servers.s3 import S3Server
from tests.stores import bundle, claim, crawl, load, member, roster, seen

PEOPLE = ("ada", "bob", "eve")


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "disk")
    yield disk
    disk.close()


def push(home: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return kooch(home, "lake", "push", *words, **({"PGPASSWORD": PostgresServer.password} | env))


@contextmanager
def pushing(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A push under way, in a group of its own with what it starts."""
    env = os.environ | {"PGPASSWORD": PostgresServer.password}
    words, pipe = command(home, "lake", "push"), subprocess.PIPE
    with subprocess.Popen(words, env=env, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        yield process


def pull(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return kooch(home, "lake", "pull", *words, PGPASSWORD=PostgresServer.password)


def three_people(folder: Path, *, denied: str | None = None) -> Path:
    accounts = tuple(
        claim(name, f"{name}.test", f"did:web:{name}.test", polarity="denies" if name == denied else "accepts")
        for name in PEOPLE
    )
    return bundle(folder, roster("people", map(member, PEOPLE), accounts=accounts))


def look(home: Path, minutes: float) -> None:
    crawl(
        home, *(seen(f"did:web:{name}.test", minutes, bio=f"{name} at {minutes}") for name in PEOPLE), state="complete"
    )


@pytest.mark.proof
def test_a_version_is_read_by_others_and_pulled_back_equal(postgres: PostgresServer, tmp_path: Path) -> None:
    desk, reader, catalogue = tmp_path / "desk", tmp_path / "reader", postgres.database("whole_line")
    bundled = three_people(tmp_path / "lists")
    look(desk, 0)
    load(desk, bundled)
    write_settings(desk, catalogue, tmp_path / "data")
    write_settings(reader, catalogue, tmp_path / "data")

    first, again, pulled = push(desk), push(desk), pull(reader)
    versions, observed, bios, joins = ask_duckdb(
        catalogue,
        "SELECT version FROM lake.versions",
        "SELECT count(*) FROM lake.observations",
        "SELECT bio FROM lake.texts ORDER BY bio",
        "SELECT count(*) FROM lake.intervals WHERE figure_id = 'ada'",
    )

    assert (first.returncode, again.returncode, pulled.returncode) == (0, 0, 0), first.stderr + pulled.stderr
    assert json.loads(first.stdout) == {
        "event": "pushed",
        "version": 1,
        "is_new": True,
        "rows": json.loads(pulled.stdout)["rows"],
    }
    assert json.loads(again.stdout) == {"event": "pushed", "version": 1, "is_new": False, "rows": 0}
    assert (versions, observed, joins) == ([[1]], [[3]], [[1]])
    assert bios == [["ada at 0"], ["bob at 0"], ["eve at 0"]]
    assert count_by_polars(catalogue, "observations", "figures", "versions") == [3, 3, 1]
    assert differences((desk / "kooch.duckdb").resolve(), (reader / "kooch.duckdb").resolve()) == {}
    assert kooch(reader, "sql", "SELECT count(*) FROM observations").stdout.split() == ["count_star()", "3"]


@pytest.mark.proof
def test_only_new_rows_are_written_and_earlier_versions_stay_readable(postgres: PostgresServer, tmp_path: Path) -> None:
    desk, reader, catalogue = tmp_path / "desk", tmp_path / "reader", postgres.database("new_rows")
    three_people(desk / "rosters")
    write_settings(reader, catalogue, tmp_path / "data")
    write_settings(desk, catalogue, tmp_path / "data")
    look(desk, 0)

    first = load_and_push(desk)
    before = copyfile(desk / "kooch.duckdb", tmp_path / "before.duckdb")
    look(desk, 1)
    second = load_and_push(desk)
    now, files, then, found = ask_duckdb(
        catalogue,
        "SELECT count(*), max(version) FROM lake.observations, lake.versions",
        "SELECT count(*) FROM ducklake_list_files('lake', 'observations')",
        "SELECT snapshot_id, commit_message FROM lake.snapshots() WHERE author = 'Kooch' ORDER BY 1",
        "SELECT count(DISTINCT run_id) FROM lake.observations",
    )
    pulled = pull(reader, "--version", "1")

    assert (first.returncode, second.returncode, pulled.returncode) == (0, 0, 0), second.stderr + pulled.stderr
    assert (now, files, found) == ([[6, 2]], [[2]], [[2]])
    assert [message for _, message in then] == ["version 1", "version 2"]
    assert ask_duckdb(catalogue, f"SELECT count(*) FROM lake.observations AT (VERSION => {then[0][0]})") == [[[3]]]
    assert differences(before, (reader / "kooch.duckdb").resolve()) == {}


@pytest.mark.proof
@pytest.mark.parametrize("removal", ["suppression", "correction"])
def test_what_is_removed_takes_earlier_versions_and_their_files_away(
    removal: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    desk, catalogue, data = tmp_path / "desk", postgres.database(removal), tmp_path / "data"
    three_people(desk / "rosters")
    write_settings(desk, catalogue, data)
    look(desk, 0)
    load_and_push(desk)
    look(desk, 1)
    load_and_push(desk)
    assert words_in(data) >= {"ada at 0", "ada at 1", "bob at 0"}

    if removal == "suppression":
        words = ("suppress", "bluesky", "id:did:web:ada.test", "--reason", "asked")
        done = kooch_without_lists(desk, *words, PGPASSWORD=PostgresServer.password)
    else:
        three_people(desk / "rosters", denied="ada")
        done = load_and_push(desk)
    versions, joined, current = ask_duckdb(
        catalogue,
        "SELECT commit_message FROM lake.snapshots() WHERE author = 'Kooch'",
        "SELECT DISTINCT figure_id FROM lake.joins ORDER BY 1",
        "SELECT count(*) FROM lake.observations",
    )

    assert done.returncode == 0, done.stderr
    assert versions == [["version 3"]]
    assert joined == [["bob"], ["eve"]]
    if removal == "suppression":
        assert current == [[4]]
        assert not [word for word in words_in(data) if "ada at" in word or "ada.test" in word]
        statistics = postgres.run("SELECT string_agg(t::text, ' ') FROM ducklake_file_column_stats AS t", removal)
        assert "ada.test" not in statistics


@pytest.mark.proof
def test_one_process_writes_at_a_time(postgres: PostgresServer, tmp_path: Path) -> None:
    desk, catalogue = tmp_path / "desk", postgres.database("one_writer")
    load(desk, three_people(tmp_path / "lists"))
    write_settings(desk, catalogue, tmp_path / "data")

    with postgres.holding(LOCK, "one_writer"):
        during = push(desk)
    after = push(desk)

    assert during.returncode == 75
    assert during.stderr == f"Another process is writing into the lake {catalogue}. Wait for it, then repeat.\n"
    assert (after.returncode, after.stderr) == (0, "")


@pytest.mark.proof
def test_what_fails_is_said_in_a_sentence_and_the_next_push_goes_on(postgres: PostgresServer, tmp_path: Path) -> None:
    desk, catalogue, data = tmp_path / "desk", postgres.database("faults"), tmp_path / "data"
    three_people(desk / "rosters")
    write_settings(desk, catalogue, data)
    load_and_push(desk)
    look(desk, 0)

    postgres.stop()
    gone = load_and_push(desk)
    postgres.start()
    wrong = push(desk, PGPASSWORD="a-wrong-word")
    write_settings(desk, catalogue, tmp_path / "elsewhere")
    elsewhere = push(desk)
    write_settings(desk, catalogue.replace("faults", "no_such"), data)
    no_database = push(desk)
    write_settings(desk, catalogue, data)
    again = push(desk)

    assert gone.returncode == 4
    assert gone.stderr.startswith(f"PostgreSQL cannot be reached for {catalogue} (")
    assert wrong.returncode == 2
    assert wrong.stderr == (
        f"PostgreSQL refuses the password for {catalogue}. Set the environment variable PGPASSWORD to the right one."
        " Nothing is lost: repeat the command.\n"
    )
    assert elsewhere.returncode == 2
    assert elsewhere.stderr == (
        f"The files of the lake {catalogue} are elsewhere than in {tmp_path / 'elsewhere'}. Correct lake.data.\n"
    )
    assert no_database.returncode == 2
    assert no_database.stderr.startswith("PostgreSQL has no such database or user")
    assert json.loads(again.stdout)["is_new"]
    assert ask_duckdb(catalogue, "SELECT count(*) FROM lake.observations") == [[[3]]]
    told = "".join(done.stdout + done.stderr for done in (gone, wrong, elsewhere, no_database, again))
    assert "a-wrong-word" not in told + postgres.log()
    assert PostgresServer.password not in told + postgres.log()


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_postgresql_that_goes_in_the_middle_of_a_push_loses_nothing(postgres: PostgresServer, tmp_path: Path) -> None:
    desk, catalogue = tmp_path / "desk", postgres.database("middle")
    bundled = three_people(tmp_path / "lists")
    write_settings(desk, catalogue, tmp_path / "data")
    look(desk, 0)
    load(desk, bundled)
    first = push(desk)
    look(desk, 1)
    load(desk, bundled)

    # The new files are written; the snapshot that names them is not.
    with postgres.refusing_writes("ducklake_snapshot", "middle"), pushing(desk) as broken_off:
        postgres.wait_until_one_waits("middle")
        postgres.stop()
        _, says = broken_off.communicate(timeout=60)
    postgres.start()
    between = ask_duckdb(catalogue, "SELECT version FROM lake.versions", "SELECT count(*) FROM lake.observations")
    again = push(desk)

    assert first.returncode == 0, first.stderr
    assert broken_off.returncode == 4
    assert says.startswith(f"PostgreSQL cannot be reached for {catalogue} (")
    assert between == [[[1]], [[3]]]
    assert json.loads(again.stdout)["is_new"], again.stderr
    assert ask_duckdb(catalogue, "SELECT count(*) FROM lake.observations") == [[[6]]]


@pytest.mark.proof
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("at", ["ducklake_snapshot", "ducklake_files_scheduled_for_deletion"])
def test_a_push_after_a_suppression_that_is_killed_is_finished_by_the_next(
    at: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    """Killed before the version is in the lake, or before the earlier one has left it."""
    name = f"killed_{at}"
    desk, catalogue, data = tmp_path / "desk", postgres.database(name), tmp_path / "data"
    bundled = three_people(tmp_path / "lists")
    write_settings(desk, catalogue, data)
    for minutes in (0, 1):
        look(desk, minutes)
        load(desk, bundled)
        push(desk)
    suppress(desk, platform="bluesky", account="id:did:web:ada.test", reason="asked", views=VIEWS, bundled=bundled)

    with postgres.refusing_writes(at, name), pushing(desk) as killed:
        postgres.wait_until_one_waits(name)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate(timeout=60)
    left = words_in(data)
    again = push(desk)

    assert killed.returncode == -signal.SIGKILL
    assert "ada at 0" in left
    assert again.returncode == 0, again.stderr
    assert ask_duckdb(
        catalogue,
        "SELECT commit_message FROM lake.snapshots() WHERE author = 'Kooch'",
        "SELECT count(*) FROM lake.observations",
    ) == [[["version 3"]], [[4]]]
    assert not [word for word in words_in(data) if "ada at" in word or "ada.test" in word]


@pytest.mark.proof
def test_a_full_disk_loses_nothing(postgres: PostgresServer, tmp_path: Path, disk: Disk) -> None:
    desk, catalogue = tmp_path / "desk", postgres.database("full_disk")
    load(desk, three_people(tmp_path / "lists"))
    write_settings(desk, catalogue, disk.folder / "data")

    with disk.full():
        full = push(desk)
    after = push(desk)

    assert full.returncode == 4
    assert full.stderr.startswith("There is no space left (")
    assert "Traceback" not in full.stderr
    assert json.loads(after.stdout)["is_new"]


@pytest.mark.proof
def test_a_lake_in_s3_is_pulled_back_equal_and_its_faults_are_said(postgres: PostgresServer, tmp_path: Path) -> None:
    desk, reader, catalogue = tmp_path / "desk", tmp_path / "reader", postgres.database("in_s3")
    look(desk, 0)
    load(desk, three_people(tmp_path / "lists"))
    write_settings(desk, catalogue, "s3://lake/versions")
    write_settings(reader, catalogue, "s3://lake/versions")
    with S3Server() as s3:
        keys = s3.environment
        no_bucket = push(desk, **keys)
        s3.make_bucket("lake")
        s3.give_rights(to_all=False)
        no_rights = push(desk, **keys)
        s3.give_rights(to_all=True)
        gone = push(desk, **keys | {"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{free_port()}"})
        pushed = push(desk, **keys)
        pulled = kooch(reader, "lake", "pull", PGPASSWORD=PostgresServer.password, **keys)

    assert (no_bucket.returncode, no_rights.returncode, gone.returncode) == (4, 4, 4)
    assert no_bucket.stderr.startswith("s3://lake/versions: there is no such bucket, or a file of the lake is gone (")
    assert no_rights.stderr.startswith("The lake's files in s3://lake/versions may not be read or written (")
    assert gone.stderr.startswith("s3://lake/versions cannot be reached (")
    assert keys["AWS_SECRET_ACCESS_KEY"] not in no_bucket.stderr + no_rights.stderr + gone.stderr + pushed.stdout
    assert json.loads(pushed.stdout)["is_new"], pushed.stderr
    assert pulled.returncode == 0, pulled.stderr
    assert differences((desk / "kooch.duckdb").resolve(), (reader / "kooch.duckdb").resolve()) == {}


@pytest.mark.proof
@pytest.mark.parametrize("is_pushed_at_once", [True, False])
def test_a_clock_that_was_an_hour_ahead_keeps_nothing_that_was_removed(
    postgres: PostgresServer, tmp_path: Path, *, is_pushed_at_once: bool
) -> None:
    """By its times, version 1 was published after the suppression, and before the version that is pushed an hour later."""
    desk, data = tmp_path / "desk", tmp_path / "data"
    catalogue = postgres.database(f"skewed_{is_pushed_at_once}".lower())
    bundled = three_people(tmp_path / "lists")
    write_settings(desk, catalogue, data)
    look(desk, 0)
    suppressing = ("suppress", "bluesky", "id:did:web:ada.test", "--reason", "asked")
    with Machines(tmp_path, bundled) as machines:
        said = [
            machines.run(desk, "load", clock_ahead=3600, PGPASSWORD=postgres.password),
            machines.run(desk, *suppressing, PGPASSWORD=postgres.password if is_pushed_at_once else "wrong"),
        ]
        if not is_pushed_at_once:
            assert said.pop().code == 2
            said.append(machines.run(desk, "load", "--anew", clock_ahead=3900, PGPASSWORD=postgres.password))

    assert [(each.code, each.err) for each in said] == [(0, "")] * 2
    assert ask_duckdb(
        catalogue,
        "SELECT count(*) FROM lake.snapshots() WHERE author = 'Kooch'",
        "SELECT count(*) FROM lake.observations",
    ) == [[[1]], [[2]]]
    assert not [word for word in words_in(data) if "ada at" in word or "ada.test" in word]


def test_an_s3_that_finds_the_clock_wrong_is_believed(postgres: PostgresServer, tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    load(desk, three_people(tmp_path / "lists"))
    write_settings(desk, postgres.database("clock"), "s3://lake/versions")
    says = b"<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too large.</Message></Error>"
    with Server(lambda _asked: Reply(403, says, {"Content-Type": "application/xml"})) as server:
        keys = {"AWS_ACCESS_KEY_ID": "loopback", "AWS_SECRET_ACCESS_KEY": "only-for-loopback-s3"}
        skewed = push(desk, AWS_ENDPOINT_URL_S3=server.url, **keys)

    assert skewed.returncode == 2
    assert skewed.stderr == "S3 says that this machine's clock is wrong. Set the clock, then repeat. Nothing is lost.\n"


@pytest.mark.proof
def test_an_older_kooch_and_another_folder_are_refused(postgres: PostgresServer, tmp_path: Path) -> None:
    desk, other, catalogue = tmp_path / "desk", tmp_path / "other", postgres.database("refused")
    bundled = three_people(tmp_path / "lists")
    for home in (desk, other):
        load(home, bundled)
        write_settings(home, catalogue, tmp_path / "data")

    push(desk)
    another, taken_over = push(other), push(other, "--take-over")
    with duckdb.connect(str((desk / "published" / "reading.duckdb").resolve())) as connection:
        connection.execute("INSERT INTO schema_version VALUES (999, now(), '99.0')")
        connection.execute("UPDATE versions SET version = 7")
    newer, older, pulled = push(desk), push(other), pull(tmp_path / "desk", "--version", "7")

    assert (another.returncode, taken_over.returncode, newer.returncode) == (2, 0, 0)
    assert another.stderr.startswith(
        "The lake holds version 1, and version 1 here is no later one: another data folder"
    )
    assert older.returncode == 4
    assert (
        older.stderr
        == f"The lake holds schema 999, of Kooch {__version__}; this one knows {LATEST}. Upgrade this Kooch.\n"
    )
    assert pulled.returncode == 2
    assert pulled.stderr == f"Data folder {desk} makes versions itself. Pull into another, named with --home.\n"


def test_a_folder_that_was_pulled_makes_no_versions(tmp_path: Path) -> None:
    home = tmp_path / "reader"
    bundled = three_people(tmp_path / "lists")
    load(home, bundled)
    (home / "pulled.txt").write_text("1\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="was pulled from a lake and makes no versions"):
        load(home, bundled)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("postgresql://kooch:secret@db/lake", "leave the password out, and set the environment variable PGPASSWORD"),
        ("mysql://kooch@db/lake", "write it as postgresql://USER@HOST/DATABASE"),
    ],
)
def test_a_password_in_the_settings_is_refused_and_not_repeated(address: str, says: str, tmp_path: Path) -> None:
    write_settings(tmp_path, address, "data")

    with pytest.raises(ConfigError) as refused:
        load_settings(tmp_path)

    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_lake_in_the_environment_that_is_no_json_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOOCH_LAKE", '{"catalogue": "postgresql://kooch:secret@db/lake", "data" "files"}')

    with pytest.raises(ConfigError) as refused:
        load_settings(tmp_path)

    assert str(refused.value).startswith("Environment variable KOOCH_LAKE holds no JSON: Expecting ':' delimiter")
    assert "secret" not in str(refused.value)


@pytest.mark.proof
def test_the_guide_leads_from_an_empty_folder_to_a_query(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its blocks are run as they stand; addresses are those of loopback, and extensions are those that are here."""
    catalogue = postgres.database("guide")
    page = (DOCS / "many-machines.md").read_text(encoding="utf-8").partition("## A lake that many read")[2]
    named = re.sub(r"postgresql://\w+@db.example.org/lake", catalogue, page.partition("\n## ")[0])
    blocks = [
        (kind, text.replace("s3://kooch-lake/versions", str(tmp_path / "files")))
        for kind, text in re.findall(r"^```(\w+)\n(.*?)^```", named, re.MULTILINE | re.DOTALL)
    ]
    monkeypatch.chdir(tmp_path)
    three_people(tmp_path / "data" / "rosters")
    look(tmp_path / "data", 0)
    answers: list[list[list[object]]] = []
    for kind, text in blocks:
        if kind == "toml":
            for home in ("data", "reading"):
                write_settings(tmp_path / home, catalogue, tmp_path / "files")
                assert (
                    tomllib.loads(text)["lake"].items() <= lake_of(load_settings(tmp_path / home)).model_dump().items()
                )
            assert kooch_without_lists(tmp_path / "data", "load").returncode == 2  # no password yet
        elif kind == "text":
            for line in text.splitlines():
                words = shlex.split(line)
                if words[0] == "kooch" and "start" not in words:
                    home = "reading" if "--home" in words else "data"
                    done = kooch(tmp_path / home, *words[words.index("lake") :], PGPASSWORD=postgres.password)
                    assert done.returncode == 0, done.stderr
        elif kind == "duckdb":
            own = [each for each in text.split(";") if each.strip() and not re.match(r"\s*(INSTALL|ATTACH)", each)]
            version = ask_duckdb(catalogue, "SELECT max(snapshot_id) FROM lake.snapshots()")[0][0][0]
            answers += ask_duckdb(catalogue, *(each.replace("=> 12", f"=> {version}") for each in own))
        elif kind == "python":
            assert count_by_polars(catalogue, "joins") == [3]
            assert "scan_ducklake" in text

    assert answers[0] == [["bluesky", 3]]
    assert answers[1][0][1] == "version 1"
    assert answers[2] == [[3]]
    assert kooch(tmp_path / "reading", "sql", "SELECT count(*) FROM joins").stdout.split() == ["count_star()", "3"]


def load_and_push(home: Path) -> subprocess.CompletedProcess[str]:
    return kooch_without_lists(home, "load", PGPASSWORD=PostgresServer.password)


def words_in(data: Path) -> set[str]:
    """Every text in every Parquet file of a folder."""
    found: set[str] = set()
    for file in data.rglob("*.parquet"):
        frame = pl.read_parquet(file).select(pl.col(pl.String))
        found.update(word for column in frame for word in column.drop_nulls())
    return found
