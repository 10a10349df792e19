-- One row per look that arrived, and day on which it lists something.
SELECT
    account_id,
    run_id,
    looked_at,
    posted.day AS day,
    posted.posts AS posts,
    posted.replies AS replies,
    posted.reposts AS reposts
FROM (
    SELECT
        account_id,
        run_id,
        looked_at,
        unnest(activity.days) AS posted
    FROM activity_answers
)
