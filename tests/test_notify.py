"""`kooch notify` sends each change once, whatever the receiver does. An outage is not a departure, and no secret is
shown."""

import json
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args

import pytest
from aiosmtpd.controller import Controller

from kooch.config import VIEWS, MoveKind
from kooch.store.state import open_state
from tests import stores
from tests.commands import command, kooch_without_lists
from tests.servers.loopback import free_port
from tests.test_activity_states import look, spool_looks

DAYS = 60 * 24
SECRET = "canary-4711"
TOML = '[[notify]]\nname = "desk"\nwhen = "at once"\nsite = "https://example.org/kooch"\n'


class Hook:
    """A web hook that gives the answers that a test sets, and keeps what it receives."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.status, self.delay = 200, 0.0
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                time.sleep(hook.delay)
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self, **more: object) -> str:
        options = "".join(f"&{name}={value}" for name, value in more.items())
        return f"json://ada:{SECRET}@127.0.0.1:{self.server.server_port}/?+X-Token={SECRET}{options}"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose channel knows the list; since then Ada has left, and Bo could not be read."""
    folder = tmp_path_factory.mktemp("notify")
    home = folder / "home"
    claims = tuple(stores.claim(name, f"{name}.test", f"did:web:{name}.test") for name in ("ada", "bo"))
    bundled = stores.bundle(
        folder / "bundled", stores.roster("people", [stores.member("ada"), stores.member("bo")], accounts=claims)
    )
    stores.crawl(home, stores.seen("did:web:ada.test", 0), stores.seen("did:web:bo.test", 0), state="complete")
    stores.load(home, bundled)
    (home / "kooch.toml").write_text(TOML, encoding="utf-8")
    first = kooch_without_lists(home, "notify", "--format", "csv", KOOCH_NOTIFY_DESK="json://127.0.0.1:9/")
    assert first.stdout.splitlines()[1].endswith("baseline"), first.stderr
    for day in (1, 3):
        gone = stores.seen("did:web:ada.test", day * DAYS, status="deleted")
        stores.crawl(home, gone, stores.failed("did:web:bo.test", day * DAYS, "timeout"))
    stores.load(home, bundled)
    return home


@pytest.fixture
def home(ready: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ready, tmp_path / "home", symlinks=True))


def told(home: Path, address: str, *words: str) -> str:
    """The state of the channel after `kooch notify`; nothing printed or written holds the secret."""
    done = kooch_without_lists(home, "notify", "--format", "csv", *words, KOOCH_NOTIFY_DESK=address)

    state = done.stdout.splitlines()[1].rpartition(",")[2]
    assert done.returncode == (3 if state in {"refused", "unknown"} or "may have arrived" in state else 0), done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert [file for file in home.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()] == []
    return state


@pytest.mark.proof
def test_a_change_is_told_once_with_its_evidence_and_an_outage_is_no_departure(home: Path, hook: Hook) -> None:
    assert told(home, hook.address()) == "sent"
    assert told(home, hook.address()) == "nothing new"
    (sent,) = map(json.loads, hook.bodies)
    body = f"{sent['title']}\n{sent['message']}"

    assert "Kooch: 1 left" in body
    assert "ada · Bluesky (@ada.test): left" in body
    assert "https://example.org/kooch/people/latest/figures/ada.html" in body
    assert "Bluesky: 1 account could not be read (the server did not answer in time)." in body
    assert "Bluesky: no crawl has reached it since 4 June 2025, 12:00 UTC. Nothing can be said of later days." in body
    assert body.count("left") == 2  # the title, and Ada
    assert "bo ·" not in body


@pytest.mark.proof
def test_silences_of_before_its_last_message_are_no_news_to_a_channel_that_was_told_none(
    home: Path, hook: Hook, tmp_path: Path
) -> None:
    """The looks are of 2025, long before the baseline. Then the channel's messages are set to before the looks."""
    claims = tuple(stores.claim(name, f"{name}.test", f"did:web:{name}.test") for name in ("ada", "bo"))
    people = stores.roster("people", [stores.member("ada"), stores.member("bo")], accounts=claims)
    bundled = stores.bundle(tmp_path / "bundled", people)
    assert told(home, hook.address()) == "sent"
    spool_looks(home, look("2025-05-01T12:00", {"2025-01-01": 1}, target="did:web:ada.test"))
    stores.load(home, bundled)
    assert told(home, hook.address()) == "nothing new"

    with open_state(home) as state:
        state.execute("UPDATE messages SET claimed_at = '2025-04-20T00:00:00+00:00'")
    hook.status = 429
    assert told(home, hook.address()) == "refused"
    hook.status = 200
    assert told(home, hook.address()) == "sent"
    # Once the channel has received a silence, it receives every other silence, however late it is loaded.
    spool_looks(home, look("2025-04-25T12:00", {"2025-01-01": 1}, target="did:web:bo.test"))
    stores.load(home, bundled)
    assert told(home, hook.address()) == "sent"

    titles = [json.loads(body)["title"] for body in hook.bodies]
    assert titles == ["Kooch: 1 left", "Kooch: 1 dormant", "Kooch: 1 dormant", "Kooch: 1 dormant"]
    assert [json.loads(body)["message"].split(" ")[0] for body in hook.bodies] == ["ada", "ada", "ada", "bo"]


def test_what_the_receiver_refused_is_told_later(home: Path, hook: Hook) -> None:
    hook.status = 429
    assert told(home, hook.address()) == "refused"
    hook.status = 200
    assert told(home, hook.address()) == "sent"
    assert told(home, hook.address()) == "nothing new"

    assert len(hook.bodies) == 2


@pytest.mark.proof
def test_after_a_timeout_nobody_is_told_again_unasked(home: Path, hook: Hook) -> None:
    hook.delay = 3
    assert told(home, hook.address(rto=1)) == "unknown"
    hook.delay = 0
    assert told(home, hook.address()) == "nothing new; the last message may have arrived"
    assert len(hook.bodies) == 1

    assert told(home, hook.address(), "--again", "desk") == "sent"
    assert len(hook.bodies) == 2


@pytest.mark.proof
def test_whoever_is_killed_while_sending_tells_nobody_twice(
    home: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.delay = 5
    monkeypatch.setenv("KOOCH_NOTIFY_DESK", hook.address(rto=20))
    with subprocess.Popen(command(home, "notify"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sending:
        while not hook.bodies:
            assert sending.poll() is None
            time.sleep(0.05)
        sending.send_signal(signal.SIGKILL)
    hook.delay = 0

    assert told(home, hook.address()) == "nothing new; the last message may have arrived"
    assert len(hook.bodies) == 1


@pytest.mark.proof
def test_what_was_told_and_is_no_longer_in_the_data_is_withdrawn_once(home: Path, hook: Hook, tmp_path: Path) -> None:
    assert told(home, hook.address()) == "sent"
    stores.load(home, stores.bundle(tmp_path / "less", stores.roster("people", [stores.member("bo")])))
    assert told(home, hook.address()) == "sent"
    assert told(home, hook.address()) == "nothing new"
    sent = json.loads(hook.bodies[-1])

    # Ada is on no list any more, so how she joined and left is removed with her. Bo's account was withdrawn, and the
    # message gives the reason.
    assert sent["title"] == "Kooch: Corrections"
    assert "2 changes of earlier messages are no longer in the data" in sent["message"]
    assert sent["message"].count("Correction: ") == 1
    assert "Correction: bo · Bluesky: an account was said to be theirs. Withdrawn on " in sent["message"]
    assert len(hook.bodies) == 2


class Kept:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 -- aiosmtpd's
        self.mails.append(envelope.content.decode())
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Kept, int]]:
    kept, port = Kept(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield kept, port
    finally:
        controller.stop()


def test_a_mail_says_the_same(home: Path) -> None:
    with mail_server() as (kept, port):
        options = "from=kooch@example.org&to=desk@example.org&mode=insecure&format=text"
        assert told(home, f"mailto://127.0.0.1:{port}?{options}") == "sent"
    (mail,) = kept.mails

    assert "Subject: Kooch: 1 left" in mail


def test_an_address_belongs_into_the_environment(home: Path) -> None:
    without = kooch_without_lists(home, "notify")
    odd = kooch_without_lists(home, "notify", KOOCH_NOTIFY_DESK=f"nonsense://{SECRET}")
    (home / "kooch.toml").write_text(TOML + 'url = "json://127.0.0.1/"\n', encoding="utf-8")
    in_file = kooch_without_lists(home, "notify", KOOCH_NOTIFY_DESK="json://127.0.0.1:9/")

    for wrong, fault in (
        ('kinds = ["joind"]', "Setting notify.0.kinds.0 is 'joind': it must be one of 'joined', 'returned',"),
        ('site = "not a url"', "Setting notify.0.site is 'not a url': it must be a web address"),
    ):
        (home / "kooch.toml").write_text(f'[[notify]]\nname = "desk"\n{wrong}\n', encoding="utf-8")
        refused = kooch_without_lists(home, "notify", KOOCH_NOTIFY_DESK="json://127.0.0.1:9/")
        assert refused.returncode == 2
        assert fault in " ".join(refused.stderr.split())
    assert (without.returncode, odd.returncode, in_file.returncode) == (2, 2, 2)
    assert "KOOCH_NOTIFY_DESK is not set" in without.stderr
    assert SECRET not in odd.stdout + odd.stderr


def test_a_channel_that_is_set_wrongly_is_named_from_the_first_call_on_and_the_others_are_told(
    home: Path, hook: Hook
) -> None:
    new = '[[notify]]\nname = "new"\n[[notify]]\nname = "lost"\nroster = "nosuch"\n'
    (home / "kooch.toml").write_text(new + TOML, encoding="utf-8")
    addresses = {
        "KOOCH_NOTIFY_NEW": f"nonsense://{SECRET}",
        "KOOCH_NOTIFY_LOST": hook.address(),
        "KOOCH_NOTIFY_DESK": hook.address(),
    }
    done = kooch_without_lists(home, "notify", "--format", "csv", **addresses)

    assert done.returncode == 2
    assert done.stdout.splitlines()[1:] == ["new,0,set wrongly", "lost,0,set wrongly", "desk,1,sent"]
    assert "KOOCH_NOTIFY_NEW holds no address that Apprise knows." in done.stderr
    assert "Channel 'lost': there is no list 'nosuch'. Known are people." in done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert len(hook.bodies) == 1


def test_channels_may_name_every_move() -> None:
    known = re.search(r"m\.move, -- (.*)", (VIEWS / "rollups" / "moves.sql").read_text(encoding="utf-8"))

    assert known is not None
    assert re.split(", | or ", re.sub(r" \(.*?\)", "", known[1])) == list(get_args(MoveKind))
