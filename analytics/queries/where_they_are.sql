-- One row per member of the list $roster on $day and platform of the list: where the member was as the day ended, and what is known about that.
WITH members AS (
    SELECT figure_id, min(role) AS role, min(party) AS party, min(unit) AS unit
    FROM counted_memberships
    WHERE roster = $roster AND coalesce(from_day <= $day::DATE, true) AND coalesce($day::DATE < until_day, true)
    GROUP BY figure_id
),

latest AS (
    SELECT s.*
    FROM stays AS s
    SEMI JOIN members AS m ON m.figure_id = s.figure_id
    WHERE s.stay > 0
    QUALIFY row_number() OVER (
        PARTITION BY s.figure_id, s.platform
        ORDER BY s.ended_before IS NOT NULL, s.last_sign_at DESC NULLS LAST, s.stay DESC, s.account_id
    ) = 1
),

absences AS (
    SELECT figure_id, platform, max(searched_at) AS last_absent_at
    FROM searches
    WHERE outcome = 'absent'
    GROUP BY figure_id, platform
),

posts AS (
    SELECT figure_id, platform, max(last_posted_on) AS last_posted_on
    FROM activity
    GROUP BY figure_id, platform
)

SELECT
    f.figure_id,
    f.name,
    f.country,
    m.role,
    m.party,
    m.unit,
    o.platform,
    coalesce(p.name, o.platform) AS platform_name,
    o.place,
    o.is_there,
    o.is_unknown,
    CASE
        WHEN l.ended_before IS NOT NULL THEN 'ended'
        WHEN l.figure_id IS NOT NULL THEN 'joined'
        WHEN s.figure_id IS NOT NULL THEN 'not there'
        ELSE 'not looked'
    END AS state, -- Whatever the day: joined, ended (no later stay is known), not there (somebody looked once) or not looked
    j.joined_not_before, -- Of the first join over all accounts; the rest is of the latest account
    j.joined_before,
    coalesce(jf.time_zone, jt.time_zone, 'UTC') AS joined_from_zone,
    coalesce(jt.time_zone, jf.time_zone, 'UTC') AS joined_zone,
    j.accounts, -- That the first join is taken over
    l.ended_not_before,
    l.ended_before,
    coalesce(lf.time_zone, lt.time_zone, 'UTC') AS ended_from_zone,
    coalesce(lt.time_zone, lf.time_zone, 'UTC') AS ended_zone,
    l.ended_by,
    b.ended_not_before AS left_not_before, -- Of the stay before, if the latest goes on and they have one account
    b.ended_before AS left_before,
    coalesce(bf.time_zone, bt.time_zone, 'UTC') AS left_from_zone,
    coalesce(bt.time_zone, bf.time_zone, 'UTC') AS left_zone,
    b.ended_by AS left_by,
    l.joined_before AS back_before,
    coalesce(lj.time_zone, 'UTC') AS back_zone,
    l.last_sign_at,
    coalesce(ls.time_zone, 'UTC') AS last_sign_zone,
    coalesce(j.contradiction, l.contradiction) AS contradiction,
    s.last_absent_at, -- When somebody looked last and did not find it; NULL: never, or undated
    t.last_posted_on, -- Day (UTC) of the last post known
    u.state AS account_state,
    u.first_missing_at, -- First answer since the last sign that it is gone
    u.alike_since, -- The first of those that agree: a second look a day later confirms it
    h.handle,
    h.is_current, -- Whether it is the account's handle still; false also if no handle of their time is known; NULL: no handle is known
    a.url, -- Of the account as it is now
    l.account_id
FROM places_on($roster, $day::DATE) AS o
INNER JOIN members AS m ON m.figure_id = o.figure_id
INNER JOIN figures AS f ON f.figure_id = o.figure_id
LEFT JOIN platforms AS p ON p.platform = o.platform
LEFT JOIN latest AS l ON l.figure_id = o.figure_id AND l.platform = o.platform
LEFT JOIN first_joins AS j ON j.figure_id = l.figure_id AND j.platform = l.platform
LEFT JOIN bound_zones AS jf ON jf.bound_id = j.from_bound
LEFT JOIN bound_zones AS jt ON jt.bound_id = j.to_bound
LEFT JOIN bound_zones AS lf ON lf.bound_id = l.ended_from_bound
LEFT JOIN bound_zones AS lt ON lt.bound_id = l.ended_to_bound
LEFT JOIN bound_zones AS ls ON ls.bound_id = l.last_sign_bound
LEFT JOIN bound_zones AS lj ON lj.bound_id = l.joined_to_bound
LEFT JOIN stays AS b
    ON
        b.figure_id = l.figure_id
        AND b.platform = l.platform
        AND b.account_id IS NOT DISTINCT FROM l.account_id
        AND b.stay = l.stay - 1
        AND b.stay > 0
        AND l.ended_before IS NULL
        AND j.accounts = 1
LEFT JOIN bound_zones AS bf ON bf.bound_id = b.ended_from_bound
LEFT JOIN bound_zones AS bt ON bt.bound_id = b.ended_to_bound
LEFT JOIN accounts AS a ON a.account_id = l.account_id
LEFT JOIN link_handles AS h ON h.figure_id = l.figure_id AND h.account_id = l.account_id
LEFT JOIN absences AS s ON s.figure_id = o.figure_id AND s.platform = o.platform
LEFT JOIN posts AS t ON t.figure_id = o.figure_id AND t.platform = o.platform
LEFT JOIN states AS u ON u.account_id = l.account_id AND u.figure_id = o.figure_id
ORDER BY f.name, f.figure_id, o.platform
