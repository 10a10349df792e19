-- Ids and years of birth distinguish two people of one name.

ALTER TABLE figures ADD COLUMN official_ids VARCHAR[]; -- Ids of registers, as scheme:value, such as bioguide:B000575. The same id means the same figure, on every list
ALTER TABLE figures ADD COLUMN born INTEGER; -- Year of birth; NULL: no list says it
