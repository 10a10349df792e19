-- A digest of what a version says. People who cite the version use the stored digest; nobody computes it again.

ALTER TABLE versions ADD COLUMN content_digest VARCHAR; -- Twelve hexadecimal digits of the version's content: the second half of an edition's id
