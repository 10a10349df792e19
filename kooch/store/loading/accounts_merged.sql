-- One row per account that turns out to be another account, with the last account of the chain: an id may change twice.
-- Two ids that are each said to have become the other stay two accounts.
WITH RECURSIVE steps AS (
    FROM accounts_merged_directly
    UNION
    SELECT s.account_id, d.merged_into
    FROM steps AS s
    INNER JOIN accounts_merged_directly AS d ON d.account_id = s.merged_into
)

SELECT s.account_id, s.merged_into
FROM steps AS s
ANTI JOIN accounts_merged_directly AS d ON d.account_id = s.merged_into
