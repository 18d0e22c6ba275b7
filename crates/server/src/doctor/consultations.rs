//! The server that carries consultations.

use super::{Code, Finding, Subject};
use crate::livekit::{Egress, Seen, look, records};

/// Tokens mind more than this.
const OFF_SECONDS: i64 = 10;

pub(super) async fn examine(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(config) = &subject.config.livekit else { return vec![Finding::new(Code::LivekitNone, "")] };
    let at = |code| Finding::new(code, config.api_url.clone());
    let seen = look(config, subject.now).await;
    let mut findings = vec![at(match seen {
        Seen::Good { .. } => Code::LivekitGood,
        Seen::KeyRefused { .. } => Code::LivekitKey,
        Seen::Other => Code::LivekitOther,
        Seen::Silent => Code::LivekitSilent,
    })];
    if let Seen::Good { ahead } | Seen::KeyRefused { ahead } = seen
        && ahead.abs() > OFF_SECONDS
    {
        findings.push(Finding::new(Code::LivekitClock, ahead.to_string()));
    }
    if let Some(egress) = &config.egress {
        let folder = egress.folder.display().to_string();
        match Egress::check(&egress.folder) {
            Err(error) => findings.push(Finding::new(Code::EgressFolder, error.why())),
            Ok(()) if !matches!(seen, Seen::Good { .. }) => {}
            Ok(()) if records(config, subject.now).await => findings.push(Finding::new(Code::EgressGood, folder)),
            Ok(()) => findings.push(at(Code::EgressNone)),
        }
        if Egress::is_ours_alone(&egress.folder) {
            findings.push(Finding::new(Code::EgressAlone, egress.folder.display().to_string()));
        }
    }
    let here = ["ws://127.", "ws://localhost", "ws://[::1]"].iter().any(|here| config.url.starts_with(here));
    if subject.config.is_https() && config.url.starts_with("ws://") && !here {
        findings.push(Finding::new(Code::LivekitPlain, config.url.clone()));
    }
    let base = subject.config.public_address.as_deref().unwrap_or("http://…");
    findings.push(Finding::new(Code::LivekitWebhook, format!("{}/api/livekit/webhook", base.trim_end_matches('/'))));
    findings
}
