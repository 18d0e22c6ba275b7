//! The machine itself: folder, disk, database, clock.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::{Conversations, Timestamp};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::{Code, Finding};

/// Below this it is low.
const LOW_GIB: f64 = 2.0;

/// Below this SQLite soon refuses.
const FULL_GIB: f64 = 0.1;

/// Nobody's clock is exact; tokens and certificates do not mind this.
const OFF: Duration = Duration::from_secs(30);

const TIME_SERVER: (&str, u16) = ("pool.ntp.org", 123);

/// From 1900, which SNTP counts from, to 1970.
const NTP_EPOCH: u64 = 2_208_988_800;

const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn folder(data: &Path) -> Vec<Finding> {
    if !data.exists() {
        return vec![Finding::new(Code::FolderNew, data.display().to_string())];
    }
    let mut findings = vec![match tempfile::tempfile_in(data) {
        Ok(_) => Finding::new(Code::FolderGood, data.display().to_string()),
        Err(error) => Finding::new(Code::FolderClosed, error.to_string()),
    }];
    findings.extend(free_gib(data).map(|free| {
        let code = match free {
            _ if free < FULL_GIB => Code::DiskFull,
            _ if free < LOW_GIB => Code::DiskLow,
            _ => Code::DiskGood,
        };
        Finding::new(code, format!("{free:.1}"))
    }));
    findings
}

#[cfg(unix)]
fn free_gib(folder: &Path) -> Option<f64> {
    let stat = nix::sys::statvfs::statvfs(folder).ok()?;
    #[allow(clippy::cast_precision_loss, clippy::useless_conversion)]
    let gib = u64::from(stat.blocks_available()) as f64 * u64::from(stat.fragment_size()) as f64 / f64::from(1 << 30);
    Some(gib)
}

#[cfg(not(unix))]
fn free_gib(_: &Path) -> Option<f64> {
    None
}

pub(super) async fn store(conversations: &Result<Option<Arc<dyn Conversations>>, String>) -> Option<Finding> {
    let conversations = match conversations {
        Ok(conversations) => conversations.as_ref()?,
        Err(error) => return Some(Finding::new(Code::StoreBad, error.as_str())),
    };
    Some(match timeout(PATIENCE, conversations.epoch()).await {
        Ok(Ok(_)) => Finding::new(Code::StoreGood, ""),
        Ok(Err(error)) => Finding::new(Code::StoreBad, error.to_string()),
        Err(_) => Finding::new(Code::StoreBad, "it takes too long"),
    })
}

/// By one question to a public time server, which learns no more than that somebody asked.
pub(super) async fn clock(now: Timestamp) -> Finding {
    let Some(off) = timeout(PATIENCE, off_by(now)).await.ok().flatten() else {
        return Finding::new(Code::ClockUnknown, "");
    };
    if off > OFF {
        Finding::new(Code::ClockWrong, off.as_secs().to_string())
    } else {
        Finding::new(Code::ClockGood, off.as_millis().to_string())
    }
}

async fn off_by(now: Timestamp) -> Option<Duration> {
    let socket = UdpSocket::bind("0.0.0.0:0").await.ok()?;
    socket.connect(TIME_SERVER).await.ok()?;
    let asked = crate::shell::clock::instant();
    // Version 4, client (RFC 4330).
    let mut packet = [0; 48];
    packet[0] = 0x23;
    socket.send(&packet).await.ok()?;
    let len = socket.recv(&mut packet).await.ok()?;
    let took = asked.elapsed();
    let theirs = time_of(packet.get(..len)?)?;
    let ours = u64::try_from(now.0).ok()?.checked_add(u64::try_from((took / 2).as_millis()).ok()?)?;
    Some(Duration::from_millis(theirs.abs_diff(ours)))
}

/// Milliseconds since 1970 of an answer.
fn time_of(packet: &[u8]) -> Option<u64> {
    let transmitted: [u8; 8] = packet.get(40..48)?.try_into().ok()?;
    let whole = u64::from_be_bytes(transmitted);
    let seconds = (whole >> 32).checked_sub(NTP_EPOCH)?;
    Some(seconds * 1000 + (((whole & 0xffff_ffff) * 1000) >> 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_answer() {
        let mut packet = [0; 48];
        packet[40..44].copy_from_slice(&3_976_214_400_u32.to_be_bytes());
        packet[44] = 0x80;
        assert_eq!(time_of(&packet), Some(1_767_225_600_500));
        assert_eq!(time_of(&packet[..47]), None);
        assert_eq!(time_of(&[0; 48]), None);
    }
}
