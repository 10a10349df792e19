-- What a version rests on, so that a load that finds nothing new publishes nothing.

ALTER TABLE versions ADD COLUMN inputs_digest VARCHAR; -- SHA-256 of all inputs of the load besides batches: lists, decisions, runs, slots and the texts of views
