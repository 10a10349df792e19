-- One row per account and day for which a look that arrived says something new: it lists the day, or covers what was listed before.
SELECT
    account_id,
    day
FROM activity_days_arrived
UNION
SELECT
    d.account_id,
    d.day
FROM activity_days AS d
INNER JOIN activity_looks_arrived AS l
    ON
        l.account_id = d.account_id
        AND d.day >= l.covers_from::DATE
        AND d.day::TIMESTAMPTZ < coalesce(l.covers_to, l.looked_at)
