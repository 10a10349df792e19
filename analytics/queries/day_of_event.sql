-- One row per event, roster and platform: the day, its zone, the platform by name, and when it closed.
SELECT e.starts_on, r.time_zone, p.name, p.closed
FROM events AS e, rosters AS r, platforms AS p
WHERE e.event = $event AND r.roster = $roster AND p.platform = $platform
