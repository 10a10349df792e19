-- One row: how many of $roster were under watch on $platform as day $day after their joining ended; $part of $breakdown narrows it where it is not empty.
SELECT count(*) AS figures
FROM histories_of($roster, $platform, $days::INTEGER)
WHERE
    is_known
    AND entered_short <= $day::INTEGER
    AND left_short > $day::INTEGER
    AND (
        $part = ''
        OR CASE $breakdown WHEN 'party' THEN party WHEN 'role' THEN role WHEN 'unit' THEN unit ELSE country END = $part
    )
