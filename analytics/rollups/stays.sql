-- One row per figure, platform, account and stay; a figure of a list that has not joined has a row too, its stay 0.
WITH members AS (
    SELECT DISTINCT m.figure_id, c.platform
    FROM coverage AS c
    INNER JOIN memberships AS m ON m.roster = c.roster
),

current_stays AS (
    SELECT *
    FROM known_stays
    WHERE known_until IS NULL
)

SELECT
    coalesce(s.figure_id, m.figure_id) AS figure_id,
    coalesce(s.platform, m.platform) AS platform,
    s.account_id, -- NULL: the sources do not say which account, or there is no stay
    coalesce(s.stay, 0) AS stay, -- 1 for the first; a new one begins after an end. 0: no join is known; the figure may have one
    s.joined_not_before, -- NULL: open; only "there by" is known
    s.joined_before, -- The open end of the interval; NULL: undated
    s.joined_from_bound, -- The bound that sets joined_not_before
    s.joined_to_bound, -- The bound that sets joined_before
    -- What nothing else has ended ends with the platform.
    CASE WHEN is_ended_with_platform THEN p.closed::TIMESTAMPTZ ELSE s.ended_not_before END AS ended_not_before, -- NULL: no end is known, or only "gone by"
    CASE WHEN is_ended_with_platform THEN (p.closed + 1)::TIMESTAMPTZ ELSE s.ended_before END AS ended_before, -- The open end of the interval; NULL: no end is certain
    s.ended_from_bound, -- The bound that sets ended_not_before; NULL: open, or the end of the platform
    s.ended_to_bound, -- The bound that sets ended_before
    CASE WHEN is_ended_with_platform THEN 'platform' ELSE s.ended_by END AS ended_by, -- Whose act the end was: owner, platform or unknown; NULL: no end
    s.last_sign_at, -- First possible instant of the latest sign that is certainly of the stay; NULL: there is none
    s.last_sign_bound, -- The statement it rests on, or
    s.last_sign_run, -- the crawl
    s.longest_gap_days, -- Whole days of the longest time between two of its signs; NULL: fewer than two
    coalesce(s.join_is_presumed, false) AS join_is_presumed, -- joined_not_before or joined_before would differ without reports that name no account
    coalesce(s.end_is_presumed, false) AS end_is_presumed, -- The same of the end
    coalesce(s.last_sign_is_presumed, false) AS last_sign_is_presumed, -- The same of the last sign
    coalesce(s.contradiction, false) AS contradiction, -- The evidence cannot all be true, or lies outside the platform's own time
    coalesce(s.readings, 0) AS readings, -- How many largest sets of evidence can be true together; 0: none of it is dated
    coalesce(s.unexplained, []::INTEGER[]) AS unexplained -- bound_ids that count nowhere: excluded by evidence that names the account, or later than the platform
FROM members AS m
FULL JOIN current_stays AS s ON s.figure_id = m.figure_id AND s.platform = m.platform
LEFT JOIN platforms AS p ON p.platform = coalesce(s.platform, m.platform)
CROSS JOIN LATERAL (SELECT s.stay > 0 AND s.ended_before IS NULL AND p.closed IS NOT NULL AS is_ended_with_platform)
ORDER BY figure_id, platform, account_id, stay
