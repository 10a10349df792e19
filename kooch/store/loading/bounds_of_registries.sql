-- One row per bound that a registry or server gave for an account. Equal bounds are one, known since the first crawl that read it.
WITH registry_bounds AS (
    SELECT
        account_id,
        unnest(bounds) AS bound,
        run_id,
        recorded_at AS known_at
    FROM registry_answers
    WHERE len(bounds) > 0
)

SELECT
    account_id,
    event,
    not_before,
    before,
    kind,
    arg_min(run_id, (known_at, run_id)) AS run_id,
    min(known_at) AS known_at
FROM (
    SELECT
        account_id,
        bound.event,
        bound.not_before,
        bound.before,
        bound.kind,
        run_id,
        known_at
    FROM registry_bounds
    UNION ALL
    SELECT
        b.account_id,
        b.event,
        b.not_before,
        b.before,
        b.kind,
        b.run_id,
        b.known_at
    FROM account_bounds AS b
    SEMI JOIN registry_bounds AS r ON r.account_id = b.account_id
    WHERE b.kind <> 'seen'
)
GROUP BY account_id, event, not_before, before, kind
