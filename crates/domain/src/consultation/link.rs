//! Guest links: somebody without an account comes in, once.

use super::{Consultation, ConsultationRefused, Done, MAX_MEMBERS, Member, MemberRole};
use crate::{MemberId, ObjectId, Timestamp};

/// Guest links of one consultation at most.
pub const MAX_LINKS: usize = 50;

/// A link that lets one guest in, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestLink {
    /// Which.
    pub id: ObjectId,
    /// What the guest will be.
    pub role: MemberRole,
    /// As who made it calls them; the guest may say another name.
    pub name: Option<String>,
    /// It opens nothing after.
    pub expires_at: Timestamp,
    /// Who came by it.
    pub used_by: Option<MemberId>,
}

impl Consultation {
    /// Makes a guest link.
    pub fn make_link(&mut self, by: MemberId, link: GuestLink) -> Done {
        self.host_place(by)?;
        if !matches!(link.role, MemberRole::Member | MemberRole::Observer) {
            return Err(ConsultationRefused::NotTheirs);
        }
        if self.links.len() >= MAX_LINKS {
            return Err(ConsultationRefused::Full);
        }
        self.links.push(link);
        Ok(())
    }

    /// Uses a guest link up: the guest has a part in it from then on.
    pub fn claim(&mut self, link: ObjectId, id: MemberId, name: String, now: Timestamp) -> Done {
        if self.ended_at.is_some() || self.members.len() >= MAX_MEMBERS {
            return Err(ConsultationRefused::Link);
        }
        let found = self.links.iter_mut().find(|one| one.id == link);
        let valid = found.filter(|one| one.used_by.is_none() && now < one.expires_at);
        let link = valid.ok_or(ConsultationRefused::Link)?;
        link.used_by = Some(id);
        let role = link.role;
        self.members.push(Member::new(id, None, name, role));
        Ok(())
    }
}
