-- One row per dated follower count: an observation of an accepted account that shows its followers, or a report of them.
SELECT
    l.figure_id,
    a.platform,
    o.account_id,
    o.valid_at,
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
SELECT
    b.figure_id,
    b.platform,
    b.account_id, -- The account, of `accounts`; NULL: the report does not say which
    b.known_at AS valid_at, -- When the platform showed the count. For a report, the end of its day: the count is of that time or a little earlier
    b.reported_followers AS followers,
    b.reported_precision AS followers_precision, -- Half-width of a rounded count; NULL: exact
    'report' AS source, -- live, archive, import, or report (a source says so)
    NULL AS capture_url, -- The address that opens the archived page; NULL: not from an archive
    b.source_id, -- The report, of `sources`; NULL: not from a report
    b.reported, -- The count as the report prints it
    b.reported_is_least, -- Whether followers is a lower bound ("over", "at least")
    s.url -- The address that opens the archived page or the report; NULL: there is none
FROM bounds AS b
INNER JOIN sources AS s ON s.source_id = b.source_id
WHERE b.reported_followers IS NOT NULL
