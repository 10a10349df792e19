-- One row per dated follower count of an accepted account: an observation or a look that shows its followers, or a report of them.
SELECT
    l.figure_id,
    a.platform,
    o.account_id,
    o.valid_at,
    timezone('UTC', o.valid_at)::DATE AS counted_on,
    o.followers,
    o.followers_precision,
    r.source,
    c.url AS capture_url,
    NULL AS source_id,
    NULL AS reported,
    false AS reported_is_least,
    c.url
FROM observations AS o
INNER JOIN links AS l ON l.account_id = o.account_id
INNER JOIN accounts AS a ON a.account_id = o.account_id
INNER JOIN runs AS r ON r.run_id = o.run_id
LEFT JOIN captures AS c ON c.capture_id = o.capture_id
WHERE
    o.followers IS NOT NULL
    AND coalesce(o.valid_at >= l.held_from, true)
    AND coalesce(o.valid_at < l.held_until, true)
UNION ALL
-- While lookers disagree whether the account is there, no look counts. If two of a wave read different counts at one time, the speaking look counts.
SELECT
    k.figure_id,
    k.platform,
    k.account_id,
    k.looked_before,
    timezone(s.time_zone, k.looked_before - INTERVAL 1 MICROSECOND)::DATE,
    k.followers,
    k.followers_precision,
    'look',
    NULL,
    k.source_id,
    NULL,
    false,
    k.archive_url
FROM looks AS k
INNER JOIN links AS l ON l.account_id = k.account_id AND l.figure_id = k.figure_id
INNER JOIN sources AS s ON s.source_id = k.source_id
WHERE
    k.followers IS NOT NULL
    AND k.result = 'present'
    AND k.settled = 'present'
    -- Of a day on which the account passed to another, nobody can say whose followers the look shows.
    AND coalesce(k.looked_from >= l.held_from, true)
    AND coalesce(k.looked_before <= l.held_until, true)
QUALIFY
    row_number() OVER (
        PARTITION BY k.figure_id, k.account_id, k.source_id, k.looked_before
        ORDER BY k.is_speaking DESC, k.followers DESC, k.followers_precision NULLS FIRST, k.looker, k.archive_url
    ) = 1
UNION ALL
SELECT
    b.figure_id,
    b.platform,
    b.account_id, -- The account, of `accounts`; NULL: the report does not say which
    b.known_at AS valid_at, -- When the platform showed the count. For a report, and for a look without a time, the end of its day: the count is of that time or a little earlier
    coalesce(s.published_at, timezone(s.time_zone, b.known_at - INTERVAL 1 MICROSECOND)::DATE) AS counted_on, -- The day of the count: of a look or a report in the zone of its source, else in UTC
    b.reported_followers AS followers,
    b.reported_precision AS followers_precision, -- Half-width of a rounded count; NULL: exact
    'report' AS source, -- live, archive, import, look (a person or a tool of theirs saw it) or report (a source says so)
    NULL AS capture_url, -- The address that opens the archived page; NULL: not from an archive
    b.source_id, -- The report or the wave of looks, of `sources`; NULL: from neither
    b.reported, -- The count as the report prints it
    b.reported_is_least, -- Whether followers is a lower bound ("over", "at least")
    s.url -- The address that opens the archived page or the report, also one that a looker archived; NULL: there is none
FROM bounds AS b
INNER JOIN sources AS s ON s.source_id = b.source_id
WHERE b.reported_followers IS NOT NULL
