-- One row per figure and account that a list or a reviewer says is not the figure's.
SELECT DISTINCT
    d.figure_id,
    a.account_id
FROM denied_links AS d
INNER JOIN account_of_key AS a ON a.key = d.key
