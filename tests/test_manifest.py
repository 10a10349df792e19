"""An archive file that is deleted, swapped or edited is noticed, named, and costs no published version a row."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kooch.cli import doctor
from kooch.config import VIEWS, Settings
from kooch.errors import StorageError
from kooch.store import manifest
from kooch.store.backup import write_backup
from kooch.store.master import master_file
from kooch.store.publish import last_version
from kooch.store.spool import archive_folder, archived_batches
from kooch.store.suppress import finish_suppression, suppress
from tests.commands import kooch
from tests.killing import is_killed, is_suppressing_killed
from tests.stores import bundle, claim, contents, crawl, load, member, roster, seen

PEOPLE = ("ada", "bob", "eve")


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    claims = tuple(claim(name, f"{name}.test", f"did:web:{name}.test") for name in PEOPLE)
    people = roster("people", map(member, PEOPLE), accounts=claims)
    return bundle(tmp_path_factory.mktemp("bundled"), people)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, bundled: Path) -> Path:
    """A data folder with two archived batches and two files of numbers."""
    home = tmp_path_factory.mktemp("loaded")
    for minutes in (0, 60):
        # Both batches have the same size: the numbers in them have as many digits.
        crawl(
            home, *(seen(f"did:web:{name}.test", minutes, followers=100 + minutes) for name in PEOPLE), state="complete"
        )
        load(home, bundled)
    return home


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded, tmp_path / "home", symlinks=True))


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def put_another(file: Path) -> None:
    other = next(each for each in archived_batches(file.parents[2]) if each != file)
    file.write_bytes(other.read_bytes())


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "deleted": (Path.unlink, "is missing"),
    "swapped": (put_another, "was changed|has [0-9,]+ bytes instead of"),
    "flipped": (flip, "was changed: its digest is another"),
    "cut": (cut, "has [0-9,]+ bytes instead of"),
}


@pytest.fixture(params=DAMAGE)
def damaged(home: Path, request: pytest.FixtureRequest) -> tuple[Path, str]:
    """A batch of `home` that is not as it was, and how that is said."""
    file = archived_batches(home)[0]
    damage, says = DAMAGE[request.param]
    damage(file)
    return file, rf"{file} ({says})"


@pytest.mark.proof
def test_every_file_of_the_archive_is_listed(home: Path) -> None:
    listed = manifest.read_manifest(home)

    assert {archive_folder(home) / name for name in listed} == set(archive_folder(home).glob("*/*.parquet"))
    assert len(listed) == 4
    assert manifest.faults(home, thorough=True) == []
    assert "4 files" in doctor._archive(Settings(home=home))


@pytest.mark.proof
def test_doctor_and_backup_say_which_and_what_to_do(home: Path, damaged: tuple[Path, str], tmp_path: Path) -> None:
    _, says = damaged

    with pytest.raises(StorageError, match=rf"{says}.* Restore what is at fault from a backup"):
        doctor._archive(Settings(home=home))
    with pytest.raises(StorageError, match=rf"No backup was written\. .*{says}.*--without-lost") as raised:
        write_backup(home, tmp_path / "backups")
    assert raised.value.exit_code == 4
    assert list((tmp_path / "backups").iterdir()) == []


def test_nothing_is_published_that_lost_rows(home: Path, bundled: Path, damaged: tuple[Path, str]) -> None:
    file, says = damaged
    before = contents(home)
    listed = manifest.read_manifest(home)[file.relative_to(archive_folder(home)).as_posix()]
    # If the size is the same, only reading the file would show it.
    is_noticed = not file.exists() or file.stat().st_size != listed.bytes
    with_master = load(home, bundled)

    assert contents(home) == before
    assert len(with_master.lost) == is_noticed
    master_file(home).unlink()
    version = last_version(home)
    for _ in range(2):
        with pytest.raises(StorageError, match=rf"cannot be rebuilt without loss\. Archive file {says}"):
            load(home, bundled)
    assert last_version(home) == version
    assert contents(home) == before


@pytest.mark.proof
def test_what_was_restored_is_as_if_nothing_had_happened(home: Path, bundled: Path, tmp_path: Path) -> None:
    before = contents(home)
    backup = write_backup(home, tmp_path / "backups")
    file = archived_batches(home)[0]
    file.unlink()
    shutil.copy(backup / file.relative_to(home), file)
    master_file(home).unlink()

    assert load(home, bundled).lost == ()
    assert contents(home) == before
    assert load(backup, bundled).lost == ()
    assert contents(backup) == before


@pytest.mark.proof
def test_without_a_backup_one_can_go_on_without_what_was_lost(home: Path, bundled: Path) -> None:
    gone, flipped = archived_batches(home)
    gone.unlink()
    flip(flipped)
    master_file(home).unlink()
    found = load(home, bundled, without_lost=True)

    assert found.broken == (flipped.with_suffix(".broken"),)
    assert manifest.faults(home, thorough=True) == []
    assert load(home, bundled).lost == ()
    assert contents(home)["observations"] == []


def test_a_file_of_numbers_is_listed_too(home: Path, bundled: Path) -> None:
    (archive_folder(home) / "ids" / "00000001.parquet").unlink()

    assert [fault.says for fault in load(home, bundled).lost] == ["is missing"]
    master_file(home).unlink()
    with pytest.raises(StorageError, match=r"00000001\.parquet is missing"):
        load(home, bundled)


def test_an_older_folder_gets_its_manifest_with_the_next_load(home: Path, bundled: Path) -> None:
    listed = manifest.read_manifest(home)
    manifest.manifest_file(home).unlink()
    load(home, bundled)

    assert listed.items() < manifest.read_manifest(home).items()


@pytest.mark.proof
def test_many_files_of_numbers_become_one(home: Path, bundled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kooch.store.load._KEPT_ID_FILES", 3)
    before = contents(home)
    for _ in range(2):
        load(home, bundled, anew=True)
    (numbers,) = (name for name in manifest.read_manifest(home) if name.startswith("ids/"))

    assert [file.name for file in (archive_folder(home) / "ids").iterdir()] == [numbers.removeprefix("ids/")]
    assert manifest.faults(home, thorough=True) == []
    master_file(home).unlink()
    load(home, bundled)
    assert contents(home) == before


def test_a_manifest_that_cannot_be_read_is_said(home: Path, bundled: Path) -> None:
    manifest.manifest_file(home).write_text("no manifest", encoding="utf-8")

    with pytest.raises(StorageError, match=r"manifest\.csv (is damaged|cannot be read).*Restore it from a backup"):
        load(home, bundled)


_LOAD = """
from pathlib import Path
from tests.stores import load
load(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(
    "at",
    [
        "kooch.store.manifest:renew",
        "kooch.store.manifest:_write",
        pytest.param("kooch.store.load:_archive", marks=pytest.mark.proof),
        pytest.param("kooch.store.load:publish", marks=pytest.mark.proof),
    ],
)
def test_a_load_that_was_killed_is_no_fault_of_the_archive(home: Path, bundled: Path, at: str) -> None:
    crawl(home, *(seen(f"did:web:{name}.test", 120) for name in PEOPLE), state="complete")

    assert is_killed(_LOAD, home, bundled, at=at)
    assert load(home, bundled).lost == ()
    assert manifest.faults(home, thorough=True) == []
    assert len(manifest.read_manifest(home)) >= 6


@pytest.mark.parametrize(
    ("at", "n"),
    [
        ("kooch.store.suppress:_cut_batch", 2),
        ("kooch.store.manifest:renew", 2),
        pytest.param("kooch.store.suppress:_remember", 1, marks=pytest.mark.proof),
        pytest.param("kooch.store.suppress:_cut_everything", 1, marks=pytest.mark.proof),
        pytest.param("kooch.store.suppress:_cut_ids", 2, marks=pytest.mark.proof),
        pytest.param("kooch.store.manifest:_write", 2, marks=pytest.mark.proof),
        pytest.param("kooch.store.suppress:_load_without", 1, marks=pytest.mark.proof),
        pytest.param("kooch.store.suppress:remove_older", 1, marks=pytest.mark.proof),
        pytest.param("kooch.store.manifest:end_rewriting", 1, marks=pytest.mark.proof),
    ],
)
def test_a_suppression_that_was_killed_is_finished_and_is_no_fault(home: Path, bundled: Path, at: str, n: int) -> None:
    was_killed = is_suppressing_killed(home, bundled, "id:did:web:ada.test", platform="bluesky", at=at, n=n)
    between = manifest.faults(home, thorough=True)
    finish_suppression(home, views=VIEWS, bundled=bundled)

    assert was_killed
    assert between == []
    assert manifest.read_rewriting(home) is None
    assert manifest.faults(home, thorough=True) == []
    assert "files" in doctor._archive(Settings(home=home))
    if at != "kooch.store.suppress:_remember":  # killed before the name was kept, there is nothing to finish
        assert not [file for file in home.rglob("*.parquet") if b"did:web:ada.test" in file.read_bytes()]
        assert not [row for row in contents(home)["accounts"] if "did:web:ada.test" in row]
    master_file(home).unlink()
    assert load(home, bundled).lost == ()


@pytest.mark.proof
def test_what_was_at_fault_before_a_suppression_is_so_afterwards(home: Path, bundled: Path) -> None:
    numbers = archive_folder(home) / "ids" / "00000001.parquet"
    kept = numbers.read_bytes()
    numbers.unlink()
    with pytest.raises(StorageError, match="without loss"):
        suppress(home, platform="bluesky", account="id:did:web:ada.test", reason="asked", views=VIEWS, bundled=bundled)
    assert [fault.name for fault in manifest.faults(home, thorough=True)] == ["ids/00000001.parquet"]
    numbers.write_bytes(kept)
    finish_suppression(home, views=VIEWS, bundled=bundled)

    assert not [file for file in home.rglob("*.parquet") if b"did:web:ada.test" in file.read_bytes()]


@pytest.mark.proof
def test_the_commands_say_it_too(home: Path, tmp_path: Path) -> None:
    file = archived_batches(home)[0]
    kept = file.read_bytes()
    flip(file)
    commands = {"doctor": ["doctor", "--no-network"], "backup": ["backup", str(tmp_path / "backups")]}
    for words in commands.values():
        done = kooch(home, *words)

        assert done.returncode == 4
        assert f"{file} was changed" in done.stdout + done.stderr
    file.unlink()
    done = kooch(home, "load")
    assert done.returncode == 4
    assert f"All rows are published, from the master. Archive file {file} is missing" in done.stderr
    file.write_bytes(kept)
    assert kooch(home, "load").returncode == 0
    assert kooch(home, "doctor", "--no-network").returncode == 0
