"""Records what channels have received. Each move is recorded for a message before it is sent, so each channel gets it once."""

import sqlite3
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kooch.store.state import transaction

MessageState = Literal["baseline", "sending", "sent", "refused", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to a channel: when it was recorded (UTC), and its state."""

    message: str
    claimed_at: datetime
    state: MessageState


def latest_message(state: sqlite3.Connection, channel: str) -> Message | None:
    """The latest message to the channel, which may be the baseline; None: the channel is new."""
    row = state.execute(
        "SELECT message, claimed_at, state FROM messages WHERE channel = ? ORDER BY claimed_at DESC, rowid DESC LIMIT 1",
        [channel],
    ).fetchone()
    if row is None:
        return None
    return Message(message=row["message"], claimed_at=datetime.fromisoformat(row["claimed_at"]), state=row["state"])


def last_received(state: sqlite3.Connection, channel: str) -> datetime | None:
    """When the channel last received a message for certain, or got its baseline; None: never."""
    row = state.execute(
        "SELECT max(claimed_at) AS at FROM messages WHERE channel = ? AND state IN ('baseline', 'sent')", [channel]
    ).fetchone()
    return datetime.fromisoformat(row["at"]) if row["at"] else None


def ids_received(state: sqlite3.Connection, channel: str) -> set[str]:
    """The ids of the moves that the channel has received, or may have received."""
    return {row["move"] for row in state.execute("SELECT move FROM told WHERE channel = ?", [channel])}


def claim_message(
    state: sqlite3.Connection, channel: str, moves: Collection[str], *, at: datetime, as_baseline: bool = False
) -> str:
    """Record the moves before they are sent. Returns the message, whose result is to be recorded."""
    message = uuid.uuid4().hex
    with transaction(state):
        state.execute(
            "INSERT INTO messages VALUES (?, ?, ?, ?)",
            [message, channel, at.isoformat(), "baseline" if as_baseline else "sending"],
        )
        state.executemany("INSERT INTO told VALUES (?, ?, ?)", [(channel, move, message) for move in sorted(moves)])
    return message


def settle_message(state: sqlite3.Connection, message: str, became: MessageState) -> None:
    """Record the result of a message. A refused message reached nobody, so the next one has its moves."""
    with transaction(state):
        state.execute("UPDATE messages SET state = ? WHERE message = ?", [became, message])
        if became == "refused":
            state.execute("DELETE FROM told WHERE message = ?", [message])


def give_up_on_sending(state: sqlite3.Connection) -> None:
    """Mark messages of a dead sender as unknown. Call it under the lock of senders."""
    state.execute("UPDATE messages SET state = 'unknown' WHERE state = 'sending'")


def tell_again(state: sqlite3.Connection, channel: str) -> int:
    """Let the moves of messages with an unknown result be sent again. Returns how many."""
    with transaction(state):
        unknown = "SELECT message FROM messages WHERE channel = ? AND state = 'unknown'"
        forgotten = state.execute(f"DELETE FROM told WHERE message IN ({unknown})", [channel]).rowcount
        state.execute("UPDATE messages SET state = 'refused' WHERE channel = ? AND state = 'unknown'", [channel])
    return forgotten
