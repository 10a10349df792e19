-- One row per move that the version holds.
SELECT
    m.figure_id,
    m.platform,
    m.account_id,
    m.move AS said,
    m.number,
    m.move_id,
    m.not_before, -- UTC, as all instants here
    m.before
FROM moves AS m
