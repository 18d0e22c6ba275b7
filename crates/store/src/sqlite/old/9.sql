INSERT INTO consultation_words (consultation, number, member, key, at, text) VALUES
    (x'c8c8c8c8c8c8c8c8c8c8c8c8', 1, x'd1d1d1d1d1d1d1d1d1d1d1d1', 'word-1', 1800200, 'Good morning'),
    (x'c8c8c8c8c8c8c8c8c8c8c8c8', 2, x'd2d2d2d2d2d2d2d2d2d2d2d2', 'word-1', 1800300, 'Hello 💚');
