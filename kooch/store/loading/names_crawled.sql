-- One row per native id and handle that one answer has together. One of the two may be unknown.
SELECT
    platform,
    CASE
        WHEN NOT is_capture AND target NOT LIKE '@%' THEN target
        WHEN outcome = 'observed' THEN native_id
    END AS native_id,
    CASE WHEN starts_with(account_key, platform || ' @') THEN substr(account_key, length(platform) + 3) END AS handle,
    min(valid_at) AS seen_at
FROM answers_that_count
WHERE account_key IS NOT NULL
GROUP BY ALL
