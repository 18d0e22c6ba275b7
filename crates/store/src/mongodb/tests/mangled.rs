//! What is read back as a document and is nearly what was written.

use fuzz::Fuzz;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, doc};

use super::super::entries::EntryDoc;
use super::super::row::LAST;

const ID: &str = "0123456789abcdef01234567";

#[test]
fn documents() {
    let id: ObjectId = ID.parse().expect("an id");
    let at = DateTime::from_millis(1_763_997_136_042);
    let totals = doc! { "asked": [1_i64, 0_i64], "changes": 0_i64, "message": 1_i64, "message_at": at };
    let entry = doc! { "_id": format!("{ID}:00000001"), "id": id, "sender": id, "receiver": id, "key": "k",
    "created_at": at, "kind": 0_i32, "body": "hello", "totals": totals };
    let mut edit = entry.clone();
    edit.extend(doc! { "kind": 3_i32, "target": format!("{ID}:00000001"), "target_id": id, "reply_to": Bson::Null });
    let examples = [&entry, &edit].map(|document| document.to_vec().expect("BSON"));
    let words = [":00000000", ":ffffffff", ":100000000", "totals"];
    Fuzz::new("documents", examples).words(&words).longest(64 * 1024).run(|input| {
        let document: EntryDoc = mongodb::bson::deserialize_from_slice(input).ok()?;
        let read = document.into_entry();
        if let Ok(entry) = &read {
            assert!(entry.seq <= LAST, "{}", entry.seq);
        }
        read.map(|entry| entry.body.target().is_some()).ok()
    });
}
