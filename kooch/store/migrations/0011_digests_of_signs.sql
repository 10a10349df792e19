-- Which answers a longest gap was measured over: counted by number alone, one that replaced another went unnoticed.

ALTER TABLE sign_spans ADD COLUMN digest UBIGINT; -- Of their instants, in any order: whether they are the same answers
ALTER TABLE sign_gaps ADD COLUMN digest UBIGINT; -- Of their instants, in any order: whether they are the same answers
