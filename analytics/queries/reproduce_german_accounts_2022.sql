-- One row: how many accounts of the German list were opened in November 2022, and how many in all.
SELECT
    count(*) FILTER (WHERE date_trunc('month', o.opened_at) = TIMESTAMPTZ '2022-11-01') AS least,
    least AS most,
    count(*) AS whole
FROM (
    SELECT b.figure_id, min(b.not_before) AS opened_at
    FROM bounds AS b
    SEMI JOIN memberships AS m ON m.figure_id = b.figure_id AND m.roster = 'de-fediverse'
    WHERE b.platform = 'mastodon' AND b.kind = 'opened'
    GROUP BY b.figure_id
) AS o
HAVING count(*) > 0
