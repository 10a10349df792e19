CREATE TABLE withdrawn_runs ( -- One row per run that was withdrawn: nothing that it observed is in this version.
    run VARCHAR NOT NULL, -- Its key, under which the archive keeps its batches
    platform VARCHAR NOT NULL,
    source VARCHAR NOT NULL, -- live, archive or import
    started_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL,
    withdrawn_at TIMESTAMPTZ NOT NULL -- When that was said
);
