//! Puts the web app into the binary, compressed; in debug builds it stays on the disk and is read from there.

use std::path::{Path, PathBuf};
use std::{env, fs};

const DIST: &str = "../../frontend/dist";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>MoodBites</title>\
    <h1>The web app is not built</h1><p>This program was built without it. Everything else works. To have it, run \
    <code>make run</code>, or <code>npm ci &amp;&amp; npm run build</code> in <code>frontend</code> and then \
    <code>cargo build</code> again.</p></html>\n";

fn main() {
    // A new build of the app has files of other names. While there is none, this runs at every build, and so finds it.
    println!("cargo::rerun-if-changed={DIST}");
    if Path::new(DIST).join("index.html").is_file() {
        memory_serve::load_directory(DIST);
        return;
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where")).join("not-built");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join("index.html"), NOT_BUILT))
        .expect("it can be written");
    memory_serve::load_directory(folder);
}
