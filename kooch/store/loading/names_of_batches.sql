-- One row per native id and handle that belong together, by an answer or by archived pages around a list.
SELECT
    platform,
    native_id,
    handle,
    seen_at
FROM names_crawled
UNION ALL
SELECT
    platform,
    native_id,
    handle,
    listed_at
FROM holders_remembered
UNION ALL
SELECT
    h.platform,
    h.native_id,
    h.name,
    h.listed_at
FROM holders_of_listed_handles AS h
ANTI JOIN ids AS k ON k.kind = 'holder' AND k.key = h.platform || ' @' || h.name
