-- A report that names another account than the known ones is not a report that names no account.

ALTER TABLE bounds ADD COLUMN names_unlisted BOOLEAN; -- Whether the statement names an account that no list gives to the figure and that is no account of theirs under another handle. It counts for no known account; false: an account of theirs was seen with the handle; NULL: a list has the handle, or no handle is named
