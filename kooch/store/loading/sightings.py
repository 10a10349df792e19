"""What is read off the observations of accounts: their words, the handles they were seen with, and when they were first seen."""

from kooch.store.loading import Steps


def read_off(steps: Steps, accounts: str) -> None:
    """Read off anew the accounts of the SELECT `accounts`: account_id, and since when its observations have changed."""
    steps.let("accounts_read_anew", f"FROM {accounts}")
    steps.write(
        "DELETE FROM profile_changes USING accounts_read_anew AS r"
        " WHERE r.account_id = profile_changes.account_id AND r.since <= profile_changes.valid_from"
    )
    steps.insert(profile_changes="profile_changes_read")
    steps.write(
        "DELETE FROM handles USING accounts_read_anew AS r WHERE handles.kind = 'seen' AND handles.account_id = r.account_id"
    )
    steps.insert(handles="handles_seen")
    steps.write(
        "DELETE FROM account_bounds USING accounts_to_read_again AS s"
        " WHERE account_bounds.kind = 'seen' AND account_bounds.account_id = s.account_id"
    )
    steps.insert(account_bounds="bounds_seen")


def forget_unshown_texts(steps: Steps) -> None:
    """Delete the words that no observation shows any more, after some were deleted."""
    steps.write("DELETE FROM texts WHERE text_id NOT IN (SELECT text_id FROM observations WHERE text_id IS NOT NULL)")
