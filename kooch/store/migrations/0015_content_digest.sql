-- What a version says, as a digest: who cites the version reads it, and nobody makes it again.

ALTER TABLE versions ADD COLUMN content_digest VARCHAR; -- Twelve hexadecimal digits of the version's content: the second half of an edition's id
