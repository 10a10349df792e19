-- One row per account and span of at least so many days without a post after a post. All days of the span were looked at. Days on which its country blocked the platform do not count.
-- days: INTEGER; how many days. With 91 this is dormant91@1, and the return is returned91@1.
WITH posted AS (
    SELECT
        account_id,
        day,
        lead(day) OVER (PARTITION BY account_id ORDER BY day) AS day_after
    FROM posted_or_shown_days
),

stretches AS (
    SELECT
        p.account_id,
        p.day,
        p.day_after,
        (p.day + days + coalesce(b.blocked_days, 0))::DATE AS dormant_on
    FROM posted AS p
    LEFT JOIN blocked_days_after(days) AS b ON b.account_id = p.account_id AND b.last_posted_on = p.day
)

SELECT
    s.account_id,
    s.day AS last_posted_on, -- Where a profile alone shows the day, perhaps that of a repost
    s.dormant_on, -- The day from which it counts as dormant, after so many days without a post
    s.day_after AS returned_on, -- The day of the next post; NULL: none is known
    c.until_day AS looked_until, -- The first day after it that was not wholly looked at
    'dormant' || days || '@1' AS definition
FROM stretches AS s
INNER JOIN activity_covers AS c
    ON
        c.account_id = s.account_id
        AND c.first_day <= s.day + 1
        AND c.until_day > s.dormant_on
WHERE s.day_after IS NULL OR s.day_after > s.dormant_on
