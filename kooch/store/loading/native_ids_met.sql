-- One row per account whose native id this load met.
SELECT
    i.id AS account_id,
    any_value(p.native_id) AS native_id
FROM names_met_together AS p
INNER JOIN ids AS i ON i.kind = 'account' AND i.key = p.native_key
GROUP BY i.id
