-- One row per week (from its Monday, UTC) since $roster was first known to post: on which of two platforms the same people posted. Roles, deaths and the time of a claim end the watch.
SELECT
    week,
    figures, -- With an account on both, in a role that week
    posted_on_both AS both,
    CASE WHEN $here < $there THEN posted_only_here ELSE posted_only_there END AS only_here,
    CASE WHEN $here < $there THEN posted_only_there ELSE posted_only_here END AS only_there,
    posted_on_neither AS neither,
    unknown -- For at least one of the two platforms, nobody can say
FROM platform_pair_weeks
WHERE roster = $roster AND here = least($here, $there) AND there = greatest($here, $there)
ORDER BY week
