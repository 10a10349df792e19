-- What versions said and later ones withdrew. The versions themselves are not kept for good.
CREATE TABLE corrections (
    correction_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,          -- link, statement or move
    figure_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    move_id TEXT,
    said TEXT,
    not_before TEXT,
    before TEXT,
    publisher TEXT,
    reason TEXT,
    corrected_at TEXT NOT NULL
) STRICT;
