-- planned = observed + failed + skipped, once a run has ended.
SELECT run_id, planned, observed, failed, skipped
FROM runs
WHERE state IN ('complete', 'partial', 'failed', 'aborted') AND planned <> observed + failed + skipped
