-- One row per list, figure and platform of which nothing but the versions of the list tells: since when an account stands there, and until which day.
-- Days are in the list's time zone. Where a crawl, a statement or another list speaks too, evidence is read as that of any account.
WITH pairs AS (
    SELECT
        roster,
        figure_id,
        platform,
        source_id,
        min(first_listed) FILTER (WHERE stands) AS listed_from
    FROM series
    GROUP BY roster, figure_id, platform, source_id
    HAVING bool_or(stands)
),

-- A claim of another list, or one of this list that no version has.
other_claims AS (
    SELECT c.figure_id, a.platform, c.source_id, s.account_id IS NOT NULL AS is_in_series
    FROM claims AS c
    INNER JOIN accounts AS a ON a.account_id = c.account_id
    LEFT JOIN (SELECT DISTINCT source_id, figure_id, account_id FROM series) AS s
        ON s.source_id = c.source_id AND s.figure_id = c.figure_id AND s.account_id = c.account_id
),

crawled AS (
    SELECT DISTINCT l.figure_id, a.platform
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN seen_accounts AS s ON s.account_id = l.account_id
)

SELECT
    p.roster,
    p.figure_id,
    p.platform,
    CASE WHEN r.series_vouches THEN p.listed_from END AS listed_from, -- NULL: the versions do not say that their accounts exist
    r.series_until -- Day of the last version: what it says ends there
FROM pairs AS p
INNER JOIN rosters AS r ON r.roster = p.roster
WHERE
    NOT EXISTS (
        FROM bounds AS b
        WHERE
            b.figure_id = p.figure_id
            AND b.platform = p.platform
            AND b.event <> 'announced'
            AND (b.kind <> 'listed' OR b.source_id IS DISTINCT FROM p.source_id)
    )
    AND NOT EXISTS (
        FROM other_claims AS c
        WHERE
            c.figure_id = p.figure_id
            AND c.platform = p.platform
            AND (c.source_id <> p.source_id OR NOT c.is_in_series)
    )
    AND NOT EXISTS (
        FROM crawled AS c
        WHERE c.figure_id = p.figure_id AND c.platform = p.platform
    )
ORDER BY p.roster, p.figure_id, p.platform
