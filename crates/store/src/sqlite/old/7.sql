INSERT INTO appointments (id, version, patient, dietician, starts_at, status, room, holds_slot, record) VALUES
    (x'a7a7a7a7a7a7a7a7a7a7a7a7', 2, x'010101010101010101010101', x'020202020202020202020202', 1800000, 'confirmed', x'a8a8a8a8a8a8a8a8a8a8a8a8', 1,
     '{"id":"a7a7a7a7a7a7a7a7a7a7a7a7","version":2,"patient":"010101010101010101010101","dietician":"020202020202020202020202","kind":"video","starts_at":1800000,"date":"1970-01-01","time":"00:30","room":"a8a8a8a8a8a8a8a8a8a8a8a8","stamps":[["scheduled",19000,"010101010101010101010101"],["confirmed",19100,"020202020202020202020202"]]}');
