-- One row per figure with an accepted account: on how many platforms it was active as a day ended.
-- on_day: DATE; the day, in UTC.
-- days: INTEGER; how many days a post counts for. With 28 this is multihomed28@1.
WITH by_platform AS (
    SELECT
        figure_id,
        platform,
        CASE
            WHEN bool_or(is_active) THEN true
            WHEN count(is_active) = count(*) THEN false
        END AS is_active
    FROM active_on(on_day, days)
    GROUP BY figure_id, platform
)

SELECT
    figure_id,
    count(*) FILTER (WHERE is_active) AS active_platforms,
    count(*) FILTER (WHERE is_active IS NULL) AS unknown_platforms,
    CASE
        WHEN active_platforms >= 2 THEN true
        WHEN active_platforms + unknown_platforms < 2 THEN false
    END AS is_multihomed, -- Whether it was active on at least two platforms; NULL: unknown
    'multihomed' || days || '@1' AS definition
FROM by_platform
GROUP BY figure_id
