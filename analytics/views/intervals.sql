-- One row per list, figure, platform, account and stay: when the stay began and ended, and which sources say so.
WITH words_of_bounds AS (
    SELECT b.bound_id, b.kind, coalesce(s.citation, 'run ' || b.run_id) AS source, s.url
    FROM bounds AS b
    LEFT JOIN sources AS s ON s.source_id = b.source_id
),

-- The role on the day by which the stay had certainly begun. For an undated stay, the role on the day of the list.
stays_of_lists AS (
    SELECT
        r.roster,
        s.*,
        coalesce(timezone(r.time_zone, s.joined_before - INTERVAL 1 MICROSECOND)::DATE, r.as_of) AS joined_by_day
    FROM stays AS s
    INNER JOIN (SELECT DISTINCT roster, figure_id FROM memberships) AS m ON m.figure_id = s.figure_id
    INNER JOIN rosters AS r ON r.roster = m.roster
    WHERE s.stay > 0
),

roles AS (
    SELECT
        s.roster,
        s.figure_id,
        s.joined_by_day,
        string_agg(DISTINCT m.party, ' | ' ORDER BY m.party) AS party,
        string_agg(DISTINCT m.role, ' | ' ORDER BY m.role) AS role
    FROM (SELECT DISTINCT roster, figure_id, joined_by_day FROM stays_of_lists) AS s
    INNER JOIN memberships AS m ON m.roster = s.roster AND m.figure_id = s.figure_id
    WHERE coalesce(m.from_day <= s.joined_by_day, true) AND coalesce(m.to_day >= s.joined_by_day, true)
    GROUP BY s.roster, s.figure_id, s.joined_by_day
)

SELECT
    s.roster, -- The list
    s.figure_id, -- The figure, of `figures`
    f.name, -- The figure's name
    f.kind, -- person, institution, party or office
    f.country, -- Two letters, ISO 3166
    o.party, -- The party on the day by which the stay had begun, or, for an undated stay, on the day of the list; NULL: none is listed
    o.role, -- The role on that day
    s.platform, -- The platform, of `platforms`
    s.stay AS spell, -- The number of the stay: 1 for the first; after an end a new one begins
    h.handle, -- The latest handle known of the time in which the account is the figure's; NULL: none of that time is known
    a.native_id, -- The platform's own id
    coalesce(l.tier, 'account unidentified') AS tier, -- The tier of the link, or 'account unidentified' if no source says which account
    s.joined_not_before, -- The start of the interval of the join; NULL: open, only "there by" is known
    s.joined_before, -- The open end of the interval of the join; NULL: undated
    s.contradiction, -- Whether the evidence cannot all be true, or lies outside the time in which the platform was open
    jf.kind AS from_kind, -- The kind of the bound that sets joined_not_before
    jf.source AS from_source, -- What sets joined_not_before: a citation, or the run of a crawl
    jf.url AS from_url, -- Where that can be read
    jt.kind AS to_kind, -- The kind of the bound that sets joined_before
    jt.source AS to_source, -- What sets joined_before: a citation, or the run of a crawl
    jt.url AS to_url, -- Where that can be read
    s.ended_not_before, -- The start of the interval of the end; NULL: no end is known, or only its latest time
    s.ended_before, -- The open end of the interval of the end; NULL: no end is certain
    s.ended_by, -- Who ended the stay: owner, platform or unknown; NULL: no end
    ef.kind AS ended_from_kind, -- The kind of the bound that sets ended_not_before
    CASE WHEN is_platforms THEN ps.citation ELSE ef.source END AS ended_from_source, -- What sets ended_not_before: a citation, or the run of a crawl
    CASE WHEN is_platforms THEN ps.url ELSE ef.url END AS ended_from_url, -- Where that can be read
    et.kind AS ended_to_kind, -- The kind of the bound that sets ended_before
    CASE WHEN is_platforms THEN ps.citation ELSE et.source END AS ended_to_source, -- What sets ended_before: a citation, or the run of a crawl
    CASE WHEN is_platforms THEN ps.url ELSE et.url END AS ended_to_url, -- Where that can be read
    s.last_sign_at, -- First possible instant of the latest sign that certainly belongs to the stay; NULL: no such sign
    coalesce(ls.source, 'run ' || s.last_sign_run) AS last_sign_source, -- What the last sign rests on: a statement, or the run of a crawl
    s.longest_gap_days, -- The longest time between two signs of the stay, in whole days; NULL: fewer than two signs
    s.join_is_presumed, -- Whether the join would differ without reports that name no account
    s.end_is_presumed, -- Whether the end would differ without them
    s.last_sign_is_presumed, -- Whether the last sign would differ without them
    v.version -- The version of the data
FROM stays_of_lists AS s
INNER JOIN figures AS f ON f.figure_id = s.figure_id
LEFT JOIN roles AS o ON o.roster = s.roster AND o.figure_id = s.figure_id AND o.joined_by_day = s.joined_by_day
LEFT JOIN accounts AS a ON a.account_id = s.account_id
LEFT JOIN link_handles AS h ON h.figure_id = s.figure_id AND h.account_id = s.account_id
LEFT JOIN links AS l ON l.account_id = s.account_id AND l.figure_id = s.figure_id
LEFT JOIN words_of_bounds AS jf ON jf.bound_id = s.joined_from_bound
LEFT JOIN words_of_bounds AS jt ON jt.bound_id = s.joined_to_bound
LEFT JOIN words_of_bounds AS ef ON ef.bound_id = s.ended_from_bound
LEFT JOIN words_of_bounds AS et ON et.bound_id = s.ended_to_bound
LEFT JOIN words_of_bounds AS ls ON ls.bound_id = s.last_sign_bound
LEFT JOIN platforms AS p ON p.platform = s.platform
LEFT JOIN sources AS ps ON ps.source_id = p.source_id
CROSS JOIN LATERAL (
    SELECT s.ended_by = 'platform' AND s.ended_from_bound IS NULL AND s.ended_to_bound IS NULL AS is_platforms
)
CROSS JOIN versions AS v
ORDER BY s.platform, s.figure_id, s.stay, s.account_id, s.roster
