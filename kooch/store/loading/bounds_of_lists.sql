-- One row per bound that a list or statement gives. If a statement is in two files, the row with a reported count is taken.
SELECT
    k.id AS bound_id,
    b.figure_id,
    b.platform,
    b.account_id,
    b.event,
    b.not_before,
    b.before,
    b.kind,
    b.wording,
    b.reported,
    b.reported_followers,
    b.reported_precision,
    b.reported_is_least,
    b.read_as,
    b.derived_from,
    s.id AS source_id,
    b.known_at,
    b.names_unlisted
FROM bounds_with_keys AS b
INNER JOIN ids AS k ON k.kind = 'bound' AND k.key = b.key
INNER JOIN ids AS s ON s.kind = 'source' AND s.key = b.source
QUALIFY row_number() OVER (PARTITION BY k.id ORDER BY b.reported NULLS LAST) = 1
