-- One row per week, counted from $day, in which accounts of $roster on $platform posted that are known from $first to $last: how often, and how many of them.
SELECT week, posts, accounts
FROM weeks_of_panel($roster, $platform, $day::DATE, $window::INTEGER, $first::DATE, $last::DATE, $first::DATE, $last::DATE)
ORDER BY week
