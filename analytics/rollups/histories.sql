-- One row per accepted account of a figure: when it joined, how far its posts are known, and what can have ended the watch apart from quiet.
WITH covers AS (
    SELECT account_id, max(until_day) AS until_day
    FROM activity_covers
    GROUP BY account_id
)

SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    s.joined_not_before, -- The start of the interval of the first join; NULL: open
    s.joined_before, -- The open end of that interval; NULL: undated
    least(c.until_day, l.until_day) AS covered_until, -- The first day (UTC) after the last that was looked at, or the first day after the claim; NULL: nobody looked, and the claim has no end
    CASE
        -- The watch goes on for at most 45 days after the last look at posts. Later ends are not counted.
        WHEN coalesce(timezone('UTC', s.ended_not_before)::DATE <= covered_until + 45, true)
            THEN timezone('UTC', s.ended_before - INTERVAL 1 MICROSECOND)::DATE
    END AS ended_to, -- The last day on which the first stay can have ended; NULL: no end is certain, or it ended long after the last look
    CASE WHEN ended_to IS NOT NULL THEN coalesce(timezone('UTC', s.ended_not_before)::DATE, covered_until) END AS ended_from, -- The first day on which it can have ended
    CASE
        WHEN ended_to IS NULL THEN NULL
        WHEN s.ended_by = 'owner' THEN 'deleted'
        WHEN s.ended_by = 'platform' THEN 'ended by platform'
        ELSE 'not found'
    END AS ended_as, -- deleted (by its owner), ended by platform or not found; NULL: no end counts
    CASE WHEN t.until_day <= covered_until THEN t.until_day END AS left_office_on -- The first day after the figure's last role, on whichever list; NULL: no end is known, or it came later than the watch
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN stays AS s
    ON
        s.figure_id = l.figure_id
        AND s.account_id = l.account_id
        AND s.platform = a.platform
        AND s.stay = 1
LEFT JOIN covers AS c ON c.account_id = l.account_id
LEFT JOIN ends_of_roles AS t ON t.figure_id = l.figure_id
WHERE l.state = 'accepted'
ORDER BY l.figure_id, a.platform, l.account_id
