"""What channels were told: a move is claimed for a message before that is sent, and told once to each channel."""

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
    """A message to a channel: when it was claimed (UTC), and what became of it."""

    message: str
    claimed_at: datetime
    state: MessageState


def latest_message(state: sqlite3.Connection, channel: str) -> Message | None:
    """The latest message to the channel, the baseline among them; None: the channel is new."""
    row = state.execute(
        "SELECT message, claimed_at, state FROM messages WHERE channel = ? ORDER BY claimed_at DESC, rowid DESC LIMIT 1",
        [channel],
    ).fetchone()
    if row is None:
        return None
    return Message(message=row["message"], claimed_at=datetime.fromisoformat(row["claimed_at"]), state=row["state"])


def told_to(state: sqlite3.Connection, channel: str) -> set[str]:
    """The ids of the moves that the channel was told, or may have been."""
    return {row["move"] for row in state.execute("SELECT move FROM told WHERE channel = ?", [channel])}


def claim_message(
    state: sqlite3.Connection, channel: str, moves: Collection[str], *, at: datetime, as_baseline: bool = False
) -> str:
    """Note the moves as told before anybody is told. Returns the message, which is to be settled."""
    message = uuid.uuid4().hex
    with transaction(state):
        state.execute(
            "INSERT INTO messages VALUES (?, ?, ?, ?)",
            [message, channel, at.isoformat(), "baseline" if as_baseline else "sending"],
        )
        state.executemany("INSERT INTO told VALUES (?, ?, ?)", [(channel, move, message) for move in sorted(moves)])
    return message


def settle_message(state: sqlite3.Connection, message: str, became: MessageState) -> None:
    """Note what became of a message. What was refused reached nobody, so its moves are told with the next one."""
    with transaction(state):
        state.execute("UPDATE messages SET state = ? WHERE message = ?", [became, message])
        if became == "refused":
            state.execute("DELETE FROM told WHERE message = ?", [message])


def give_up_on_sending(state: sqlite3.Connection) -> None:
    """Whoever was sending is dead: what became of its message is unknown. Call it under the lock of those who send."""
    state.execute("UPDATE messages SET state = 'unknown' WHERE state = 'sending'")


def tell_again(state: sqlite3.Connection, channel: str) -> int:
    """Let the moves of messages whose fate is unknown be told again; returns how many."""
    with transaction(state):
        unknown = "SELECT message FROM messages WHERE channel = ? AND state = 'unknown'"
        forgotten = state.execute(f"DELETE FROM told WHERE message IN ({unknown})", [channel]).rowcount
        state.execute("UPDATE messages SET state = 'refused' WHERE channel = ? AND state = 'unknown'", [channel])
    return forgotten
