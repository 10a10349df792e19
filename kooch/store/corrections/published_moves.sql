-- One row per move that the version holds.
-- Versions of an earlier Kooch have no view of the zones of bounds.
WITH zones AS (
    SELECT b.bound_id, CASE WHEN b.kind = 'opened' THEN 'UTC' ELSE coalesce(s.time_zone, 'UTC') END AS time_zone
    FROM bounds AS b
    LEFT JOIN sources AS s ON s.source_id = b.source_id
)

SELECT
    m.figure_id,
    m.platform,
    m.account_id,
    m.move AS said,
    m.number,
    m.move_id,
    m.not_before, -- UTC, as all instants here
    m.before,
    coalesce(f.time_zone, t.time_zone, 'UTC') AS from_zone, -- Of the days of not_before
    coalesce(t.time_zone, f.time_zone, 'UTC') AS time_zone -- Of the days of before
FROM moves AS m
LEFT JOIN zones AS f ON f.bound_id = m.from_bound
LEFT JOIN zones AS t ON t.bound_id = m.to_bound
