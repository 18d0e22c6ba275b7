use std::fs;
use std::path::Path;

/// The fixtures whose names begin so, each as an event that brings it.
pub(super) fn events(prefixes: &[&str]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/wire");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .expect("there are fixtures")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("a name"))
        .filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
        .collect();
    // What is read in another order is another run.
    names.sort();
    let event = |name: &String| {
        let text = fs::read_to_string(folder.join(name)).expect("a fixture");
        let value: Box<serde_json::value::RawValue> = serde_json::from_str(&text).expect("JSON");
        format!("[\"{}\",{}]", name.trim_end_matches(".json"), value.get().replace("\n", "").replace("  ", ""))
    };
    names.iter().map(event).collect()
}

pub(super) fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}
