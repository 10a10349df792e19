-- One row per account and span of at least 28 days without a post after a post. All days of the span were looked at.
SELECT
    account_id,
    last_posted_on, -- Day (UTC) of the last post. If only a profile shows it, it may be a repost
    returned_on, -- Day (UTC) of the next post; NULL: none is known
    looked_until -- The first day after it that was not wholly looked at
FROM dormancies(28)
ORDER BY account_id, last_posted_on
