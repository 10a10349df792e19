-- Every claim, bound, membership and link between accounts is about a figure and accounts that are stored.
SELECT 'claim' AS what, claim_id AS id FROM claims
WHERE figure_id NOT IN (SELECT figure_id FROM figures) OR account_id NOT IN (SELECT account_id FROM accounts)
UNION ALL
SELECT 'bound', bound_id FROM bounds
WHERE
    figure_id NOT IN (SELECT figure_id FROM figures)
    OR (account_id IS NOT NULL AND account_id NOT IN (SELECT account_id FROM accounts))
    OR (source_id IS NULL) = (run_id IS NULL)
UNION ALL
SELECT 'account link', account_id FROM account_links
WHERE
    account_id NOT IN (SELECT account_id FROM accounts WHERE merged_into IS NULL)
    OR (other_account_id IS NOT NULL AND other_account_id NOT IN (SELECT account_id FROM accounts))
    OR run_id NOT IN (SELECT id FROM ids WHERE kind = 'run')
