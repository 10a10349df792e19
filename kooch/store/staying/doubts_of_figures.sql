-- One row per doubt about an account of a figure; instants in microseconds since 1970.
SELECT
    l.figure_id,
    a.platform,
    d.account_id,
    epoch_us(d.since) AS since,
    epoch_us(d.until) AS until, -- NULL: no sign since
    epoch_us(d.known_at) AS known_at,
    epoch_us(d.until_known_at) AS until_known_at
FROM doubts AS d
INNER JOIN links AS l ON l.account_id = d.account_id
INNER JOIN accounts AS a ON a.account_id = d.account_id
