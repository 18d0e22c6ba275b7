use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const ANY_PORT: [&str; 8] = [
    "--listen",
    "web=127.0.0.1:0",
    "--listen",
    "accounts=127.0.0.1:0",
    "--listen",
    "chat=127.0.0.1:0,127.0.0.1:0",
    "--listen",
    "calls=off",
];

/// The binary, knowing nothing of the environment that the tests run in.
pub(crate) fn moodbites(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moodbites"));
    let home = data.join("home");
    std::fs::create_dir_all(&home).unwrap();
    command.env_clear().env("HOME", home).current_dir(data).stdin(Stdio::null());
    command
}

pub(crate) fn run(data: &Path, args: &[&str]) -> Output {
    ended(moodbites(data).args(args))
}

/// What a program said that ends by itself; one that goes on serving is killed, and fails the test.
pub(crate) fn ended(command: &mut Command) -> Output {
    ended_within(command, Duration::from_secs(30))
}

pub(crate) fn ended_within(command: &mut Command, patience: Duration) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = child.id().to_string();
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(child.wait_with_output().unwrap()));
    ended.recv_timeout(patience).unwrap_or_else(|_| {
        Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        panic!("it goes on running");
    })
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A running server; killed if a test forgets to stop it.
pub(crate) struct Running {
    child: Child,
    addresses: Value,
}

impl Running {
    pub(crate) fn start(data: &Path, args: &[&str]) -> Self {
        Self::start_by(moodbites(data).arg("serve").arg("--data").arg(data).args(args))
    }

    pub(crate) fn start_by(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let Some(addresses) = line.strip_prefix("ready ") else {
            let output = child.wait_with_output().unwrap();
            panic!("not ready: {line}{}", said(&output));
        };
        Self { addresses: serde_json::from_str(addresses).unwrap(), child }
    }

    pub(crate) fn web(&self) -> &str {
        self.addresses["web"][0].as_str().unwrap()
    }

    /// The status of a request.
    pub(crate) fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.web()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    pub(crate) fn sign_in(&self, email: &str, password: &str) -> String {
        let body = serde_json::json!({ "email": email, "password": password }).to_string();
        self.ask(&format!(
            "POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        ))
    }

    /// What it says until it ends, and its exit code.
    pub(crate) fn terminate(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let code = self.child.wait().unwrap().code();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (code, log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_first_start_makes_what_it_needs_for_nobody_else_s_eyes() {
    let folder = folder();
    let data = folder.path().join("new").join("data");
    let server = Running::start_by(moodbites(folder.path()).args(["serve", "--data"]).arg(&data).args(ANY_PORT));
    assert_eq!(server.addresses["chat"].as_array().unwrap().len(), 2);
    assert!(server.addresses.get("calls").is_none());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data), 0o700);
        for file in std::fs::read_dir(&data).unwrap() {
            let path = file.unwrap().path();
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode(&path), expected, "{}", path.display());
        }
    }
    let secret = std::fs::read_to_string(data.join("jwt-secret")).unwrap();
    assert!(secret.trim().len() >= 43, "32 bytes and more");
    let link = std::fs::read_to_string(data.join("setup-token")).unwrap();
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0));
    assert!(log.contains(&format!("/setup#{}", link.trim())), "{log}");
    assert!(!log.contains(secret.trim()));

    let again = Running::start_by(moodbites(folder.path()).args(["serve", "--data"]).arg(&data).args(ANY_PORT));
    assert_eq!(std::fs::read_to_string(data.join("jwt-secret")).unwrap(), secret);
    assert!(again.terminate().1.contains(link.trim()), "the same link until it is used");
}

#[test]
fn it_ends_in_time_and_well_whoever_is_connected() {
    let data = folder();
    let server = Running::start(data.path(), &ANY_PORT);
    let _idle = TcpStream::connect(server.web()).unwrap();
    let mut slow = TcpStream::connect(server.web()).unwrap();
    slow.write_all(
        b"POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
    )
    .unwrap();
    let mut poll = TcpStream::connect(server.web()).unwrap();
    poll.write_all(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let started = Instant::now();
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0), "{log}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_second_one_on_the_same_folder_is_refused() {
    let data = folder();
    let first = Running::start(data.path(), &ANY_PORT);
    let mut args = vec!["serve", "--data", data.path().to_str().unwrap()];
    args.extend(ANY_PORT);
    let second = run(data.path(), &args);
    assert_eq!(second.status.code(), Some(1));
    assert!(said(&second).contains("another moodbites server is running on"), "{}", said(&second));
    assert!(first.ask("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").starts_with("HTTP/1.1 200"));
    // The lock is the process's: however it ends, the next one starts.
    drop(first);
    Running::start(data.path(), &ANY_PORT);
}

#[test]
fn a_taken_port_that_was_asked_for_is_an_error_that_says_what_to_do() {
    let data = folder();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let listen = format!("chat={address}");
    let mut args = vec!["serve", "--data", data.path().to_str().unwrap()];
    args.extend(&ANY_PORT[..4]);
    args.extend(["--listen", "calls=off", "--listen", &listen]);
    let output = run(data.path(), &args);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    for part in
        [address.to_string().as_str(), "chat was to listen there", "--listen chat=127.0.0.1:", "--listen chat=off"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(!said.contains("ready"));
}

#[test]
fn a_taken_port_that_only_old_clients_know_is_a_warning() {
    // Who has 5000 is none of our business: it is taken now, by this or by somebody else.
    let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 5000));
    let data = folder();
    let off = ["--listen", "web=127.0.0.1:0", "--listen", "chat=off", "--listen", "calls=off"];
    let server = Running::start(data.path(), &off);
    assert!(server.addresses.get("accounts").is_none(), "{}", server.addresses);
    assert!(server.ask("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").starts_with("HTTP/1.1 200"));
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0));
    assert!(log.contains("127.0.0.1:5000 is taken") && log.contains("WARN"), "{log}");
}

#[test]
fn the_command_line_works_beside_a_running_server_and_without_one() {
    let data = folder();
    let user = |args: &[&str]| {
        let mut all = vec!["user", args[0], "--data", data.path().to_str().unwrap()];
        all.extend(&args[1..]);
        run(data.path(), &all)
    };
    let add = |email: &str, role: &str| {
        user(&["add", "--name", "Somebody", "--email", email, "--role", role, "--password", "correct horse battery"])
    };
    assert!(add("before@example.org", "patient").status.success());
    let server = Running::start(data.path(), &ANY_PORT);
    assert!(add("while@example.org", "dietician").status.success());
    for email in ["before@example.org", "while@example.org"] {
        assert!(server.sign_in(email, "correct horse battery").starts_with("HTTP/1.1 200"), "{email}");
    }

    assert!(user(&["set-password", "while@example.org", "--password", "another one, quite long"]).status.success());
    assert!(server.sign_in("while@example.org", "correct horse battery").starts_with("HTTP/1.1 401"));
    assert!(server.sign_in("while@example.org", "another one, quite long").starts_with("HTTP/1.1 200"));
    assert!(user(&["disable", "while@example.org"]).status.success());
    assert!(server.sign_in("while@example.org", "another one, quite long").starts_with("HTTP/1.1 403"));
    assert!(user(&["approve", "while@example.org"]).status.success());
    assert!(server.sign_in("while@example.org", "another one, quite long").starts_with("HTTP/1.1 200"));
    let list = said(&user(&["list", "--role", "dietician"]));
    assert!(list.contains("while@example.org") && list.contains("active") && !list.contains("before@"), "{list}");

    for (args, expected) in [
        (vec!["disable", "nobody@example.org"], "there is no account with the address nobody@example.org"),
        (vec!["set-password", "while@example.org", "--password", "short"], "10 to 128 characters"),
        (vec!["set-password", "while@example.org"], "a password is missing"),
    ] {
        let output = user(&args);
        assert!(!output.status.success() && said(&output).contains(expected), "{args:?}: {}", said(&output));
    }
    let again = add("before@example.org", "patient");
    assert!(
        !again.status.success() && said(&again).contains("an account with this e-mail address"),
        "{}",
        said(&again)
    );
    let (code, log) = server.terminate();
    assert_eq!(code, Some(0));
    for private in ["example.org", "correct horse", "another one"] {
        assert!(!log.contains(private), "{private} in {log}");
    }
}

#[test]
fn a_password_can_be_piped_in() {
    let data = folder();
    let mut command = moodbites(data.path());
    command.args(["user", "add", "--data"]).arg(data.path()).args([
        "--name",
        "N",
        "--email",
        "n@example.org",
        "--role",
        "admin",
    ]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"correct horse battery\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let server = Running::start(data.path(), &ANY_PORT);
    assert!(server.sign_in("n@example.org", "correct horse battery").starts_with("HTTP/1.1 200"));
    assert!(!data.path().join("setup-token").exists(), "there is an admin");
}

#[test]
fn a_demo_has_people_and_history_and_is_for_this_machine_alone() {
    let folder = folder();
    let demo = |args: &[&str]| {
        let mut command = moodbites(folder.path());
        command
            .args(["serve", "--demo", "--listen", "accounts=off", "--listen", "chat=off", "--listen", "calls=off"])
            .args(args);
        command
    };
    let open = ended(&mut demo(&["--listen", "web=0.0.0.0:0"]));
    assert!(!open.status.success() && said(&open).contains("this machine alone"), "{}", said(&open));
    let mut entries = Vec::new();
    for _ in 0..2 {
        let server = Running::start_by(&mut demo(&["--listen", "web=127.0.0.1:0"]));
        let answer = server.sign_in("hannah@demo.example", "moodbites-demo");
        let token = answer.split("\"accessToken\":\"").nth(1).unwrap().split('"').next().unwrap();
        let inbox = server.ask(&format!(
            "GET /api/inbox HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        ));
        entries.push(inbox.matches("\"lastSeq\":").count());
        let (code, log) = server.terminate();
        assert_eq!(code, Some(0));
        for part in ["moodbites-demo", "hannah@demo.example", "ines@demo.example"] {
            assert!(log.contains(part), "{part} in {log}");
        }
        assert!(!log.contains("/setup#"));
    }
    assert_eq!(entries, [3, 3], "the second start adds nothing");
}

#[test]
fn a_demo_does_not_get_into_a_real_practice() {
    let data = folder();
    let path = data.path().to_str().unwrap();
    let add = [
        "user",
        "add",
        "--data",
        path,
        "--name",
        "N",
        "--email",
        "n@example.org",
        "--role",
        "admin",
        "--password",
        "correct horse battery",
    ];
    assert!(run(data.path(), &add).status.success());
    let output = run(data.path(), &["serve", "--demo", "--data", path, "--listen", "web=127.0.0.1:0"]);
    assert!(!output.status.success() && said(&output).contains("real practice"), "{}", said(&output));
}

#[test]
fn what_is_wrong_with_the_configuration_is_said_before_anything_is_made() {
    let data = folder();
    let place = data.path().join("never-made");
    for (name, value, expected) in [
        ("MOODBITES_JWT_SECRT", "x", "did you mean MOODBITES_JWT_SECRET?"),
        ("MONGODB_URI", "localhost", "MongoDB database"),
        ("JWT_SECRET", "your-jwt-secret-key-here", "placeholder"),
        ("CORS_ORIGIN", "*", "exact origins"),
        ("MOODBITES_LOG", "info,=,,", "log is not a filter"),
    ] {
        let output = ended(moodbites(data.path()).env(name, value).args(["serve", "--data"]).arg(&place));
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(said(&output).contains(expected), "{name}: {}", said(&output));
    }
    assert!(!place.exists());
    std::fs::write(data.path().join(".env"), "JWT_SECRET=your-jwt-secret-key-here\n").unwrap();
    let output = run(data.path(), &["config", "check"]);
    assert!(said(&output).contains("placeholder"), "{}", said(&output));
    let output = moodbites(data.path())
        .env("JWT_SECRET", "the environment wins over a file of it")
        .args(["config", "check"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_practice_is_copied_while_it_runs_and_made_again_elsewhere() {
    let data = folder();
    let add = [
        "user",
        "add",
        "--data",
        data.path().to_str().unwrap(),
        "--name",
        "Hannah",
        "--email",
        "hannah@example.org",
        "--role",
        "dietician",
        "--password",
        "correct horse battery",
    ];
    assert!(run(data.path(), &add).status.success());
    let server = Running::start(data.path(), &ANY_PORT);
    let elsewhere = folder();
    let (archive, back) = (elsewhere.path().join("practice.tar"), elsewhere.path().join("back"));
    let (archive, back) = (archive.to_str().unwrap(), back.to_str().unwrap());
    let backup = run(data.path(), &["backup", archive, "--data", data.path().to_str().unwrap()]);
    assert!(backup.status.success() && said(&backup).contains("2 files"), "{}", said(&backup));
    server.terminate();
    let restore = ["restore", archive, "--data", back];
    assert!(run(data.path(), &restore).status.success());
    for command in [&["backup", "other.tar"], &["restore", archive]] {
        let mut elsewhere = moodbites(data.path());
        let output = ended(elsewhere.env("MONGODB_URI", "mongodb://localhost/practice").args(command));
        assert!(!output.status.success() && said(&output).contains("the data is in MongoDB"), "{}", said(&output));
    }
    let again = run(data.path(), &restore);
    assert!(!again.status.success() && said(&again).contains("already"), "{}", said(&again));
    let restored = Running::start(Path::new(back), &ANY_PORT);
    assert!(restored.sign_in("hannah@example.org", "correct horse battery").contains(" 200 "));
}

#[test]
fn the_version_is_said() {
    let data = folder();
    assert_eq!(said(&run(data.path(), &["--version"])), format!("moodbites {}\n", env!("CARGO_PKG_VERSION")));
}
