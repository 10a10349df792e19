-- One row per figure, platform, account and stay. A figure of a list for whom no join is known has one row with stay 0.
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
    s.account_id, -- The account, of `accounts`; NULL: the sources do not say which, or there is no stay
    coalesce(s.stay, 0) AS stay, -- The number of the stay: 1 for the first; after an end a new one begins. 0: no join is known; the figure may have joined all the same
    s.joined_not_before, -- The start of the interval of the join; NULL: open, only "there by" is known
    s.joined_before, -- The open end of the interval of the join; NULL: undated
    s.joined_from_bound, -- The bound that sets joined_not_before
    s.joined_to_bound, -- The bound that sets joined_before
    -- The end of a platform ends every stay that has no other end.
    CASE WHEN is_ended_with_platform THEN p.closed::TIMESTAMPTZ ELSE s.ended_not_before END AS ended_not_before, -- The start of the interval of the end; NULL: no end is known, or only its latest time
    CASE WHEN is_ended_with_platform THEN (p.closed + 1)::TIMESTAMPTZ ELSE s.ended_before END AS ended_before, -- The open end of the interval of the end; NULL: no end is certain
    s.ended_from_bound, -- The bound that sets ended_not_before; NULL: open, or the platform ended
    s.ended_to_bound, -- The bound that sets ended_before
    CASE WHEN is_ended_with_platform THEN 'platform' ELSE s.ended_by END AS ended_by, -- Who ended the stay: owner, platform or unknown; NULL: no end
    s.last_sign_at, -- First possible instant of the latest sign that certainly belongs to the stay; NULL: no such sign
    s.last_sign_bound, -- The statement that the last sign rests on, of `bounds`; NULL: it rests on a crawl
    s.last_sign_run, -- The crawl that the last sign rests on, of `runs`; NULL: it rests on a statement
    s.longest_gap_days, -- The longest time between two signs of the stay, in whole days; NULL: fewer than two signs
    coalesce(s.join_is_presumed, false) AS join_is_presumed, -- Whether joined_not_before or joined_before would differ without reports that name no account
    coalesce(s.end_is_presumed, false) AS end_is_presumed, -- Whether the end would differ without reports that name no account
    coalesce(s.last_sign_is_presumed, false) AS last_sign_is_presumed, -- Whether the last sign would differ without reports that name no account
    coalesce(s.contradiction, false) AS contradiction, -- Whether the evidence cannot all be true, or lies outside the time in which the platform was open
    coalesce(s.readings, 0) AS readings, -- How many readings the evidence has; 0: no evidence has a date
    coalesce(s.unexplained, []::INTEGER[]) AS unexplained -- The bound_ids that count nowhere: evidence that names the account excludes them, or they are later than the platform
FROM members AS m
FULL JOIN current_stays AS s ON s.figure_id = m.figure_id AND s.platform = m.platform
LEFT JOIN platforms AS p ON p.platform = coalesce(s.platform, m.platform)
CROSS JOIN LATERAL (SELECT s.stay > 0 AND s.ended_before IS NULL AND p.closed IS NOT NULL AS is_ended_with_platform)
ORDER BY figure_id, platform, account_id, stay
