INSERT INTO recordings (recording, number, call, user, at, act, other, consent, ends) VALUES
    (x'f6f6f6f6f6f6f6f6f6f6f6f6', 1, x'cbcbcbcbcbcbcbcbcbcbcbcb', x'020202020202020202020202', 18000, 'asked', x'010101010101010101010101', 1, 0),
    (x'f6f6f6f6f6f6f6f6f6f6f6f6', 2, x'cbcbcbcbcbcbcbcbcbcbcbcb', x'010101010101010101010101', 18100, 'agreed', NULL, 1, 0);
