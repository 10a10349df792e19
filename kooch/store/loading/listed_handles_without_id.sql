-- One row per account that lists name only by a handle, and day of a list: the day of its last version with the account.
SELECT
    a.platform,
    substr(i.key, length(a.platform) + 3) AS name, -- "handle of figure" if lists of two days give the handle to two figures
    split_part(name, ' of ', 1) AS handle,
    coalesce(r.last_listed, s.published_at)::TIMESTAMPTZ AS listed_at
FROM accounts AS a
INNER JOIN claims AS c ON c.account_id = a.account_id
INNER JOIN sources AS s ON s.source_id = c.source_id
LEFT JOIN (
    SELECT account_id, source_id, max(last_listed) AS last_listed
    FROM series
    WHERE stands
    GROUP BY account_id, source_id
) AS r ON r.account_id = c.account_id AND r.source_id = c.source_id
INNER JOIN ids AS i ON i.kind = 'account' AND i.id = a.account_id AND starts_with(i.key, a.platform || ' @')
WHERE a.native_id IS NULL AND a.merged_into IS NULL
GROUP BY ALL
