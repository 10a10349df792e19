-- One row per look that arrived, and span of time that it covers.
WITH spans AS (
    SELECT
        *,
        unnest(CASE WHEN len(activity.covers) > 0 THEN activity.covers ELSE [NULL] END) AS cover
    FROM activity_answers
)

SELECT DISTINCT
    s.account_id,
    s.run_id,
    s.looked_at,
    s.cover.covers_from AS covers_from,
    -- Most spans end with the look itself. Storing that instant again would take a tenth of the store.
    nullif(s.cover.covers_to, s.looked_at) AS covers_to,
    s.activity.kinds AS kinds,
    s.activity.is_complete AS complete,
    s.activity.listed AS listed,
    s.activity.listed_lately AS listed_lately,
    s.activity.undated AS undated,
    s.activity.counted_more AS counted_more
FROM spans AS s
ANTI JOIN activity_looks AS k
    ON k.account_id = s.account_id AND k.run_id = s.run_id AND k.looked_at = s.looked_at
ORDER BY s.looked_at, s.account_id
