-- In which months did German offices, parties and office-holders open their accounts?
SELECT
    date_trunc('month', j.joined_not_before)::DATE AS month,
    count(*) AS accounts
FROM utc.first_joins AS j
SEMI JOIN memberships AS m ON m.figure_id = j.figure_id AND m.roster = 'de-fediverse'
WHERE j.platform = 'mastodon'
GROUP BY month
ORDER BY accounts DESC, month
