-- One row per account and stretch of so many days or more without a post, every one of which was looked at, after a post.
-- days: INTEGER; how many. With 91 this is dormant91@1, and its return returned91@1.
WITH posted AS (
    SELECT
        account_id,
        day,
        lead(day) OVER (PARTITION BY account_id ORDER BY day) AS day_after
    FROM posted_days
)

SELECT
    p.account_id,
    p.day AS last_posted_on,
    p.day + days AS dormant_on, -- Since then it counts as dormant: so many days without a post were over
    p.day_after AS returned_on, -- The next post; NULL: none is known
    'dormant' || days || '@1' AS definition
FROM posted AS p
INNER JOIN activity_covers AS c
    ON
        c.account_id = p.account_id
        AND c.first_day <= p.day + 1
        AND c.until_day > p.day + days
WHERE p.day_after IS NULL OR p.day_after > p.day + days
