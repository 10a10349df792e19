-- One row per account that the version says is a figure's.
SELECT
    l.figure_id,
    a.platform,
    l.account_id
FROM links AS l
INNER JOIN accounts AS a ON a.account_id = l.account_id
