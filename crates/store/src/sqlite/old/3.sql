-- An edit of the first message, what Ben makes of it, and a message that replies to it.
INSERT INTO entries (place, id, sender, client_message_id, created_at, asks_to_be_read, kind, body, target, reply_to) VALUES
    ((5 << 32) + 4, x'e4e4e4e4e4e4e4e4e4e4e4e4', x'010101010101010101010101', 'key-4', 14000, 0, 3, 'Hello again', (5 << 32) + 1, NULL),
    ((5 << 32) + 5, x'e5e5e5e5e5e5e5e5e5e5e5e5', x'020202020202020202020202', 'key-5', 15000, 0, 5, '💚', (5 << 32) + 1, NULL),
    ((5 << 32) + 6, x'e6e6e6e6e6e6e6e6e6e6e6e6', x'020202020202020202020202', 'key-6', 16000, 1, 0, 'Yes', NULL, (5 << 32) + 1);
UPDATE entries
    SET changes = '{"count":2,"last_seq":5,"text":"Hello again","edited_at":14000,"reactions":[["020202020202020202020202","💚"]]}'
    WHERE place = (5 << 32) + 1;
UPDATE conversations SET last_seq = 6, last_message = 6, changes = 2, updated_at = 16000, lo_unread = 1 WHERE number = 5;
