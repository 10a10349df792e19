-- One row per published claim that an account belongs to one of $figures.
SELECT
    c.figure_id,
    a.platform,
    c.account_id,
    c.tier,
    c.value,
    h.handle,
    a.native_id,
    c.stated_in,
    c.recorded_at,
    s.publisher,
    s.citation,
    s.url,
    s.published_at AS published_on
FROM claims AS c
INNER JOIN unnest($figures) AS f (figure_id) ON f.figure_id = c.figure_id
INNER JOIN accounts AS a ON a.account_id = c.account_id
LEFT JOIN link_handles AS h ON h.figure_id = c.figure_id AND h.account_id = c.account_id
INNER JOIN sources AS s ON s.source_id = c.source_id
WHERE c.polarity = 'accepts'
ORDER BY c.figure_id, a.platform, c.account_id, c.claim_id
