INSERT INTO users (id, name, email, role, active, password_hash, gender, age, height_cm, weight_kg, speciality, created_at, valid_after) VALUES
    (x'010101010101010101010101', 'Ann Ärm', 'ann@example.org', 1, 1, '$argon2id$a', 0, 41, 171.5, NULL, NULL, 1000, 1000),
    (x'020202020202020202020202', 'Ben', 'ben@example.org', 2, 1, '$argon2id$b', NULL, NULL, NULL, NULL, 'Diabetes', 1000, 1500);
INSERT INTO sessions (number, id, user, kind, refresh_hash, created_at, expires_at) VALUES
    (1, x'515151515151515151515151', x'010101010101010101010101', 0, x'b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0', 2000, 9000000000000);
INSERT INTO replaced_refreshes (hash, session, replaced_at, expires_at) VALUES
    (x'b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1', 1, 2500, 9000000000000);
INSERT INTO revocations (number, user, session, except_) VALUES (7, x'020202020202020202020202', NULL, NULL);
INSERT INTO conversations (number, id, lo, hi, last_seq, updated_at, lo_delivered, lo_read, lo_unread, hi_delivered, hi_read, hi_unread) VALUES
    (5, x'0c0c0c0c0c0c0c0c0c0c0c0c', x'010101010101010101010101', x'020202020202020202020202', 3, 13000, 3, 3, 0, 1, 1, 1);
INSERT INTO entries (place, id, sender, client_message_id, created_at, asks_to_be_read, kind, body) VALUES
    ((5 << 32) + 1, x'e1e1e1e1e1e1e1e1e1e1e1e1', x'010101010101010101010101', 'key-1', 11000, 1, 0, 'Hello 💚'),
    ((5 << 32) + 2, x'e2e2e2e2e2e2e2e2e2e2e2e2', x'010101010101010101010101', 'key-2', 12000, 1, 1,
     '{"text":"for Monday","name":"Iron","meals":"[]"}'),
    ((5 << 32) + 3, x'e3e3e3e3e3e3e3e3e3e3e3e3', x'010101010101010101010101', 'call:cacacacacacacacacacacaca', 13000, 0, 2,
     '{"call":"cacacacacacacacacacacaca","kind":"video","outcome":"completed","duration_ms":61000}');
INSERT INTO calls (id, version, ended, created_at, record) VALUES (x'cacacacacacacacacacacaca', 3, 0, 10000,
    '{"id":"cacacacacacacacacacacaca","version":3,"kind":"video","callee_kind":null,"room":null,"caller":{"user":"010101010101010101010101","name":"Ann","seat":{"device":"tablet"},"lost_until":null},"callee":{"user":"020202020202020202020202","name":"Ben","seat":null,"lost_until":null},"created_at":10000,"phase":{"ringing":{"until":40000}}}');
INSERT INTO seats (user, call) VALUES (x'010101010101010101010101', x'cacacacacacacacacacacaca'), (x'020202020202020202020202', x'cacacacacacacacacacacaca');
