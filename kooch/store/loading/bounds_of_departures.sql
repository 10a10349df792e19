-- One row per end of an account's stay that a second look has confirmed.
SELECT
    account_id,
    'left' AS event,
    before_at AS not_before,
    end_first_at AS before,
    CASE act WHEN 'owner' THEN 'gone' WHEN 'platform' THEN 'ended' ELSE 'missing' END AS kind,
    end_run_id AS run_id,
    end_source_id AS source_id,
    end_known_at AS known_at
FROM account_stretches
WHERE act IS NOT NULL
