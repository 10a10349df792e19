-- One row per statement of a source that the version holds, with the account (NULL: the source does not say which).
SELECT DISTINCT
    b.figure_id,
    b.platform,
    b.account_id,
    b.event AS said,
    b.not_before, -- UTC, as all instants here
    b.before,
    s.publisher,
    s.time_zone, -- Of the days of both instants
    concat_ws(' ', s.citation, s.url) AS source
FROM bounds AS b
INNER JOIN sources AS s ON s.source_id = b.source_id
WHERE b.kind = 'stated'
