-- One row: the day (UTC) on which the version was published.
SELECT CAST(published_at AS DATE) AS day
FROM versions
