//! Who comes to the door, and who is let in or turned away there.

use super::{ConnectionTest, Consultation, ConsultationRefused, Done, MAX_PRESENT};
use crate::{MemberId, MemberRole, MemberState, Timestamp, UserId};

/// Who comes to the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comer {
    /// Somebody with an account; whether they may come without having been asked is the caller's to know.
    User {
        /// Who.
        user: UserId,
        /// Their name.
        name: String,
        /// The id that they get if they are new.
        id: MemberId,
        /// Whether they may come unasked.
        unasked: bool,
    },
    /// A guest whose link was claimed.
    Guest(MemberId),
}

impl Consultation {
    /// Somebody comes to the door, or tells what they have tried there. The owner, who is welcome, and who was let in before
    /// go through it.
    pub fn arrive(
        &mut self,
        comer: Comer,
        test: Option<ConnectionTest>,
        now: Timestamp,
    ) -> Result<MemberId, ConsultationRefused> {
        self.is_open()?;
        let at = self.comer(comer)?;
        let present = self.members.iter().filter(|member| member.is_present()).count();
        let member = &mut self.members[at];
        let is_owner = member.role == MemberRole::Host;
        let returns = member.state == MemberState::Left && member.admitted_at.is_some();
        match member.state {
            MemberState::Refused | MemberState::Removed => return Err(ConsultationRefused::NotAdmitted),
            MemberState::Invited | MemberState::Left => {
                if !is_owner && present >= MAX_PRESENT {
                    return Err(ConsultationRefused::Full);
                }
                if !is_owner && !returns && self.locked {
                    return Err(ConsultationRefused::Locked);
                }
                member.arrived_at = Some(now);
                member.forget_lines();
                if is_owner || returns || member.welcome {
                    member.admit(now);
                } else {
                    member.state = MemberState::Waiting;
                }
            }
            MemberState::Waiting | MemberState::Admitted => {}
        }
        member.old_client = false;
        if test.is_some() {
            member.test = test;
        }
        Ok(member.id)
    }

    fn comer(&mut self, comer: Comer) -> Result<usize, ConsultationRefused> {
        let (user, name, id, unasked) = match comer {
            Comer::Guest(id) => return self.place(id).map_err(|_| ConsultationRefused::NotTheirs),
            Comer::User { user, name, id, unasked } => (user, name, id, unasked),
        };
        if let Some(at) = self.members.iter().position(|member| member.user == Some(user)) {
            self.members[at].name = name;
            return Ok(at);
        }
        if !unasked {
            return Err(ConsultationRefused::NotTheirs);
        }
        if self.locked {
            return Err(ConsultationRefused::Locked);
        }
        self.invite(user, name, id, false)?;
        Ok(self.members.len() - 1)
    }

    /// Lets in those who wait, or exactly these; those who were turned away may come again.
    pub fn admit(&mut self, by: MemberId, ids: Option<&[MemberId]>, now: Timestamp) -> Done {
        self.host_place(by)?;
        for id in ids.into_iter().flatten() {
            self.place(*id)?;
        }
        for member in &mut self.members {
            let named = ids.is_some_and(|ids| ids.contains(&member.id));
            match member.state {
                MemberState::Waiting if named || ids.is_none() => member.admit(now),
                // They have gone away from the door: next time they need not wait.
                MemberState::Refused | MemberState::Removed | MemberState::Left if named => {
                    member.state = MemberState::Invited;
                    member.welcome = true;
                }
                MemberState::Invited if named => member.welcome = true,
                _ => {}
            }
        }
        Ok(())
    }

    /// Turns away who waits.
    pub fn refuse(&mut self, by: MemberId, id: MemberId, now: Timestamp) -> Done {
        let at = self.subject(by, id)?;
        let member = &mut self.members[at];
        if matches!(member.state, MemberState::Waiting | MemberState::Invited) {
            (member.state, member.welcome, member.left_at) = (MemberState::Refused, false, Some(now));
            member.forget_lines();
        }
        Ok(())
    }
}
