-- One row per sign that `sign_gaps` has not counted, and per last sign counted. If a stretch changed in another way, one row per sign of it.
WITH changed AS (
    SELECT s.account_id, s.first_at, s.last_at, s.digest, g.last_at AS counted_to, g.digest AS counted
    FROM sign_spans AS s
    LEFT JOIN sign_gaps AS g ON g.account_id = s.account_id AND g.first_at = s.first_at
    WHERE g.digest IS DISTINCT FROM s.digest
),

later AS (
    SELECT c.account_id, c.first_at, bit_xor(hash(o.valid_at)) AS digest
    FROM changed AS c
    INNER JOIN observations AS o
        ON o.account_id = c.account_id AND o.valid_at > c.counted_to AND o.valid_at <= c.last_at
    WHERE o.status IN ('active', 'protected', 'limited')
    GROUP BY c.account_id, c.first_at
),

starting AS (
    SELECT
        c.account_id,
        c.first_at,
        c.last_at,
        xor(c.counted, l.digest) IS NOT DISTINCT FROM c.digest AS is_added,
        CASE WHEN is_added THEN c.counted_to ELSE c.first_at END AS counted_to
    FROM changed AS c
    LEFT JOIN later AS l ON l.account_id = c.account_id AND l.first_at = c.first_at
)

SELECT s.account_id, epoch_us(s.first_at) AS first_at, epoch_us(o.valid_at) AS at, s.is_added
FROM starting AS s
INNER JOIN observations AS o
    ON o.account_id = s.account_id AND o.valid_at >= s.counted_to AND o.valid_at <= s.last_at
WHERE o.status IN ('active', 'protected', 'limited')
