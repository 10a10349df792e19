-- One row per platform, wave and pair of results that two lookers gave: the table that agreement is read from.
SELECT
    platform, -- Where they looked
    wave, -- In which wave
    first_result, -- What the first of two lookers saw, by their codes
    second_result, -- What the second saw
    count(*)::INTEGER AS pairs -- How often
FROM look_pairs
GROUP BY ALL
