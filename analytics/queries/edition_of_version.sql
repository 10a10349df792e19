-- One row: the day (UTC) on which the version was published, and the digest of what it says.
SELECT
    CAST(published_at AS DATE) AS day,
    content_digest
FROM versions
