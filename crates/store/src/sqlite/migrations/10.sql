-- Recordings of consultations: with `room`, what `call` has is a consultation's id; with `guest`, what `user` has is a
-- guest's. `others` are all who were asked, as texts with a space between; before, `other` was the one.
ALTER TABLE recordings ADD COLUMN room INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recordings ADD COLUMN guest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recordings ADD COLUMN others TEXT;
