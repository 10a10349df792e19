-- One row per account and stretch of answers that show it there: the longest time between two of them.
SELECT
    s.account_id,
    s.first_at,
    s.last_at,
    s.signs,
    s.digest,
    greatest(coalesce(b.gap, 0), CASE WHEN coalesce(b.is_added, true) THEN coalesce(g.longest_gap, 0) ELSE 0 END) AS longest_gap
FROM sign_spans AS s
LEFT JOIN sign_gaps AS g ON g.account_id = s.account_id AND g.first_at = s.first_at
LEFT JOIN gaps_between AS b ON b.account_id = s.account_id AND b.first_at = epoch_us(s.first_at)
