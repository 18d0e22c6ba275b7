use domain::Role as UserRole;
use rcgen::KeyPair;
use serde_json::Value;

use crate::harness::TestServer;
use crate::program::{Running, run, said};

/// What was found, as `code about`.
async fn found(server: &TestServer) -> Vec<String> {
    server.add("Ruth", UserRole::Admin).await;
    let answer = server.get("/api/doctor", Some(&server.token("Ruth").await)).await;
    let findings = answer.json()["findings"].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings.as_array().unwrap().iter().map(|f| format!("{} {}", text(&f["code"]), text(&f["about"]))).collect()
}

#[tokio::test]
async fn a_relay_is_tried_in_all_of_its_ways() {
    let folder = tempfile::tempdir().unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (cert, key_file) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, certificate.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let server = TestServer::start_with(&[
        ("MOODBITES_LISTEN", "https=127.0.0.1:0 turn=127.0.0.1:0 turns=127.0.0.1:0"),
        ("MOODBITES_TLS_CERT", cert.to_str().unwrap()),
        ("MOODBITES_TLS_KEY", key_file.to_str().unwrap()),
    ])
    .await;
    let found = found(&server).await;
    let of = |code: &str| found.iter().filter(|line| line.split(' ').next() == Some(code)).count();
    assert_eq!((of("relay_udp"), of("relay_tcp"), of("relay_tls")), (1, 1, 2), "{found:#?}");
    assert!(found.contains(&"relay_private 127.0.0.1".to_owned()), "{found:#?}");
    assert_eq!((of("certificate_good"), of("store_good"), of("folder_good")), (1, 1, 1), "{found:#?}");
    assert!(of("listen_good") >= 2 && of("listen_silent") == 0 && of("listen_other") == 0, "{found:#?}");
    assert_eq!((of("only_here"), of("public_none")), (1, 1), "{found:#?}");
}

#[tokio::test]
async fn a_livekit_server_is_looked_for() {
    let other = TestServer::start().await;
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = |address| format!("ws://{address}");
    for (at, code) in [(url(other.address(server::Role::Web)), "livekit_other"), (url(nowhere), "livekit_silent")] {
        let key = [("LIVEKIT_API_KEY", "key"), ("LIVEKIT_API_SECRET", "a secret of thirty-two bytes and more")];
        let server = TestServer::start_with(&[[("LIVEKIT_URL", at.as_str())].as_slice(), &key].concat()).await;
        let found = found(&server).await;
        let expected = format!("{code} {}", at.replace("ws", "http"));
        assert!(found.contains(&expected), "{found:#?}");
        assert!(
            found.iter().any(|line| line.starts_with("livekit_webhook ") && line.ends_with("/api/livekit/webhook"))
        );
    }
    assert!(found(&other).await.iter().any(|line| line.starts_with("livekit_none")));
}

#[test]
fn the_program_says_what_is_wrong_and_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let place = data.path().to_str().unwrap();
    let nothing = ["--listen", "accounts=off", "--listen", "chat=off", "--listen", "calls=off"];
    let server = Running::start(data.path(), &[&["--listen", "web=127.0.0.1:0"], nothing.as_slice()].concat());
    let web = format!("web={}", server.web());
    let doctor =
        |web: &str| run(data.path(), &[&["doctor", "--data", place, "--listen", web], nothing.as_slice()].concat());
    let output = doctor(&web);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains(&format!("  ok   web ({}) answers.", server.web())), "{}", said(&output));
    drop(server);
    let output = doctor(&web);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("WRONG  Nothing answers at web"), "{}", said(&output));
    assert!(said(&output).contains("Start the server: moodbites serve."), "{}", said(&output));
}
