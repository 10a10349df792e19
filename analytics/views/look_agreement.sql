-- One row per platform and wave that two lookers looked at: how often they agree. Read it beside look_results.
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
    c.platform, -- Where they looked
    c.wave, -- In which wave
    c.pairs::INTEGER AS pairs, -- Figures at which two lookers looked
    c.agreed::INTEGER AS agreed, -- Of them, those of which both saw the same
    c.agreed / c.pairs AS agreement, -- From 0 to 1
    CASE
        WHEN c.pairs >= 30 AND c.fewest_words > 1
            THEN (c.agreed / c.pairs - coalesce(b.products, 0) / c.pairs ^ 2) / (1 - coalesce(b.products, 0) / c.pairs ^ 2)
    END AS kappa, -- Cohen's (Educational and Psychological Measurement 20, 1960). NULL: fewer than 30 pairs, or one looker used one word only
    c.both_name_an_account::INTEGER AS both_name_an_account, -- Pairs of which both say which account
    c.name_the_same_account::INTEGER AS name_the_same_account -- Of them, those that name the same
FROM counted AS c
LEFT JOIN by_chance AS b ON b.platform = c.platform AND b.wave = c.wave
