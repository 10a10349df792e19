-- Which answers a longest gap was measured over: counted by number alone, one that replaced another went unnoticed.

ALTER TABLE sign_spans ADD COLUMN digest UBIGINT; -- Digest of the times of the answers; equal if the answers are the same
ALTER TABLE sign_gaps ADD COLUMN digest UBIGINT; -- Digest of the times of the answers; equal if the answers are the same
