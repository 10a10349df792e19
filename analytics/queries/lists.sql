-- One row per list, by its short name.
SELECT roster
FROM rosters
ORDER BY roster
