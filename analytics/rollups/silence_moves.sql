-- One row per figure, account and silence of 91 days or more (dormant91@1): that it counts as dormant, and that it posted again (returned91@1).
-- The end of the figure's last role, for example by death, ends the watch, and so does the time of a claim.
WITH silent AS (
    SELECT
        account_id,
        last_posted_on,
        dormant_on,
        returned_on,
        blocked_days,
        timezone('UTC', (last_posted_on + 1)::TIMESTAMP) AS from_at,
        timezone('UTC', (dormant_on + 1)::TIMESTAMP) AS until_at
    FROM silences_of(91)
),

-- Which of the days until it counted as dormant were looked at, and when this was known.
pieces AS (
    SELECT
        s.account_id,
        s.last_posted_on,
        l.covers_from,
        coalesce(l.covers_to, l.looked_at) AS covers_to,
        struct_pack(known_at := l.looked_at, run_id := l.run_id, source_id := NULL::INTEGER, bound_id := NULL::INTEGER) AS look
    FROM silent AS s
    INNER JOIN activity_looks AS l
        ON l.account_id = s.account_id AND l.covers_from < s.until_at AND coalesce(l.covers_to, l.looked_at) > s.from_at
    UNION ALL
    -- If several answers show the same last post, the latest before the end of the 91 days and the first after it are enough.
    SELECT
        s.account_id,
        s.last_posted_on,
        timezone('UTC', (timezone('UTC', o.last_post_at)::DATE + 1)::TIMESTAMP),
        CASE WHEN o.valid_at >= s.until_at THEN min(o.valid_at) ELSE max(o.valid_at) END,
        CASE
            WHEN o.valid_at >= s.until_at
                THEN min(struct_pack(known_at := o.valid_at, run_id := o.run_id, source_id := NULL, bound_id := NULL))
            ELSE max(struct_pack(known_at := o.valid_at, run_id := o.run_id, source_id := NULL, bound_id := NULL))
        END
    FROM silent AS s
    INNER JOIN observations AS o ON o.account_id = s.account_id AND o.valid_at > s.from_at
    WHERE
        o.last_post_at IS NOT NULL
        AND o.capture_id IS NULL
        AND o.status = 'active'
        AND timezone('UTC', o.last_post_at)::DATE < s.dormant_on
    GROUP BY s.account_id, s.last_posted_on, o.valid_at >= s.until_at, timezone('UTC', o.last_post_at)::DATE
    UNION ALL
    SELECT
        s.account_id,
        s.last_posted_on,
        timezone('UTC', (timezone('UTC', c.last_post_at)::DATE + 1)::TIMESTAMP),
        c.checked_at,
        struct_pack(known_at := c.checked_at, run_id := NULL, source_id := c.source_id, bound_id := NULL)
    FROM silent AS s
    INNER JOIN believed_checks AS c ON c.account_id = s.account_id AND c.checked_at > s.from_at
),

-- Between two of these instants the same looks cover the time.
instants AS (
    SELECT account_id, last_posted_on, from_at AS instant
    FROM silent
    UNION
    SELECT p.account_id, p.last_posted_on, p.covers_to
    FROM pieces AS p
    INNER JOIN silent AS s ON s.account_id = p.account_id AND s.last_posted_on = p.last_posted_on
    WHERE p.covers_to > s.from_at AND p.covers_to < s.until_at
),

-- A silence is known once each of its instants was looked at.
known AS (
    SELECT account_id, last_posted_on, max(look) AS look
    FROM (
        SELECT i.account_id, i.last_posted_on, i.instant, min(p.look) AS look
        FROM instants AS i
        INNER JOIN pieces AS p
            ON
                p.account_id = i.account_id
                AND p.last_posted_on = i.last_posted_on
                AND p.covers_from <= i.instant
                AND p.covers_to > i.instant
        GROUP BY i.account_id, i.last_posted_on, i.instant
    )
    GROUP BY account_id, last_posted_on
),

-- The evidence that shows the next post, and since when. A look lists all of a day only after it; a profile, a check or a source names the day
-- itself.
showings AS (
    SELECT
        s.account_id,
        s.last_posted_on,
        s.returned_on,
        struct_pack(known_at := l.looked_at, run_id := l.run_id, source_id := NULL::INTEGER, bound_id := NULL::INTEGER) AS look,
        l.looked_at >= timezone('UTC', (s.returned_on + 1)::TIMESTAMP) AS is_sure
    FROM silent AS s
    INNER JOIN activity_looks AS l
        ON
            l.account_id = s.account_id
            AND l.looked_at > timezone('UTC', s.returned_on::TIMESTAMP)
            AND coalesce(l.covers_to, l.looked_at) > timezone('UTC', s.returned_on::TIMESTAMP)
    -- A look that covers nothing may still list the post.
    WHERE coalesce(l.covers_from < timezone('UTC', (s.returned_on + 1)::TIMESTAMP), true)
    UNION ALL
    SELECT
        s.account_id,
        s.last_posted_on,
        s.returned_on,
        struct_pack(known_at := o.valid_at, run_id := o.run_id, source_id := NULL, bound_id := NULL),
        true
    FROM silent AS s
    INNER JOIN observations AS o ON o.account_id = s.account_id AND timezone('UTC', o.last_post_at)::DATE = s.returned_on
    WHERE o.capture_id IS NULL AND o.status = 'active'
    UNION ALL
    -- A check that missed a later post still shows this one.
    SELECT
        s.account_id,
        s.last_posted_on,
        s.returned_on,
        struct_pack(known_at := c.checked_at, run_id := NULL, source_id := c.source_id, bound_id := NULL),
        true
    FROM silent AS s
    INNER JOIN last_posts AS c ON c.account_id = s.account_id AND timezone('UTC', c.last_post_at)::DATE = s.returned_on
    UNION ALL
    SELECT
        s.account_id,
        s.last_posted_on,
        s.returned_on,
        struct_pack(known_at := b.known_at, run_id := b.run_id, source_id := b.source_id, bound_id := b.bound_id),
        true
    FROM silent AS s
    INNER JOIN bounds AS b
        ON
            b.account_id = s.account_id
            AND timezone('UTC', b.not_before)::DATE = s.returned_on
            AND timezone('UTC', b.before - INTERVAL 1 MICROSECOND)::DATE = s.returned_on
    WHERE b.event = 'posted'
),

looks_at_returns AS (
    SELECT account_id, last_posted_on, coalesce(min(look) FILTER (WHERE is_sure), max(look)) AS look
    FROM showings
    GROUP BY account_id, last_posted_on
),

-- After its owner or the platform has ended it, an account has left. It is not dormant until it is back.
gone AS (
    SELECT DISTINCT s.account_id, s.last_posted_on, e.figure_id
    FROM silent AS s
    INNER JOIN stays AS e ON e.account_id = s.account_id AND e.ended_before <= s.until_at
    LEFT JOIN stays AS b
        ON b.account_id = e.account_id AND b.figure_id = e.figure_id AND b.stay > e.stay AND b.joined_before <= s.until_at
    WHERE b.stay IS NULL
),

silent_figures AS (
    SELECT
        l.figure_id,
        a.platform,
        s.*,
        s.returned_on IS NOT NULL
        AND coalesce(s.returned_on < t.until_day, true)
        AND coalesce(s.returned_on < l.until_day, true) AS has_returned,
        k.look AS dormant_look,
        -- If no evidence that shows the post is left, it was known at the end of its day at the earliest.
        greatest(
            k.look,
            coalesce(
                r.look,
                struct_pack(
                    known_at := timezone('UTC', (s.returned_on + 1)::TIMESTAMP), run_id := NULL, source_id := NULL, bound_id := NULL
                )
            )
        ) AS return_look
    FROM silent AS s
    INNER JOIN known AS k ON k.account_id = s.account_id AND k.last_posted_on = s.last_posted_on
    INNER JOIN links AS l ON l.account_id = s.account_id AND l.state = 'accepted'
    INNER JOIN accounts AS a ON a.account_id = s.account_id
    LEFT JOIN ends_of_roles AS t ON t.figure_id = l.figure_id
    LEFT JOIN looks_at_returns AS r ON r.account_id = s.account_id AND r.last_posted_on = s.last_posted_on
    ANTI JOIN gone AS g ON g.account_id = s.account_id AND g.last_posted_on = s.last_posted_on AND g.figure_id = l.figure_id
    WHERE
        coalesce(s.dormant_on < t.until_day, true)
        AND coalesce(s.last_posted_on >= l.first_day, true)
        AND coalesce(s.dormant_on < l.until_day, true)
),

silence_moves AS (
    SELECT
        figure_id,
        platform,
        account_id,
        'dormant' AS move,
        dormant_on AS day,
        dormant_look AS look,
        last_posted_on,
        blocked_days
    FROM silent_figures
    UNION ALL
    SELECT figure_id, platform, account_id, 'returned to posting', returned_on, return_look, last_posted_on, blocked_days
    FROM silent_figures
    WHERE has_returned
)

SELECT
    figure_id,
    platform,
    account_id, -- The account, of `accounts`
    move, -- dormant or returned to posting
    timezone('UTC', day::TIMESTAMP) AS not_before, -- The start of the day (UTC) since which it counts as dormant, or on which it posted again
    timezone('UTC', (day + 1)::TIMESTAMP) AS before, -- The end of that day
    look.run_id AS run_id, -- The crawl that completed what is known of it, of `runs`; NULL: a check by a list's source or a dated source did
    look.source_id AS source_id, -- The document that completed it, of `sources`; NULL: a crawl did
    look.bound_id AS bound_id, -- The statement that it posted again, of `bounds`; NULL: a look or a check shows it
    look.known_at AS known_at, -- When each day of the silence had been looked at, or when the post that ended it was known
    CASE
        WHEN look.bound_id IS NOT NULL THEN NULL
        WHEN look.source_id IS NOT NULL THEN 'list'
        ELSE 'crawl'
    END AS known_through, -- How it is known: by a list, or by a crawl; NULL: as the statement is
    last_posted_on, -- Day (UTC) of the last post before the silence
    blocked_days::INTEGER AS blocked_days -- How many days did not count before it was dormant, because the platform was blocked
FROM silence_moves
