-- One row per id whose account has a suppressed name, by the latest of the answers that came together.
SELECT
    c.platform,
    c.native_id
FROM (
    SELECT
        platform,
        native_id,
        '@' || lower(arg_max(
            coalesce(profile.handle, list_filter(handles, lambda h: h.valid_to IS NULL)[1].handle), valid_at
        )) AS name
    FROM incoming
    WHERE native_id IS NOT NULL
    GROUP BY platform, native_id
) AS c
SEMI JOIN suppressed_names AS s ON s.platform = c.platform AND s.name = c.name
