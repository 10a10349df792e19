-- One row: how many entries of the Indian list had joined Koo as 10 February 2021 ended in India, certainly (least) or perhaps (most), and how many there are.
SELECT
    count(*) FILTER (WHERE j.joined_before <= TIMESTAMPTZ '2021-02-11 00:00:00+05:30') AS least,
    count(*) FILTER (
        WHERE coalesce(j.joined_not_before < TIMESTAMPTZ '2021-02-11 00:00:00+05:30', j.figure_id IS NOT NULL)
    ) AS most,
    count(*) AS whole
FROM (SELECT DISTINCT figure_id FROM memberships WHERE roster = 'in-koo-2021') AS m
LEFT JOIN first_joins AS j ON j.figure_id = m.figure_id AND j.platform = 'koo'
HAVING count(*) > 0
