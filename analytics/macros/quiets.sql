-- One row per accepted account whose posts were looked at: its last post, and whether it counts as quiet or the watch ended before.
-- days: INTEGER; how many days without a post must follow the last one. With 180 this is quiet180@1.
-- The end of the figure's last role, for example by death, ends the watch, and so does the time of a claim. After that nobody counts as quiet. Days on which its country blocked the platform do not count.
WITH stretches AS (
    SELECT
        w.*,
        (w.last_posted_on + days + coalesce(b.blocked_days, 0))::DATE AS quiet_on
    FROM watches AS w
    LEFT JOIN blocked_days_after(days) AS b ON b.account_id = w.account_id AND b.last_posted_on = w.last_posted_on
)

SELECT
    s.figure_id,
    s.platform,
    s.account_id,
    s.entered_on, -- The first day that was looked at. An account that was there before enters the watch late
    s.last_posted_on, -- Day (UTC) of the last known post; NULL: none is known
    coalesce(s.looked_until > s.quiet_on AND s.until_day > s.quiet_on, false) AS is_quiet,
    CASE WHEN is_quiet THEN s.quiet_on END AS quiet_on, -- The day from which it counts as quiet; NULL: it does not
    CASE WHEN NOT is_quiet THEN s.until_day END AS censored_on, -- The day on which the watch ended without another end; NULL: it counts as quiet
    'quiet' || days || '@1' AS definition
FROM stretches AS s
