-- One row per figure and platform: its first join, over all its accepted accounts, as known by an instant.
-- known_by: TIMESTAMPTZ; the instant. 'infinity' takes all evidence.
-- Reports that name no account count as reports about the only known account, if there is one.
WITH first_stays AS (
    SELECT *
    FROM stays_known_by(known_by)
    WHERE stay = 1
),

excluded_reports AS (
    SELECT s.figure_id, s.platform, list(DISTINCT b.bound_id ORDER BY b.bound_id) AS excluded
    FROM (SELECT figure_id, platform, unnest(unexplained) AS bound_id FROM first_stays) AS s
    INNER JOIN bounds AS b ON b.bound_id = s.bound_id
    WHERE b.event IN ('joined', 'there', 'posted')
    GROUP BY s.figure_id, s.platform
)

SELECT
    s.figure_id,
    s.platform,
    -- The earliest of several unknown instants lies between the earliest lower end and the earliest upper end. A report that
    -- may be about one of several accounts sets no lower end.
    CASE
        WHEN bool_and(s.joined_not_before IS NOT NULL OR s.is_explained)
            THEN min(s.joined_not_before) FILTER (WHERE NOT s.is_explained)
    END AS joined_not_before,
    min(s.joined_before) AS joined_before,
    CASE
        WHEN bool_and(s.joined_not_before IS NOT NULL OR s.is_explained)
            THEN first(s.joined_from_bound ORDER BY s.joined_not_before, s.joined_from_bound) FILTER (WHERE NOT s.is_explained)
    END AS from_bound,
    first(s.joined_to_bound ORDER BY s.joined_before NULLS LAST, s.joined_to_bound NULLS LAST) AS to_bound,
    bool_or(s.contradiction) AS contradiction,
    greatest(count(s.account_id), 1) AS accounts,
    -- A report that contradicts the only known account is about another account, or wrong.
    bool_or(s.contradiction) OR any_value(e.excluded) IS NOT NULL OR (count(s.account_id) = 1 AND count(*) = 2) AS is_disputed,
    coalesce(any_value(e.excluded), []::INTEGER[]) AS excluded
FROM first_stays AS s
LEFT JOIN excluded_reports AS e ON e.figure_id = s.figure_id AND e.platform = s.platform
GROUP BY s.figure_id, s.platform
