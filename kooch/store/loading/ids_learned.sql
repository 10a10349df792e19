-- One row per native id that an account known by its handle has learned, as a natural key with the account's number.
SELECT
    'account' AS kind,
    native_key AS key,
    min(account_id) AS id
FROM accounts_that_learn_their_id
GROUP BY native_key
