-- One row per accepted link: this account is this figure's.
WITH votes AS (
    SELECT
        c.figure_id,
        c.account_id,
        min(array_position(['proof', 'curated', 'claim', 'similarity'], c.tier)) AS strongest,
        count(DISTINCT coalesce(s.derived_from, s.source_id::VARCHAR)) FILTER (WHERE c.tier = 'claim') AS independent_claims
    FROM claims AS c
    INNER JOIN sources AS s ON s.source_id = c.source_id
    WHERE c.polarity = 'accepts'
    GROUP BY c.figure_id, c.account_id
),

verdicts AS (
    SELECT figure_id, account_id, arg_max(verdict, decided_at) AS verdict
    FROM decisions
    GROUP BY figure_id, account_id
)

SELECT
    v.figure_id,
    v.account_id,
    'accepted' AS state, -- Proposed and rejected links are not published
    ['proof', 'curated', 'claim', 'similarity'][v.strongest] AS tier -- The strongest of its claims
FROM votes AS v
LEFT JOIN verdicts AS d ON d.figure_id = v.figure_id AND d.account_id = v.account_id
WHERE
    coalesce(d.verdict, 'accepted') = 'accepted'
    AND (v.strongest <= 2 OR v.independent_claims >= 2 OR d.verdict = 'accepted')
