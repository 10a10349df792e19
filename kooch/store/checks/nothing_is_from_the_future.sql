-- No observation is later than its recording, allowing a clock error of one day.
SELECT account_id, valid_at, recorded_at
FROM observations
-- In microseconds: adding a day to an instant asks the calendar, row by row.
WHERE epoch_us(valid_at) - epoch_us(recorded_at) > 24 * 3600 * 1000000::BIGINT
