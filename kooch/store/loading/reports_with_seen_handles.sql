-- One row per bound of a report whose handle is on no list of the figure, where answers or a registry show an account of the figure with it.
WITH named AS (
    SELECT DISTINCT
        k.id AS bound_id,
        b.figure_id,
        b.platform,
        b.handle,
        b.known_at
    FROM bounds_with_keys AS b
    INNER JOIN ids AS k ON k.kind = 'bound' AND k.key = b.key
),

-- A handle from outside the time of the figure is that of another holder.
handles_of_figures AS (
    SELECT
        l.figure_id,
        a.platform,
        lower(h.handle) AS handle,
        l.account_id,
        h.valid_from,
        h.valid_to
    FROM links AS l
    INNER JOIN accounts AS a ON a.account_id = l.account_id
    INNER JOIN handles AS h ON h.account_id = l.account_id
    WHERE
        h.kind IN ('registry', 'seen')
        AND coalesce(h.valid_from < l.held_until, true)
        AND coalesce(h.valid_to > l.held_from, true)
),

accounts_named AS (
    SELECT
        n.bound_id,
        n.handle,
        -- If several accounts had the handle, the one that had it nearest to the report.
        arg_min(
            h.account_id,
            (
                greatest(
                    coalesce(epoch_us(h.valid_from) - epoch_us(n.known_at), 0),
                    coalesce(epoch_us(n.known_at) - epoch_us(h.valid_to), 0),
                    0
                ),
                h.account_id
            )
        ) AS account_id
    FROM named AS n
    INNER JOIN handles_of_figures AS h ON h.figure_id = n.figure_id AND h.platform = n.platform AND h.handle = n.handle
    GROUP BY n.bound_id, n.handle
)

SELECT
    bound_id,
    min(account_id) AS account_id
FROM accounts_named
GROUP BY bound_id
-- Two rows of one report may differ in the handle alone.
HAVING min(account_id) = max(account_id)
