//! What is said in a consultation: to everybody in it, which is kept, and at its door, which is not.

use super::{Consultation, ConsultationRefused, Done};
use crate::{ClientMessageId, ConsultationId, MemberId, MemberState, Timestamp};

/// Words of one consultation at most.
pub const MAX_WORDS: u32 = 5_000;

/// Characters of a word to everybody.
pub const MAX_WORD: usize = 2_000;

/// Characters of a line at the door, either way.
pub const MAX_LINE: usize = 300;

/// Something that somebody said to everybody in a consultation. It is kept with the consultation, since a guest may say
/// something too and reads no conversation, and whoever reads a conversation may have had no part in the consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// In which.
    pub consultation: ConsultationId,
    /// Its place, from 1 on, without a gap.
    pub number: u32,
    /// Who said it.
    pub member: MemberId,
    /// Theirs for it: said again it is the same.
    pub key: ClientMessageId,
    /// 1 to 2,000 characters.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

impl Consultation {
    /// Who is in it says something, unless they only look on.
    pub fn may_say(&self, id: MemberId) -> Done {
        if self.grants(id)?.data { Ok(()) } else { Err(ConsultationRefused::NotTheirs) }
    }

    /// From when to when what is said is for a member: for its owner all of it, for everybody else from when they were
    /// first let in until they were last in it.
    pub fn hears(&self, id: MemberId) -> Option<[Timestamp; 2]> {
        let member = self.member(id)?;
        if member.user == Some(self.owner) {
            return Some([Timestamp(i64::MIN), Timestamp(i64::MAX)]);
        }
        let here = member.state == MemberState::Admitted && self.ended_at.is_none();
        let until = if here { Timestamp(i64::MAX) } else { member.left_at? };
        member.admitted_at.map(|from| [from, until])
    }

    /// Who waits says something to who may let them in; nothing takes it back.
    pub fn write_line(&mut self, id: MemberId, text: String) -> Done {
        let member = self.waiting(id)?;
        member.line = Some(text).filter(|text| !text.is_empty());
        Ok(())
    }

    /// A host says something to who waits.
    pub fn answer_line(&mut self, by: MemberId, id: MemberId, text: String) -> Done {
        self.host_place(by)?;
        let member = self.waiting(id)?;
        member.answer = Some(text).filter(|text| !text.is_empty());
        Ok(())
    }

    fn waiting(&mut self, id: MemberId) -> Result<&mut super::Member, ConsultationRefused> {
        self.is_open()?;
        let at = self.place(id)?;
        let member = &mut self.members[at];
        if member.state == MemberState::Waiting { Ok(member) } else { Err(ConsultationRefused::NotAdmitted) }
    }
}
