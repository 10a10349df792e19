-- Lists over time: the days on which each account stood on a list's versions.

CREATE TABLE series ( -- One row per list, account and run of days on which the list's versions named the account by one handle. The end of a run is not a departure.
    roster VARCHAR NOT NULL, -- The list, of `rosters`
    figure_id VARCHAR NOT NULL, -- The figure that the list names for the account, of `figures`
    platform VARCHAR NOT NULL,
    account_id INTEGER, -- The account, of `accounts`; NULL: the run was withdrawn and does not stand
    handle VARCHAR, -- The handle as the list wrote it; NULL: the list names only a number, or the run does not stand
    first_listed DATE NOT NULL, -- Day of the first version with the account, in the list's time zone
    last_listed DATE NOT NULL, -- Day of the last version with the account
    not_listed_before DATE, -- Day of the version before first_listed; NULL: there is none
    not_listed_after DATE, -- Day of the version after last_listed; NULL: the account is still listed
    snapshots INTEGER NOT NULL, -- Number of days that have a version with the account
    ended VARCHAR NOT NULL, -- What the list had next: still (the account), renamed (the same number), replaced (another account), no_longer_on_the_list (not the figure), withdrawn (the figure without the account) or gap (so, but the account came back)
    stands BOOLEAN NOT NULL, -- False: the run was withdrawn, and the list's withdrawals are corrections. Then the run counts nowhere, and no account is named
    source_id INTEGER NOT NULL -- The list as a source, of `sources`
);
ALTER TABLE rosters ADD COLUMN series_until DATE; -- Day of the last version in the list's series; NULL: the list has no series
ALTER TABLE rosters ADD COLUMN series_vouches BOOLEAN; -- Whether each version says that its accounts existed on its day; NULL: the list has no series
ALTER TABLE rosters ADD COLUMN series_label VARCHAR; -- Which accounts the series lists, such as official accounts
ALTER TABLE rosters ADD COLUMN withdrawal VARCHAR; -- What a withdrawal in the series means: correction (the account was wrong) or curation; NULL: the list has no series
