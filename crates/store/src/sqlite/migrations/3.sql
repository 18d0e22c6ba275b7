-- Edits, deletions and reactions are entries; `target` is the place of the message that one changes, `reply_to` that of
-- the message that a message replies to. `changes` is what those made of a message, as JSON, kept up as they come, so that
-- reading a message is reading its row.
ALTER TABLE entries ADD COLUMN target INTEGER;
ALTER TABLE entries ADD COLUMN reply_to INTEGER;
ALTER TABLE entries ADD COLUMN changes TEXT;

CREATE INDEX entries_by_target ON entries (target) WHERE target IS NOT NULL;

-- The newest message or call, and how many entries are neither.
ALTER TABLE conversations ADD COLUMN last_message INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
UPDATE conversations SET last_message = last_seq;
