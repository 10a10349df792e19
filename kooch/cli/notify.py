"""`kooch notify`: send what changed to channels, each change once."""

import logging
import os
import re
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from kooch.cli.output import complain, say, settings_of, show
from kooch.config import Notify
from kooch.errors import ConfigError
from kooch.messages import (
    Message,
    MessageState,
    claim_message,
    give_up_on_sending,
    ids_received,
    last_received,
    latest_message,
    settle_message,
    tell_again,
)
from kooch.store.locks import only_one
from kooch.store.state import open_state
from kooch.store.versions import open_version, reading_file
from kooch.times import now

_DAYS = {"at once": 0, "daily": 1, "weekly": 7}
_IN_DOUBT = "; the last message may have arrived"
_REFUSED = re.compile(r"\berror=[45]\d\d\b")
"""What Apprise logs if the receiver itself refused. After any other failure, nobody knows whether the message arrived."""


def notify(
    context: typer.Context,
    again: Annotated[str | None, typer.Option(help="Send this channel again what it may not have received.")] = None,
) -> None:
    """Send what changed to the channels of kooch.toml, each change once. Call it after crawls, or from cron."""
    settings = settings_of(context)
    if not settings.notify:
        raise ConfigError(f"{settings.home / 'kooch.toml'} has no [[notify]]. docs/tell-people.md shows one.")
    names = [channel.name for channel in settings.notify]
    if again is not None and again not in names:
        raise ConfigError(f"There is no channel {again!r}. Known are: {', '.join(names)}.")
    with only_one(settings.home, "notify"):
        with open_state(settings.home) as state:
            give_up_on_sending(state)
            if again is not None:
                changes = tell_again(state, again)
                say(f"{again}: {changes} {'change' if changes == 1 else 'changes'} will be sent again.")
        rows, faults = [], []
        for channel in settings.notify:
            try:
                rows.append(_tell(settings.home, channel))
            except ConfigError as error:
                # A channel that is set wrongly must not stop messages to the others.
                rows.append({"channel": channel.name, "changes": 0, "state": "set wrongly"})
                faults.append(error)
    show(["channel", "changes", "state"], rows, title="notify")
    if any(row["state"] == "unknown" for row in rows):
        say(
            "“unknown”: the message may have arrived. It is not sent again by itself; `kooch notify --again CHANNEL` does."
        )
    for fault in faults:
        complain(str(fault))
    if faults:
        raise typer.Exit(ConfigError.exit_code)
    if any(row["state"] in {"refused", "unknown"} or str(row["state"]).endswith(_IN_DOUBT) for row in rows):
        raise typer.Exit(3)


def _tell(home: Path, channel: Notify) -> dict[str, object]:
    from analytics.measures.digest import digest_of  # noqa: PLC0415 -- Polars takes half a second to import
    from analytics.queries import query  # noqa: PLC0415 -- as above

    # Even the first call, which sends nothing, needs an address. Otherwise a wrong address would show only when there
    # is something to send.
    send = _send(channel, _address(channel))
    at, days = now(), _DAYS[channel.when]
    with open_state(home) as state:
        before, received_ids = latest_message(state, channel.name), ids_received(state, channel.name)
        received = last_received(state, channel.name)
    if before and not _is_due(before, days):
        return {"channel": channel.name, "changes": 0, "state": f"not due{_doubt(before)}"}
    with open_version(reading_file(home)) as connection:
        known = [row[0] for row in connection.execute(query("lists")).fetchall()]
        if channel.roster and channel.roster not in known:
            raise ConfigError(
                f"Channel {channel.name!r}: there is no list {channel.roster!r}. Known are {', '.join(known)}."
            )
        found = digest_of(
            connection,
            roster=channel.roster,
            kinds=channel.kinds,
            received_ids=received_ids,
            received=received,
            at=at,
            quiet_days=max(days, 1),
            site=channel.site,
        )
    ids = found.ids()
    with open_state(home) as state:
        if before is None:
            claim_message(state, channel.name, found.settled(), at=at, as_baseline=True)
            return {"channel": channel.name, "changes": len(ids), "state": "baseline"}
        # Doubts alone justify a daily or weekly message, but not one at once.
        if not ids and not (found.doubts and days):
            return {"channel": channel.name, "changes": 0, "state": f"nothing new{_doubt(before)}"}
        message = claim_message(state, channel.name, found.settled(), at=at)
        became = send(found.title, found.text)
        settle_message(state, message, became)
    return {"channel": channel.name, "changes": len(ids), "state": became}


def _doubt(before: Message) -> str:
    return _IN_DOUBT if before.state == "unknown" else ""


def _is_due(before: Message, days: int) -> bool:
    # An hour less, because a timer does not start to the second.
    return before.state == "refused" or now() - before.claimed_at >= timedelta(days=days) - timedelta(hours=1)


def _variable(channel: Notify) -> str:
    return f"KOOCH_NOTIFY_{channel.name.upper().replace('-', '_')}"


def _address(channel: Notify) -> str:
    address = os.environ.get(_variable(channel), "").strip()
    if not address:
        raise ConfigError(
            f"Environment variable {_variable(channel)} is not set. It holds the address of channel {channel.name!r}."
        )
    return address


def _send(channel: Notify, address: str) -> Callable[[str, str], MessageState]:
    """A function that sends a title and a text to the address. Raises ConfigError for an address that Apprise does not know.

    Apprise's log may hold secrets of the address. It is read here and never shown.
    """
    # Apprise loads all its services, and some warn of modules that Python will drop.
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        try:
            import apprise  # noqa: PLC0415 -- an extra
        except ImportError:
            raise ConfigError(
                "Messages need Apprise. Install it with `pip install 'kooch[notify]'`, or `make notify`."
            ) from None
        lines: list[str] = []

        class Kept(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                lines.append(record.getMessage())

        log = logging.getLogger("apprise")
        log.propagate, log.handlers = False, [Kept()]
        log.setLevel(logging.DEBUG)
        box = apprise.Apprise()
        if not box.add(address):
            raise ConfigError(f"{_variable(channel)} holds no address that Apprise knows.")

    def send(title: str, text: str) -> MessageState:
        lines.clear()
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            if bool(box.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT)):
                return "sent"
        return "refused" if any(_REFUSED.search(line) for line in lines) else "unknown"

    return send
