-- One row per account known by a listed handle, with the holder of the handle according to archived pages.
-- The holder is the account that held the handle last before the list and first after it. If the archive has pages on one
-- side only, the holder is the account that was seen with it within a month of the list. Both rules need every page between
-- to have been looked for, because later pages could show another account. If several lists name the handle, the pages must
-- give the holder for the latest list, and must not give another account for any other list.
SELECT
    platform,
    name,
    any_value(native_id) AS native_id,
    max(listed_at) AS listed_at
FROM (
    SELECT
        l.platform,
        l.name,
        l.listed_at,
        arg_max(s.native_id, (s.valid_at, s.native_id)) FILTER (WHERE s.valid_at < l.listed_at) AS id_before,
        arg_min(s.native_id, (s.valid_at, s.native_id)) FILTER (WHERE s.valid_at >= l.listed_at) AS id_after,
        max(s.valid_at) FILTER (WHERE s.valid_at < l.listed_at) AS before_at,
        min(s.valid_at) FILTER (WHERE s.valid_at >= l.listed_at) AS after_at,
        CASE
            WHEN before_at < l.from_at OR after_at >= l.until_at THEN NULL
            WHEN id_before = id_after THEN id_after
            WHEN before_at IS NULL AND l.from_at = '-infinity' AND after_at - l.listed_at <= INTERVAL 31 DAYS THEN id_after
            WHEN after_at IS NULL AND l.until_at = 'infinity' AND l.listed_at - before_at <= INTERVAL 31 DAYS THEN id_before
        END AS native_id
    FROM listed_handles_with_walks AS l
    INNER JOIN handles_shown_by_pages AS s ON s.platform = l.platform AND s.handle = l.handle
    -- A rebuild reads the platform's own answers together with the archive's pages.
    ANTI JOIN (SELECT platform, handle FROM names_crawled WHERE native_id IS NOT NULL) AS k
        ON k.platform = l.platform AND k.handle = l.name
    GROUP BY l.platform, l.name, l.listed_at, l.from_at, l.until_at
)
GROUP BY platform, name
HAVING count(DISTINCT native_id) = 1 AND max(listed_at) = max(listed_at) FILTER (WHERE native_id IS NOT NULL)
