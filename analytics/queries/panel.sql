-- One row per account of $roster on $platform and unbroken span around $day in which its posts are known.
SELECT
    account_id,
    first_day, -- Known from this day (UTC)
    until_day -- until this one, which is not known
FROM panel_around($roster, $platform, $day::DATE, $window::INTEGER)
ORDER BY account_id, first_day, until_day
