-- One row per wave of looks on a platform: what its lookers saw together, and whether it means the same as the wave before.
WITH counted AS (
    SELECT
        platform,
        wave,
        min(looked_from) AS first_looked_at,
        max(looked_before) AS last_looked_at,
        any_value(definition) AS definition,
        count(*)::INTEGER AS figures,
        count(*) FILTER (WHERE settled = 'present')::INTEGER AS present,
        count(*) FILTER (WHERE settled = 'absent' AND is_search AND is_by_person)::INTEGER AS absent,
        count(*) FILTER (WHERE settled = 'absent' AND NOT (is_search AND is_by_person))::INTEGER AS not_searched,
        count(*) FILTER (WHERE settled = 'unclear')::INTEGER AS unclear,
        count(*) FILTER (WHERE settled = 'disputed')::INTEGER AS disputed
    FROM looks
    WHERE is_speaking
    GROUP BY platform, wave
)

SELECT
    platform, -- Where they looked
    wave, -- Looks that belong together
    first_looked_at, -- When its first look was taken, in UTC
    last_looked_at, -- By when its last look had been taken, in UTC
    definition, -- What counted as present; NULL: nobody said
    figures, -- That somebody looked at
    present, -- Of them, those who are there
    absent, -- Searched by a person, and not there
    not_searched, -- No link on an official page, or missed by a program: neither is a search
    unclear, -- Nobody could tell: not looked
    disputed, -- Lookers disagree, and nobody has decided
    definition IS DISTINCT FROM lag(definition) OVER waves_of_platform
    AND lag(wave) OVER waves_of_platform IS NOT NULL AS means_something_else -- Than the wave before: the two cannot be compared
FROM counted
WINDOW waves_of_platform AS (PARTITION BY platform ORDER BY first_looked_at, wave)
