-- Which messages have a word, of each 4,096 places in a row: `block` is their place >> 12, `seqs` the lower bits of those
-- that have it, fewer than 256 as two bytes each and more as a bitmap. A conversation's blocks lie together, the words of
-- each in order, so that a search looks at one block after the other, from the newest on.
CREATE TABLE words (
    block INTEGER NOT NULL,
    word  TEXT NOT NULL,
    seqs  BLOB NOT NULL,
    PRIMARY KEY (block, word)
) STRICT, WITHOUT ROWID;

-- The messages up to this `seq` are in there; the rest are taken up in quiet moments.
ALTER TABLE conversations ADD COLUMN words_to INTEGER NOT NULL DEFAULT 0;
