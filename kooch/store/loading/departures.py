"""When an account was left, and returned to: bounds read off its observations, once a second look has confirmed them.

One answer that says "gone" may be the platform's fault. Only two such answers 24 hours apart, with none between that
says otherwise, make a departure. Both answers always stay in `observations` or `looks`.
"""

import duckdb

from kooch.store.loading import Steps
from kooch.store.outcomes import CONFIRMED_AFTER_HOURS


def store_departures(connection: duckdb.DuckDBPyConnection) -> None:
    """Write anew the ends and returns that looks have confirmed, and what crawls and lookers say of accounts as bounds of their figures.

    Also the tables `doubts` and `sign_spans`, from which stays are read.

    Inside the caller's transaction.
    """
    connection.execute(f"SET VARIABLE confirmed_after_hours = {CONFIRMED_AFTER_HOURS}")
    with Steps(connection) as steps:
        steps.write("DELETE FROM account_bounds WHERE kind IN ('gone', 'ended', 'missing', 'returned')")
        steps.insert(account_bounds="bounds_of_departures")
        steps.insert(account_bounds="bounds_of_returns")
        steps.write("DELETE FROM doubts", "DELETE FROM sign_spans")
        steps.insert(doubts="doubts_by_looks", sign_spans="signs_by_looks")
        steps.assign("bound", "SELECT key FROM bounds_believed")
        steps.write("DELETE FROM bounds WHERE run_id IS NOT NULL OR kind IN ('gone', 'ended', 'missing', 'returned')")
        steps.insert(bounds="bounds_of_crawls")
