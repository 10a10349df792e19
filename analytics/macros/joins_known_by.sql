-- One row per account and spell (or figure, where no source names the account): when it joined, as known by an instant.
-- known_by: TIMESTAMPTZ; 'infinity' takes everything.
WITH dated AS (
    SELECT
        figure_id,
        platform,
        account_id,
        spell,
        CASE WHEN count(not_before) = count(*) THEN min(not_before) END AS joined_not_before,
        CASE WHEN count(before) = count(*) THEN max(before) END AS joined_before,
        CASE WHEN count(not_before) = count(*) THEN first(from_bound ORDER BY not_before, from_bound) END AS from_bound,
        CASE WHEN count(before) = count(*) THEN first(to_bound ORDER BY before DESC, to_bound) END AS to_bound,
        count(*) > 1 AS contradiction,
        count(*) AS readings
    FROM readings_known_by(known_by)
    GROUP BY figure_id, platform, account_id, spell
),

-- An accepted account that nothing dates has joined at some time.
undated AS (
    SELECT DISTINCT l.figure_id, a.platform, l.account_id
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN claims AS c ON c.figure_id = l.figure_id AND c.account_id = l.account_id
    INNER JOIN sources AS s
        ON
            s.source_id = c.source_id
            AND coalesce(timezone(s.time_zone, (s.published_at + 1)::TIMESTAMP), c.recorded_at) <= known_by
    ANTI JOIN dated AS d
        ON d.figure_id = l.figure_id AND d.account_id = l.account_id
    WHERE l.state = 'accepted'
)

SELECT
    figure_id,
    platform,
    spell,
    account_id,
    joined_not_before,
    joined_before,
    from_bound,
    to_bound,
    contradiction,
    readings
FROM dated
UNION ALL
SELECT figure_id, platform, 1, account_id, NULL, NULL, NULL, NULL, false, 0
FROM undated
