-- A handle that is on no list may be one that crawls or a registry show of a listed account.

UPDATE bounds SET names_unlisted = NULL WHERE NOT names_unlisted;
COMMENT ON COLUMN bounds.names_unlisted IS 'Whether the handle that the statement names is on no list, and no answer or registry shows an account of the figure with it. The statement counts for no known account; false: the handle is on no list, and was seen of the account; NULL: the handle is on a list, or the statement names none';
