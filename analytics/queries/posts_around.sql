-- One row: what the accounts of $roster on $platform that are known from $first to $last posted in the $window days before $day and in those that begin with it.
SELECT
    (
        SELECT count(DISTINCT account_id)
        FROM panel_around($roster, $platform, $day::DATE, $window::INTEGER)
        WHERE first_day <= $first::DATE AND until_day > $last::DATE
    ) AS accounts,
    coalesce(sum(posts) FILTER (WHERE week < 0), 0) AS posts_before, -- Posts, replies and quotes
    coalesce(sum(posts) FILTER (WHERE week >= 0), 0) AS posts_after,
    coalesce(sum(accounts) FILTER (WHERE week < 0), 0) AS active_before, -- Weeks in which an account posted, of all accounts together
    coalesce(sum(accounts) FILTER (WHERE week >= 0), 0) AS active_after
FROM weeks_of_panel(
    $roster,
    $platform,
    $day::DATE,
    $window::INTEGER,
    $first::DATE,
    $last::DATE,
    $day::DATE - $window::INTEGER,
    $day::DATE + $window::INTEGER - 1
)
