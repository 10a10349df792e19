-- One row per platform, wave and pair of results that two lookers gave, with their number. look_agreement rests on it.
SELECT
    platform, -- The platform on which they looked
    wave, -- The wave of looks
    first_result, -- The result of the looker whose code comes first in the alphabet
    second_result, -- The result of the other looker
    count(*)::INTEGER AS pairs -- How often the two results occur together
FROM look_pairs
GROUP BY ALL
