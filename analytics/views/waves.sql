-- One row per wave of looks on a platform: its results, and whether it means the same as the wave before.
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
    platform, -- The platform on which they looked
    wave, -- The name of the wave: looks that belong together
    first_looked_at, -- When the first look of the wave began, in UTC
    last_looked_at, -- When the last look of the wave had ended, in UTC
    definition, -- What counted as present; NULL: nobody said
    figures, -- How many figures somebody looked at
    present, -- How many of them are there
    absent, -- How many a person searched for and did not find
    not_searched, -- For how many no person searched: an official page has no link, or a program found nothing
    unclear, -- For how many nobody could tell; they count as not looked
    disputed, -- For how many lookers disagree and nobody has decided
    definition IS DISTINCT FROM lag(definition) OVER waves_of_platform
    AND lag(wave) OVER waves_of_platform IS NOT NULL AS means_something_else -- Whether the definition differs from that of the wave before; then the two cannot be compared
FROM counted
WINDOW waves_of_platform AS (PARTITION BY platform ORDER BY first_looked_at, wave)
