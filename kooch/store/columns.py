"""What columns mean that have the same name, and the same meaning, in several tables."""

import duckdb

from kooch.store.schema import quoted

SHARED = {
    "account_id": "The account, of `accounts`",
    "applied_at": "When the migration ran",
    "attempts": "How often it was tried",
    "avatar_url": "Address of the picture; never fetched",
    "batch_id": "Name of the spool file",
    "before": "The open end of the interval; NULL: open",
    "bio": "What the account says of itself",
    "bound_id": "The number of this bound",
    "bytes": "Received",
    "capture_id": "The archived page, of `captures`",
    "captured_at": "When the archive fetched it",
    "cause": "Why there is no observation; docs/methods.md explains each",
    "claim_id": "The number of this claim",
    "contradiction": "The bounds cannot all be true; the interval then covers every reading",
    "cost_usd": "What the platform charged",
    "decided_at": "When the reviewer decided",
    "description": "In a sentence or two",
    "detail": "The address asked and what came back",
    "digest": "The archive's digest of the body",
    "display_name": "The name shown",
    "event": "What happened, or a short name for it",
    "failed": "Targets of which nothing could be told",
    "failed_at": "When it was recorded",
    "figure_id": "The figure, of `figures`",
    "figures": "Figures on the roster",
    "first_seen_at": "Of the earliest observation, whatever its status",
    "followers": "NULL: not shown",
    "following": "How many accounts it follows; NULL: not shown",
    "from_bound": "The bound that sets the lower end",
    "handle": "The name on the platform, without a leading @",
    "http_status": "Of the last answer, if there was one",
    "id": "The number",
    "key": "The natural key",
    "known_at": "When it was recorded",
    "kooch": "The program's version",
    "last_active_at": "Of the latest observation with status active",
    "last_post_at": "When the account last posted; NULL: not shown",
    "last_seen_at": "Of the latest observation, whatever its status",
    "licence": "SPDX name where there is one",
    "links": "Addresses in the profile",
    "loaded_at": "When the loader stored it",
    "name": "As people write it",
    "not_before": "The closed start of the interval; NULL: open",
    "observations": "How many there are",
    "observed": "Targets with a determinate answer",
    "outcome": "observed, failed or skipped",
    "party": "The party as the roster writes it; NULL: none or unknown",
    "path": "The field, as a path in the answer",
    "planned": "Targets of the run",
    "platform": "The platform, of `platforms`",
    "platforms": "The platforms it concerns",
    "posts": "How many posts there are; NULL: not shown",
    "published_at": "When the version was published",
    "publisher": "Who published it",
    "reason": "The reviewer's reason",
    "recorded_at": "When Kooch stored it",
    "requests": "Requests sent",
    "reviewer": "Who decided",
    "roster": "The roster, of `rosters`",
    "rows": "Outcomes in the batch",
    "run_id": "The run, of `runs`",
    "share_max": "Possibly there, as a share of the members; NULL: the roster may not be divided on that day",
    "skipped": "Targets deliberately not observed",
    "source_id": "The document, of `sources`",
    "source_url": "Address of the source",
    "spell": "1 for the first stay; a new one begins after an end",
    "started_at": "When the run was planned",
    "starts_on": "First day",
    "status": "What the platform said of the account",
    "statuses": "How many different statuses were seen",
    "time_zone": "IANA zone of its days",
    "title": "A line for readers",
    "to_bound": "The bound that sets the upper end",
    "url": "Address; NULL: none",
    "verdict": "accepted or rejected",
    "verified": "Whether the platform shows a mark; NULL: it has none or does not say",
    "version": "The number of the migration, or the program's version",
}


def describe_shared_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Give every column without a description of its own the shared one of its name."""
    missing = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name = 'main' AND comment IS NULL AND NOT internal"
    ).fetchall()
    for table, column in missing:
        if column in SHARED:
            connection.execute(f"COMMENT ON COLUMN {table}.{column} IS {quoted(SHARED[column])}")
