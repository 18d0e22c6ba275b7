//! Clients that know of no waiting room.

use super::{Comer, Consultation, ConsultationRefused, MAX_MEMBERS, Member, MemberRole, MemberState};
use crate::{MemberId, Timestamp};

/// Who asks for a token by an old client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum OldComer {
    /// Somebody with an account.
    User(Comer),
    /// Somebody of whom nothing is known but what they say.
    Guest { name: String, id: MemberId },
}

impl Consultation {
    /// An old client asks for a token, and that is all that it does: it comes by it. Who has a part in the appointment whose
    /// room it is goes in; so does, into a dietician's own room where the dietician came by an old client too and could
    /// admit nobody, the first who comes. Everybody else waits for somebody who can admit them.
    pub fn arrive_by_old_client(&mut self, comer: OldComer, now: Timestamp) -> Result<MemberId, ConsultationRefused> {
        self.is_open()?;
        self.may_enter(false)?;
        let id = match comer {
            OldComer::User(comer) => self.arrive(comer, None, now)?,
            OldComer::Guest { name, id } => {
                // It has no memory: who comes again under the same name is the same.
                let known = self.members.iter().find(|it| it.user.is_none() && it.old_client && it.name == name);
                let id = match known.map(|known| known.id) {
                    Some(id) => id,
                    None if self.locked => return Err(ConsultationRefused::Locked),
                    None if self.members.len() >= MAX_MEMBERS => return Err(ConsultationRefused::Full),
                    None => {
                        self.members.push(Member::new(id, None, name, MemberRole::Member));
                        id
                    }
                };
                self.arrive(Comer::Guest(id), None, now)?
            }
        };
        let nobody_else = !self
            .members
            .iter()
            .any(|it| it.id != id && it.role != MemberRole::Host && it.state == MemberState::Admitted);
        let host_is_old = self.host().is_some_and(|host| host.old_client && host.state == MemberState::Admitted);
        let goes_in = self.appointment.is_some() || (host_is_old && nobody_else);
        let at = self.place(id)?;
        self.members[at].old_client = true;
        if self.members[at].state == MemberState::Waiting && goes_in && !self.locked {
            self.members[at].admit(now);
        }
        Ok(id)
    }
}
