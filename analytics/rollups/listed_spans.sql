-- One row per list, figure and platform for which only the list's versions are evidence: the days on which an account stands there.
-- Days are in the list's time zone. If there is also a crawl, a statement or another list, the evidence is read as for any other account.
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

-- Claims of other lists, and claims of this list that are in none of its versions.
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
    CASE WHEN r.series_vouches THEN p.listed_from END AS listed_from, -- The first day; NULL: the versions do not say that their accounts exist
    r.series_until -- The day of the last version; the list says nothing about later days
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
    -- A claim for a limited time is read as evidence, and cut to that time.
    AND NOT EXISTS (
        FROM links AS l
        INNER JOIN accounts AS a ON a.account_id = l.account_id
        WHERE
            l.figure_id = p.figure_id
            AND a.platform = p.platform
            AND coalesce(l.held_from, l.held_until) IS NOT NULL
    )
ORDER BY p.roster, p.figure_id, p.platform
