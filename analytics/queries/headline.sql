-- One row: how many entries of $roster had joined $platform, joined later, or are undecided, as of the end of a day in $zone ($until).
WITH entries AS (
    SELECT DISTINCT m.figure_id, f.kind = 'person' AS is_person
    FROM memberships AS m
    INNER JOIN figures AS f ON f.figure_id = m.figure_id
    WHERE m.roster = $roster
),

dated AS (
    SELECT
        e.figure_id,
        e.is_person,
        j.joined_not_before,
        j.joined_before,
        coalesce(j.is_disputed, false) AS is_contradicted,
        coalesce(j.joined_before <= $until, false) AS is_there,
        coalesce(j.joined_not_before >= $until, false) AS is_later,
        timezone($zone, j.joined_not_before)::DATE
        = timezone($zone, j.joined_before - INTERVAL 1 MICROSECOND)::DATE AS is_one_day
    FROM entries AS e
    LEFT JOIN first_joins AS j ON j.figure_id = e.figure_id AND j.platform = $platform
),

-- Reports that the account's own evidence excludes count as statements, too.
said AS (
    SELECT figure_id, not_before, before
    FROM readings
    WHERE platform = $platform AND spell = 1
    UNION ALL
    SELECT j.figure_id, b.not_before, b.before
    FROM first_joins AS j
    INNER JOIN bounds AS b ON list_contains(j.excluded, b.bound_id)
    WHERE j.platform = $platform
),

-- A dispute is about days, so every different day that a source names counts.
readings_of AS (
    SELECT
        figure_id,
        bool_and(coalesce(
            timezone($zone, not_before)::DATE = timezone($zone, before - INTERVAL 1 MICROSECOND)::DATE, false
        )) AS are_days,
        bool_or(coalesce(before - not_before >= INTERVAL 28 DAYS, false)) AS has_month
    FROM said
    GROUP BY figure_id
),

-- Entries that the platform itself names as there, and the first report that says so.
own AS (
    SELECT b.figure_id, min(b.known_at) AS said_at
    FROM bounds AS b
    INNER JOIN dated AS d ON d.figure_id = b.figure_id AND d.is_there
    WHERE b.platform = $platform AND b.before <= $until AND contains(b.derived_from, $name)
    GROUP BY b.figure_id
)

SELECT
    count(*) AS entries,
    count(*) FILTER (WHERE d.is_there AND d.is_person) AS people,
    count(*) FILTER (WHERE d.is_there AND NOT d.is_person) AS bodies,
    count(*) FILTER (WHERE d.is_later) AS later,
    count(*) FILTER (WHERE NOT d.is_there AND NOT d.is_later) AS unknown,
    (SELECT count(*) FROM own) AS said_by_platform,
    (
        SELECT count(*)
        FROM own AS o
        WHERE EXISTS (
            FROM bounds AS b
            WHERE
                b.figure_id = o.figure_id
                AND b.platform = $platform
                AND b.event IN ('joined', 'there', 'posted')
                AND b.derived_from IS NULL
                AND b.known_at < o.said_at
        )
    ) AS said_before,
    count(*) FILTER (WHERE d.is_one_day AND NOT d.is_contradicted) AS days,
    count(*) FILTER (WHERE d.is_contradicted AND r.are_days) AS disputed,
    count(*) FILTER (WHERE d.is_contradicted AND NOT r.are_days) AS contradicted,
    count(*) FILTER (WHERE d.is_contradicted AND NOT r.are_days AND r.has_month) AS contradicted_months,
    count(*) FILTER (WHERE d.joined_not_before IS NULL AND d.joined_before IS NOT NULL AND NOT d.is_contradicted)
        AS there_by,
    count(*) FILTER (
        WHERE d.joined_not_before IS NOT NULL AND NOT coalesce(d.is_one_day, false) AND NOT d.is_contradicted
    ) AS ranges,
    count(*) FILTER (WHERE d.joined_not_before IS NULL AND d.joined_before IS NULL AND NOT d.is_contradicted)
        AS undated
FROM dated AS d
LEFT JOIN readings_of AS r ON r.figure_id = d.figure_id
