"""Descriptions of columns that have the same name and meaning in several tables."""

import duckdb

from kooch.store.schema import quoted

SHARED = {
    "account_id": "The account, of `accounts`",
    "applied_at": "When the migration ran",
    "attempts": "How often it was tried",
    "avatar_url": "The address of the picture; Kooch never fetches it",
    "batch_id": "The name of the spool file",
    "before": "The open end of the interval; NULL: open",
    "bio": "What the profile says about the account",
    "bound_id": "The number of this bound",
    "bytes": "Bytes received",
    "capture_id": "The archived page, of `captures`",
    "captured_at": "When the archive fetched it",
    "cause": "Why there is no observation; docs/methods.md explains each",
    "claim_id": "The number of this claim",
    "contradiction": "Whether the bounds cannot all be true. Then the interval covers all readings",
    "cost_usd": "What the platform charged, in US dollars",
    "decided_at": "When the reviewer decided",
    "description": "A description in a sentence or two",
    "detail": "The address that was asked, and what came back",
    "digest": "The archive's digest of the body",
    "display_name": "The name shown on the profile",
    "event": "What happened, or a short name for it",
    "failed": "How many targets failed: Kooch could not tell",
    "failed_at": "When the failure was recorded",
    "figure_id": "The figure, of `figures`",
    "figures": "How many figures are on the list",
    "first_seen_at": "The time of the earliest observation, whatever its status",
    "followers": "How many followers it has; NULL: not shown",
    "following": "How many accounts it follows; NULL: not shown",
    "from_bound": "The bound that sets the lower end",
    "handle": "The name on the platform, without a leading @",
    "http_status": "The HTTP status of the last answer; NULL: there was none",
    "id": "The number",
    "key": "The natural key",
    "known_at": "When Kooch recorded it",
    "kooch": "The version of Kooch",
    "last_active_at": "The time of the latest observation with status active",
    "last_post_at": "When the account last posted; NULL: not shown",
    "last_seen_at": "The time of the latest observation, whatever its status",
    "licence": "SPDX name of the licence, if there is one",
    "links": "The addresses in the profile",
    "loaded_at": "When the loader stored it",
    "name": "The name as people write it",
    "not_before": "The start of the interval, included; NULL: open",
    "observations": "How many observations there are",
    "observed": "How many targets got a definite answer",
    "outcome": "observed, failed or skipped",
    "party": "The party as the list writes it; NULL: none or unknown",
    "path": "The field, as a path in the answer",
    "planned": "How many targets the run planned",
    "platform": "The platform, of `platforms`",
    "platforms": "The platforms concerned",
    "posts": "How many posts there are; NULL: not shown",
    "published_at": "When the version was published",
    "publisher": "Who published it",
    "reason": "The reason that was given",
    "recorded_at": "When Kooch stored it",
    "requests": "How many requests were sent",
    "reviewer": "Who decided",
    "roster": "The list, of `rosters`",
    "rows": "How many outcomes the batch holds",
    "run_id": "The run, of `runs`",
    "share_max": "The largest share of members; NULL: no percentage is allowed on that day",
    "skipped": "How many targets Kooch skipped on purpose",
    "source_id": "The document, of `sources`",
    "source_url": "Address of the source",
    "spell": "The number of the stay: 1 for the first; after an end a new one begins",
    "started_at": "When the run was planned",
    "starts_on": "The first day",
    "status": "What the platform said about the account",
    "statuses": "How many different statuses were seen",
    "time_zone": "The IANA time zone of the days",
    "title": "A title for readers",
    "to_bound": "The bound that sets the upper end",
    "url": "The address; NULL: none",
    "verdict": "accepted or rejected",
    "verified": "Whether the platform shows a mark of verification; NULL: it has none, or does not say",
    "version": "The number of the migration, or the program's version",
}


def describe_shared_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Give every column without its own description the shared description for its name."""
    missing = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name = 'main' AND comment IS NULL AND NOT internal"
    ).fetchall()
    for table, column in missing:
        if column in SHARED:
            connection.execute(f"COMMENT ON COLUMN {table}.{column} IS {quoted(SHARED[column])}")
