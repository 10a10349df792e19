-- Lists over time: the days on which each account stood on a list's versions.

CREATE TABLE series ( -- One row per list, account and run of days on which its versions named the account by one handle. No end of a run is a departure.
    roster VARCHAR NOT NULL, -- The list
    figure_id VARCHAR NOT NULL, -- Whose account the list says it is
    platform VARCHAR NOT NULL,
    account_id INTEGER, -- NULL: the run does not stand
    handle VARCHAR, -- As the list wrote it; NULL: the list names a number alone, or the run does not stand
    first_listed DATE NOT NULL, -- Day of the first version that names it, in the list's zone
    last_listed DATE NOT NULL, -- Day of the last one
    not_listed_before DATE, -- Day of the version before; NULL: there is none
    not_listed_after DATE, -- Day of the version after; NULL: it is still listed
    snapshots INTEGER NOT NULL, -- Days with a version that names it
    ended VARCHAR NOT NULL, -- still, renamed (same number), replaced (another account), no_longer_on_the_list (the figure went) or withdrawn (the figure stayed)
    stands BOOLEAN NOT NULL, -- False: withdrawn, on a list whose withdrawals are corrections; it counts nowhere, and nobody is named
    source_id INTEGER NOT NULL -- The list, as a source
);
ALTER TABLE rosters ADD COLUMN series_until DATE; -- Day of the last version of its series; NULL: it has none
ALTER TABLE rosters ADD COLUMN series_vouches BOOLEAN; -- Each version says that its accounts existed on its day; NULL: it has no series
ALTER TABLE rosters ADD COLUMN series_label VARCHAR; -- Which accounts the series lists, such as official accounts
ALTER TABLE rosters ADD COLUMN withdrawal VARCHAR; -- Why the series drops an account of somebody who stays: correction (it was wrong) or curation; NULL: it has no series
