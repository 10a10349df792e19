-- One row per account and stretch of days on which active28@1 says yes, or no. Of a day without a row it is not known.
SELECT
    account_id,
    from_day, -- The first day (UTC)
    until_day, -- The first day that is not in it
    is_active -- Posted on one of the 28 days that end with each; or on none of them, and all were looked at
FROM activity_spans(28)
