-- One row per bound that a list or statement gives, with the account's number and the bound's natural key.
SELECT
    b.*,
    a.account_id,
    concat_ws(
        ' ',
        b.figure_id,
        b.platform,
        coalesce(b.account, '-'),
        b.event,
        b.kind,
        coalesce(b.not_before::VARCHAR, '-'),
        coalesce(b.before::VARCHAR, '-'),
        b.known_at,
        b.source,
        b.wording,
        CASE WHEN b.names_unlisted THEN 'names unlisted' END
    ) AS key
FROM listed_bounds AS b
LEFT JOIN account_of_key AS a ON a.key = b.platform || ' ' || b.account
