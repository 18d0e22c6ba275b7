-- What happened to recordings of calls: who asked, who agreed to which text of the consent, what became of it. Rows are
-- never changed or deleted, whatever becomes of the recording.
CREATE TABLE recordings (
    recording BLOB NOT NULL,
    number    INTEGER NOT NULL,
    call      BLOB NOT NULL,
    user      BLOB NOT NULL,
    at        INTEGER NOT NULL,
    act       TEXT NOT NULL,
    other     BLOB,
    consent   INTEGER,
    ends      INTEGER NOT NULL,
    PRIMARY KEY (recording, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX recordings_ended ON recordings (recording) WHERE ends = 1;
