-- One row per figure, platform and wave, and pair of lookers who both looked.
SELECT
    one.figure_id, -- At whom both looked
    one.platform, -- Where
    one.wave, -- In which wave
    one.looker AS first_looker, -- The first by their codes
    other.looker AS second_looker, -- The second
    one.result AS first_result, -- present, absent or unclear
    other.result AS second_result, -- The same
    one.handle IS NOT NULL OR one.native_id IS NOT NULL AS first_names_account, -- Whether the first says which account
    other.handle IS NOT NULL OR other.native_id IS NOT NULL AS second_names_account, -- The same of the second
    coalesce(one.native_id = other.native_id, lower(one.handle) = lower(other.handle), false) AS name_the_same_account -- By id, else by handle
FROM looks AS one
INNER JOIN looks AS other
    ON
        other.figure_id = one.figure_id
        AND other.platform = one.platform
        AND other.wave = one.wave
        AND other.looker > one.looker
WHERE one.is_by_person AND other.is_by_person AND NOT one.adjudicates AND NOT other.adjudicates
