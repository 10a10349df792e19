-- One row per account that this load met for the first time.
SELECT
    i.id AS account_id,
    any_value(k.platform) AS platform,
    any_value(k.native_id) AS native_id
FROM (
    SELECT
        platform,
        native_key AS key,
        native_id
    FROM names_met_together
    WHERE native_key IS NOT NULL
    UNION
    SELECT
        platform,
        handle_key,
        NULL
    FROM names_met_together
    WHERE handle_key IS NOT NULL
) AS k
INNER JOIN ids AS i ON i.kind = 'account' AND i.key = k.key
ANTI JOIN accounts AS a ON a.account_id = i.id
GROUP BY i.id
