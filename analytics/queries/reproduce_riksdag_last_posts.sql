-- One row, none where nobody looked: how many X accounts of the list se-parliament had posted nothing for 91 days at their last look, of those whose posts were looked at.
WITH looked AS (
    SELECT a.account_id
    FROM activity AS a
    WHERE
        a.platform = 'x'
        AND (a.covered_until IS NOT NULL OR a.account_id IN (SELECT account_id FROM shown_posts))
        AND a.figure_id IN (SELECT figure_id FROM memberships WHERE roster = 'se-parliament')
),

dormant AS (
    SELECT account_id
    FROM dormancies(91)
    WHERE returned_on IS NULL
)

SELECT
    count(d.account_id) AS least,
    count(d.account_id) AS most,
    count(*) AS whole
FROM looked AS l
LEFT JOIN dormant AS d ON d.account_id = l.account_id
HAVING count(*) > 0
