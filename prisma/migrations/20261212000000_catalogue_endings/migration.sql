-- What finds the middle of words: see src/ogc/csw/word-endings.ts. Records that have none are indexed again when a server starts.

ALTER TABLE catalogue_record ADD COLUMN endings tsvector;
CREATE INDEX catalogue_record_endings_idx ON catalogue_record USING gin (endings) WITH (fastupdate = off);
