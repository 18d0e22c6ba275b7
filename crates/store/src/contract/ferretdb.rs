//! A server of MongoDB's protocol, for tests of stores on one.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// FerretDB on a folder of its own, on a free port. It is killed when this is dropped, and by itself when the test dies.
#[derive(Debug)]
pub struct FerretDb {
    child: Child,
    folder: PathBuf,
    address: String,
}

impl FerretDb {
    /// Starts one whose data is in that folder; builds it first, where it is missing.
    pub fn start(folder: &Path) -> Self {
        let (child, address) = spawn(folder, "127.0.0.1:0");
        Self { child, folder: folder.to_owned(), address }
    }

    /// The URI of a database of that name on it.
    pub fn uri(&self, database: &str) -> String {
        format!("mongodb://{}/{database}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it is gone");
    }

    /// The same again, on the same data and port.
    pub fn start_again(&mut self) {
        (self.child, self.address) = spawn(&self.folder, &self.address);
    }
}

impl Drop for FerretDb {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program of that name that `scripts/servers.sh` builds.
pub fn server(name: &str) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/servers.sh");
    let output = Command::new(script).arg(name).stderr(Stdio::inherit()).output().expect("the script starts");
    assert!(output.status.success(), "{name} could not be built");
    String::from_utf8(output.stdout).expect("a path").trim().into()
}

fn spawn(folder: &Path, address: &str) -> (Child, String) {
    let mut child = Command::new(server("ferretdb"))
        .arg(folder)
        .arg(address)
        // It makes so much garbage that collecting it is a third of its work.
        .env("GOGC", "400")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("it is piped")).read_line(&mut line).expect("it says where it listens");
    let address = line.trim().strip_prefix("mongodb://").and_then(|rest| rest.strip_suffix('/')).map(str::to_owned);
    (child, address.unwrap_or_else(|| panic!("not a URI: {line:?}")))
}
