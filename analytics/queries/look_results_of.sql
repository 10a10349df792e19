-- One row per pair of results that two lookers gave in a wave on $platform: the table that agreement is read from.
SELECT
    wave,
    first_result,
    second_result,
    pairs
FROM look_results
WHERE platform = $platform AND list_contains($waves::VARCHAR[], wave)
ORDER BY ALL
