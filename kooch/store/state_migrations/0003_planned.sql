-- The number of a run's targets, kept beside it: counting the targets of all runs takes seconds once there are millions.
ALTER TABLE runs ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET planned = (SELECT count(*) FROM targets WHERE targets.run = runs.run);
CREATE TRIGGER target_planned AFTER INSERT ON targets BEGIN UPDATE runs SET planned = planned + 1 WHERE run = NEW.run; END;
CREATE TRIGGER target_dropped AFTER DELETE ON targets BEGIN UPDATE runs SET planned = planned - 1 WHERE run = OLD.run; END;
