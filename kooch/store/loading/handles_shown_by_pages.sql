-- One row per archived page that shows a handle beside an id, from this load and earlier ones.
SELECT
    platform,
    lower(shown_handle) AS handle,
    native_id,
    valid_at
FROM answers_that_count
WHERE is_capture AND outcome = 'observed' AND native_id IS NOT NULL
UNION ALL
SELECT
    a.platform,
    lower(t.handle),
    a.native_id,
    o.valid_at
FROM observations AS o
INNER JOIN accounts AS a ON a.account_id = o.account_id AND a.native_id IS NOT NULL
INNER JOIN texts AS t ON t.text_id = o.text_id
WHERE o.capture_id IS NOT NULL
