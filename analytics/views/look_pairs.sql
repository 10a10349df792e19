-- One row per figure, platform, wave and pair of lookers who both looked.
SELECT
    one.figure_id, -- The figure that both looked at, of `figures`
    one.platform, -- The platform, of `platforms`
    one.wave, -- The wave of looks
    one.looker AS first_looker, -- The looker whose code comes first in the alphabet
    other.looker AS second_looker, -- The other looker
    one.result AS first_result, -- present, absent or unclear
    other.result AS second_result, -- The result of the second looker: present, absent or unclear
    one.handle IS NOT NULL OR one.native_id IS NOT NULL AS first_names_account, -- Whether the first looker names an account
    other.handle IS NOT NULL OR other.native_id IS NOT NULL AS second_names_account, -- Whether the second looker names an account
    coalesce(one.native_id = other.native_id, lower(one.handle) = lower(other.handle), false) AS name_the_same_account -- Whether both name the same account, by id or else by handle
FROM looks AS one
INNER JOIN looks AS other
    ON
        other.figure_id = one.figure_id
        AND other.platform = one.platform
        AND other.wave = one.wave
        AND other.looker > one.looker
WHERE one.is_by_person AND other.is_by_person AND NOT one.adjudicates AND NOT other.adjudicates
