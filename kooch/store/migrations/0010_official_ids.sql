-- What tells two people of one name apart.

ALTER TABLE figures ADD COLUMN official_ids VARCHAR[]; -- Ids of registers, as scheme:value, such as bioguide:B000575: the same id is the same figure, whatever list has it
ALTER TABLE figures ADD COLUMN born INTEGER; -- Year of birth, where a list says it
