-- The SQL that comes with a version: its migrations/*.sql as JSON, [{ "name", "sql" }] in the order of the names.
ALTER TABLE versions ADD COLUMN migrations TEXT NOT NULL DEFAULT '[]';
