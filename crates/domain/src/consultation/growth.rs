//! How a consultation gets people: two out of a call that goes on as one, others because a host asks them in.

use super::{Consultation, Done};
use crate::{CallId, MemberId, MemberState, Timestamp, UserId};

impl Consultation {
    /// It is what a call of the owner's with somebody goes on as: both are let in, wherever they stood.
    pub fn grow(&mut self, call: CallId, other: UserId, name: String, id: MemberId, now: Timestamp) -> Done {
        self.call = Some(call);
        self.invite(other, name, id, true)?;
        let owner = self.owner;
        for member in self.members.iter_mut().filter(|it| it.user == Some(owner) || it.user == Some(other)) {
            if member.state != MemberState::Admitted {
                member.arrived_at = Some(now);
                member.admit(now);
            }
        }
        Ok(())
    }

    /// A host asks people in who need not wait, whether they were here before or not.
    pub fn ask_in(&mut self, by: MemberId, people: impl Iterator<Item = (UserId, String, MemberId)>) -> Done {
        const AWAY: [MemberState; 3] = [MemberState::Left, MemberState::Refused, MemberState::Removed];
        self.host_place(by)?;
        for (user, name, id) in people {
            self.invite(user, name, id, true)?;
            if let Some(there) = self.members.iter_mut().find(|it| it.user == Some(user) && AWAY.contains(&it.state)) {
                there.state = MemberState::Invited;
            }
        }
        Ok(())
    }
}
