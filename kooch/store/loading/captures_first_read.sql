-- One row per archived page that no earlier load has read.
SELECT
    i.id AS capture_id,
    n.capture.url,
    n.capture.captured_at,
    n.capture.digest
FROM incoming AS n
INNER JOIN ids AS i ON i.kind = 'capture' AND i.key = n.platform || ' ' || n.target
ANTI JOIN captures AS c ON c.capture_id = i.id
ANTI JOIN answers_outdated AS o ON o.answer = n.rowid
WHERE n.capture IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY i.id ORDER BY n.recorded_at) = 1
