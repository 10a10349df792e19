-- One row per platform and wave in which at least two people looked at a figure: how far all lookers agree, however many looked at each figure.
WITH words_of_figure AS (
    SELECT platform, wave, figure_id, result, count(*) AS n
    FROM looks
    WHERE is_by_person AND NOT adjudicates
    GROUP BY ALL
),

-- A figure that only one person looked at says nothing about agreement.
figures_of_several AS (
    SELECT
        platform,
        wave,
        figure_id,
        sum(n) AS looks,
        (sum(n) ^ 2 - sum(n ^ 2)) / (sum(n) - 1) AS disagreeing
    FROM words_of_figure
    GROUP BY ALL
    HAVING sum(n) > 1
),

observed AS (
    SELECT platform, wave, count(*) AS figures, sum(looks)::DOUBLE AS looks, sum(disagreeing)::DOUBLE AS disagreeing
    FROM figures_of_several
    GROUP BY ALL
),

by_chance AS (
    SELECT platform, wave, sum(n ^ 2)::DOUBLE AS alike
    FROM (
        SELECT w.platform, w.wave, w.result, sum(w.n) AS n
        FROM words_of_figure AS w
        SEMI JOIN figures_of_several AS f ON f.platform = w.platform AND f.wave = w.wave AND f.figure_id = w.figure_id
        GROUP BY ALL
    )
    GROUP BY ALL
),

lookers AS (
    SELECT k.platform, k.wave, count(DISTINCT k.looker) AS lookers
    FROM looks AS k
    WHERE k.is_by_person AND NOT k.adjudicates
    GROUP BY ALL
)

SELECT
    o.platform, -- The platform on which they looked
    o.wave, -- The wave of looks
    l.lookers::INTEGER AS lookers, -- How many people looked in the wave
    o.figures::INTEGER AS figures, -- How many figures at least two of them looked at
    o.looks::INTEGER AS looks, -- How many looks there are at these figures
    CASE
        WHEN o.figures >= 30 AND b.alike < o.looks ^ 2
            THEN 1 - (o.looks - 1) * o.disagreeing / (o.looks ^ 2 - b.alike)
    END AS alpha -- Krippendorff's alpha for nominal data (Content Analysis, 2004, chapter 11); NULL: fewer than 30 figures, or only one result was used
FROM observed AS o
INNER JOIN by_chance AS b ON b.platform = o.platform AND b.wave = o.wave
INNER JOIN lookers AS l ON l.platform = o.platform AND l.wave = o.wave
