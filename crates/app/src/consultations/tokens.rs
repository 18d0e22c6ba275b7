//! What lets somebody into the media server's room.

use domain::OldComer;

use super::*;

/// A token of ours lets in for so long, which is what coming takes: the media server renews it for who is in.
const TOKEN_HOLDS: Duration = Duration::from_secs(60);

/// Old clients are told of an hour, and ask once.
pub const OLD_TOKEN_HOLDS: Duration = Duration::from_secs(60 * 60);

/// What lets a member in.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Ticket {
    pub url: String,
    pub token: String,
    pub identity: String,
    pub name: String,
    pub role: MemberRole,
    pub expires_at: Timestamp,
}

/// What somebody says who asks for what lets them in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entering {
    /// Their page encrypts.
    pub encrypted: bool,
    /// What they got last took them nowhere: the media server, which has a bound of its own, may be why.
    pub failed: bool,
}

impl Consultations {
    /// What lets the caller in, who was admitted.
    pub async fn token(
        &self,
        by: &Visitor,
        room: ObjectId,
        Entering { encrypted, failed }: Entering,
        now: Timestamp,
    ) -> Result<Ticket, ConsultationError> {
        self.take_visitor(by, now)?;
        let it = self.locate(by, room, now).await?;
        let me = me(&it, by)?;
        it.grants(me)?;
        it.may_enter(encrypted)?;
        self.agreed(&it, me).await?;
        let ticket = self.ticket(&it, me, now, TOKEN_HOLDS)?;
        if failed && self.is_full(room, &ticket.identity).await {
            return Err(ConsultationRefused::Full.into());
        }
        Ok(ticket)
    }

    /// What lets an old client in, which comes by asking for it: of a user, or of somebody who says a name.
    pub async fn old_token(
        &self,
        by: Result<&User, String>,
        room: ObjectId,
        now: Timestamp,
    ) -> Result<Ticket, ConsultationError> {
        if let Ok(user) = by {
            self.take(user.id, now)?;
        }
        for _ in 0..TRIES {
            let before = self.locate_for(by.as_ref().ok().copied(), room, now).await?;
            let mut next = before.clone();
            let id = MemberId(fresh::object_id(now));
            let comer = match &by {
                Ok(user) => OldComer::User(self.user_comer(user, &next, now)),
                Err(name) => OldComer::Guest { name: name.clone(), id },
            };
            let id = next.arrive_by_old_client(comer, now)?;
            let Some(scene) = self.save(before, next).await? else { continue };
            self.began(&scene.consultation, now).await;
            self.agreed(&scene.consultation, id).await?;
            return self.ticket(&scene.consultation, id, now, OLD_TOKEN_HOLDS);
        }
        Err(StoreError::Busy.into())
    }

    /// As far as the media server says so: it sends whoever is one too many away without a word.
    async fn is_full(&self, room: ObjectId, identity: &str) -> bool {
        match &self.inner.ports.media {
            Some(media) => media.is_full(room, identity).await.unwrap_or(false),
            None => false,
        }
    }

    fn ticket(
        &self,
        it: &Consultation,
        id: MemberId,
        now: Timestamp,
        holds: Duration,
    ) -> Result<Ticket, ConsultationError> {
        let grants = it.grants(id)?;
        let member = it.member(id).ok_or(ConsultationError::Forbidden)?;
        let media = self.inner.ports.media.as_ref().ok_or(ConsultationError::NotConfigured)?;
        let (pass, expires_at) = (Pass::of(it.room, member), now + holds);
        Ok(Ticket {
            url: media.url().to_owned(),
            token: media.token(&pass, now, expires_at),
            identity: pass.identity,
            name: pass.name,
            role: grants.role,
            expires_at,
        })
    }
}
