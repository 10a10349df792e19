-- One row per handle and span of time of which a backfill has read everything that the archive's index lists.
SELECT
    platform,
    handle,
    coalesce(first_day::TIMESTAMPTZ, '-infinity') AS from_at,
    (last_day::DATE + 1)::TIMESTAMPTZ AS until_at,
    started_at::TIMESTAMPTZ AS started_at
FROM walked_handles
