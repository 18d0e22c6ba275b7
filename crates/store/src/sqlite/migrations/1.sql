-- Ids are 12-byte blobs, times are milliseconds since 1970 in UTC.

CREATE TABLE about (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id            BLOB NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    email         TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
    role          INTEGER NOT NULL,
    active        INTEGER NOT NULL,
    password_hash TEXT NOT NULL,
    gender        INTEGER,
    age           INTEGER,
    height_cm     REAL,
    weight_kg     REAL,
    speciality    TEXT,
    created_at    INTEGER NOT NULL,
    valid_after   INTEGER NOT NULL
) STRICT;

CREATE INDEX users_by_name ON users (name COLLATE NOCASE, id);

-- A session that is revoked is gone; one that has expired goes at the next sign-in of anybody.
CREATE TABLE sessions (
    number       INTEGER PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE,
    user         BLOB NOT NULL REFERENCES users (id),
    kind         INTEGER NOT NULL,
    refresh_hash BLOB UNIQUE,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Refresh tokens that were exchanged for the next, each kept as long as it would have lasted: offered again, it was
-- copied, however often it was renewed since.
CREATE TABLE replaced_refreshes (
    hash        BLOB NOT NULL UNIQUE,
    session     INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
    replaced_at INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX replaced_refreshes_by_session ON replaced_refreshes (session);

-- AUTOINCREMENT: a number is never given twice, whatever was deleted.
CREATE TABLE revocations (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    user    BLOB NOT NULL,
    session BLOB,
    except_ BLOB
) STRICT;

-- One row per pair, the smaller id first. What a list needs of it is in the row: the unread counts are kept as entries
-- come and are read, so that nothing is ever counted.
CREATE TABLE conversations (
    number       INTEGER PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE,
    lo           BLOB NOT NULL,
    hi           BLOB NOT NULL,
    last_seq     INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    lo_delivered INTEGER NOT NULL DEFAULT 0,
    lo_read      INTEGER NOT NULL DEFAULT 0,
    lo_unread    INTEGER NOT NULL DEFAULT 0,
    hi_delivered INTEGER NOT NULL DEFAULT 0,
    hi_read      INTEGER NOT NULL DEFAULT 0,
    hi_unread    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (lo, hi),
    CHECK (lo < hi)
) STRICT;

CREATE INDEX conversations_by_hi ON conversations (hi);

-- A conversation's log lies together, in order: place = conversation's number << 32 | seq. As the primary key it makes
-- (conversation, seq) unique and needs no index beside the table.
CREATE TABLE entries (
    place             INTEGER PRIMARY KEY,
    id                BLOB NOT NULL UNIQUE,
    sender            BLOB NOT NULL,
    client_message_id TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    asks_to_be_read   INTEGER NOT NULL,
    kind              INTEGER NOT NULL,
    body              TEXT NOT NULL,
    UNIQUE (sender, client_message_id)
) STRICT;

-- `record` is JSON; the columns beside it are what is asked for.
CREATE TABLE calls (
    id         BLOB NOT NULL UNIQUE,
    version    INTEGER NOT NULL,
    ended      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    record     TEXT NOT NULL
) STRICT;

-- Who is in which call that has not ended.
CREATE TABLE seats (
    user BLOB NOT NULL UNIQUE,
    call BLOB NOT NULL REFERENCES calls (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX seats_by_call ON seats (call);
