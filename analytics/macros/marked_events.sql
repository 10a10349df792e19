-- One row per event that concerns a platform, and per time in which the country of somebody on a list blocked it. An event of one country is left out if nobody on the list is of it.
-- An event of a country that begins with the country's block and ends within 2 days of its end is that block, which has a row already.
-- in_roster: VARCHAR; the list. NULL: all events, and no blocks.
-- on_platform: VARCHAR; its short name.
WITH countries AS (
    SELECT DISTINCT f.country
    FROM figures AS f
    INNER JOIN memberships AS m ON m.figure_id = f.figure_id
    WHERE m.roster = in_roster
),

blocks_of_list AS (
    SELECT country, from_day, to_day, ordered_by
    FROM blocks
    WHERE platform = on_platform AND country IN (SELECT country FROM countries)
)

SELECT
    title, -- Of a block: who ordered it
    NULL AS country, -- Of a block; NULL: an event
    starts_on,
    ends_on, -- NULL: an event of one day, or a block that lasts
    time_zone, -- NULL: a block
    false AS is_block
FROM events AS e
WHERE
    list_contains(platforms, on_platform)
    AND (in_roster IS NULL OR e.country IS NULL OR e.country IN (SELECT country FROM countries))
    AND NOT EXISTS (
        FROM blocks_of_list AS b
        WHERE
            b.country = e.country
            AND b.from_day = e.starts_on
            AND abs(b.to_day - e.ends_on) <= 2 -- Sources name the last day of a block, or the day on which it was lifted
    )
UNION ALL
SELECT
    'ordered by ' || ordered_by,
    country,
    from_day,
    to_day,
    NULL,
    true
FROM blocks_of_list
