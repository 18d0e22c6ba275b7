INSERT INTO uploads (id, owner, key, kind, size, facts, created_at, holders, leaving) VALUES
    (x'f1f1f1f1f1f1f1f1f1f1f1f1', x'010101010101010101010101', 'upload-1', 0, 7,
     '{"name":"lunch.jpg","size":7,"media_type":"image/jpeg","width":4,"height":3,"has_thumbnail":false}', 16500, 1, 0);
INSERT INTO entries (place, id, sender, client_message_id, created_at, asks_to_be_read, kind, body) VALUES
    ((5 << 32) + 7, x'e7e7e7e7e7e7e7e7e7e7e7e7', x'010101010101010101010101', 'key-7', 17000, 1, 6,
     '{"text":"","kind":0,"upload":"f1f1f1f1f1f1f1f1f1f1f1f1","name":"lunch.jpg","size":7,"media_type":"image/jpeg","width":4,"height":3,"has_thumbnail":false}');
UPDATE conversations SET last_seq = 7, last_message = 7, updated_at = 17000, hi_unread = 2 WHERE number = 5;
