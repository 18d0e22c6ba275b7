use std::collections::BTreeMap;

use super::*;

/// What was said, with nothing of this machine in it.
pub(super) fn raw(flags: &[&str], env: &[(&str, &str)], file: &str) -> Raw {
    let env = env.iter().filter(|(_, value)| !value.is_empty());
    Raw {
        flags: Flags { listen: flags.iter().map(ToString::to_string).collect(), ..Flags::default() },
        env: env.map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        file: file.parse().unwrap(),
        file_path: Some("moodbites.toml".into()),
        platform_data: Some("/platform".into()),
    }
}

fn resolved(env: &[(&str, &str)], file: &str) -> Config {
    resolve(&raw(&[], env, file)).unwrap()
}

fn refused(env: &[(&str, &str)], file: &str) -> String {
    resolve(&raw(&[], env, file)).unwrap_err().to_string()
}

fn ports(listen: &BTreeMap<Role, Listen>) -> Vec<(Role, Vec<u16>)> {
    listen.iter().map(|(role, listen)| (*role, listen.addresses.iter().map(|a| a.port()).collect())).collect()
}

#[test]
fn with_nothing_said_it_is_this_machine_alone() {
    let config = resolved(&[], "");
    assert_eq!(
        ports(&config.listen),
        [
            (Role::Web, vec![3000]),
            (Role::Accounts, vec![5000]),
            (Role::Chat, vec![3005, 3006]),
            (Role::Calls, vec![3007, 5006])
        ]
    );
    assert!(
        config.listen.values().all(|listen| !listen.asked && listen.addresses.iter().all(|a| a.ip().is_loopback()))
    );
    assert_eq!(config.data.to_str(), Some("/platform"));
    assert_eq!(config.cors_origins, ["http://localhost:3000", "http://localhost:5173"]);
    assert!(config.ice_servers.is_empty() && config.trusted_proxies.is_empty() && config.warnings.is_empty());
    assert!(!config.trust_legacy_identity && config.jwt_secret.is_none());
}

#[test]
fn which_of_several_counts() {
    const OURS: (&str, &str) = ("MOODBITES_CORS_ORIGIN", "http://ours");
    const GUIDE: (&str, &str) = ("CORS_ORIGIN", "http://guide");
    const FILE: &str = r#"cors_origin = ["http://file"]"#;
    for (env, file, expected) in [
        (vec![OURS, GUIDE], FILE, "http://ours"),
        (vec![OURS], "", "http://ours"),
        (vec![GUIDE], FILE, "http://guide"),
        (vec![("MOODBITES_CORS_ORIGIN", ""), GUIDE], FILE, "http://guide"),
        (vec![], FILE, "http://file"),
        (vec![], r#"cors_origin = "http://file""#, "http://file"),
    ] {
        assert_eq!(resolved(&env, file).cors_origins, [expected], "{env:?} {file}");
    }
}

#[test]
fn which_listener_counts_role_by_role() {
    const FILE: &str = r#"listen = { web = "127.0.0.1:1", chat = ["127.0.0.1:2", "127.0.0.1:3"], calls = "off" }"#;
    const ENV: (&str, &str) = ("MOODBITES_LISTEN", "web=127.0.0.1:4; calls=5,6");
    for (flags, env, file, expected) in [
        (vec![], vec![], FILE, "web 1, accounts 5000, chat 2 3"),
        (vec![], vec![ENV], FILE, "web 4, accounts 5000, chat 2 3, calls 5 6"),
        (vec!["web=0.0.0.0:7", "chat=off"], vec![ENV], FILE, "web 7, accounts 5000, calls 5 6"),
        (vec!["web=1", "web=2"], vec![], "", "web 1 2, accounts 5000, chat 3005 3006, calls 3007 5006"),
        (vec!["accounts=off", "chat=off", "calls=off"], vec![("PORT", "8080")], "", "web 8080"),
        (vec!["accounts=off", "chat=off", "calls=off", "web=9"], vec![("PORT", "8080")], "", "web 9"),
        (vec!["accounts=off", "calls=off"], vec![("PORT", "8080")], "", "web 3000, chat 3005 3006"),
        (vec!["web=0"], vec![], "", "web 0, accounts 5000, chat 3005 3006, calls 3007 5006"),
        (vec!["web=[::1]:9"], vec![], "", "web 9, accounts 5000, chat 3005 3006, calls 3007 5006"),
    ] {
        let config = resolve(&raw(&flags, &env, file)).unwrap();
        let said: Vec<String> = ports(&config.listen)
            .into_iter()
            .map(|(role, ports)| ports.iter().fold(role.to_string(), |text, port| format!("{text} {port}")))
            .collect();
        assert_eq!(said.join(", "), expected, "{flags:?} {env:?} {file}");
    }
}

#[test]
fn listeners_that_are_none() {
    for flag in ["web", "web=", "web=localhost", "web=1.2.3:4", "web=127.0.0.1:70000", "shop=1", "=1", "web=off,1"] {
        let error = resolve(&raw(&[flag], &[], "")).unwrap_err().to_string();
        assert!(error.contains("--listen") && error.contains(flag), "{error}");
    }
    let all = ["web=off", "accounts=off", "chat=off", "calls=off"];
    assert_eq!(resolve(&raw(&all, &[], "")).unwrap_err(), ConfigError::NothingListens);
    assert!(refused(&[], "listen = { web = 3000 }").contains("listen.web"));
    assert!(refused(&[], "listen = 3000").contains("listen"));
    assert!(
        refused(&[("PORT", "http")], "listen = { accounts = 'off', chat = 'off', calls = 'off' }").contains("PORT")
    );
}

#[test]
fn a_name_that_is_none_is_an_error_that_guesses() {
    for (env, file, expected) in [
        (
            vec![("MOODBITES_JWT_SECRT", "x")],
            "",
            "MOODBITES_JWT_SECRT is not a setting; did you mean MOODBITES_JWT_SECRET?",
        ),
        (
            vec![("MOODBITES_CORS_ORIGINS", "x")],
            "",
            "MOODBITES_CORS_ORIGINS is not a setting; did you mean MOODBITES_CORS_ORIGIN?",
        ),
        (vec![("MOODBITES_LISTN", "x")], "", "MOODBITES_LISTN is not a setting; did you mean MOODBITES_LISTEN?"),
        (
            vec![("MOODBITES_SOMETHING_ELSE_ALTOGETHER", "x")],
            "",
            "MOODBITES_SOMETHING_ELSE_ALTOGETHER is not a setting",
        ),
        (vec![], "jwt_secert = 'x'", "jwt_secert is not a setting of moodbites.toml; did you mean jwt_secret?"),
        (vec![], "[listen]\nwbe = 'off'", "listen.wbe is not a setting of moodbites.toml; did you mean web?"),
        (
            vec![],
            "[[ice_servers]]\nurl = 'stun:x'",
            "ice_servers.url is not a setting of moodbites.toml; did you mean urls?",
        ),
        (vec![], "colour = 'red'", "colour is not a setting of moodbites.toml"),
    ] {
        assert_eq!(refused(&env, file), expected);
    }
    assert!(resolve(&raw(&[], &[("MOODBITES_BIN", "target/debug/moodbites"), ("JWT_SECRT", "x")], "")).is_ok());
}

#[test]
fn a_mongodb_uri_is_taken_and_never_shown() {
    const URI: &str = "mongodb://moodbites:hunter2@db.example.org/moodbites_data";
    for (env, file) in [
        (vec![("MONGODB_URI", URI)], String::new()),
        (vec![("MOODBITES_MONGODB_URI", URI), ("MONGODB_URI", "mongodb://older")], String::new()),
        (vec![], format!("mongodb_uri = '{URI}'")),
    ] {
        let raw = raw(&[], &env, &file);
        let config = resolve(&raw).unwrap();
        assert_eq!(config.mongodb_uri.as_ref().map(MongoUri::reveal), Some(URI));
        assert!(!format!("{config:?}").contains("hunter2"));
        assert!(!print(&config, &raw).contains("hunter2"));
        let demo = Raw { flags: Flags { demo: true, ..raw.flags.clone() }, ..raw };
        assert_eq!(resolve(&demo).unwrap().mongodb_uri, None, "a demo is on its own");
    }
    for (env, file) in [(vec![("MONGODB_URI", "hunter2")], ""), (vec![], "mongodb_uri = ['mongodb://hunter2']")] {
        let error = refused(&env, file);
        assert!(error.to_lowercase().contains("mongodb_uri should be") && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn secrets_good_bad_and_weak() {
    for name in ["JWT_SECRET", "MOODBITES_JWT_SECRET"] {
        let error = refused(&[(name, "your-jwt-secret-key-here")], "");
        assert!(error.starts_with(name) && error.contains("placeholder"), "{error}");
        let config = resolved(&[(name, "thirty-one bytes are too few ..")], "");
        assert!(config.warnings.len() == 1 && config.warnings[0].starts_with(name), "{:?}", config.warnings);
        assert!(resolved(&[(name, "thirty-two bytes are enough ....")], "").warnings.is_empty());
        // It stays a text, whatever it looks like.
        assert_eq!(resolved(&[(name, "0123")], "").jwt_secret.map(|secret| secret.len()), Some(4));
    }
    assert!(refused(&[], "jwt_secret = 'your-jwt-secret-key-here'").contains("placeholder"));
    let error = refused(&[], "jwt_secret = 31337");
    assert!(!error.contains("31337"), "{error}");
}

#[test]
fn origins_and_addresses() {
    let config = resolved(
        &[
            ("CORS_ORIGIN", "https://app.example.org/, http://localhost:5173"),
            ("MOODBITES_PUBLIC_ADDRESS", "https://chat.example.org/"),
            ("MOODBITES_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"),
        ],
        "",
    );
    assert_eq!(config.cors_origins, ["https://app.example.org", "http://localhost:5173"]);
    assert_eq!(config.public_address.as_deref(), Some("https://chat.example.org"));
    assert!(config.is_https());
    assert_eq!(config.trusted_proxies.len(), 2);
    for (name, value) in [
        ("CORS_ORIGIN", "*"),
        ("CORS_ORIGIN", "app.example.org"),
        ("CORS_ORIGIN", "https://app.example.org/path"),
        ("CORS_ORIGIN", "https://App.example.org"),
        ("CORS_ORIGIN", "https://*.example.org"),
        ("CORS_ORIGIN", "null"),
        ("MOODBITES_PUBLIC_ADDRESS", "chat.example.org"),
        ("MOODBITES_PUBLIC_ADDRESS", "https://chat.example.org/app"),
        ("MOODBITES_TRUSTED_PROXIES", "proxy"),
        ("MOODBITES_TRUST_LEGACY_IDENTITY", "maybe"),
    ] {
        assert!(matches!(resolve(&raw(&[], &[(name, value)], "")), Err(ConfigError::Value { .. })), "{name}={value}");
    }
}

#[test]
fn ice_servers_in_each_form() {
    let stun = || IceServer { urls: vec!["stun:stun.example.org".into()], username: None, credential: None };
    let turn = || IceServer {
        urls: vec!["turn:turn.example.org:3478?transport=udp".into()],
        username: Some("u".into()),
        credential: Some("hush".into()),
    };
    let json = r#"[{"urls":"stun:stun.example.org"},{"urls":["turn:turn.example.org:3478?transport=udp"],"username":"u","credential":"hush"}]"#;
    let toml = "[[ice_servers]]\nurls = ['stun:stun.example.org']\n[[ice_servers]]\nurls = 'turn:turn.example.org:3478?transport=udp'\n\
        username = 'u'\ncredential = 'hush'";
    assert_eq!(resolved(&[("MOODBITES_ICE_SERVERS", "stun:stun.example.org")], "").ice_servers, [stun()]);
    assert_eq!(resolved(&[("MOODBITES_ICE_SERVERS", json)], "").ice_servers, [stun(), turn()]);
    assert_eq!(resolved(&[], toml).ice_servers, [stun(), turn()]);
    let guide = ["", "1", "2"].map(|n| format!("stun:stun{n}.l.google.com:19302"));
    assert_eq!(resolved(&[("MOODBITES_ICE_SERVERS", "google")], "").ice_servers[0].urls, guide);
    assert_eq!(resolved(&[], "[[ice_servers]]\nurls = 'google'").ice_servers[0].urls, guide);
    for bad in [
        "stun.example.org",
        "[",
        "[1]",
        r#"[{"urls":[]}]"#,
        r#"[{"urls":"http://x"}]"#,
        r#"[{"urls":"turn:x"}]"#,
        r#"[{"urls":"turn:x","username":"u","credential":1}]"#,
    ] {
        let error = refused(&[("MOODBITES_ICE_SERVERS", bad)], "");
        assert!(error.contains("MOODBITES_ICE_SERVERS"), "{bad}: {error}");
    }
}

#[test]
fn what_is_risky_is_warned_about() {
    for (flags, env, expected) in [
        (vec!["web=0.0.0.0:3000"], vec![], "https"),
        (vec![], vec![("MOODBITES_TRUST_LEGACY_IDENTITY", "1")], "trust_legacy_identity"),
    ] {
        let config = resolve(&raw(&flags, &env, "")).unwrap();
        assert!(config.warnings.len() == 1 && config.warnings[0].contains(expected), "{:?}", config.warnings);
    }
    let env = [("MOODBITES_PUBLIC_ADDRESS", "https://chat.example.org")];
    assert!(resolve(&raw(&["web=0.0.0.0:3000"], &env, "")).unwrap().warnings.is_empty());
}

#[test]
fn what_is_printed_can_be_read_whatever_a_path_has_in_it() {
    let said = raw(&[], &[], "data = \"/srv/moo\\bites\\nlog = 1\"\n");
    let config = resolve(&said).unwrap();
    assert_eq!(resolve(&raw(&[], &[], &print(&config, &said))).unwrap().data, config.data);
}

#[test]
fn what_is_printed_says_the_same_and_no_secret() {
    let env = [
        ("JWT_SECRET", "hush, thirty-two bytes are enough"),
        ("MOODBITES_ICE_SERVERS", r#"[{"urls":"turn:turn.example.org","username":"u","credential":"hush"}]"#),
        ("MOODBITES_LISTEN", "web=127.0.0.1:80 calls=off"),
        ("MOODBITES_TRUSTED_PROXIES", "10.0.0.0/8"),
    ];
    let said = raw(&[], &env, "log = 'debug'");
    let config = resolve(&said).unwrap();
    let printed = print(&config, &said);
    assert!(!printed.contains("hush"), "{printed}");
    for line in [
        "# jwt_secret: set, not shown  # JWT_SECRET",
        "trusted_proxies = [\"10.0.0.0/8\"]  # MOODBITES_TRUSTED_PROXIES",
        "log = \"debug\"  # moodbites.toml",
        "limits = true  # default",
        "calls = \"off\"  # configured",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line} is not in\n{printed}");
    }
    let again = resolved(&[], &printed);
    assert_eq!((&again.listen[&Role::Web], again.listen.len()), (&config.listen[&Role::Web], config.listen.len()));
    assert_eq!((again.trusted_proxies, again.log), (config.trusted_proxies, config.log));
}

#[test]
fn a_demo_has_a_folder_of_its_own() {
    let demo = |data: Option<&str>, file: &str| {
        let mut raw = raw(&[], &[], file);
        raw.flags.demo = true;
        raw.flags.data = data.map(Into::into);
        resolve(&raw).unwrap().data.display().to_string()
    };
    assert_eq!(demo(None, ""), "/platform/demo");
    assert_eq!(demo(None, "data = '/practice'"), "/platform/demo");
    assert_eq!(demo(Some("/elsewhere"), ""), "/elsewhere");
}

#[test]
fn a_file_that_does_not_parse_names_its_line_and_shows_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.toml");
    std::fs::write(&path, "log = 'info'\njwt_secret = hush\n").unwrap();
    let flags = Flags { data: Some(folder.path().into()), config: Some(path), ..Flags::default() };
    let error = Raw::gather(flags, BTreeMap::new()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("other.toml, line 2: ") && !error.contains("hush"), "{error}");
}

#[test]
fn the_file_in_the_data_folder_is_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("moodbites.toml"), "log = 'debug'").unwrap();
    let env = BTreeMap::from([("MOODBITES_DATA".to_owned(), folder.path().display().to_string())]);
    let config = resolve(&Raw::gather(Flags::default(), env).unwrap()).unwrap();
    assert_eq!((config.log.as_str(), config.data.as_path()), ("debug", folder.path()));
}

#[test]
fn a_relay_runs_where_somebody_asks_for_it() {
    assert!(!resolved(&[], "").listen.contains_key(&Role::Turn));
    let config = resolve(&raw(&["turn=0.0.0.0:3478,[::]:3478"], &[], "")).unwrap();
    assert_eq!(ports(&config.listen).last(), Some(&(Role::Turn, vec![3478, 3478])));
    assert!(config.warnings.is_empty(), "it has no pages: {:?}", config.warnings);
    assert_eq!((config.turn.ports, config.turn.external.len()), (49152..=65535, 0));
    let env = [
        ("MOODBITES_TURN_RELAY_PORTS", "50000-50999"),
        ("MOODBITES_TURN_ALLOW_PEERS", "192.168.0.0/16, fd00::/8"),
        ("MOODBITES_TURN_EXTERNAL_ADDRESS", "203.0.113.7,2001:db8::7"),
        ("MOODBITES_TURN_SECRET", "hush"),
        ("MOODBITES_TLS_CERT", "/etc/cert.pem"),
        ("MOODBITES_TLS_KEY", "/etc/key.pem"),
    ];
    let said = raw(&["turns=0.0.0.0:5349"], &env, "turn_relay_ports = '1-2'");
    let config = resolve(&said).unwrap();
    assert_eq!((config.turn.ports.clone(), config.turn.allow_peers.len()), (50_000..=50_999, 2));
    let files = TlsFiles { cert: "/etc/cert.pem".into(), key: "/etc/key.pem".into() };
    assert_eq!(config.tls, Some(TlsConfig::Files(files)));
    let printed = print(&config, &said);
    assert!(!printed.contains("hush") && !format!("{config:?}").contains("hush"));
    let again = resolved(&[], &printed);
    assert_eq!((again.turn.ports, again.turn.external), (config.turn.ports, config.turn.external));
    assert_eq!(again.tls, config.tls);
    // A flag counts before the environment.
    let flags =
        Flags { settings: vec![("turn_relay_ports", "--turn-relay-ports", "6000-6001".into())], ..Flags::default() };
    let config = resolve(&Raw { flags, ..raw(&[], &env, "") }).unwrap();
    assert_eq!(config.turn.ports, 6000..=6001);
}

#[test]
fn a_relay_that_could_not_work_does_not_start() {
    let no_cert = resolve(&raw(&["turns=0.0.0.0:5349"], &[], "")).unwrap_err();
    assert_eq!(no_cert, ConfigError::NoCertificate(Role::Turns));
    for (name, value) in [
        ("MOODBITES_TURN_RELAY_PORTS", "50000"),
        ("MOODBITES_TURN_RELAY_PORTS", "50001-50000"),
        ("MOODBITES_TURN_RELAY_PORTS", "80-90"),
        ("MOODBITES_TURN_RELAY_PORTS", "50000-70000"),
        // A range that is none allows nobody, rather than everybody.
        ("MOODBITES_TURN_ALLOW_PEERS", "192.168.1.1/16"),
        ("MOODBITES_TURN_ALLOW_PEERS", "10.0.0.0/8,lan"),
        ("MOODBITES_TURN_EXTERNAL_ADDRESS", "turn.example.org"),
        ("MOODBITES_TURN_EXTERNAL_ADDRESS", "203.0.113.7,203.0.113.8"),
        ("MOODBITES_TURN_EXTERNAL_ADDRESS", "0.0.0.0"),
    ] {
        let error = resolve(&raw(&[], &[(name, value)], "")).unwrap_err();
        assert!(matches!(error, ConfigError::Value { .. }), "{name}={value}");
    }
    for name in ["MOODBITES_TLS_CERT", "MOODBITES_TLS_KEY"] {
        assert!(refused(&[(name, "/etc/file.pem")], "").contains("tls_"));
    }
}

#[test]
fn the_host_that_people_type() {
    for (origin, expected) in [
        ("https://chat.example.org", "chat.example.org"),
        ("https://chat.example.org:8443", "chat.example.org"),
        ("http://192.168.1.5:3000", "192.168.1.5"),
        ("http://[2001:db8::1]:3000", "[2001:db8::1]"),
        ("http://[2001:db8::1]", "[2001:db8::1]"),
    ] {
        let config = Config { public_address: Some(origin.to_owned()), ..Config::for_tests() };
        assert_eq!(config.public_host(), Some(expected), "{origin}");
        let port = origin.starts_with("https:").then(|| if origin.ends_with(":8443") { 8443 } else { 443 });
        assert_eq!(config.public_https_port(), port, "{origin}");
    }
}

#[test]
fn where_a_certificate_comes_from() {
    let https = "https=0.0.0.0:443";
    let public = ("MOODBITES_PUBLIC_ADDRESS", "https://chat.example.org:8443");
    let config =
        resolve(&raw(&[https], &[public, ("MOODBITES_TLS", "acme")], "acme_email = 'it@example.org'")).unwrap();
    let Some(TlsConfig::Acme(AcmeConfig { name, email, directory, root: None })) = &config.tls else {
        panic!("{:?}", config.tls)
    };
    assert_eq!((name.as_str(), email.as_deref()), ("chat.example.org", Some("it@example.org")));
    assert!(directory.starts_with("https://acme-v02.api.letsencrypt.org/"));
    let said = raw(&[https], &[public, ("MOODBITES_TLS", "acme")], "");
    let printed = print(&resolve(&said).unwrap(), &said);
    assert_eq!(resolved(&[], &printed).tls, resolve(&said).unwrap().tls, "{printed}");

    let files = ("MOODBITES_TLS_CERT", "/etc/cert.pem");
    let key = ("MOODBITES_TLS_KEY", "/etc/key.pem");
    for (listen, env) in [
        (https, vec![]),
        (https, vec![files]),
        (https, vec![key]),
        (https, vec![("MOODBITES_TLS", "files")]),
        (https, vec![("MOODBITES_TLS", "letsencrypt"), public]),
        (https, vec![("MOODBITES_TLS", "acme")]),
        (https, vec![("MOODBITES_TLS", "acme"), ("MOODBITES_PUBLIC_ADDRESS", "http://chat.example.org")]),
        (https, vec![("MOODBITES_TLS", "acme"), ("MOODBITES_PUBLIC_ADDRESS", "https://192.0.2.1")]),
        (https, vec![("MOODBITES_TLS", "acme"), ("MOODBITES_PUBLIC_ADDRESS", "https://[2001:db8::1]:443")]),
        (https, vec![("MOODBITES_TLS", "acme"), public, files, key]),
        (https, vec![("MOODBITES_TLS", "acme"), public, ("MOODBITES_ACME_EMAIL", "nobody")]),
        (https, vec![("MOODBITES_TLS", "acme"), public, ("MOODBITES_ACME_DIRECTORY", "http://acme.example.org")]),
        ("web=0.0.0.0:3000", vec![("MOODBITES_TLS", "acme"), public]),
        ("redirect=0.0.0.0:80", vec![files, key]),
    ] {
        let refused = resolve(&raw(&[listen], &env, "")).unwrap_err();
        assert!(refused.to_string().len() > 20, "{refused}");
    }
}

#[test]
fn a_livekit_server_is_named_whole_or_not_at_all() {
    const KEY: (&str, &str) = ("LIVEKIT_API_KEY", "the-key");
    const SECRET: (&str, &str) = ("LIVEKIT_API_SECRET", "hush, a secret of thirty-two bytes");
    assert!(resolved(&[], "").livekit.is_none());
    for (url, expected, http) in [
        ("wss://livekit.example.org/", "wss://livekit.example.org", "https://livekit.example.org"),
        ("ws://127.0.0.1:7880", "ws://127.0.0.1:7880", "http://127.0.0.1:7880"),
        ("https://rtc.example.org/livekit", "wss://rtc.example.org/livekit", "https://rtc.example.org/livekit"),
    ] {
        let env = [("LIVEKIT_URL", url), KEY, SECRET];
        let config = resolved(&env, "");
        let livekit = config.livekit.clone().unwrap();
        assert_eq!((livekit.url.as_str(), livekit.api_url.as_str()), (expected, http));
        assert!(config.warnings.is_empty(), "{:?}", config.warnings);
        let printed = print(&config, &raw(&[], &env, ""));
        assert!(!printed.contains("hush") && !format!("{config:?}").contains("hush"));
        assert_eq!(resolved(&[SECRET], &printed).livekit.unwrap().url, expected);
    }
    let inside = [("LIVEKIT_URL", "wss://lk"), ("LIVEKIT_API_URL", "http://10.0.0.7:7880/"), KEY, SECRET];
    assert_eq!(resolved(&inside, "").livekit.unwrap().api_url, "http://10.0.0.7:7880");
    assert!(refused(&[("LIVEKIT_URL", "wss://lk"), ("LIVEKIT_API_URL", "lk"), KEY, SECRET], "").contains("API_URL"));
    let short = resolved(&[("LIVEKIT_URL", "ws://lk"), KEY, ("LIVEKIT_API_SECRET", "secret")], "");
    assert!(short.warnings[0].contains("under 32 bytes"));
    for url in ["livekit.example.org", "ftp://x", "wss://", "wss:///x", "wss://a b", "wss://a?b=c", "wss://u@a"] {
        let error = refused(&[("LIVEKIT_URL", url), KEY, SECRET], "");
        assert!(error.contains("LIVEKIT_URL") && error.contains("should be"), "{error}");
    }
    for env in [
        vec![KEY],
        vec![SECRET],
        vec![("LIVEKIT_API_URL", "wss://lk")],
        vec![("LIVEKIT_URL", "wss://lk"), KEY],
        vec![("LIVEKIT_URL", "wss://lk"), SECRET],
    ] {
        let error = refused(&env, "");
        assert!(error.to_lowercase().contains("livekit_") && !error.contains("hush"), "{error}");
    }
    let at = ("LIVEKIT_URL", "wss://lk");
    assert!(resolved(&[at, KEY, SECRET], "").livekit.unwrap().egress.is_none());
    for (dir, path, theirs) in [("/srv/egress/", None, "/out"), ("/srv/egress", Some("/data/rec/"), "/data/rec")] {
        let mut env = vec![at, KEY, SECRET, ("MOODBITES_LIVEKIT_EGRESS_DIR", dir)];
        env.extend(path.map(|path| ("MOODBITES_LIVEKIT_EGRESS_PATH", path)));
        let config = resolved(&env, "");
        let egress = EgressConfig { folder: "/srv/egress".into(), theirs: theirs.to_owned() };
        assert_eq!(config.livekit.clone().unwrap().egress.as_ref(), Some(&egress));
        assert_eq!(resolved(&[SECRET], &print(&config, &raw(&[], &env, ""))).livekit.unwrap().egress, Some(egress));
    }
    for env in [
        vec![("MOODBITES_LIVEKIT_EGRESS_DIR", "/srv/egress")],
        vec![at, KEY, SECRET, ("MOODBITES_LIVEKIT_EGRESS_PATH", "/out")],
        vec![at, KEY, SECRET, ("MOODBITES_LIVEKIT_EGRESS_DIR", "egress")],
        vec![at, KEY, SECRET, ("MOODBITES_LIVEKIT_EGRESS_DIR", "/srv/../etc")],
        vec![
            at,
            KEY,
            SECRET,
            ("MOODBITES_LIVEKIT_EGRESS_DIR", "/srv/egress"),
            ("MOODBITES_LIVEKIT_EGRESS_PATH", "out"),
        ],
    ] {
        let error = refused(&env, "");
        assert!(error.to_lowercase().contains("livekit_egress_"), "{error}");
    }
}
