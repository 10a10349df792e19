-- One row per answer that counts: the latest answer for its target. An answer by a stranger counts as a failure.
SELECT
    a.answer,
    a.run,
    a.platform,
    a.target,
    a.is_capture,
    a.asked_handle,
    a.is_look,
    a.native_id,
    a.shown_handle,
    a.account_key,
    a.valid_at,
    a.recorded_at,
    a.status,
    a.followers,
    a.following,
    a.posts,
    a.followers_precision,
    a.last_post_at,
    a.withheld_in,
    a.http_status,
    CASE WHEN s.answer IS NULL THEN a.outcome ELSE 'failed' END AS outcome,
    CASE WHEN s.answer IS NULL THEN a.cause ELSE 'handle_taken_over' END AS cause,
    CASE WHEN s.answer IS NULL THEN a.detail ELSE s.detail END AS detail,
    CASE WHEN s.answer IS NULL THEN a.attempts ELSE 1 END AS attempts,
    CASE WHEN s.answer IS NULL THEN a.words END AS words
FROM answers AS a
ANTI JOIN answers_outdated AS o ON o.answer = a.answer
LEFT JOIN answers_by_strangers AS s ON s.answer = a.answer
