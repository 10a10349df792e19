-- One row per platform, day (UTC), 4,096 of its accounts and binary digit: for which of them the number of posts on that day has this digit. So a page adds up years of posts of any set of accounts without reading each account's days.
-- Empty unless: SELECT 1 FROM activity_days
WITH digits AS (
    SELECT unnest(range(length(bin(max(posts_most)))))::TINYINT AS digit
    FROM activity_days
    WHERE posts_most > 0
)

SELECT
    n.platform,
    d.day, -- The day, in UTC
    n.number // 4096 AS chunk, -- 0: the accounts whose numbers in account_numbers are 0 to 4095
    t.digit, -- 0: the digit of ones; 1: of twos; 2: of fours
    bitstring_agg(n.number % 4096, 0, 4095)::BLOB AS accounts -- A bit for each account. As BLOB, because Parquet has no strings of bits
FROM activity_days AS d
INNER JOIN account_numbers AS n ON n.account_id = d.account_id
INNER JOIN digits AS t ON (d.posts_most >> t.digit) & 1 = 1
WHERE d.posts_most > 0
GROUP BY n.platform, d.day, chunk, t.digit
ORDER BY n.platform, d.day, chunk, t.digit
