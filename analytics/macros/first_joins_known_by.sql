-- One row per figure and platform: its first join, over all its accepted accounts, as known by an instant.
-- known_by: TIMESTAMPTZ; 'infinity' takes everything.
-- Reports that name no account are taken to be about the only known account, if there is one.
WITH first_spells AS (
    SELECT
        figure_id,
        platform,
        account_id,
        joined_not_before,
        joined_before,
        from_bound,
        to_bound,
        contradiction
    FROM joins_known_by(known_by)
    WHERE spell = 1
),

spans AS (
    SELECT
        figure_id,
        platform,
        count(account_id) = 1 AND count(*) = 2 AS is_presumed_one,
        max(joined_not_before) AS last_not_before,
        -- The earliest of several unknown instants lies between the earliest lower end and the earliest upper end.
        CASE WHEN count(joined_not_before) = count(*) THEN min(joined_not_before) END AS first_not_before,
        CASE WHEN count(joined_not_before) = count(*) THEN first(from_bound ORDER BY joined_not_before, from_bound) END AS first_from_bound,
        first(from_bound ORDER BY joined_not_before DESC NULLS LAST, from_bound) AS last_from_bound,
        min(joined_before) AS first_before,
        first(to_bound ORDER BY joined_before NULLS LAST, to_bound NULLS LAST) AS first_to_bound,
        CASE WHEN count(joined_before) = count(*) THEN max(joined_before) END AS last_before,
        CASE WHEN count(joined_before) = count(*) THEN first(to_bound ORDER BY joined_before DESC, to_bound) END AS last_to_bound,
        bool_or(contradiction) AS contradiction,
        greatest(count(account_id), 1) AS accounts
    FROM first_spells
    GROUP BY figure_id, platform
),

kinds AS (
    SELECT
        *,
        is_presumed_one AND coalesce(last_not_before >= first_before, false) AS is_disputed,
        is_presumed_one AND coalesce(last_not_before < first_before, true) AS is_agreed
    FROM spans
)

SELECT
    figure_id,
    platform,
    CASE WHEN is_agreed THEN last_not_before ELSE first_not_before END AS joined_not_before,
    CASE WHEN is_disputed THEN last_before ELSE first_before END AS joined_before,
    CASE WHEN is_agreed THEN last_from_bound ELSE first_from_bound END AS from_bound,
    CASE WHEN is_disputed THEN last_to_bound ELSE first_to_bound END AS to_bound,
    contradiction OR is_disputed AS contradiction,
    accounts
FROM kinds
