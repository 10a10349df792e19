-- One row per figure of $roster with an accepted account on $platform: its watch, and what ended it; $days name the quiet.
SELECT *
FROM histories_of($roster, $platform, $days::INTEGER)
ORDER BY name, figure_id
