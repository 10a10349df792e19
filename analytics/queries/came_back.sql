-- One row per figure of $roster, account on $platform and stretch of $days days (28 at least) or more without a post, each day looked at: when it posted again. Roles, deaths and the time of a claim end the watch.
SELECT
    f.figure_id,
    f.name,
    a.account_id,
    d.last_posted_on,
    d.dormant_on, -- Since then it counts as dormant
    d.returned_on IS NOT NULL AND coalesce(d.returned_on <= r.to_day, true) AND coalesce(d.returned_on < l.until_day, true) AS has_returned,
    CASE WHEN has_returned THEN d.returned_on END AS returned_on, -- NULL: no later post is known, or the role or the claim had ended before
    CASE WHEN has_returned THEN d.returned_on - d.last_posted_on END AS silent_days -- From the last post to the next
FROM silences_of($days::INTEGER) AS d
INNER JOIN accounts AS a ON a.account_id = d.account_id AND a.platform = $platform
INNER JOIN links AS l ON l.account_id = d.account_id AND l.state = 'accepted'
INNER JOIN figures AS f ON f.figure_id = l.figure_id
INNER JOIN role_spans AS r ON r.figure_id = l.figure_id AND r.roster = $roster
WHERE
    coalesce(d.dormant_on <= r.to_day, true)
    AND coalesce(d.last_posted_on >= l.first_day, true)
    AND coalesce(d.dormant_on < l.until_day, true)
ORDER BY returned_on DESC NULLS LAST, f.name, f.figure_id, a.account_id, d.dormant_on
