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
from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
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
# The first that fits tells what S3 says.
_FAULTS = {
    "clock": r"RequestTimeTooSkewed",
    "missing": r"NoSuchBucket",
    "rights": r"\b40[13]\b|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|169\.254\.",
    "gone": r"",
}
_SENTENCES: dict[str, tuple[type[KoochError], str]] = {
    "clock": (ConfigError, "S3 says that this machine's clock is wrong. Set the clock, then repeat. Nothing is lost."),
    "missing": (StorageError, "{place}: there is no such bucket. Make it, or correct folder in [shards]. " + _AGAIN),
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
            raise ConfigError(f"{address} names no bucket. Write it as s3://BUCKET/FOLDER.")
        env = os.environ
        endpoint = env.get("AWS_ENDPOINT_URL_S3") or env.get("AWS_ENDPOINT_URL")
        region = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
        config: S3Config = {}
        if endpoint:
            if not re.match(r"https?://[^/]", endpoint):
                raise ConfigError(
                    f"Environment variable AWS_ENDPOINT_URL_S3 is {endpoint!r}: write it as https://HOST."
                )
            config["endpoint"] = endpoint
        if region:
            config["region"] = region
        self._store = S3Store(
            named[1],
            prefix=(named[2] or "").strip("/") or None,
            config=config,
            client_options={
                "allow_http": (endpoint or "").startswith("http://"),
                "connect_timeout": "5s",
                "timeout": "60s",
            },
            retry_config={"max_retries": 5, "retry_timeout": _RETRYING},
        )

    def __str__(self) -> str:
        return self._address

    def is_there(self) -> bool:
        self._get("loader.json")
        return True

    def read(self, name: str) -> bytes | None:
        found = self._get(name)
        return None if found is None else found[0]

    def written_at(self, name: str) -> datetime | None:
        at: datetime | None = None
        with self._telling(), suppress(FileNotFoundError):
            at = obstore.head(self._store, name)["last_modified"]
        return at

    def names(self, under: str) -> list[str]:
        with self._telling():
            return sorted(found["path"] for chunk in obstore.list(self._store, under) for found in chunk)

    def write(self, name: str, content: bytes) -> None:
        self._check_locks()
        with self._telling():
            obstore.put(self._store, name, content)

    def write_file(self, name: str, file: Path) -> None:
        self._check_locks()
        with self._telling():
            obstore.put(self._store, name, file)

    def remove(self, name: str) -> None:
        with self._telling():
            obstore.delete(self._store, name)

    def remove_all(self, under: str) -> None:
        if names := self.names(under):
            with self._telling():
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
        with tempfile.TemporaryDirectory(prefix="kooch-") as folder:
            file = Path(folder) / "published" / "reading.duckdb"
            file.parent.mkdir()
            with self._telling():
                try:
                    parts = obstore.get(self._store, "published/reading.duckdb").stream()
                    with file.open("wb") as written:
                        for part in parts:
                            written.write(part)
                except FileNotFoundError as error:
                    self._check_bucket(error)
            yield Path(folder)

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
        with self._telling():
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
        with self._telling():
            try:
                found = obstore.get(self._store, name)
                return bytes(found.bytes()), found.meta["e_tag"] or ""
            except FileNotFoundError as error:
                self._check_bucket(error)
                return None

    def _check_bucket(self, error: Exception) -> None:
        if re.search(_FAULTS["missing"], str(error)):
            self._tell(error)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            self._tell(error)

    def _tell(self, error: Exception) -> NoReturn:
        kind, sentence = next(_SENTENCES[name] for name, said in _FAULTS.items() if re.search(said, str(error)))
        raise kind(sentence.format(place=self, says=_reason(error))) from error


def _clock() -> float:
    """Seconds that go on while a machine sleeps, where it has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _reason(error: Exception) -> str:
    """What S3 calls the fault, or the last words of the error: those before are addresses."""
    said = str(error)
    code = re.search(r"<Code>(\w+)</Code>", said)
    return code[1] if code else said.splitlines()[0].rpartition(" - ")[2].removeprefix("Server returned ").strip(" .:")
