CREATE TABLE withdrawn_runs ( -- One row per withdrawn run. This version holds nothing that the run observed.
    run VARCHAR NOT NULL, -- The key of the run; the archive keeps its batches under it
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL, -- live, archive or import
    started_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL,
    withdrawn_at TIMESTAMPTZ NOT NULL -- When it was withdrawn
);
