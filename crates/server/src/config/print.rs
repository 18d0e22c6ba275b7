//! The configuration as a file that would say the same, with what is secret left out.

use std::fmt::Write;

use super::resolved::Config;
use super::role::Role;

/// As `moodbites config print` shows it.
pub fn print(config: &Config) -> String {
    let text = |text: &str| toml::Value::from(text).to_string();
    let list = |items: Vec<String>| toml::Value::from(items).to_string();
    let mut out = String::new();
    let mut line = |line: String| {
        // A String takes whatever is written.
        let _ = writeln!(out, "{line}");
    };
    line(format!("data = {}", text(&config.data.display().to_string())));
    line(match &config.jwt_secret {
        Some(_) => "# jwt_secret: set, not shown".to_owned(),
        None => format!("# jwt_secret: the one in {}", config.data.join(crate::data::JWT_SECRET).display()),
    });
    line(match &config.jwt_issuer {
        Some(issuer) => format!("jwt_issuer = {}", text(issuer)),
        None => "# jwt_issuer: none".to_owned(),
    });
    line(format!("cors_origin = {}", list(config.cors_origins.clone())));
    line(match &config.public_address {
        Some(address) => format!("public_address = {}", text(address)),
        None => "# public_address: none".to_owned(),
    });
    line(format!("trusted_proxies = {}", list(config.trusted_proxies.iter().map(ToString::to_string).collect())));
    line(format!("trust_legacy_identity = {}", config.trust_legacy_identity));
    line(format!("limits = {}", config.limits));
    line(format!("log = {}", text(&config.log)));
    line("\n[listen]".to_owned());
    for role in Role::ALL {
        line(match config.listen.get(&role) {
            Some(listen) => format!("{role} = {}", list(listen.addresses.iter().map(ToString::to_string).collect())),
            None => format!("{role} = \"off\""),
        });
    }
    for server in &config.ice_servers {
        line(format!("\n[[ice_servers]]\nurls = {}", list(server.urls.clone())));
        if let Some(username) = &server.username {
            line(format!("username = {}", text(username)));
        }
        if server.credential.is_some() {
            line("credential = \"(set, not shown)\"".to_owned());
        }
    }
    out
}
