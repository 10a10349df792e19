-- Some events matter in one country alone: charts of lists from elsewhere leave them out.

ALTER TABLE events ADD COLUMN country VARCHAR; -- The country in which alone the event mattered, ISO 3166-1 alpha-2; NULL: everywhere
