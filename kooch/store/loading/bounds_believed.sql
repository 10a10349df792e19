-- One row per accepted bound of an account and figure whose account it is, with the bound's natural key.
-- If a server says that an account has ended, this counts only if looks have confirmed that it was gone by then.
SELECT
    c.figure_id,
    a.platform,
    b.account_id,
    b.event,
    b.not_before,
    b.before,
    b.kind,
    b.run_id,
    b.source_id,
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
