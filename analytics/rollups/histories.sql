-- One row per accepted account of a figure: when it joined, how far its posts are known, and how it ended.
-- An account that was back before anybody looked at its posts had not ended when the watch began.
WITH ends AS (
    SELECT
        s.figure_id,
        s.account_id,
        s.stay,
        s.ended_not_before,
        s.ended_before,
        s.ended_by,
        coalesce(timezone('UTC', s.ended_before)::DATE <= w.entered_on, false)
        AND s.stay < max(s.stay) OVER (PARTITION BY s.figure_id, s.account_id) AS is_past
    FROM stays AS s
    LEFT JOIN watches AS w ON w.figure_id = s.figure_id AND w.account_id = s.account_id
    WHERE s.stay > 0 AND s.account_id IS NOT NULL
),

ended AS (
    SELECT *
    FROM ends
    WHERE NOT is_past
    QUALIFY row_number() OVER (PARTITION BY figure_id, account_id ORDER BY stay) = 1
)

SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    s.joined_not_before, -- The start of the interval of the first join; NULL: open
    s.joined_before, -- The open end of that interval; NULL: undated
    coalesce(w.until_day, l.until_day) AS covered_until, -- The first day (UTC) after the watch over its posts, or, if nobody looked, after the claim; NULL: nobody looked, and the claim has no end
    CASE
        -- The watch goes on for at most 45 days after the last look at posts. Later ends are not counted.
        WHEN coalesce(timezone('UTC', e.ended_not_before)::DATE <= covered_until + 45, true)
            THEN timezone('UTC', e.ended_before - INTERVAL 1 MICROSECOND)::DATE
    END AS ended_to, -- The last day on which it can have ended; NULL: no end is certain, or it ended long after the watch
    CASE WHEN ended_to IS NOT NULL THEN coalesce(timezone('UTC', e.ended_not_before)::DATE, covered_until) END AS ended_from, -- The first day on which it can have ended
    CASE
        WHEN ended_to IS NULL THEN NULL
        WHEN e.ended_by = 'owner' THEN 'deleted'
        WHEN e.ended_by = 'platform' THEN 'ended by platform'
        ELSE 'not found'
    END AS ended_as -- deleted (by its owner), ended by platform or not found; NULL: no end counts
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN stays AS s ON s.figure_id = l.figure_id AND s.account_id = l.account_id AND s.stay = 1
LEFT JOIN ended AS e ON e.figure_id = l.figure_id AND e.account_id = l.account_id
LEFT JOIN watches AS w ON w.figure_id = l.figure_id AND w.account_id = l.account_id
WHERE l.state = 'accepted'
ORDER BY l.figure_id, a.platform, l.account_id
