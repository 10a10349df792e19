-- One row per figure of a list with an accepted account on a platform: from when until when it was under watch, and what ended the watch.
-- of_roster: VARCHAR; the list.
-- of_platform: VARCHAR; the platform.
-- days: INTEGER; how many days without a post are quiet. With 180 this is quiet180@1, on the day from which it counts.
-- All days are in UTC. If a figure has several accounts, the row is about the account of which most is known.
WITH people AS (
    SELECT figure_id, min(role) AS role, min(party) AS party, min(unit) AS unit
    FROM memberships
    WHERE roster = of_roster
    GROUP BY figure_id
),

accounts_of AS (
    SELECT
        h.*,
        p.role,
        p.party,
        p.unit,
        q.entered_on,
        q.quiet_on
    FROM histories AS h
    INNER JOIN people AS p ON p.figure_id = h.figure_id
    LEFT JOIN quiets(days) AS q ON q.account_id = h.account_id AND q.figure_id = h.figure_id
    WHERE h.platform = of_platform
    -- The account of which most is known: first accounts that were looked at, then dated ones, then the earliest.
    QUALIFY row_number() OVER (
        PARTITION BY h.figure_id
        ORDER BY q.entered_on IS NULL, h.joined_not_before IS NULL, h.joined_before NULLS LAST, h.account_id
    ) = 1
),

first_ends AS (
    SELECT
        *,
        least(quiet_on, ended_to, left_office_on) AS first_day,
        -- Of ends on one day the first in the alphabet.
        CASE
            WHEN ended_to = first_day AND ended_as <> 'not found' THEN ended_as
            WHEN left_office_on = first_day THEN 'left office'
            WHEN ended_to = first_day THEN ended_as
            WHEN quiet_on = first_day THEN 'quiet'
        END AS what,
        CASE WHEN what = ended_as THEN ended_from ELSE coalesce(first_day, covered_until) END AS left_from,
        coalesce(first_day, covered_until) AS left_to
    FROM accounts_of
)

SELECT
    f.figure_id,
    f.name,
    f.country,
    a.role,
    a.party,
    a.unit,
    timezone('UTC', a.joined_not_before)::DATE AS joined_from, -- The first day (UTC) on which it can have joined; NULL: undated
    timezone('UTC', a.joined_before - INTERVAL 1 MICROSECOND)::DATE AS joined_to, -- The last day on which it can have joined; NULL: undated
    a.entered_on, -- The first day that was looked at; NULL: no day was
    a.left_from, -- The first day on which the watch can have ended
    a.left_to, -- The last day on which the watch can have ended
    CASE
        WHEN a.entered_on IS NULL THEN 'not looked at'
        WHEN joined_from IS NULL OR joined_to IS NULL THEN 'undated'
        ELSE coalesce(a.what, 'still there')
    END AS fate, -- quiet, deleted, ended by platform, not found, left office, still there (when the watch ended), undated, not looked at
    fate NOT IN ('undated', 'not looked at') AS is_known,
    -- Days under watch. Short: it joined as late and ended as early as possible. Long: the other way round.
    greatest(a.entered_on - joined_to, 0) AS entered_short,
    a.left_from - joined_to AS left_short,
    greatest(a.entered_on - joined_from, 0) AS entered_long,
    a.left_to - joined_from AS left_long
FROM first_ends AS a
INNER JOIN figures AS f ON f.figure_id = a.figure_id
