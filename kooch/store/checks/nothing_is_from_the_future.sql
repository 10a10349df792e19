-- Nothing was observed later than it was recorded, a day's clock error allowed.
SELECT account_id, valid_at, recorded_at
FROM observations
WHERE valid_at > recorded_at + INTERVAL 1 DAY
