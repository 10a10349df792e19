-- Evidence that did not change is not read again.

CREATE TABLE read_evidence ( -- One row per figure and platform whose evidence has been read into stays.
    figure_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    digest HUGEINT NOT NULL -- Digest of the evidence and of the code that read it
);
