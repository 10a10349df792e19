-- One row per account that is read anew and whose first sighting may have changed.
SELECT r.account_id
FROM accounts_read_anew AS r
ANTI JOIN account_bounds AS b ON b.account_id = r.account_id AND b.kind = 'seen' AND b.before <= r.since
