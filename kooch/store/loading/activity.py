"""When accounts posted. Looks are added and never edited. The latest look that covers a day decides the day.

The order in which looks are loaded does not matter, nor how often one comes.
"""

from kooch.store.loading import Steps


def store_activity(steps: Steps) -> None:
    """Store the looks that arrived, and count anew the days about which they say something."""
    steps.replace(
        "activity_days",
        "activity_days_counted",
        where="(account_id, day) IN (SELECT (account_id, day) FROM activity_days_to_count)",
    )
    steps.insert(activity_looks="activity_looks_arrived")


def merge_activity(steps: Steps) -> None:
    """Give looks and days of an account to the one that it turned out to be."""
    steps.replace(
        "activity_days",
        "activity_days_of_merged_accounts",
        where="account_id IN (SELECT account_id FROM accounts_merged)"
        " OR account_id IN (SELECT merged_into FROM accounts_merged)",
    )
    steps.write(
        "UPDATE activity_looks SET account_id = m.merged_into FROM accounts_merged AS m"
        " WHERE m.account_id = activity_looks.account_id"
    )
