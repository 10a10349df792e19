-- One row per claim of a list. Importing the list accepts its claims.
SELECT
    k.id AS claim_id,
    c.figure_id,
    c.account_id,
    'accepts' AS polarity,
    c.tier,
    'roster' AS kind,
    coalesce(c.handle, c.native_id) AS value,
    c.stated_in,
    s.id AS source_id,
    c.recorded_at,
    c.from_day,
    c.to_day
FROM claims_with_keys AS c
INNER JOIN ids AS k ON k.kind = 'claim' AND k.key = c.key
INNER JOIN ids AS s ON s.kind = 'source' AND s.key = c.source
