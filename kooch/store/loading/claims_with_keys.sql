-- One row per account that a list claims for a figure, with the account's number and the claim's natural key.
SELECT
    c.*,
    a.account_id,
    concat_ws(' ', c.figure_id, c.platform, c.account, c.source) AS key
FROM listed_claims AS c
INNER JOIN account_of_key AS a ON a.key = c.platform || ' ' || c.account
