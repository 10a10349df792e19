-- One row per accepted link: the account belongs to the figure.
WITH votes AS (
    SELECT
        c.figure_id,
        c.account_id,
        min(array_position(['proof', 'curated', 'claim', 'similarity'], c.tier)) AS strongest,
        bool_or(c.kind = 'roster') AS is_of_list, -- Importing a list is the decision that accepts its claims
        count(DISTINCT coalesce(s.derived_from, s.source_id::VARCHAR)) FILTER (WHERE c.tier = 'claim') AS independent_claims,
        -- If one of several claims has no limit, the link has none.
        CASE WHEN count(c.from_day) = count(*) THEN min(timezone(s.time_zone, c.from_day::TIMESTAMP)) END AS held_from,
        CASE WHEN count(c.to_day) = count(*) THEN max(timezone(s.time_zone, (c.to_day + 1)::TIMESTAMP)) END AS held_until
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
    'accepted' AS state, -- Always accepted: proposed and rejected links are not published
    ['proof', 'curated', 'claim', 'similarity'][v.strongest] AS tier, -- The tier of the strongest claim for the link
    v.held_from, -- The instant since which the account is the figure's, by its claims; NULL: no limit
    v.held_until, -- The first instant at which it no longer is; NULL: no limit
    timezone('UTC', v.held_from + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND)::DATE AS first_day, -- The first day (UTC) on all of which it is the figure's; NULL: no limit
    timezone('UTC', v.held_until)::DATE AS until_day -- The first day (UTC) after that on which it is not, or not all day; NULL: no limit
FROM votes AS v
LEFT JOIN verdicts AS d ON d.figure_id = v.figure_id AND d.account_id = v.account_id
WHERE
    coalesce(d.verdict, 'accepted') = 'accepted'
    AND (v.is_of_list OR v.strongest <= 2 OR v.independent_claims >= 2 OR d.verdict = 'accepted')
