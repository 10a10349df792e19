-- Every claim, bound and membership is about a figure and an account that are stored.
SELECT 'claim' AS what, claim_id AS id FROM claims
WHERE figure_id NOT IN (SELECT figure_id FROM figures) OR account_id NOT IN (SELECT account_id FROM accounts)
UNION ALL
SELECT 'bound', bound_id FROM bounds
WHERE
    figure_id NOT IN (SELECT figure_id FROM figures)
    OR (account_id IS NOT NULL AND account_id NOT IN (SELECT account_id FROM accounts))
    OR (source_id IS NULL) = (run_id IS NULL)
