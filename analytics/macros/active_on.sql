-- One row per account that was accepted as a figure's on a day: whether it was active as the day ended. NULL: unknown, also where not all days are in the time of the claim.
-- on_day: DATE; the day, in UTC.
-- days: INTEGER; how many days a post counts for. With 28 this is active28@1.
SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    s.is_active,
    'active' || days || '@1' AS definition
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN activity_spans(days) AS s
    ON
        s.account_id = l.account_id
        AND s.from_day <= on_day
        AND on_day < s.until_day
        AND coalesce(l.first_day <= on_day - (days - 1), true)
WHERE l.state = 'accepted' AND coalesce(l.first_day <= on_day, true) AND coalesce(on_day < l.until_day, true)
