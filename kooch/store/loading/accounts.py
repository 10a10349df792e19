"""The numbers of accounts: each natural key gets an integer once, and keeps it through renames, merges and rebuilds.

The natural key of an account is `platform native-id`, or `platform @handle` (case-folded) until the id is known.
A handle-only account that turns out to have a known id is merged into that account; the row stays as a pointer.
"""

from kooch.store.loading import Steps
from kooch.store.loading.activity import merge_activity
from kooch.store.loading.sightings import forget_unshown_texts, read_off


def resolve_accounts(steps: Steps, names: str) -> bool:
    """Give every pair of names in the SELECT `names` an account. Returns whether an account was merged or learned its id.

    Its columns: platform, native_id (NULL: unknown), handle (NULL: not asked by handle), seen_at. Afterwards the view
    `account_of_key` leads from every natural key to its account.
    """
    steps.let("names_met", f"FROM {names}")
    steps.insert(ids="ids_learned")
    steps.write(
        "UPDATE accounts SET native_id = m.native_id FROM native_ids_met AS m"
        " WHERE m.account_id = accounts.account_id AND accounts.native_id IS NULL"
    )
    steps.assign("account", "SELECT native_key AS key FROM names_met_together WHERE native_key IS NOT NULL")
    # A new handle beside a known id is that account; a handle alone becomes an account of its own.
    steps.insert(ids="handles_of_known_ids")
    steps.assign("account", "SELECT handle_key AS key FROM names_met_together WHERE handle_key IS NOT NULL")
    steps.insert(accounts="accounts_first_met")
    merged = steps.rows("SELECT 1 FROM accounts_merged LIMIT 1")
    if merged:
        _follow_merges(steps)
    return bool(merged or steps.rows("SELECT 1 FROM accounts_that_learn_their_id LIMIT 1"))


def _follow_merges(steps: Steps) -> None:
    """Move what was known about a duplicate account to the real one. Its planned outcomes stay."""
    is_merged = "FROM accounts_merged AS m WHERE m.account_id ="
    steps.write(
        # Earlier merges are followed too: a pointer to a row that is merged now leads on to the real account.
        f"UPDATE accounts SET merged_into = m.merged_into {is_merged} coalesce(accounts.merged_into, accounts.account_id)",
        "DELETE FROM observations USING sightings_of_both_accounts AS s"
        " WHERE s.run_id = observations.run_id AND s.account_id = observations.account_id",
        f"UPDATE observations SET account_id = m.merged_into {is_merged} observations.account_id",
        "DELETE FROM profile_changes WHERE account_id IN (SELECT account_id FROM accounts_merged)",
        "DELETE FROM handles WHERE kind = 'seen' AND account_id IN (SELECT account_id FROM accounts_merged)",
        f"UPDATE handles SET account_id = m.merged_into {is_merged} handles.account_id",
    )
    steps.replace(
        "account_bounds",
        "bounds_of_merged_accounts",
        where="account_id IN (SELECT account_id FROM accounts_merged)"
        " OR (kind <> 'seen' AND account_id IN (SELECT merged_into FROM accounts_merged))",
    )
    merge_activity(steps)
    read_off(steps, "accounts_merged_into")
    forget_unshown_texts(steps)
