-- One row per handle that was asked for and answered, with the id of its account.
-- A handle that is known to belong to an account stays with it. An unknown handle belongs to the earliest account that answers.
SELECT
    w.platform,
    w.handle,
    coalesce(any_value(coalesce(m.native_id, a.native_id)), arg_min(w.native_id, (w.valid_at, w.native_id))) AS native_id
FROM (
    SELECT
        platform,
        lower(target) AS handle,
        native_id,
        valid_at
    FROM answers
    ANTI JOIN answers_outdated AS o ON o.answer = answers.answer
    WHERE target LIKE '@%' AND outcome = 'observed' AND native_id IS NOT NULL
) AS w
LEFT JOIN ids AS i ON i.kind = 'account' AND i.key = w.platform || ' ' || w.handle
LEFT JOIN accounts AS a ON a.account_id = i.id
LEFT JOIN accounts AS m ON m.account_id = a.merged_into
GROUP BY w.platform, w.handle
