-- One row per platform and wave in which two lookers looked: how often they agree. Read it beside look_results.
WITH first_words AS (
    SELECT platform, wave, first_result AS result, sum(pairs) AS n
    FROM look_results
    GROUP BY ALL
),

second_words AS (
    SELECT platform, wave, second_result AS result, sum(pairs) AS n
    FROM look_results
    GROUP BY ALL
),

by_chance AS (
    SELECT platform, wave, sum(f.n::DOUBLE * s.n) AS products
    FROM first_words AS f
    INNER JOIN second_words AS s USING (platform, wave, result)
    GROUP BY ALL
),

counted AS (
    SELECT
        platform,
        wave,
        count(*) AS pairs,
        count(*) FILTER (WHERE first_result = second_result) AS agreed,
        count(*) FILTER (WHERE first_names_account AND second_names_account) AS both_name_an_account,
        count(*) FILTER (WHERE name_the_same_account) AS name_the_same_account,
        least(count(DISTINCT first_result), count(DISTINCT second_result)) AS fewest_words
    FROM look_pairs
    GROUP BY ALL
)

SELECT
    c.platform, -- The platform on which they looked
    c.wave, -- The wave of looks
    c.pairs::INTEGER AS pairs, -- How many figures two lookers looked at
    c.agreed::INTEGER AS agreed, -- For how many of them both lookers report the same result
    c.agreed / c.pairs AS agreement, -- agreed divided by pairs, from 0 to 1
    CASE
        WHEN c.pairs >= 30 AND c.fewest_words > 1
            THEN (c.agreed / c.pairs - coalesce(b.products, 0) / c.pairs ^ 2) / (1 - coalesce(b.products, 0) / c.pairs ^ 2)
    END AS kappa, -- Cohen's kappa (Educational and Psychological Measurement 20, 1960); NULL: fewer than 30 pairs, or one looker used only one result
    c.both_name_an_account::INTEGER AS both_name_an_account, -- For how many pairs both lookers name an account
    c.name_the_same_account::INTEGER AS name_the_same_account -- For how many of them both name the same account
FROM counted AS c
LEFT JOIN by_chance AS b ON b.platform = c.platform AND b.wave = c.wave
