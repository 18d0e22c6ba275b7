INSERT INTO old_pages (user, conversation, entries, reads, at) VALUES (x'020202020202020202020202', x'0c0c0c0c0c0c0c0c0c0c0c0c', 2, 0, 13500);
