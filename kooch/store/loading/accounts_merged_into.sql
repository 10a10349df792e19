-- One row per account that another turned out to be. All its answers are read again.
SELECT DISTINCT
    merged_into AS account_id,
    '-infinity'::TIMESTAMPTZ AS since
FROM accounts_merged
