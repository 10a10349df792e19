-- One row per account and check by a list's source of who had posted last, without checks that missed a post which another check, a look, a profile or a dated source shows.
WITH agreeing AS (
    SELECT
        c.*,
        timezone('UTC', c.last_post_at)::DATE AS last_day,
        timezone('UTC', c.checked_at)::DATE AS checked_on
    FROM last_posts AS c
    ANTI JOIN last_posts AS o ON o.account_id = c.account_id AND o.last_post_at > c.last_post_at AND o.last_post_at < c.checked_at
    ANTI JOIN uncertain_days AS u
        ON
            u.account_id = c.account_id
            AND u.from_day > timezone('UTC', c.last_post_at)::DATE
            AND u.until_day <= timezone('UTC', c.checked_at)::DATE
),

known_days AS (
    SELECT p.account_id, p.day
    FROM posted_or_shown_days AS p
    SEMI JOIN last_posts AS c ON c.account_id = p.account_id
)

SELECT
    c.account_id,
    c.last_post_at, -- When the account had posted last, as the check found; it may have been a repost
    c.checked_at, -- When the source checked
    c.source_id -- The list as a source, of `sources`
FROM agreeing AS c
-- The first day after the last post on which it is known to have posted. The check has not missed it if that day came later.
ASOF LEFT JOIN known_days AS k ON k.account_id = c.account_id AND k.day > c.last_day
WHERE coalesce(k.day >= c.checked_on, true)
