//! `fixtures/wire` at the root has one file for each thing that clients get or send; the web app's tests parse the same.
//! `UPDATE_FIXTURES=1 cargo test -p wire` writes what is expected here into the files.

use std::path::PathBuf;

use domain::{BlobId, Part};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::file::Addresses;
use crate::packet;

fn path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fixtures/wire", &format!("{name}.json")].iter().collect()
}

/// What we say is what the file has, to the byte once both are laid out alike.
pub(crate) fn says(name: &str, value: &impl Serialize) {
    // By way of a text, as on the wire: raw JSON inside it becomes part of it.
    let said: serde_json::Value = serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap();
    let text = serde_json::to_string_pretty(&said).unwrap() + "\n";
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(path(name), &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path(name)).unwrap(), text, "{name}");
}

pub(crate) fn hears<T: DeserializeOwned>(name: &str) -> T {
    packet::argument(&event(name)).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// An event with what the file has as its argument, as it comes in.
pub(crate) fn event(name: &str) -> String {
    let text = std::fs::read_to_string(path(name)).unwrap();
    format!("[\"{name}\",{text}]")
}

/// Addresses that stay the same.
#[derive(Debug)]
pub(crate) struct Fixed;

impl Addresses for Fixed {
    fn of(&self, id: BlobId) -> String {
        let part = match id.part {
            Part::Whole => "",
            Part::Thumbnail => "/thumbnail",
        };
        format!("https://chat.example.org/api/uploads/{}{part}?expires=1764083536&signature=c2ln", id.upload)
    }
}

pub(crate) fn id<T: std::str::FromStr>(digit: char) -> T
where
    T::Err: std::fmt::Debug,
{
    let text: String = std::iter::repeat_n(digit, 24).collect();
    text.parse().unwrap()
}
