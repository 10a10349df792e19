-- One row per event that concerns $platform and begins from $start to $end.
SELECT title, starts_on, ends_on, epoch_ms(starts_on::TIMESTAMP)
FROM events
WHERE
    list_contains(platforms, $platform)
    AND starts_on <= $end
    AND starts_on >= $start
ORDER BY starts_on, title
