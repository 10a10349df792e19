-- One row per account, wave and time at which a person looked at it: whether it was there.
-- Where the page and the result contradict each other, nobody can tell.
SELECT DISTINCT
    account_id,
    looked_from AS from_at,
    looked_before AS valid_at,
    source_id,
    coalesce(status, CASE result WHEN 'present' THEN 'active' ELSE 'not_found' END)::status AS status,
    native_id IS NOT NULL AS is_by_id
FROM looks
WHERE
    account_id IS NOT NULL
    AND is_by_person
    AND is_speaking
    AND settled = result
    AND result IN ('present', 'absent')
    AND coalesce(status = 'moved' OR (status IN ('active', 'protected', 'limited')) = (result = 'present'), true)
