-- What was said to everybody in a consultation, in its order; nothing of it is ever changed.
CREATE TABLE consultation_words (
    consultation BLOB NOT NULL,
    number       INTEGER NOT NULL,
    member       BLOB NOT NULL,
    key          TEXT NOT NULL,
    at           INTEGER NOT NULL,
    text         TEXT NOT NULL,
    PRIMARY KEY (consultation, number),
    UNIQUE (consultation, member, key)
) STRICT, WITHOUT ROWID;
