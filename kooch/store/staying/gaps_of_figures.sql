-- One row per stretch of answers that show an account of a figure there; instants and gap in microseconds.
SELECT l.figure_id, a.platform, g.account_id, epoch_us(g.first_at) AS first_at, epoch_us(g.last_at) AS last_at, g.longest_gap
FROM sign_gaps AS g
INNER JOIN links AS l ON l.account_id = g.account_id
INNER JOIN accounts AS a ON a.account_id = g.account_id
