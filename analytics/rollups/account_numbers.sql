-- One row per account, with its number among the accounts of its platform. Sets of accounts are strings of bits by these numbers.
SELECT
    account_id,
    platform,
    (row_number() OVER (PARTITION BY platform ORDER BY account_id) - 1)::INTEGER AS number -- From 0 on
FROM accounts
