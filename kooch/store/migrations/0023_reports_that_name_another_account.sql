-- A report that names another account than the known ones is not a report that names no account.

ALTER TABLE bounds ADD COLUMN names_unlisted BOOLEAN; -- Whether the statement names an account that no list gives to the figure. It counts for no known account; NULL: no statement says this
