-- One row per list, two platforms and week since people with accounts on both were first known to post: on which of the two they posted. Roles, deaths and the time of a claim end the watch.
WITH ends AS (
    -- An account that came back has not ended.
    SELECT
        figure_id,
        account_id,
        arg_max_null(ended_before, stay) AS ended_before,
        arg_min_null(joined_not_before, stay) AS joined_not_before
    FROM stays
    WHERE account_id IS NOT NULL AND stay > 0
    GROUP BY figure_id, account_id
),

held AS (
    SELECT
        r.roster,
        l.figure_id,
        a.platform,
        l.account_id,
        r.from_day,
        r.to_day,
        -- The first week that is wholly the figure's, and on all days of which it can have been there.
        greatest(
            '-infinity'::DATE,
            date_trunc('week', l.first_day + 6)::DATE,
            date_trunc('week', timezone('UTC', e.joined_not_before)::DATE + 6)::DATE
        ) AS from_week,
        coalesce(date_trunc('week', l.until_day)::DATE, 'infinity'::DATE) AS until_week, -- The first week after that of which a part is not
        date_trunc('week', timezone('UTC', e.ended_before) + INTERVAL 7 DAY - INTERVAL 1 MICROSECOND)::DATE AS ended_by -- The first week that begins after its end
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN role_spans AS r ON r.figure_id = l.figure_id
    LEFT JOIN ends AS e ON e.figure_id = l.figure_id AND e.account_id = l.account_id
    WHERE l.state = 'accepted'
),

places AS (
    SELECT
        roster,
        figure_id,
        platform,
        any_value(from_day) AS from_day,
        any_value(to_day) AS to_day
    FROM held
    GROUP BY roster, figure_id, platform
),

-- One row per list, two platforms and figure with an account on both. A number makes the joins below fast.
people AS (
    SELECT
        row_number() OVER (ORDER BY h.roster, h.figure_id, h.platform, t.platform) AS person,
        h.roster,
        h.figure_id,
        h.platform AS here,
        t.platform AS there,
        h.from_day,
        h.to_day
    FROM places AS h
    INNER JOIN places AS t ON t.roster = h.roster AND t.figure_id = h.figure_id AND t.platform > h.platform
),

on_two AS (
    SELECT
        p.person,
        p.roster,
        p.here,
        p.there,
        h.account_id,
        h.platform = p.here AS is_here,
        h.from_week,
        h.until_week,
        h.ended_by
    FROM people AS p
    INNER JOIN held AS h ON h.roster = p.roster AND h.figure_id = p.figure_id AND h.platform IN (p.here, p.there)
),

-- Where a claim begins or ends, a figure has other accounts than before.
turns AS (
    SELECT person, week AS from_week, lead(week) OVER (PARTITION BY person ORDER BY week) AS until_week
    FROM (
        SELECT person, from_week AS week FROM on_two
        UNION
        SELECT person, until_week FROM on_two
    )
),

-- One row per person and span of weeks with the same accounts, at least one on each of the two.
terms AS (
    SELECT
        u.person,
        u.from_week,
        u.until_week,
        count(*) FILTER (WHERE t.is_here) AS accounts_here,
        count(*) FILTER (WHERE NOT t.is_here) AS accounts_there
    FROM turns AS u
    INNER JOIN on_two AS t ON t.person = u.person AND t.from_week <= u.from_week AND t.until_week >= u.until_week
    GROUP BY u.person, u.from_week, u.until_week
    HAVING accounts_here > 0 AND accounts_there > 0
),

posted AS (
    SELECT t.person, t.is_here, date_trunc('week', d.day)::DATE AS week
    FROM on_two AS t
    INNER JOIN posted_days AS d ON d.account_id = t.account_id
    -- A week that is only partly theirs says nothing about them.
    WHERE date_trunc('week', d.day)::DATE >= t.from_week AND date_trunc('week', d.day)::DATE < t.until_week
),

-- For each account, the weeks in which each day was looked at.
covers AS (
    SELECT
        t.person,
        t.account_id,
        greatest(date_trunc('week', c.first_day + 6)::DATE, t.from_week) AS from_week,
        least(date_trunc('week', c.until_day)::DATE, t.until_week) AS until_week
    FROM on_two AS t
    INNER JOIN activity_covers AS c ON c.account_id = t.account_id
    WHERE
        least(date_trunc('week', c.until_day)::DATE, t.until_week)
        > greatest(date_trunc('week', c.first_day + 6)::DATE, t.from_week)
),

-- From the first to the last week about which something is known.
spans AS (
    SELECT p.roster, p.here, p.there, min(w.first_week) AS first_week, max(w.last_week) AS last_week
    FROM people AS p
    INNER JOIN (
        SELECT person, min(week) AS first_week, max(week) AS last_week
        FROM posted
        GROUP BY person
        UNION ALL
        SELECT person, min(until_week) - 7, max(until_week) - 7
        FROM covers
        GROUP BY person
    ) AS w
        ON w.person = p.person
    GROUP BY p.roster, p.here, p.there
),

-- An account that has ended is known not to post, like an account that was looked at.
known_spans AS (
    SELECT c.person, c.account_id, false AS has_ended, t.is_here, t.roster, t.here, t.there, c.from_week, c.until_week
    FROM covers AS c
    INNER JOIN on_two AS t ON t.person = c.person AND t.account_id = c.account_id
    UNION ALL
    SELECT
        t.person,
        t.account_id,
        true,
        t.is_here,
        t.roster,
        t.here,
        t.there,
        greatest(t.ended_by, t.from_week, max(c.until_week)),
        t.until_week
    FROM on_two AS t
    LEFT JOIN covers AS c ON c.person = t.person AND c.account_id = t.account_id
    WHERE t.ended_by IS NOT NULL
    GROUP BY t.person, t.is_here, t.roster, t.here, t.there, t.account_id, t.ended_by, t.from_week, t.until_week
),

known AS (
    SELECT w.person, w.is_here, w.week
    FROM (
        SELECT
            k.person,
            k.account_id,
            k.has_ended,
            k.is_here,
            unnest(generate_series(
                greatest(k.from_week, s.first_week)::TIMESTAMP,
                (least(k.until_week, s.last_week + 7) - 7)::TIMESTAMP,
                INTERVAL 7 DAY
            ))::DATE AS week
        FROM known_spans AS k
        INNER JOIN spans AS s ON s.roster = k.roster AND s.here = k.here AND s.there = k.there
    ) AS w
    -- The block may be why somebody posts nothing while the country blocks the platform.
    ANTI JOIN blocked_accounts AS b
        ON b.account_id = w.account_id AND NOT w.has_ended AND b.from_day < w.week + 7 AND b.until_day > w.week
),

told AS (
    SELECT
        person,
        week,
        bool_or(is_here AND has_posted) AS posted_here,
        bool_or(NOT is_here AND has_posted) AS posted_there,
        count(*) FILTER (WHERE is_here AND NOT has_posted) AS known_here,
        count(*) FILTER (WHERE NOT is_here AND NOT has_posted) AS known_there
    FROM (
        SELECT person, is_here, week, true AS has_posted FROM posted
        UNION ALL
        SELECT person, is_here, week, false FROM known
    )
    GROUP BY person, week
),

states AS (
    SELECT
        p.roster,
        p.here,
        p.there,
        t.week,
        CASE WHEN t.posted_here THEN true WHEN t.known_here >= m.accounts_here THEN false END AS has_posted_here,
        CASE WHEN t.posted_there THEN true WHEN t.known_there >= m.accounts_there THEN false END AS has_posted_there
    FROM told AS t
    INNER JOIN people AS p ON p.person = t.person
    INNER JOIN terms AS m ON m.person = t.person AND m.from_week <= t.week AND m.until_week > t.week
    WHERE coalesce(p.from_day <= t.week + 6, true) AND coalesce(p.to_day >= t.week, true)
),

counted AS (
    SELECT
        roster,
        here,
        there,
        week,
        count(*) FILTER (WHERE has_posted_here AND has_posted_there) AS both,
        count(*) FILTER (WHERE has_posted_here AND NOT has_posted_there) AS only_here,
        count(*) FILTER (WHERE NOT has_posted_here AND has_posted_there) AS only_there,
        count(*) FILTER (WHERE NOT has_posted_here AND NOT has_posted_there) AS neither
    FROM states
    GROUP BY roster, here, there, week
),

weeks AS (
    SELECT
        roster,
        here,
        there,
        unnest(generate_series(first_week::TIMESTAMP, last_week::TIMESTAMP, INTERVAL 7 DAY))::DATE AS week
    FROM spans
),

members AS (
    SELECT w.roster, w.here, w.there, w.week, sum(p.figures) AS figures
    FROM weeks AS w
    INNER JOIN (
        SELECT e.roster, e.here, e.there, e.from_day, e.to_day, t.from_week, t.until_week, count(*) AS figures
        FROM people AS e
        INNER JOIN terms AS t ON t.person = e.person
        GROUP BY e.roster, e.here, e.there, e.from_day, e.to_day, t.from_week, t.until_week
    ) AS p
        ON
            p.roster = w.roster
            AND p.here = w.here
            AND p.there = w.there
            AND p.from_week <= w.week
            AND p.until_week > w.week
            AND coalesce(p.from_day <= w.week + 6, true)
            AND coalesce(p.to_day >= w.week, true)
    GROUP BY w.roster, w.here, w.there, w.week
)

SELECT
    m.roster,
    m.here, -- One platform
    m.there, -- The other platform, later in the alphabet
    m.week, -- Its Monday, in UTC
    m.figures::INTEGER AS figures, -- How many have an account on both in all of that week, and a role on the list in it
    coalesce(c.both, 0)::INTEGER AS posted_on_both, -- How many of them posted on both platforms
    coalesce(c.only_here, 0)::INTEGER AS posted_only_here, -- How many posted on `here`, and not on `there`
    coalesce(c.only_there, 0)::INTEGER AS posted_only_there, -- How many posted on `there`, and not on `here`
    coalesce(c.neither, 0)::INTEGER AS posted_on_neither, -- How many posted on neither. Each day was looked at and not blocked, or the account had ended
    (m.figures - coalesce(c.both + c.only_here + c.only_there + c.neither, 0))::INTEGER AS unknown -- Of how many nobody can say, on at least one of the two
FROM members AS m
LEFT JOIN counted AS c ON c.roster = m.roster AND c.here = m.here AND c.there = m.there AND c.week = m.week
ORDER BY m.roster, m.here, m.there, m.week
