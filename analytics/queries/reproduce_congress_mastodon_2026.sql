-- One row: how many members of the Congress of the United States of 15 June 2026 have a Mastodon account on the list.
SELECT joined_min AS least, joined_max AS most, members AS whole
FROM adoption
WHERE roster = 'us-congress' AND platform = 'mastodon' AND day <= DATE '2026-06-15'
ORDER BY day DESC
LIMIT 1
