//! What the media server tells of who is in a room.

use super::Consultation;
use crate::Timestamp;

/// Events of the media server that are remembered, so that none counts twice.
pub(super) const REMEMBERED: usize = 64;

/// What the media server tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Heard<'a> {
    Joined(&'a str),
    Left(&'a str),
    Finished,
}

impl Consultation {
    /// The media server says that somebody is in the room, or has gone. What was said before counts no more; false if this
    /// is known already.
    pub fn hear(&mut self, event: &str, what: Heard<'_>, at: Timestamp) -> bool {
        if self.heard.iter().any(|known| known == event) {
            return false;
        }
        if self.heard.len() >= REMEMBERED {
            self.heard.remove(0);
        }
        self.heard.push(event.to_owned());
        match what {
            Heard::Joined(identity) => {
                if let Some(member) = self.members.iter_mut().find(|member| member.identity() == identity)
                    && self.ended_at.is_none()
                {
                    member.connected = true;
                    member.joined_at.get_or_insert(at);
                }
            }
            Heard::Left(identity) => {
                if let Some(member) = self.members.iter_mut().find(|member| member.identity() == identity) {
                    member.connected = false;
                    member.left_at = Some(member.left_at.map_or(at, |before| before.max(at)));
                }
            }
            Heard::Finished => {
                for member in self.members.iter_mut().filter(|member| member.connected) {
                    member.connected = false;
                    member.left_at = Some(at);
                }
            }
        }
        true
    }
}
