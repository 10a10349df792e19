-- One row per list, figure, platform, edge of adoption and run of days on which the figure is counted in it.
-- presumptions: BOOLEAN; whether reports that name no account count as reports about the figure's known account.
-- Days are in the list's time zone. "There on a day" means there as the day ends.
WITH read_spans AS (
    SELECT
        r.roster,
        s.figure_id,
        s.platform,
        s.edge,
        greatest(
            CASE
                WHEN s.since IS NULL THEN '-infinity'::DATE
                -- A lower edge counts from the day of the last possible instant, an upper edge from the day of the first possible one.
                WHEN ends_with(s.edge, '_min') THEN timezone(r.time_zone, s.since - INTERVAL 1 MICROSECOND)::DATE
                ELSE timezone(r.time_zone, s.since)::DATE
            END,
            coalesce(p.opened, '-infinity'::DATE)
        ) AS from_day,
        least(
            CASE
                WHEN s.until IS NULL THEN 'infinity'::DATE
                WHEN ends_with(s.edge, '_min') THEN timezone(r.time_zone, s.until)::DATE
                ELSE timezone(r.time_zone, s.until - INTERVAL 1 MICROSECOND)::DATE
            END,
            -- Nobody leaves unseen within 45 days after the last sign: an assumption of the lower edge.
            CASE WHEN s.sign_at IS NOT NULL THEN timezone(r.time_zone, s.sign_at)::DATE + 46 ELSE 'infinity'::DATE END,
            CASE WHEN starts_with(s.edge, 'there') THEN coalesce(p.closed + 1, 'infinity'::DATE) ELSE 'infinity'::DATE END
        ) AS until_day
    FROM edge_spans AS s
    INNER JOIN (SELECT DISTINCT roster, figure_id FROM memberships) AS m ON m.figure_id = s.figure_id
    INNER JOIN rosters AS r ON r.roster = m.roster
    LEFT JOIN platforms AS p ON p.platform = s.platform
    WHERE coalesce(s.with_presumptions = presumptions, true)
),

-- By the versions of a list: certainly from the first version with an account that stands, possibly from the opening of the platform.
-- Where these versions count, other evidence adds nothing, because its signs are the versions.
spans AS (
    SELECT roster, figure_id, platform, edge, from_day, until_day
    FROM read_spans
    UNION ALL
    SELECT
        l.roster,
        l.figure_id,
        l.platform,
        e.edge,
        greatest(CASE WHEN ends_with(e.edge, '_min') THEN l.listed_from ELSE '-infinity'::DATE END, coalesce(p.opened, '-infinity'::DATE)),
        least(
            l.series_until + 1,
            CASE WHEN starts_with(e.edge, 'there') THEN coalesce(p.closed + 1, 'infinity'::DATE) ELSE 'infinity'::DATE END
        )
    FROM listed_spans AS l
    CROSS JOIN (SELECT unnest(['joined_min', 'joined_max', 'there_min', 'there_max']) AS edge) AS e
    LEFT JOIN platforms AS p ON p.platform = l.platform
    WHERE l.listed_from IS NOT NULL OR ends_with(e.edge, '_max')
),

-- Spans of several accounts that touch each other become one span.
starts AS (
    SELECT
        *,
        coalesce(from_day > max(until_day) OVER earlier, true) AS is_start
    FROM spans
    WHERE from_day < until_day
    WINDOW earlier AS (
        PARTITION BY roster, figure_id, platform, edge
        ORDER BY from_day, until_day
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

runs_of_days AS (
    SELECT
        *,
        sum(is_start::INTEGER) OVER (PARTITION BY roster, figure_id, platform, edge ORDER BY from_day, until_day) AS run
    FROM starts
)

SELECT
    roster,
    figure_id,
    platform,
    edge, -- joined_min, joined_max, there_min or there_max
    min(from_day) AS from_day, -- The first day; -infinity: no first day is known
    max(until_day) AS until_day -- The day after the last day; infinity: open
FROM runs_of_days
GROUP BY roster, figure_id, platform, edge, run
