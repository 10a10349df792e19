-- One row per reading of the evidence known by an instant: a largest set of bounds that can all be true.
-- known_by: TIMESTAMPTZ; 'infinity' takes everything.
-- Bounds of one account and one spell that agree have one reading, their intersection. A contradiction has several.
WITH statements AS (
    SELECT
        figure_id,
        platform,
        account_id,
        bound_id,
        CASE event WHEN 'joined' THEN not_before END AS not_before,
        before,
        event = 'posted' OR kind = 'seen' AS is_sighting
    FROM bounds
    WHERE event IN ('joined', 'there', 'posted') AND bounds.known_at <= known_by
),

reported_departures AS (
    SELECT figure_id, platform, account_id, bound_id, not_before, before
    FROM bounds
    WHERE event = 'left' AND before IS NOT NULL AND bounds.known_at <= known_by
),

-- A report that somebody is there says nothing of a return; a dated join or a sighting after a departure does.
-- Reports of departures with nothing of the kind between them tell of one departure.
sequence AS (
    SELECT figure_id, platform, account_id, before AS instant, bound_id, true AS is_departure FROM reported_departures
    UNION ALL
    SELECT figure_id, platform, account_id, coalesce(not_before, before), bound_id, false
    FROM statements
    WHERE not_before IS NOT NULL OR is_sighting
),

turns AS (
    SELECT
        *,
        is_departure
        AND NOT coalesce(
            lag(is_departure) OVER (PARTITION BY figure_id, platform, account_id ORDER BY instant, is_departure DESC, bound_id),
            false
        ) AS is_new
    FROM sequence
),

numbered AS (
    SELECT
        *,
        sum(is_new::INTEGER) OVER (
            PARTITION BY figure_id, platform, account_id ORDER BY instant, is_departure DESC, bound_id
        )::BIGINT AS departure
    FROM turns
),

departures AS (
    SELECT
        d.figure_id,
        d.platform,
        d.account_id,
        n.departure,
        min(d.not_before) AS not_before,
        min(d.before) AS first_before,
        max(d.before) AS before,
        first(d.bound_id ORDER BY d.before DESC, d.bound_id) AS bound_id
    FROM numbered AS n
    INNER JOIN reported_departures AS d ON d.bound_id = n.bound_id
    WHERE n.is_departure
    GROUP BY d.figure_id, d.platform, d.account_id, n.departure
),

spells AS (
    SELECT
        s.figure_id,
        s.platform,
        s.account_id,
        s.bound_id,
        s.not_before,
        s.before,
        1 + count(d.bound_id) AS spell
    FROM statements AS s
    LEFT JOIN departures AS d
        ON
            d.figure_id = s.figure_id
            AND d.platform = s.platform
            AND d.account_id IS NOT DISTINCT FROM s.account_id
            AND d.first_before <= CASE WHEN s.not_before IS NOT NULL OR s.is_sighting THEN coalesce(s.not_before, s.before) END
    GROUP BY ALL
    UNION ALL
    -- Whoever leaves has joined before.
    SELECT figure_id, platform, account_id, bound_id, NULL, before, departure
    FROM departures
),

first_statements AS (
    SELECT figure_id, platform, account_id, spell, min(before) AS first_before
    FROM spells
    GROUP BY ALL
),

evidence AS (
    SELECT figure_id, platform, account_id, spell, bound_id, not_before, before
    FROM spells
    UNION ALL
    -- Absent at some instant of the interval: a first join lies after its start, unless already there by then.
    SELECT t.figure_id, t.platform, t.account_id, t.spell, b.bound_id, b.not_before, NULL
    FROM first_statements AS t
    INNER JOIN bounds AS b
        ON
            b.figure_id = t.figure_id
            AND b.platform = t.platform
            AND (b.account_id IS NULL OR b.account_id = t.account_id)
    WHERE
        b.event = 'absent'
        AND b.known_at <= known_by
        AND t.spell = 1
        AND (t.first_before IS NULL OR b.not_before < t.first_before)
    UNION ALL
    -- A return begins after the departure before it.
    SELECT t.figure_id, t.platform, t.account_id, t.spell, d.bound_id, d.not_before, NULL
    FROM first_statements AS t
    INNER JOIN departures AS d
        ON
            d.figure_id = t.figure_id
            AND d.platform = t.platform
            AND d.account_id IS NOT DISTINCT FROM t.account_id
            AND d.departure + 1 = t.spell
),

intersections AS (
    SELECT
        figure_id,
        platform,
        account_id,
        spell,
        max(not_before) AS not_before,
        min(before) AS before,
        first(bound_id ORDER BY not_before DESC NULLS LAST, bound_id) FILTER (WHERE not_before IS NOT NULL) AS from_bound,
        first(bound_id ORDER BY before ASC NULLS LAST, bound_id) FILTER (WHERE before IS NOT NULL) AS to_bound,
        list(bound_id ORDER BY bound_id) AS bounds
    FROM evidence
    GROUP BY figure_id, platform, account_id, spell
),

contradictory AS (
    SELECT figure_id, platform, account_id, spell
    FROM intersections
    WHERE not_before >= before
),

disputed AS (
    SELECT e.figure_id, e.platform, e.account_id, e.spell, e.bound_id, e.not_before, e.before
    FROM evidence AS e
    INNER JOIN contradictory AS c
        ON
            c.figure_id = e.figure_id
            AND c.platform = e.platform
            AND c.account_id IS NOT DISTINCT FROM e.account_id
            AND c.spell = e.spell
),

-- Which bounds hold can only change where one begins or ends.
instants AS (
    SELECT figure_id, platform, account_id, spell, '-infinity'::TIMESTAMPTZ AS instant FROM disputed
    UNION
    SELECT figure_id, platform, account_id, spell, not_before FROM disputed WHERE not_before IS NOT NULL
    UNION
    SELECT figure_id, platform, account_id, spell, before FROM disputed WHERE before IS NOT NULL
),

holding AS (
    SELECT
        i.figure_id,
        i.platform,
        i.account_id,
        i.spell,
        i.instant,
        max(d.not_before) AS not_before,
        min(d.before) AS before,
        first(d.bound_id ORDER BY d.not_before DESC NULLS LAST, d.bound_id) FILTER (WHERE d.not_before IS NOT NULL) AS from_bound,
        first(d.bound_id ORDER BY d.before ASC NULLS LAST, d.bound_id) FILTER (WHERE d.before IS NOT NULL) AS to_bound,
        list(d.bound_id ORDER BY d.bound_id) AS bounds
    FROM instants AS i
    INNER JOIN disputed AS d
        ON
            d.figure_id = i.figure_id
            AND d.platform = i.platform
            AND d.account_id IS NOT DISTINCT FROM i.account_id
            AND d.spell = i.spell
            AND (d.not_before IS NULL OR d.not_before <= i.instant)
            AND (d.before IS NULL OR d.before > i.instant)
    GROUP BY ALL
),

alternatives AS (
    SELECT DISTINCT figure_id, platform, account_id, spell, not_before, before, from_bound, to_bound, bounds
    FROM holding
),

largest AS (
    SELECT a.*
    FROM alternatives AS a
    ANTI JOIN alternatives AS b
        ON
            b.figure_id = a.figure_id
            AND b.platform = a.platform
            AND b.account_id IS NOT DISTINCT FROM a.account_id
            AND b.spell = a.spell
            AND len(b.bounds) > len(a.bounds)
            AND list_has_all(b.bounds, a.bounds)
)

SELECT figure_id, platform, account_id, spell, not_before, before, from_bound, to_bound, bounds
FROM intersections
WHERE not_before IS NULL OR before IS NULL OR not_before < before
UNION ALL
SELECT figure_id, platform, account_id, spell, not_before, before, from_bound, to_bound, bounds
FROM largest
