-- One row per outcome that arrived, with the numbers of its run, target and account.
SELECT
    r.id AS run_id,
    t.id AS target_id,
    a.asked_handle,
    n.account_id,
    CASE WHEN a.is_capture THEN t.id END AS capture_id,
    coalesce(capture_id, n.account_id) AS sighted, -- an observation of a run is identified by its capture, or by its account
    a.answer,
    a.platform,
    a.is_look,
    a.outcome,
    a.valid_at,
    a.recorded_at,
    a.status,
    a.followers,
    a.following,
    a.posts,
    a.followers_precision,
    a.last_post_at,
    a.withheld_in,
    a.words,
    a.cause,
    a.detail,
    a.http_status,
    a.attempts
FROM answers_that_count AS a
INNER JOIN ids AS r ON r.kind = 'run' AND r.key = a.run
INNER JOIN ids AS t
    ON
        t.kind = CASE WHEN a.is_capture THEN 'capture' ELSE 'account' END
        AND t.key = CASE WHEN a.is_capture THEN a.platform || ' ' || a.target ELSE a.account_key END
LEFT JOIN account_of_key AS n ON n.key = a.account_key
