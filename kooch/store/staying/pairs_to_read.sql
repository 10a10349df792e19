-- One row per figure and platform whose evidence has changed since it was read; numbered from 0.
SELECT
    d.figure_id,
    d.platform,
    row_number() OVER (ORDER BY d.figure_id, d.platform) - 1 AS number
FROM evidence_digests AS d
ANTI JOIN read_evidence AS r ON r.figure_id = d.figure_id AND r.platform = d.platform AND r.digest = d.digest
