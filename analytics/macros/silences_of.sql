-- One row per account and span of at least so many days (28 or more) without a post after a post. All days of the span were looked at. Days on which its country blocked the platform do not count.
-- days: INTEGER; how many days. With 91 this is dormant91@1, and the return is returned91@1.
SELECT
    s.account_id,
    s.last_posted_on,
    d.dormant_on, -- The day from which it counts as dormant
    s.returned_on, -- The day of the next post; NULL: none is known
    d.blocked_days -- How many days until dormant_on do not count, because the platform was blocked
FROM silences AS s
LEFT JOIN blocked_days_after(days) AS b ON b.account_id = s.account_id AND b.last_posted_on = s.last_posted_on
CROSS JOIN LATERAL (
    SELECT
        coalesce(b.blocked_days, 0) AS blocked_days,
        (s.last_posted_on + days + coalesce(b.blocked_days, 0))::DATE AS dormant_on
) AS d
WHERE s.looked_until > d.dormant_on AND coalesce(s.returned_on > d.dormant_on, true)
