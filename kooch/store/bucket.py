"""A bucket of S3 as the place that machines share.

S3 has no locks. It can write an object only if there is none, or only if it is still the one that was read. So a lock is an
object that its holder writes anew every few seconds. Whoever sees it unchanged for long enough takes it over: no clock is
compared, and a lock ends soon after its process.
"""

import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from socket import gethostname
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from kooch.errors import ConfigError, KoochError, RunningError, StorageError

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import S3Config

BEAT_SECONDS = 5.0
"""How often the holder of a lock shows that it lives."""
DEAD_SECONDS = 30.0
"""A lock that is unchanged for so long has no holder. Whoever was silent for half of that asks before it writes."""
_FREE = b""
_RETRYING = timedelta(seconds=6)
_AGAIN = "Nothing is lost: repeat the command."
# The first code that fits tells what the fault is.
_CODES = {
    "clock": r"RequestTimeTooSkewed",
    "missing": r"NoSuchBucket",
    "unconditional": r"NotImplemented",
    "rights": r"AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch",
}
# Where the environment has no keys, a machine in a cloud gives its own.
_ASKED_FOR_KEYS = re.compile(r" performing \w+ http://169\.254\.")
_SENTENCES: dict[str, tuple[type[KoochError], str]] = {
    "clock": (ConfigError, "S3 says that this machine's clock is wrong. Set the clock, then repeat. Nothing is lost."),
    "missing": (StorageError, "{place}: there is no such bucket. Make it, or correct folder in [shards]. " + _AGAIN),
    "unconditional": (
        ConfigError,
        "{place}: two machines could hold one lock, for this S3 writes under no condition. Share a folder, or another S3.",
    ),
    "rights": (
        StorageError,
        "{place} may not be read or written ({says}). Correct the rights, or the keys in the environment:"
        " AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY. " + _AGAIN,
    ),
    "gone": (StorageError, "{place} cannot be reached ({says}). " + _AGAIN),
}


@dataclass(slots=True, kw_only=True)
class _Lock:
    """`tag` is that of the object as it was read or written last; empty: there was none. `beat_at` is by `_clock`."""

    what: str
    holder: str
    tag: str = ""
    beats: int = 0
    beat_at: float = 0
    is_lost: bool = False
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return f"locks/{self.what}"

    def sign_of_life(self) -> bytes:
        """Another content each time: equal contents have equal tags."""
        self.beats += 1
        return f"{self.holder} {self.beats}".encode()

    def is_mine(self, content: bytes) -> bool:
        return content.startswith(f"{self.holder} ".encode())


class Bucket:
    """`s3://BUCKET/FOLDER`. Keys, region and endpoint come from the environment, as every program of S3 has them."""

    remedy = "Correct its address"
    pause_seconds = 3.0

    def __init__(self, address: str) -> None:
        self._address = address
        self._held: list[_Lock] = []
        named = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]+)(/.*)?", address)
        if named is None:
            # Somebody may have written keys into it.
            raise ConfigError("The address of the shared folder names no bucket. Write it as s3://BUCKET/FOLDER.")
        endpoint, region = _endpoint(), os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        config: S3Config = {}
        if endpoint:
            config["endpoint"] = endpoint
        if region:
            config["region"] = region
        try:
            self._store = S3Store(
                named[1],
                prefix=(named[2] or "").strip("/") or None,
                config=config,
                client_options={
                    "allow_http": endpoint.startswith("http://"),
                    "connect_timeout": "5s",
                    "timeout": "60s",
                },
                retry_config={"max_retries": 5, "retry_timeout": _RETRYING},
            )
        except BaseError as error:
            raise ConfigError(
                f"A variable AWS_… of the environment is wrong: {_reason(error)}. Correct it, then repeat. Nothing is lost."
            ) from error

    def __str__(self) -> str:
        return self._address

    def is_there(self) -> bool:
        """True. Raises StorageError where it is not there, and ConfigError where this S3 writes under no condition."""
        self._get("loader.json")
        self._check_conditions()
        return True

    def read(self, name: str) -> bytes | None:
        found = self._get(name)
        return None if found is None else found[0]

    def written_at(self, name: str) -> datetime | None:
        at: datetime | None = None
        with self._naming_faults(), suppress(FileNotFoundError):
            # The answer to HEAD has no body, so it names no fault.
            at = obstore.get(self._store, name).meta["last_modified"]
        return at

    def names(self, under: str) -> list[str]:
        with self._naming_faults():
            return sorted(found["path"] for chunk in obstore.list(self._store, under) for found in chunk)

    def write(self, name: str, content: bytes) -> None:
        self._check_locks()
        with self._naming_faults():
            obstore.put(self._store, name, content)

    def write_file(self, name: str, file: Path) -> None:
        self._check_locks()
        with self._naming_faults():
            obstore.put(self._store, name, file)

    def remove(self, name: str) -> None:
        with self._naming_faults():
            obstore.delete(self._store, name)

    def remove_all(self, under: str) -> None:
        if names := self.names(under):
            with self._naming_faults():
                obstore.delete(self._store, names)

    def remove_empty(self, under: str) -> None:
        """A bucket has no folders."""

    def now(self) -> datetime:
        name = f"locks/clock-{uuid4().hex}"
        self.write(name, b"now")
        try:
            at = self.written_at(name)
        finally:
            self.remove(name)
        if at is None:
            raise StorageError(f"{self} has lost a file that was just written. {_AGAIN}")
        return at

    @contextmanager
    def alone(self, what: str, *, wait: bool = False) -> Iterator[None]:
        lock = _Lock(what=what, holder=f"{gethostname()}, process {os.getpid()}, {uuid4().hex}")
        self._take(lock, wait=wait)
        self._held.append(lock)
        ended = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(lock, ended), name=f"holder of {what}", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()
            self._held.remove(lock)
            # Where that fails, the lock ends by itself.
            with suppress(KoochError):
                self._replace(lock, _FREE)

    @contextmanager
    def as_home(self) -> Iterator[Path]:
        with _in_temporary_files():
            made = tempfile.TemporaryDirectory(prefix="kooch-")
        with made as folder:
            with _in_temporary_files():
                self._copy_version(Path(folder) / "published" / "reading.duckdb")
            yield Path(folder)

    def _copy_version(self, file: Path) -> None:
        """Write the published version to a file of this machine, if there is one."""
        file.parent.mkdir()
        with self._naming_faults():
            try:
                parts = obstore.get(self._store, "published/reading.duckdb").stream()
            except FileNotFoundError as error:
                self._check_bucket(error)
                return
            with file.open("wb") as written:
                for part in parts:
                    written.write(part)

    def _check_conditions(self) -> None:
        """Try whether this S3 refuses to write where an object is already, and where it is not the one that was read."""
        name = f"locks/probe-{uuid4().hex}"
        modes: tuple[PutMode, ...] = ("create", {"e_tag": '"0"'})
        try:
            self.write(name, b"first")
            for mode in modes:
                with self._naming_faults(), suppress(AlreadyExistsError, PreconditionError):
                    obstore.put(self._store, name, b"second", mode=mode)
                    raise ConfigError(_SENTENCES["unconditional"][1].format(place=self))
        finally:
            self.remove(name)

    def _check_locks(self) -> None:
        """Raise RunningError where a lock is lost; StorageError where one may be, and S3 cannot be asked."""
        for lock in tuple(self._held):
            if _clock() - lock.beat_at > DEAD_SECONDS / 2:
                self._beat(lock)
            if lock.is_lost:
                raise RunningError(
                    f"Another process has taken over {lock.what}, for this one was silent. Nothing is lost."
                )

    def _take(self, lock: _Lock, *, wait: bool) -> None:
        """Become the holder of a lock that is free or has no holder any more."""
        seen, since = "", 0.0
        while True:
            content, lock.tag = self._get(lock.name) or (_FREE, "")
            is_dead = lock.tag == seen and time.monotonic() - since > DEAD_SECONDS
            if (content == _FREE or is_dead) and self._replace(lock, lock.sign_of_life()):
                return
            if content != _FREE and lock.tag != seen:
                if seen and not wait:
                    holder = content.decode(errors="replace").rpartition(",")[0]
                    raise RunningError(f"A {lock.what} is already running: {holder}. Wait for it, or end it.")
                seen, since = lock.tag, time.monotonic()
            time.sleep(BEAT_SECONDS / 10)

    def _keep(self, lock: _Lock, ended: threading.Event) -> None:
        """Show every few seconds that the holder of a lock lives."""
        while not lock.is_lost and not ended.wait(BEAT_SECONDS):
            # Another machine may reach S3 meanwhile and take the lock: whoever writes asks first.
            with suppress(KoochError):
                self._beat(lock)

    def _beat(self, lock: _Lock) -> None:
        with lock.one_at_a_time:
            lock.is_lost = lock.is_lost or not self._replace(lock, lock.sign_of_life())

    def _replace(self, lock: _Lock, content: bytes) -> bool:
        """Write a lock anew. False: it is no longer what was read or written last."""
        with self._naming_faults():
            for _ in range(2):
                mode: PutMode = {"e_tag": lock.tag} if lock.tag else "create"
                began_at = _clock()
                try:
                    lock.tag = obstore.put(self._store, lock.name, content, mode=mode)["e_tag"] or ""
                except (AlreadyExistsError, PreconditionError, FileNotFoundError):
                    found = self._get(lock.name)
                    # An earlier beat may have been written, and its answer lost.
                    if found is None or not lock.is_mine(found[0]):
                        return False
                    lock.tag = found[1]
                else:
                    lock.beat_at = began_at
                    return True
        return False

    def _get(self, name: str) -> tuple[bytes, str] | None:
        """What an object holds, and the tag that its next content will change."""
        with self._naming_faults():
            try:
                found = obstore.get(self._store, name)
                return bytes(found.bytes()), found.meta["e_tag"] or ""
            except FileNotFoundError as error:
                self._check_bucket(error)
                return None

    def _check_bucket(self, error: Exception) -> None:
        if _kind_of(error) == "missing":
            self._raise_for(error)

    @contextmanager
    def _naming_faults(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            self._raise_for(error)

    def _raise_for(self, error: Exception) -> NoReturn:
        kind, sentence = _SENTENCES[_kind_of(error)]
        raise kind(sentence.format(place=self, says=_reason(error))) from error


def _endpoint() -> str:
    """The address of an S3 of one's own; empty: there is none. Raises ConfigError for what is no address."""
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        if endpoint := os.environ.get(name):
            # What else it may hold, such as a password, is not printed.
            if not _is_address(endpoint):
                raise ConfigError(
                    f"Environment variable {name} is no address. Write it as https://HOST, or https://HOST:PORT."
                )
            return endpoint
    return ""


def _is_address(endpoint: str) -> bool:
    """Whether the library can ask there. It does not refuse other addresses, but ends the process."""
    try:
        port = urlsplit(endpoint).port
    except ValueError:
        return False
    named = re.fullmatch(r"https?://([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:\d+)?(/[A-Za-z0-9_.~/-]*)?", endpoint)
    return named is not None and port != 0


@contextmanager
def _in_temporary_files() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The published version cannot be copied into the temporary folder ({error.strerror}). Free space, or name"
            " another folder in TMPDIR, then repeat. Nothing is lost."
        ) from error


def _clock() -> float:
    """Seconds that go on while a machine sleeps, where it has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _kind_of(error: Exception) -> str:
    """Which of `_SENTENCES` says what the fault is. Addresses hold names of users, and are not searched for it."""
    says = _reason(error)
    if kind := next((kind for kind, codes in _CODES.items() if re.search(codes, says)), None):
        return kind
    is_refused = isinstance(error, PermissionDeniedError | UnauthenticatedError)
    return "rights" if is_refused or _ASKED_FOR_KEYS.search(str(error)) else "gone"


def _reason(error: Exception) -> str:
    """What S3 calls the fault, or the last words of the error: those before are addresses."""
    said = str(error)
    code = re.search(r"<Code>(\w+)</Code>", said)
    return code[1] if code else said.splitlines()[0].rpartition(" - ")[2].removeprefix("Server returned ").strip(" .:")
