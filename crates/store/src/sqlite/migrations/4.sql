-- What was uploaded. `facts` is JSON. `holders` counts the messages and people that hold it; with none it leaves when it
-- is old enough, and is forgotten when its bytes are gone. One that leaves has no name any more, and its key is free.
CREATE TABLE uploads (
    id         BLOB NOT NULL UNIQUE,
    owner      BLOB NOT NULL,
    key        TEXT NOT NULL,
    kind       INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    facts      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    holders    INTEGER NOT NULL DEFAULT 0,
    leaving    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (owner, key)
) STRICT;

CREATE INDEX uploads_by_owner ON uploads (owner, size) WHERE leaving = 0;
CREATE INDEX uploads_held_by_nobody ON uploads (created_at) WHERE holders = 0 AND leaving = 0;
CREATE INDEX uploads_leaving ON uploads (created_at) WHERE leaving = 1;

ALTER TABLE users ADD COLUMN image BLOB;
ALTER TABLE users ADD COLUMN certificate BLOB;
