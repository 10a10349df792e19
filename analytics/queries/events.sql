-- One row per dated event, the latest first.
SELECT event, title, starts_on, list_contains(platforms, $platform) AS is_of_platform
FROM events
ORDER BY starts_on DESC, event
