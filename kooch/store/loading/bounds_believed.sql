-- One row per bound of an account that is believed, and figure it is accepted for, with the bound's natural key.
-- That an account has ended, a server's word is believed only where looks have confirmed that the account was gone then.
SELECT
    c.figure_id,
    a.platform,
    b.account_id,
    b.event,
    b.not_before,
    b.before,
    b.kind,
    b.run_id,
    b.known_at,
    concat_ws(' ', c.figure_id, b.account_id, b.event, b.kind, b.not_before, b.before) AS key
FROM account_bounds AS b
INNER JOIN (SELECT DISTINCT figure_id, account_id FROM claims) AS c ON c.account_id = b.account_id
INNER JOIN accounts AS a ON a.account_id = b.account_id
WHERE
    b.event <> 'left'
    OR b.kind IN ('gone', 'ended', 'missing')
    OR EXISTS (
        SELECT 1
        FROM account_stretches AS s
        WHERE
            s.account_id = b.account_id
            AND NOT s.is_there
            AND b.before > coalesce(s.before_at, '-infinity')
            AND coalesce(b.not_before, '-infinity') <= s.first_at
    )
