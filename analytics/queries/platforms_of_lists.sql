-- One row per list: its platforms, the one with the most people first.
SELECT roster, list(platform ORDER BY joined DESC, platform) AS platforms
FROM coverage
GROUP BY roster
ORDER BY roster
