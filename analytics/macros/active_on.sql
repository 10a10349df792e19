-- One row per accepted account: whether it was active as a day ended. NULL: not known.
-- on_day: DATE; in UTC.
-- days: INTEGER; how many days a post counts for. With 28 this is active28@1.
SELECT
    l.figure_id,
    a.platform,
    l.account_id,
    s.is_active,
    'active' || days || '@1' AS definition
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN activity_spans(days) AS s ON s.account_id = l.account_id AND s.from_day <= on_day AND on_day < s.until_day
WHERE l.state = 'accepted'
