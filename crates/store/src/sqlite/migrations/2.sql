-- How far the pages of old clients have got in a conversation. Rows are of use for ten minutes.
CREATE TABLE old_pages (
    user         BLOB NOT NULL,
    conversation BLOB NOT NULL,
    entries      INTEGER NOT NULL,
    reads        INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (user, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX old_pages_by_time ON old_pages (at);
