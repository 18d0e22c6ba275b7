-- Consultations. `record` is JSON and the whole of one; what is asked for by is beside it.
CREATE TABLE consultations (
    id        BLOB NOT NULL UNIQUE,
    version   INTEGER NOT NULL,
    room      BLOB NOT NULL,
    session   INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    ended_at  INTEGER,
    record    TEXT NOT NULL,
    UNIQUE (room, session)
) STRICT;

-- Who has a part in which.
CREATE TABLE consultation_people (
    user         BLOB NOT NULL,
    consultation BLOB NOT NULL,
    PRIMARY KEY (user, consultation)
) STRICT, WITHOUT ROWID;
