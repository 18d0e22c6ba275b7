//! The practice's own authority, for devices that are to trust it. It is no secret.

use std::net::IpAddr;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::json;
use wire::error::Code;

use super::error::ApiError;
use crate::config::{Config, Role};
use crate::shell::hosts;
use crate::state::Services;
use crate::tls::Authority;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/api/trust", get(trust))
        .route("/api/trust/moodbites.crt", get(certificate))
        .route("/api/trust/moodbites.mobileconfig", get(profile))
}

/// What it is, and by which addresses others come to the page and to the app.
async fn trust(State(services): State<Services>) -> Result<Response, ApiError> {
    let Authority { name, fingerprint, .. } = authority(&services)?;
    let config = &services.config;
    let page = address(config, Role::Redirect, "http", 80).or_else(|| address(config, Role::Web, "http", 80));
    let page = page.map(|origin| format!("{origin}/trust"));
    let app = config.public_address.clone().or_else(|| address(config, Role::Https, "https", 443));
    Ok(Json(json!({ "name": name, "fingerprint": fingerprint, "page": page, "app": app })).into_response())
}

async fn certificate(State(services): State<Services>) -> Result<Response, ApiError> {
    let der = authority(&services)?.der.clone();
    let name = "attachment; filename=\"moodbites.crt\"";
    Ok(([(CONTENT_TYPE, "application/x-x509-ca-cert"), (CONTENT_DISPOSITION, name)], der).into_response())
}

/// The same as Apple's devices take it.
async fn profile(State(services): State<Services>) -> Result<Response, ApiError> {
    let Authority { name, fingerprint, der } = authority(&services)?;
    // The same for the same certificate, so that it replaces itself.
    let hex: String = fingerprint.chars().filter(|c| *c != ':').collect();
    let uuid = |at: usize| {
        let part = |from: usize, to: usize| &hex[at + from..at + to];
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    };
    let (outer, inner, content) = (uuid(0), uuid(32), STANDARD.encode(der));
    let text = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadDisplayName</key><string>{name}</string>
<key>PayloadIdentifier</key><string>org.moodbites.trust.{outer}</string>
<key>PayloadUUID</key><string>{outer}</string>
<key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.security.root</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadDisplayName</key><string>{name}</string>
<key>PayloadIdentifier</key><string>org.moodbites.trust.{inner}</string>
<key>PayloadUUID</key><string>{inner}</string>
<key>PayloadCertificateFileName</key><string>moodbites.crt</string>
<key>PayloadContent</key><data>{content}</data>
</dict></array>
</dict></plist>
"#
    );
    Ok(([(CONTENT_TYPE, "application/x-apple-aspen-config")], text).into_response())
}

fn authority(services: &Services) -> Result<&Authority, ApiError> {
    services.authority.as_deref().ok_or_else(|| Code::NotFound.into())
}

/// Where others in the network find a role, if they can.
fn address(config: &Config, role: Role, scheme: &str, usual: u16) -> Option<String> {
    let listens = config.listen.get(&role)?.addresses.iter().find(|address| !address.ip().is_loopback())?;
    let ip = match listens.ip() {
        ip if ip.is_unspecified() => hosts::addresses().into_iter().find(|ip| is_private(*ip))?,
        ip => ip,
    };
    let host = if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
    let port = listens.port();
    Some(if port == usual { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{port}") })
}

fn is_private(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(v4) if v4.is_private())
}
