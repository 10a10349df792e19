-- One row per account and span of days in which the country of its figure blocked the platform.
SELECT DISTINCT
    l.account_id,
    b.country, -- The country, ISO 3166-1 alpha-2
    b.from_day, -- The first day, in that country
    coalesce(b.to_day + 1, DATE '9999-12-31') AS until_day, -- The first day on which the platform was open again; far in the future if no end is known
    b.ordered_by -- Who ordered the block
FROM blocks AS b
INNER JOIN accounts AS a ON a.platform = b.platform
INNER JOIN links AS l ON l.account_id = a.account_id AND l.state = 'accepted'
INNER JOIN figures AS f ON f.figure_id = l.figure_id AND f.country = b.country
