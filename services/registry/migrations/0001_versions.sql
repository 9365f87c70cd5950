-- Registered plugin versions. A row is never changed: what was registered is what is installed and signed.
CREATE TABLE versions (
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  code TEXT NOT NULL,
  manifest_digest TEXT NOT NULL,
  manifest TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (plugin, version)
) WITHOUT ROWID;
