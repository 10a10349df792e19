-- One row per answer that arrived, with the natural key under which its account is stored.
-- A live target is stored under its account. An archived page is stored under the account whose id it shows. A page without
-- an id is stored under its handle with the date of opening, or with name and year, because two people may have held the
-- handle. If a page says that the platform has ended, it says so about the account that was looked up.
SELECT
    rowid AS answer,
    run,
    batch_id,
    platform,
    target,
    capture IS NOT NULL AS is_capture,
    CASE WHEN capture IS NULL AND target LIKE '@%' THEN lower(target) END AS asked_handle,
    outcome,
    activity IS NOT NULL AS is_look,
    native_id,
    profile.handle AS shown_handle,
    CASE WHEN profile IS NOT NULL THEN hash(profile) END AS words, -- the hash stands for the words, which are long
    valid_at,
    recorded_at,
    status,
    followers,
    following,
    posts,
    followers_precision,
    last_post_at,
    CASE WHEN len(withheld_in) > 0 THEN withheld_in END AS withheld_in,
    cause,
    detail,
    http_status,
    attempts,
    CASE WHEN capture IS NULL OR outcome = 'observed' THEN platform || ' ' || CASE
        WHEN capture IS NULL AND target LIKE '@%' THEN lower(target)
        WHEN capture IS NULL THEN target
        WHEN native_id IS NOT NULL THEN native_id
        WHEN profile IS NULL THEN '@' || lower(handle)
        ELSE '@~' || lower(concat_ws(' ', profile.handle, coalesce(
            bounds[1].not_before::VARCHAR, profile.display_name || ' ' || year(valid_at), target
        )))
    END END AS account_key
FROM incoming
