-- One row per listed handle whose account was found, with the account's number to remember.
SELECT
    'holder' AS kind,
    h.platform || ' @' || h.name AS key,
    n.id
FROM holders_of_listed_handles AS h
INNER JOIN ids AS n ON n.kind = 'account' AND n.key = h.platform || ' ' || h.native_id
ANTI JOIN ids AS k ON k.kind = 'holder' AND k.key = h.platform || ' @' || h.name
