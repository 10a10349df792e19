-- One row per figure and platform with evidence: a digest of all that its stays rest on. The order of rows does not matter.
WITH hashes AS (
    SELECT figure_id, platform, hash(('evidence', e)) AS digest
    FROM evidence AS e
    UNION ALL
    SELECT figure_id, platform, hash(('claim', c))
    FROM claimed_accounts AS c
    UNION ALL
    SELECT figure_id, platform, hash(('doubt', d))
    FROM doubts_of_figures AS d
    UNION ALL
    SELECT figure_id, platform, hash(('gap', g))
    FROM gaps_of_figures AS g
)

SELECT
    figure_id,
    platform,
    -- Another program may read the same evidence in another way.
    sum(digest)::HUGEINT + hash(getvariable('reader'))::HUGEINT AS digest
FROM hashes
GROUP BY figure_id, platform
