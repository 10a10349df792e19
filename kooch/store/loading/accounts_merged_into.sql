-- One row per account that another turns out to be: all of it is read anew.
SELECT DISTINCT
    merged_into AS account_id,
    '-infinity'::TIMESTAMPTZ AS since
FROM accounts_merged
