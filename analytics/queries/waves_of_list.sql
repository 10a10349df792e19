-- One row per wave of looks at people of $roster on $platform, the first first: what it found, how far its lookers agree, and whether it means the same as the wave before.
WITH looked AS (
    SELECT k.*
    FROM looks AS k
    SEMI JOIN memberships AS m ON m.figure_id = k.figure_id AND m.roster = $roster
    WHERE k.platform = $platform AND k.is_speaking
),

counted AS (
    SELECT
        wave,
        count(*)::INTEGER AS figures,
        count(*) FILTER (WHERE settled = 'present')::INTEGER AS present,
        count(*) FILTER (WHERE settled = 'absent' AND is_search AND is_by_person)::INTEGER AS absent,
        count(*) FILTER (WHERE settled = 'absent' AND NOT (is_search AND is_by_person))::INTEGER AS not_searched,
        count(*) FILTER (WHERE settled IN ('unclear', 'disputed'))::INTEGER AS unknown
    FROM looked
    GROUP BY wave
)

SELECT
    c.wave,
    timezone('UTC', w.first_looked_at)::DATE AS first_day, -- The day, in UTC
    timezone('UTC', w.last_looked_at - INTERVAL 1 MICROSECOND)::DATE AS last_day,
    w.definition, -- What counted as present; NULL: nobody said
    w.means_something_else, -- Than the wave before
    c.figures, -- Of the list, at whom somebody looked
    c.present,
    c.absent, -- Searched by a person, and not there
    c.not_searched, -- No link on an official page, or missed by a program
    c.unknown, -- Unclear, or disputed by lookers
    a.pairs, -- Between two lookers, over all lists of the wave; NULL: only one looked
    a.agreed,
    a.agreement,
    a.kappa,
    r.lookers,
    r.alpha
FROM counted AS c
INNER JOIN waves AS w ON w.platform = $platform AND w.wave = c.wave
LEFT JOIN look_agreement AS a ON a.platform = $platform AND a.wave = c.wave
LEFT JOIN look_alphas AS r ON r.platform = $platform AND r.wave = c.wave
ORDER BY w.first_looked_at, c.wave
