-- One row per native id and handle that occur together, as natural keys of accounts. One of the two may be unknown.
SELECT
    platform,
    native_id,
    platform || ' ' || native_id AS native_key,
    platform || ' @' || lower(handle) AS handle_key,
    min(seen_at) AS seen_at
FROM names_met
GROUP BY ALL
