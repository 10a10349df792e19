-- One row per handle and span of time for which a backfill has read everything in the archive's index.
SELECT
    platform,
    handle,
    coalesce(first_day::TIMESTAMPTZ, '-infinity') AS from_at,
    (last_day::DATE + 1)::TIMESTAMPTZ AS until_at,
    started_at::TIMESTAMPTZ AS started_at
FROM walked_handles
