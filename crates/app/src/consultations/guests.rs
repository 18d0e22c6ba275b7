//! Guests: a host makes a link, somebody without an account comes by it, once.

use std::net::IpAddr;

use domain::GuestLink;

use super::*;

/// A link lets in within so long.
const LINK_HOLDS: Duration = Duration::from_secs(24 * 60 * 60);

/// A guest's pass ends then, whatever becomes of the consultation.
const PASS_HOLDS: Duration = Duration::from_secs(12 * 60 * 60);

/// Characters of a guest's name.
const MAX_NAME: usize = 60;

/// A guest link that was made.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Invitation {
    pub token: String,
    pub expires_at: Timestamp,
}

impl Consultations {
    /// Makes a link for one guest.
    pub async fn invite_guest(
        &self,
        by: &Visitor,
        room: ObjectId,
        role: MemberRole,
        name: Option<String>,
        now: Timestamp,
    ) -> Result<Invitation, ConsultationError> {
        let name = name.map(|name| guest_name(&name)).transpose()?;
        let (id, expires_at) = (ObjectId::from(fresh::bytes::<12>()), now + LINK_HOLDS);
        let link = GuestLink { id, role, name, expires_at, used_by: None };
        let (scene, ()) = self.change(by, room, now, |it| it.make_link(me(it, by)?, link.clone())).await?;
        let token = self.inner.passes.link(scene.consultation.id, id, expires_at);
        Ok(Invitation { token, expires_at })
    }

    /// Uses a link up; gives the guest's pass.
    pub async fn claim(
        &self,
        token: &str,
        name: &str,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<(String, Scene, Guest), ConsultationError> {
        limited(self.inner.strangers.as_ref(), from, now)?;
        let name = guest_name(name)?;
        let read = self.inner.passes.read_link(token, now);
        let (id, link) = read.ok_or(ConsultationRefused::Link)?;
        let guest = Guest { consultation: id, member: MemberId(fresh::bytes::<12>().into()) };
        for _ in 0..TRIES {
            let found = self.inner.ports.consultations.consultation(id).await?;
            let before = found.ok_or(ConsultationRefused::Link)?;
            let mut next = before.clone();
            next.claim(link, guest.member, name.clone(), now)?;
            if let Some(scene) = self.save(before, next).await? {
                tracing::info!(consultation = %id, member = %guest.member, "a guest came by a link");
                return Ok((self.inner.passes.guest(guest, now + PASS_HOLDS), scene, guest));
            }
        }
        Err(StoreError::Busy.into())
    }

    /// The name of somebody who says no more than that.
    pub fn stranger(&self, name: &str) -> Result<String, ConsultationError> {
        guest_name(name)
    }

    /// How often somebody may ask for a token who says a name and nothing else.
    pub fn take_stranger(&self, from: IpAddr, now: Timestamp) -> Result<(), ConsultationError> {
        limited(self.inner.strangers.as_ref(), from, now)
    }
}

/// The name that a guest goes by.
pub(super) fn guest_name(name: &str) -> Result<String, ConsultationError> {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = name.trim();
    match name.chars().count() {
        1..=MAX_NAME => Ok(name.to_owned()),
        _ => Err(ConsultationError::Invalid("A name has 1 to 60 characters.")),
    }
}
