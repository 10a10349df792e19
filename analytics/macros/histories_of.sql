-- One row per figure of a list with an accepted account on a platform: from when until when it was under watch, and what ended the watch.
-- of_roster: VARCHAR; the list.
-- of_platform: VARCHAR; the platform.
-- days: INTEGER; how many days without a post are quiet. With 180 this is quiet180@1, on the day from which it counts.
-- All days are in UTC. If a figure has several accounts, the row is about the account of which most is known.
WITH accounts_of AS (
    SELECT
        h.*,
        q.entered_on,
        q.quiet_on,
        CASE WHEN r.to_day + 1 <= h.covered_until THEN r.to_day + 1 END AS left_office_on -- The end of the last role on this list, if it came within the watch
    FROM histories AS h
    INNER JOIN role_spans AS r ON r.figure_id = h.figure_id AND r.roster = of_roster
    LEFT JOIN quiets(days) AS q ON q.account_id = h.account_id AND q.figure_id = h.figure_id
    WHERE h.platform = of_platform
    -- The account of which most is known: first accounts that were looked at, then dated ones, then the earliest.
    QUALIFY row_number() OVER (
        PARTITION BY h.figure_id
        ORDER BY q.entered_on IS NULL, h.joined_not_before IS NULL, h.joined_before NULLS LAST, h.account_id
    ) = 1
),

-- The role of each at the time of the join. If there were several, the latest, then the first in the alphabet.
roles AS (
    SELECT m.figure_id, m.role, m.party, m.unit
    FROM accounts_of AS a
    INNER JOIN memberships AS m ON m.figure_id = a.figure_id AND m.roster = of_roster
    CROSS JOIN LATERAL (
        SELECT coalesce(timezone('UTC', a.joined_before - INTERVAL 1 MICROSECOND)::DATE, a.entered_on) AS day
    ) AS j
    QUALIFY row_number() OVER (
        PARTITION BY m.figure_id
        ORDER BY
            coalesce(m.from_day <= j.day, true) AND coalesce(m.to_day >= j.day, true) DESC,
            m.from_day DESC NULLS LAST,
            m.role,
            m.party,
            m.unit
    ) = 1
),

first_ends AS (
    SELECT
        *,
        least(quiet_on, ended_to, left_office_on) AS first_day,
        -- If several ends are on one day, the first in the alphabet.
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
    r.role, -- The role at the time of the join, as party and unit
    r.party,
    r.unit,
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
LEFT JOIN roles AS r ON r.figure_id = a.figure_id
