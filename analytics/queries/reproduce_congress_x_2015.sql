-- One row: how many members of the Congress of the United States had an official account on X as 1 June 2015 ended.
SELECT joined_min AS least, joined_max AS most, members AS whole
FROM adoption
WHERE roster = 'us-congress' AND platform = 'x' AND day <= DATE '2015-06-01'
ORDER BY day DESC
LIMIT 1
