-- Nothing was observed later than it was recorded, a day's clock error allowed.
SELECT account_id, valid_at, recorded_at
FROM observations
-- In microseconds: adding a day to an instant asks the calendar, row by row.
WHERE epoch_us(valid_at) - epoch_us(recorded_at) > 24 * 3600 * 1000000::BIGINT
