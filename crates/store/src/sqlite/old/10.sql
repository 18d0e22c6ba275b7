INSERT INTO recordings (recording, number, call, user, at, act, other, consent, ends, room, guest, others) VALUES
    (x'fafafafafafafafafafafafa', 1, x'c8c8c8c8c8c8c8c8c8c8c8c8', x'020202020202020202020202', 18200, 'asked', NULL, 1, 0, 1, 0, 'guest-d2d2d2d2d2d2d2d2d2d2d2d2'),
    (x'fafafafafafafafafafafafa', 2, x'c8c8c8c8c8c8c8c8c8c8c8c8', x'd2d2d2d2d2d2d2d2d2d2d2d2', 18300, 'agreed', NULL, 1, 0, 1, 1, NULL);
