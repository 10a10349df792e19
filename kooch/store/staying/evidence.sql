-- One row per piece of evidence on the stays of a figure on a platform; instants in microseconds since 1970, NULL: open.
WITH dated AS (
    SELECT
        b.figure_id,
        b.platform,
        b.account_id,
        b.bound_id,
        b.event,
        b.kind,
        b.not_before,
        -- No report knows what happens after its day.
        CASE WHEN b.event = 'absent' THEN least(b.before, b.known_at) ELSE b.before END AS before,
        b.known_at,
        coalesce(s.time_zone, 'UTC') AS zone,
        timezone(zone, p.opened::TIMESTAMP) AS opened,
        timezone(zone, (coalesce(p.opened_by, p.opened) + 1)::TIMESTAMP) AS has_opened,
        timezone(zone, (p.closed + 1)::TIMESTAMP) AS has_closed
    FROM bounds AS b
    LEFT JOIN sources AS s ON s.source_id = b.source_id
    LEFT JOIN platforms AS p ON p.platform = b.platform
    LEFT JOIN links AS l ON l.figure_id = b.figure_id AND l.account_id = b.account_id
    -- A person who announces that they leave has not left.
    WHERE
        (b.account_id IS NULL OR l.account_id IS NOT NULL)
        AND b.event <> 'announced'
        AND NOT (coalesce(b.names_unlisted, false) AND EXISTS (
            FROM links AS k
            INNER JOIN accounts AS a ON a.account_id = k.account_id
            WHERE k.figure_id = b.figure_id AND a.platform = b.platform
        ))
),

said AS (
    SELECT
        *,
        CASE
            WHEN event = 'left' THEN 'ended'
            WHEN event = 'absent' THEN 'absent'
            WHEN event = 'joined' AND (kind IN ('opened', 'plc', 'returned') OR (kind = 'stated' AND not_before IS NOT NULL))
                THEN 'joined'
            ELSE 'sign'
        END AS says,
        CASE
            WHEN event NOT IN ('joined', 'there') OR not_before IS NOT NULL OR kind = 'published' THEN not_before
            WHEN kind = 'seen' THEN before - INTERVAL 1 MICROSECOND
            -- "There by" a day is a sign of that day.
            ELSE timezone(zone, date_trunc('day', timezone(zone, before - INTERVAL 1 MICROSECOND)))
        END AS since
    FROM dated
),

timely AS (
    SELECT
        * EXCLUDE (since, before),
        says <> 'absent' AND before <= opened AS is_early,
        says <> 'absent' AND coalesce(since >= has_closed, false) AND kind <> 'listed' AS is_late,
        -- A report from after the end of the platform implies nothing but the day that it states.
        kind = 'published' AND coalesce(before > has_closed, false) AS is_idle,
        CASE
            WHEN says = 'absent' THEN since
            WHEN before <= opened THEN opened
            WHEN since < has_closed OR has_closed IS NULL THEN since
        END AS since,
        CASE
            WHEN says = 'absent' THEN before
            WHEN before <= opened THEN has_opened
            ELSE least(before, coalesce(has_closed, before))
        END AS before
    FROM said
),

signs_beside_reports AS (
    SELECT
        o.account_id,
        b.bound_id,
        [
            arg_max({'at': o.valid_at, 'run_id': o.run_id, 'known_at': o.recorded_at}, o.valid_at) FILTER (WHERE o.valid_at < b.not_before),
            arg_min({'at': o.valid_at, 'run_id': o.run_id, 'known_at': o.recorded_at}, o.valid_at) FILTER (WHERE o.valid_at >= b.not_before),
            arg_max({'at': o.valid_at, 'run_id': o.run_id, 'known_at': o.recorded_at}, o.valid_at) FILTER (WHERE o.valid_at < b.before),
            arg_min({'at': o.valid_at, 'run_id': o.run_id, 'known_at': o.recorded_at}, o.valid_at) FILTER (WHERE o.valid_at >= b.before)
        ] AS signs
    FROM bounds AS b
    INNER JOIN links AS l ON l.figure_id = b.figure_id AND coalesce(b.account_id = l.account_id, true)
    INNER JOIN accounts AS a ON a.account_id = l.account_id AND a.platform = b.platform
    INNER JOIN observations AS o ON o.account_id = l.account_id
    WHERE
        b.event IN ('left', 'absent')
        AND b.source_id IS NOT NULL
        AND o.status IN ('active', 'protected', 'limited')
    GROUP BY o.account_id, b.bound_id
)

SELECT
    figure_id,
    platform,
    account_id,
    bound_id AS bound, -- Below zero: the run of a sign that is no bound
    -- A sign after the platform's end still shows that somebody had been there; a join or an end after it shows nothing.
    CASE WHEN since >= before OR is_idle OR (is_late AND says <> 'sign') THEN 'nothing' ELSE says END AS says,
    epoch_us(since) AS since,
    epoch_us(before) AS before,
    CASE
        WHEN kind IN ('gone', 'tombstone') OR (event = 'left' AND kind = 'stated') THEN 'owner'
        WHEN kind = 'ended' THEN 'platform'
    END AS act, -- Of an end; NULL: unknown
    epoch_us(known_at) AS known_at,
    coalesce(is_early, false) OR is_late OR coalesce(since >= before, false) AS is_out_of_time,
    NULL::BIGINT AS withdrawn_at -- Since when it counts no more; NULL: it counts
FROM timely
UNION ALL
SELECT l.figure_id, a.platform, s.account_id, -s.run_id, 'sign', epoch_us(s.at), epoch_us(s.at) + 1, NULL, epoch_us(s.known_at), false, NULL
FROM (
    SELECT account_id, first_at AS at, first_run_id AS run_id, first_known_at AS known_at
    FROM sign_spans AS s
    WHERE
        NOT EXISTS (
            FROM account_bounds AS b
            WHERE b.account_id = s.account_id AND b.kind = 'seen' AND b.before = s.first_at + INTERVAL 1 MICROSECOND
        )
    UNION ALL
    SELECT account_id, last_at, last_run_id, last_known_at
    FROM sign_spans
    WHERE last_at > first_at
    UNION ALL
    -- Within a stretch, only the signs next to a reported end or absence matter.
    SELECT DISTINCT account_id, sign.at, sign.run_id, sign.known_at
    FROM signs_beside_reports
    CROSS JOIN LATERAL (SELECT unnest(signs) AS sign)
    WHERE sign.at IS NOT NULL
) AS s
INNER JOIN links AS l ON l.account_id = s.account_id
INNER JOIN accounts AS a ON a.account_id = s.account_id
UNION ALL
-- A run that a list has withdrawn counts until the withdrawal. Its account stays unnamed, so each run has an account of its own.
SELECT
    w.figure_id,
    w.platform,
    w.account,
    0,
    'sign',
    epoch_us(timezone(w.time_zone, w.day::TIMESTAMP)),
    epoch_us(timezone(w.time_zone, (w.day + 1)::TIMESTAMP)),
    NULL,
    epoch_us(timezone(w.time_zone, (w.day + 1)::TIMESTAMP)),
    false,
    epoch_us(timezone(w.time_zone, (w.not_listed_after + 1)::TIMESTAMP))
FROM (
    SELECT
        s.*,
        r.time_zone,
        -row_number() OVER (PARTITION BY s.figure_id, s.platform ORDER BY s.roster, s.first_listed, s.last_listed) AS account,
        unnest(list_distinct([s.first_listed, s.last_listed])) AS day
    FROM series AS s
    INNER JOIN rosters AS r ON r.roster = s.roster
    WHERE NOT s.stands AND s.ended = 'withdrawn' AND r.series_vouches AND s.not_listed_after IS NOT NULL
) AS w
