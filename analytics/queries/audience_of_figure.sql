-- One row per day (UTC) on which the followers of $figure_id on both platforms are known, the latest first.
SELECT
    figure_id,
    day,
    newer_followers,
    newer_least,
    newer_most, -- NULL: a lower bound
    older_followers,
    older_least,
    older_most, -- NULL: a lower bound
    ratio_least, -- Followers on the newer platform for each on the older, the least that the counts allow
    ratio_most -- The most; NULL: it may be any number
FROM audience_ratios
WHERE figure_id = $figure_id AND newer = $newer AND older = $older
ORDER BY day DESC
