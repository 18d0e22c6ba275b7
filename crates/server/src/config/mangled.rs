//! Configurations that are nearly what they should be.

use fuzz::Fuzz;

use super::tests::raw;
use super::*;

const FILE: &str = r#"data = "/srv/moodbites"
cors_origin = ["https://chat.example.org"]
public_address = "https://chat.example.org"
trusted_proxies = ["10.0.0.0/8", "::1"]
call_ring_seconds = 30
upload_max_bytes = 1048576
log = "info"
[listen]
web = "127.0.0.1:3000"
chat = ["127.0.0.1:3005", "[::1]:3006"]
calls = "off"
accounts = false
[[ice_servers]]
urls = ["stun:stun.example.org:3478"]
username = "u"
credential = "c"
"#;

/// What is printed of a configuration says the same again, or what it says is refused in a sentence that names no secret.
#[test]
fn files() {
    let words = [
        "= \"off\"",
        "= false",
        "3000",
        "localhost:3000",
        "[::]:0",
        "jwt_secret = \"hunter2hunter2hunter2hunter2hunter2\"",
        "0.0.0.0/0",
        "\"*\"",
        "'''",
    ];
    Fuzz::new("configurations", [FILE, "listen = { web = \"3000\" }\n", ""]).words(&words).longest(64 * 1024).run(
        |input| {
            let text = std::str::from_utf8(input).ok()?;
            let file: toml::Table = match super::raw::parse("moodbites.toml".as_ref(), text) {
                Ok(file) => file,
                Err(error) => {
                    assert!(!error.to_string().contains("hunter2"), "{error}");
                    return Some(1);
                }
            };
            let said = raw(&[], &[], &file.to_string());
            let config = match resolve(&said) {
                Ok(config) => config,
                Err(_) => return Some(2),
            };
            let printed = print(&config, &said);
            // The same text may be something else as well, which is shown; and a short one, in whatever is printed.
            let is_secret_alone = |secret: &str| {
                let mut others = file.iter().filter(|(key, _)| *key != "jwt_secret");
                secret.len() >= 32 && !others.any(|(_, value)| value.to_string().contains(secret))
            };
            if let Some(secret) = file.get("jwt_secret").and_then(toml::Value::as_str).filter(|s| is_secret_alone(s)) {
                assert!(!printed.contains(secret), "{printed}");
            }
            let again = resolve(&raw(&[], &[], &printed)).unwrap_or_else(|error| panic!("{error}: {printed}"));
            let addresses =
                |config: &Config| config.listen.values().map(|listen| listen.addresses.clone()).collect::<Vec<_>>();
            assert_eq!(addresses(&again), addresses(&config));
            assert_eq!(
                (&again.data, &again.cors_origins, &again.public_address),
                (&config.data, &config.cors_origins, &config.public_address)
            );
            assert_eq!(again.trusted_proxies, config.trusted_proxies);
            Some(3 + config.listen.len())
        },
    );
}

#[test]
fn flags() {
    let examples = ["web=127.0.0.1:3000", "chat=3005,3006", "calls=off", "accounts=localhost:5000,[::1]:5000"];
    Fuzz::new("--listen", examples).words(&["web", "=", ",", "off", "65536", "[::]:1", "livekit"]).longest(4_096).run(
        |input| {
            let text = std::str::from_utf8(input).ok()?;
            let config = resolve(&raw(&[text], &[], ""));
            if let Ok(config) = &config {
                for (role, listen) in config.listen.iter().filter(|(_, listen)| listen.asked) {
                    assert!(!listen.addresses.is_empty());
                    let addresses: Vec<_> = listen.addresses.iter().map(ToString::to_string).collect();
                    let again = resolve(&raw(&[&format!("{role}={}", addresses.join(","))], &[], ""))
                        .expect("it was understood");
                    assert_eq!(again.listen.get(role), Some(listen));
                }
            }
            Some(config.map(|config| config.listen.len()).map_err(|error| std::mem::discriminant(&error)))
        },
    );
}

#[test]
fn networks() {
    Fuzz::new("networks", ["10.0.0.0/8", "::ffff:10.0.0.1/32", "2001:db8::/32"])
        .words(&["/", "/129", "/0"])
        .longest(4_096)
        .run(|input| {
            let network: Network = std::str::from_utf8(input).ok()?.parse().ok()?;
            assert_eq!(network.to_string().parse(), Ok(network));
            Some(network.contains(std::net::Ipv4Addr::LOCALHOST.into()))
        });
}
