-- One row per list, platform, part of the list and day on which a count can change: how many had joined, and how many were there, as the day ended.
-- presumptions: BOOLEAN; whether reports that name no account count as reports about the figure's known account. If false, only lists and platforms for which that makes a difference have rows.
-- Days are in the list's time zone. Between two rows nothing changes.
WITH edges AS (
    FROM edge_days(presumptions)
),

differing AS (
    SELECT DISTINCT m.roster, s.platform
    FROM edge_spans AS s
    INNER JOIN memberships AS m ON m.figure_id = s.figure_id
    WHERE NOT s.with_presumptions
),

memberships_by_part AS (
    SELECT
        m.roster,
        m.figure_id,
        b.part[1] AS breakdown,
        b.part[2] AS part,
        coalesce(m.from_day, '-infinity'::DATE) AS from_day,
        coalesce(m.until_day, 'infinity'::DATE) AS until_day
    FROM counted_memberships AS m
    CROSS JOIN LATERAL (
        SELECT unnest([['all', ''], ['party', m.party], ['role', m.role], ['unit', m.unit], ['country', m.country]]) AS part
    ) AS b
    WHERE b.part[2] IS NOT NULL AND (presumptions OR m.roster IN (SELECT roster FROM differing))
),

-- Lists are not divided where most people have a part of their own, such as a constituency.
breakdowns AS (
    SELECT roster, breakdown
    FROM memberships_by_part
    GROUP BY roster, breakdown
    HAVING breakdown = 'all' OR 2 * count(DISTINCT part) <= count(DISTINCT figure_id)
),

-- Two roles at one time are one term.
starts AS (
    SELECT
        m.*,
        coalesce(m.from_day > max(m.until_day) OVER earlier, true) AS is_start
    FROM memberships_by_part AS m
    SEMI JOIN breakdowns AS b ON b.roster = m.roster AND b.breakdown = m.breakdown
    WINDOW earlier AS (
        PARTITION BY m.roster, m.figure_id, m.breakdown, m.part
        ORDER BY m.from_day, m.until_day
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

terms AS (
    SELECT roster, figure_id, breakdown, part, min(from_day) AS from_day, max(until_day) AS until_day
    FROM (
        SELECT
            *,
            sum(is_start::INTEGER) OVER (
                PARTITION BY roster, figure_id, breakdown, part ORDER BY from_day, until_day
            ) AS term
        FROM starts
    )
    GROUP BY roster, figure_id, breakdown, part, term
),

-- The latest look at a figure: an answer about an account while it was theirs, a dated statement, or a version of a list.
looks AS (
    SELECT s.figure_id, a.platform, max(s.last_seen_at) AS looked_at
    FROM seen_links AS s
    INNER JOIN accounts AS a ON a.account_id = s.account_id
    GROUP BY s.figure_id, a.platform
    UNION ALL
    SELECT figure_id, platform, max(coalesce(before, known_at)) - INTERVAL 1 MICROSECOND
    FROM bounds
    WHERE kind IN ('stated', 'listed')
    GROUP BY figure_id, platform
),

looked_days AS (
    SELECT r.roster, l.figure_id, l.platform, timezone(r.time_zone, l.looked_at)::DATE AS day
    FROM looks AS l
    INNER JOIN (SELECT DISTINCT roster, figure_id FROM memberships) AS m ON m.figure_id = l.figure_id
    INNER JOIN rosters AS r ON r.roster = m.roster
    UNION ALL
    SELECT roster, figure_id, platform, last_listed
    FROM series
    WHERE stands
    UNION ALL
    -- Where its versions count, a list has looked at everybody until the last of them.
    SELECT roster, figure_id, platform, series_until
    FROM listed_spans
),

looked_until AS (
    SELECT roster, figure_id, platform, max(day) + 46 AS until_day
    FROM looked_days
    GROUP BY roster, figure_id, platform
),

-- The last day that a list of members over time describes: its own day, or the last day for which the latest look counts.
last_days AS (
    SELECT r.roster, greatest(r.as_of, r.series_until + 46, max(l.until_day)) AS last_day
    FROM rosters AS r
    LEFT JOIN looked_until AS l ON l.roster = r.roster
    GROUP BY r.roster, r.as_of, r.series_until
),

-- Days for which something is known about a figure: all days if there is evidence, else the days around an absence.
known_days AS (
    SELECT
        r.roster,
        k.figure_id,
        k.platform,
        coalesce(timezone(r.time_zone, k.held_from)::DATE, '-infinity'::DATE) AS from_day,
        'infinity'::DATE AS until_day
    FROM (
        -- An account that became the figure's on a day says nothing about the time before.
        SELECT
            s.figure_id,
            s.platform,
            CASE WHEN count(l.held_from) = count(*) THEN min(l.held_from) END AS held_from
        FROM known_stays AS s
        LEFT JOIN links AS l ON l.figure_id = s.figure_id AND l.account_id = s.account_id
        WHERE s.known_until IS NULL
        GROUP BY s.figure_id, s.platform
    ) AS k
    INNER JOIN (SELECT DISTINCT roster, figure_id FROM memberships) AS m ON m.figure_id = k.figure_id
    INNER JOIN rosters AS r ON r.roster = m.roster
    UNION ALL
    SELECT
        r.roster,
        b.figure_id,
        b.platform,
        timezone(r.time_zone, coalesce(b.not_before, b.before - INTERVAL 1 MICROSECOND, b.known_at))::DATE - 30,
        timezone(r.time_zone, coalesce(least(b.before, b.known_at), b.known_at) - INTERVAL 1 MICROSECOND)::DATE + 31
    FROM bounds AS b
    INNER JOIN (SELECT DISTINCT roster, figure_id FROM memberships) AS m ON m.figure_id = b.figure_id
    INNER JOIN rosters AS r ON r.roster = m.roster
    WHERE b.event = 'absent'
),

known_starts AS (
    SELECT
        *,
        coalesce(from_day > max(until_day) OVER earlier, true) AS is_start
    FROM known_days
    WINDOW earlier AS (
        PARTITION BY roster, figure_id, platform
        ORDER BY from_day, until_day
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

counted_runs AS (
    SELECT roster, figure_id, platform, edge AS counted, from_day, until_day
    FROM edges
    UNION ALL
    SELECT e.roster, e.figure_id, e.platform, 'looked', e.from_day, least(e.until_day, l.until_day)
    FROM edges AS e
    INNER JOIN looked_until AS l ON l.roster = e.roster AND l.figure_id = e.figure_id AND l.platform = e.platform
    WHERE e.edge = 'there_max'
    UNION ALL
    SELECT roster, figure_id, platform, 'known', min(from_day), max(until_day)
    FROM (
        SELECT
            *,
            sum(is_start::INTEGER) OVER (PARTITION BY roster, figure_id, platform ORDER BY from_day, until_day) AS run
        FROM known_starts
    )
    GROUP BY roster, figure_id, platform, run
),

runs AS (
    SELECT
        t.roster,
        r.platform,
        t.breakdown,
        t.part,
        r.counted,
        greatest(t.from_day, r.from_day) AS from_day,
        least(t.until_day, r.until_day) AS until_day
    FROM terms AS t
    INNER JOIN counted_runs AS r ON r.roster = t.roster AND r.figure_id = t.figure_id
    UNION ALL
    SELECT t.roster, c.platform, t.breakdown, t.part, 'member', t.from_day, t.until_day
    FROM terms AS t
    INNER JOIN coverage AS c ON c.roster = t.roster
),

steps AS (
    SELECT roster, platform, breakdown, part, counted, from_day AS day, 1 AS step FROM runs WHERE from_day < until_day
    UNION ALL
    SELECT roster, platform, breakdown, part, counted, until_day, -1 FROM runs WHERE from_day < until_day
    UNION ALL
    SELECT p.roster, p.platform, p.breakdown, p.part, 'member', unnest([r.complete_from, r.as_of]), 0
    FROM (SELECT DISTINCT roster, platform, breakdown, part FROM runs) AS p
    INNER JOIN rosters AS r ON r.roster = p.roster
),

changes AS (
    SELECT
        roster,
        platform,
        breakdown,
        part,
        day,
        coalesce(sum(step) FILTER (WHERE counted = 'member'), 0) AS members,
        coalesce(sum(step) FILTER (WHERE counted = 'known'), 0) AS known,
        coalesce(sum(step) FILTER (WHERE counted = 'looked'), 0) AS looked,
        coalesce(sum(step) FILTER (WHERE counted = 'joined_min'), 0) AS joined_min,
        coalesce(sum(step) FILTER (WHERE counted = 'joined_max'), 0) AS joined_max,
        coalesce(sum(step) FILTER (WHERE counted = 'there_min'), 0) AS there_min,
        coalesce(sum(step) FILTER (WHERE counted = 'there_max'), 0) AS there_max
    FROM steps
    WHERE day IS NOT NULL
    GROUP BY roster, platform, breakdown, part, day
),

sums AS (
    SELECT
        roster,
        platform,
        breakdown,
        part,
        day,
        sum(members) OVER so_far AS members,
        sum(known) OVER so_far AS known,
        sum(looked) OVER so_far AS looked,
        sum(joined_min) OVER so_far AS joined_min,
        sum(joined_max) OVER so_far AS joined_max,
        sum(there_min) OVER so_far AS there_min,
        sum(there_max) OVER so_far AS there_max
    FROM changes
    WINDOW so_far AS (PARTITION BY roster, platform, breakdown, part ORDER BY day)
),

counted AS (
    SELECT
        s.*,
        r.selection,
        s.members - s.known AS not_looked,
        -- Nine tenths of those who may be there were looked at lately, something is known about somebody, and the platform is open.
        s.looked >= 0.9 * s.there_max AND s.known > 0 AND coalesce(s.day <= p.closed, true) AS has_presence,
        -- A percentage needs a census or a sample, on a day for which the list is complete, and nine tenths of it must have been searched.
        r.selection IN ('census', 'sample')
        AND s.members > 0
        AND s.day BETWEEN coalesce(r.complete_from, r.as_of) AND r.as_of
        AND (s.members - s.known) <= 0.1 * s.members AS is_divisible,
        -- A sample speaks of its population: Wilson's limits of 95 %, which get narrower the more of the population is in the sample.
        CASE
            WHEN r.selection <> 'sample' THEN NULL
            WHEN s.members >= r.population THEN NULL
            ELSE s.members * coalesce((r.population - 1) / (r.population - s.members), 1)
        END AS sampled
    FROM sums AS s
    INNER JOIN rosters AS r ON r.roster = s.roster
    INNER JOIN last_days AS l ON l.roster = s.roster
    LEFT JOIN platforms AS p ON p.platform = s.platform
    WHERE
        isfinite(s.day)
        AND coalesce(s.day >= r.complete_from, true)
        -- Terms that end in the future are plans and not known.
        AND (r.complete_from IS NULL OR s.day <= l.last_day)
    -- A part whose last member has left gets a row with zero members.
    QUALIFY
        s.members > 0
        OR (
            s.breakdown <> 'all'
            AND lag(s.members) OVER (PARTITION BY s.roster, s.platform, s.breakdown, s.part ORDER BY s.day) > 0
        )
),

-- A census gives the counted percentage. A sample gives the lower limit of the lower edge and the upper limit of the upper edge.
shares AS (
    SELECT
        *,
        list_transform(
            [(joined_min, -1), (joined_max, 1), (there_min, -1), (there_max, 1)],
            lambda edge: CASE
                WHEN sampled IS NULL THEN edge[1] / members
                ELSE
                    (
                        edge[1] / members + 1.9208 / sampled
                        + edge[2] * sqrt(
                            3.8416 * (edge[1] / members * (1 - edge[1] / members) + 0.9604 / sampled) / sampled
                        )
                    ) / (1 + 3.8416 / sampled)
            END
        ) AS shares
    FROM counted
),

rows_of_days AS (
    SELECT
        roster,
        platform,
        breakdown,
        part,
        day,
        members::INTEGER AS members,
        not_looked::INTEGER AS not_looked,
        joined_min::INTEGER AS joined_min,
        joined_max::INTEGER AS joined_max,
        CASE WHEN has_presence THEN there_min::INTEGER END AS there_min,
        CASE WHEN has_presence THEN there_max::INTEGER END AS there_max,
        CASE WHEN is_divisible THEN shares[1] END AS share_min,
        CASE WHEN is_divisible THEN shares[2] END AS share_max,
        CASE WHEN is_divisible AND has_presence THEN shares[3] END AS there_share_min,
        CASE WHEN is_divisible AND has_presence THEN shares[4] END AS there_share_max
    FROM shares
)

SELECT
    d.roster,
    d.platform,
    d.breakdown, -- What the list is divided by: all (not divided), party, role, unit or country
    d.part, -- Which party, role, unit or country; empty: all
    d.day, -- The day, in the list's time zone
    d.members, -- How many people and organisations were on the list that day
    d.not_looked, -- How many of them were not searched for around that day; nothing is known about them
    d.joined_min, -- How many had certainly joined by the end of the day
    d.joined_max, -- How many had certainly or possibly joined by the end of the day
    d.there_min, -- How many were certainly there as the day ended; NULL: too few were looked at
    d.there_max, -- How many were certainly or possibly there as the day ended; NULL: as there_min
    d.share_min, -- The least share of members who had joined; NULL: no percentage is allowed on that day
    d.share_max,
    d.there_share_min, -- The least share of members who were there; NULL: as share_min or there_min
    d.there_share_max,
    d.day IN (r.complete_from, r.as_of)
    OR lag([d.members, d.joined_min, d.joined_max]) OVER parts IS DISTINCT FROM [d.members, d.joined_min, d.joined_max]
    OR (d.day < r.as_of AND lag(d.share_min IS NULL) OVER parts IS DISTINCT FROM (d.share_min IS NULL))
        AS is_of_joined, -- Whether the curve of who had joined has this day
    d.day IN (r.complete_from, r.as_of)
    OR lag([d.members, d.there_min, d.there_max]) OVER parts IS DISTINCT FROM [d.members, d.there_min, d.there_max]
    OR (d.day < r.as_of AND lag(d.there_share_min IS NULL) OVER parts IS DISTINCT FROM (d.there_share_min IS NULL))
        AS is_of_there -- Whether the curve of who was there has this day
FROM rows_of_days AS d
INNER JOIN rosters AS r ON r.roster = d.roster
WHERE presumptions OR (d.roster, d.platform) IN (SELECT (roster, platform) FROM differing)
WINDOW parts AS (PARTITION BY d.roster, d.platform, d.breakdown, d.part ORDER BY d.day)
QUALIFY
    is_of_joined
    OR is_of_there
    OR lag(d.not_looked) OVER parts IS DISTINCT FROM d.not_looked
    OR lag(d.share_min IS NULL) OVER parts IS DISTINCT FROM (d.share_min IS NULL)
