-- Appointments. `record` is JSON and the whole of one; what is asked for by is beside it.
CREATE TABLE appointments (
    id         BLOB NOT NULL UNIQUE,
    version    INTEGER NOT NULL,
    patient    BLOB NOT NULL,
    dietician  BLOB NOT NULL,
    starts_at  INTEGER NOT NULL,
    status     TEXT NOT NULL,
    room       BLOB NOT NULL UNIQUE,
    holds_slot INTEGER NOT NULL,
    record     TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX appointments_slots ON appointments (dietician, starts_at) WHERE holds_slot = 1;
CREATE INDEX appointments_by_dietician ON appointments (dietician, starts_at, id);
CREATE INDEX appointments_by_patient ON appointments (patient, starts_at, id);
