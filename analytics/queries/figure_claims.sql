-- One row per claim that an account belongs to $figure_id.
SELECT c.account_id, c.tier, c.kind, c.polarity, c.value, c.stated_in, c.from_day, c.to_day, s.publisher, s.citation, s.url, s.published_at
FROM claims AS c
INNER JOIN sources AS s ON s.source_id = c.source_id
WHERE c.figure_id = $figure_id
ORDER BY c.account_id, c.claim_id
