-- A count is unknown or at least zero.
SELECT account_id, valid_at, followers, following, posts
FROM observations
WHERE followers < 0 OR following < 0 OR posts < 0
