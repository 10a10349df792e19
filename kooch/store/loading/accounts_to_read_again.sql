-- One row per account whose answers are read again, and whose first observation may have changed.
SELECT r.account_id
FROM accounts_read_anew AS r
ANTI JOIN account_bounds AS b ON b.account_id = r.account_id AND b.kind = 'seen' AND b.before <= r.since
