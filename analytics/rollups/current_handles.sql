-- One row per account: the handle it is known to have had last.
SELECT
    account_id,
    first(
        handle
        -- What the platform showed or logged beats what a list says; then the latest; then one that has not ended.
        ORDER BY kind = 'roster', valid_to IS NOT NULL, valid_from DESC NULLS LAST, kind = 'seen', handle
    ) AS handle
FROM handles
GROUP BY account_id
