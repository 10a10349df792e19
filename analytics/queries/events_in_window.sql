-- One row per event that concerns $platform and lies, at least in part, between $start and before $end.
SELECT title, starts_on, ends_on
FROM events
WHERE list_contains(platforms, $platform) AND starts_on < $end AND coalesce(ends_on, starts_on) >= $start
ORDER BY starts_on, title
