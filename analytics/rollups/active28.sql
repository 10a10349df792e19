-- One row per account and span of days on which active28@1 says yes, or says no. On a day without a row the answer is unknown.
SELECT
    account_id,
    from_day, -- The first day of the span (UTC)
    until_day, -- The first day after the span
    is_active -- True: for each day, a post on at least one of the 28 days that end with it. False: no post on them, and all were looked at
FROM activity_spans(28)
