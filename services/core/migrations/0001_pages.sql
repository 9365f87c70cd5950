-- The reference core's content: every row belongs to one site, and no key is shared between sites.
-- A statement ends with a semicolon at the end of its line and nowhere else, so that a runner may split there.

CREATE TABLE sites (
  site TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  tagline TEXT NOT NULL,
  locale TEXT NOT NULL,
  menu TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE collections (
  site TEXT NOT NULL,
  slug TEXT NOT NULL,
  label TEXT NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (site, slug)
) WITHOUT ROWID;

CREATE TABLE taxonomies (
  site TEXT NOT NULL,
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (site, name)
) WITHOUT ROWID;

CREATE TABLE terms (
  site TEXT NOT NULL,
  taxonomy TEXT NOT NULL,
  slug TEXT NOT NULL,
  label TEXT NOT NULL,
  parent TEXT,
  PRIMARY KEY (site, taxonomy, slug)
) WITHOUT ROWID;

-- seq is the row's place in page_index and breaks ties of time. revision grows with every write and is what a
-- publication compares. published_at stays that of the first publication. listed_at is what lists sort by.
CREATE TABLE pages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  site TEXT NOT NULL,
  id TEXT NOT NULL,
  collection TEXT NOT NULL,
  slug TEXT NOT NULL,
  locale TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('draft', 'published')),
  revision INTEGER NOT NULL DEFAULT 1,
  title TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  image TEXT NOT NULL,
  authors TEXT NOT NULL,
  terms TEXT NOT NULL,
  published_at TEXT,
  updated_at TEXT NOT NULL,
  listed_at TEXT GENERATED ALWAYS AS (coalesce(published_at, updated_at)) VIRTUAL,
  html TEXT NOT NULL,
  fields TEXT NOT NULL,
  UNIQUE (site, id),
  UNIQUE (site, collection, slug, locale)
);

CREATE INDEX pages_by_date ON pages (site, listed_at DESC, seq);

CREATE INDEX pages_by_collection ON pages (site, collection, listed_at DESC, seq);

-- One row a publication that the gateway has not acknowledged yet. page_seq is NOT NULL on purpose: a
-- publication looks it up by the revision it read, so that a page changed meanwhile aborts the whole batch.
CREATE TABLE outbox (
  id TEXT NOT NULL,
  site TEXT NOT NULL,
  page_seq INTEGER NOT NULL,
  event TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (site, id)
) WITHOUT ROWID;

CREATE INDEX outbox_by_due ON outbox (site, due_at);

-- Published pages only. The rowid is the page's seq. The site is indexed, so that a search of one site does not
-- walk the matches of all. The words are kept without the text they came from.
CREATE VIRTUAL TABLE page_index USING fts5(
  site,
  title,
  excerpt,
  body,
  content = '',
  contentless_delete = 1,
  tokenize = 'unicode61 remove_diacritics 2'
);
