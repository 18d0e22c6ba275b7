//! Consultations: a room that a dietician owns, and who waits at its door, is in it, or was. What may happen is decided
//! here; media is the business of the media server, which lets nobody in without a token of ours.

mod door;
mod encryption;
mod growth;
mod heard;
mod link;
mod member;
mod old_client;
mod words;

use std::time::Duration;

use crate::{
    Appointment, AppointmentId, AppointmentStatus, CallId, ConsultationId, ConsultationKind, MemberId, ObjectId,
    Person, Timestamp, UploadId, UserId,
};

pub use door::Comer;
pub use encryption::{Encryption, HandedKey, KeyFor, PageKeys, PublicKey, SealedKey};
pub use heard::Heard;
pub use link::{GuestLink, MAX_LINKS};
pub use member::{
    ConnectionTest, DeviceTest, Grants, LineTest, Member, MemberRole, MemberState, QualityTime, QualityWord,
};
pub use old_client::OldComer;
pub use words::{MAX_LINE, MAX_WORD, MAX_WORDS, Word};

/// People who wait or are in a consultation at most.
pub const MAX_PRESENT: usize = 50;

/// Everybody who ever was part of one at most, those who were refused among them.
const MAX_MEMBERS: usize = 200;

/// Recordings of one consultation at most, those that nobody agreed to among them.
pub const MAX_RECORDINGS: usize = 20;

/// How long before an appointment its room opens, and how long after its end it closes.
const OPENS: Duration = Duration::from_secs(15 * 60);
const CLOSES: Duration = Duration::from_secs(2 * 60 * 60);

/// With nobody connected for so long it is over, whoever forgot to end it.
const FORGOTTEN: Duration = Duration::from_secs(12 * 60 * 60);

/// A consultation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    /// Its id.
    pub id: ConsultationId,
    /// Grows by one with each change, from 1; 0 is one that nobody has opened yet.
    pub version: u64,
    /// The room: of an appointment, of a dietician (their own id), or random.
    pub room: ObjectId,
    /// The how-manieth consultation in this room.
    pub session: u32,
    /// Whose it is.
    pub owner: UserId,
    /// What it is called; at most 120 characters.
    pub title: Option<String>,
    /// What it was arranged as.
    pub appointment: Option<AppointmentId>,
    /// The call between two that it goes on as.
    pub call: Option<CallId>,
    /// When it began: with who came first, or was asked first.
    pub opened_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Nobody new may come.
    pub locked: bool,
    /// Whether it is end-to-end encrypted, and how far its keys have got.
    pub encryption: Option<Encryption>,
    /// Everybody with a part in it; the first is the owner.
    pub members: Vec<Member>,
    /// Its guest links.
    pub links: Vec<GuestLink>,
    /// Its recordings, the newest last; what became of each its own log says.
    pub recordings: Vec<UploadId>,
    /// Ids of what the media server has told of it.
    pub heard: Vec<String>,
}

/// Why something may not be done in a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConsultationRefused {
    /// It is not theirs to do, or they are none of its people.
    #[error("not theirs to do")]
    NotTheirs,
    /// It is over.
    #[error("it is over")]
    Ended,
    /// Nobody new may come.
    #[error("it is locked")]
    Locked,
    /// They may come after so long.
    #[error("it is too early")]
    TooEarly(Duration),
    /// They wait, or were turned away.
    #[error("not admitted")]
    NotAdmitted,
    /// As many people are there as may be.
    #[error("it is full")]
    Full,
    /// Somebody in it uses an old client, which can't ask for their consent.
    #[error("an old client is in it")]
    OldClient,
    /// Whoever that is, they are not in it.
    #[error("no such member")]
    NoSuchMember,
    /// It is end-to-end encrypted and their page would not be, or the other way round.
    #[error("encrypted by one and not by the other")]
    Encryption,
    /// That can't be changed while somebody is in it.
    #[error("somebody is in it")]
    Running,
    /// There is a newer key, or another page of theirs.
    #[error("there is a newer key")]
    KeyPassed,
    /// The guest link was used, is over, or never was.
    #[error("the link is not valid")]
    Link,
}

/// When the room of an appointment can be come to first and last.
pub fn window(appointment: &Appointment) -> [Timestamp; 2] {
    [appointment.starts_at - OPENS, appointment.ends_at() + CLOSES]
}

/// Whether who has a part in an appointment may be the first to come to its room.
pub fn may_begin(appointment: &Appointment, now: Timestamp) -> Result<(), ConsultationRefused> {
    let [opens, closes] = window(appointment);
    if appointment.kind != ConsultationKind::Video {
        Err(ConsultationRefused::NotTheirs)
    } else if appointment.status().is_final() || now > closes {
        Err(ConsultationRefused::Ended)
    } else if now < opens {
        Err(ConsultationRefused::TooEarly(opens.since(now)))
    } else {
        Ok(())
    }
}

/// Whether an appointment is one that its room is still to open for.
pub fn is_upcoming(appointment: &Appointment, now: Timestamp) -> bool {
    let stands = matches!(appointment.status(), AppointmentStatus::Scheduled | AppointmentStatus::Confirmed);
    appointment.kind == ConsultationKind::Video && stands && now <= window(appointment)[1]
}

type Done = Result<(), ConsultationRefused>;

impl Consultation {
    /// One that begins now, with its owner as the first member.
    pub fn new(
        id: ConsultationId,
        room: ObjectId,
        session: u32,
        (owner, name): (UserId, String),
        host: MemberId,
        now: Timestamp,
    ) -> Self {
        let members = vec![Member::new(host, Some(owner), name, MemberRole::Host)];
        Self {
            id,
            version: 0,
            room,
            session,
            owner,
            title: None,
            appointment: None,
            call: None,
            opened_at: now,
            ended_at: None,
            locked: false,
            encryption: None,
            members,
            links: Vec::new(),
            recordings: Vec::new(),
            heard: Vec::new(),
        }
    }

    /// Asks somebody to come; once is enough.
    pub fn invite(&mut self, user: UserId, name: String, id: MemberId, welcome: bool) -> Done {
        if let Some(there) = self.members.iter_mut().find(|member| member.user == Some(user)) {
            there.welcome |= welcome;
            return Ok(());
        }
        if self.members.len() >= MAX_MEMBERS {
            return Err(ConsultationRefused::Full);
        }
        self.members.push(Member { welcome, ..Member::new(id, Some(user), name, MemberRole::Member) });
        Ok(())
    }

    /// Whether it is in the owner's own room, at which everybody may knock who may contact them.
    pub fn is_in_own_room(&self) -> bool {
        self.room == self.owner.0
    }

    /// The member of that account.
    pub fn of_user(&self, user: UserId) -> Option<&Member> {
        self.members.iter().find(|member| member.user == Some(user))
    }

    /// The member of that id.
    pub fn member(&self, id: MemberId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// The owner's part in it.
    pub fn host(&self) -> Option<&Member> {
        self.of_user(self.owner)
    }

    /// Everybody with an account who has a part in it.
    pub fn users(&self) -> impl Iterator<Item = UserId> + '_ {
        self.members.iter().filter_map(|member| member.user)
    }

    /// When the last thing happened in it.
    pub fn last_sign(&self) -> Timestamp {
        let of = |member: &Member| {
            [member.arrived_at, member.admitted_at, member.joined_at, member.left_at].into_iter().flatten().max()
        };
        self.members.iter().filter_map(of).max().map_or(self.opened_at, |at| at.max(self.opened_at))
    }

    /// Whether everybody has gone and nobody has ended it.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        let silent = now.since(self.last_sign());
        let connected = self.members.iter().any(|member| member.connected);
        // What the media server said last may have been lost.
        self.ended_at.is_none() && silent > if connected { FORGOTTEN * 2 } else { FORGOTTEN }
    }

    /// How long two or more were in it together at most: from the second who came to the end.
    pub fn duration(&self) -> Duration {
        let mut began: Vec<_> = self.members.iter().filter_map(|it| it.joined_at.or(it.admitted_at)).collect();
        began.sort_unstable();
        match (began.get(1), self.ended_at) {
            (Some(began), Some(ended)) => ended.since(*began),
            _ => Duration::ZERO,
        }
    }

    fn is_open(&self) -> Done {
        if self.ended_at.is_some() { Err(ConsultationRefused::Ended) } else { Ok(()) }
    }

    fn place(&self, id: MemberId) -> Result<usize, ConsultationRefused> {
        self.members.iter().position(|member| member.id == id).ok_or(ConsultationRefused::NoSuchMember)
    }

    fn host_place(&self, by: MemberId) -> Done {
        self.is_open()?;
        let hosts = self.member(by).is_some_and(Member::hosts);
        if hosts { Ok(()) } else { Err(ConsultationRefused::NotTheirs) }
    }

    fn owner_place(&self, by: MemberId) -> Done {
        self.is_open()?;
        let owns = self.member(by).is_some_and(|member| member.user == Some(self.owner));
        if owns { Ok(()) } else { Err(ConsultationRefused::NotTheirs) }
    }

    /// Whom a host may do something to: not the owner, and not another co-host unless they are the owner.
    fn subject(&self, by: MemberId, id: MemberId) -> Result<usize, ConsultationRefused> {
        self.host_place(by)?;
        let at = self.place(id)?;
        let by_owner = self.member(by).is_some_and(|member| member.user == Some(self.owner));
        match self.members[at].role {
            MemberRole::Host => Err(ConsultationRefused::NotTheirs),
            MemberRole::CoHost if !by_owner && by != id => Err(ConsultationRefused::NotTheirs),
            _ => Ok(at),
        }
    }

    /// Sends somebody out.
    pub fn remove(&mut self, by: MemberId, id: MemberId, now: Timestamp) -> Done {
        let at = self.subject(by, id)?;
        let member = &mut self.members[at];
        (member.state, member.welcome, member.connected) = (MemberState::Removed, false, false);
        member.left_at = Some(now);
        self.key_leaves(at);
        Ok(())
    }

    /// Gives somebody another role; the owner's to do.
    pub fn give_role(&mut self, by: MemberId, id: MemberId, role: MemberRole) -> Done {
        self.owner_place(by)?;
        let at = self.subject(by, id)?;
        let member = &mut self.members[at];
        if role == MemberRole::Host || (role == MemberRole::CoHost && member.user.is_none()) {
            return Err(ConsultationRefused::NotTheirs);
        }
        member.role = role;
        Ok(())
    }

    /// Whom a host mutes: who is in it.
    pub fn may_mute(&self, by: MemberId, id: MemberId) -> Result<&Member, ConsultationRefused> {
        let at = self.subject(by, id)?;
        let member = &self.members[at];
        if member.state == MemberState::Admitted { Ok(member) } else { Err(ConsultationRefused::NoSuchMember) }
    }

    /// Lets nobody new come, or again.
    pub fn lock(&mut self, by: MemberId, locked: bool) -> Done {
        self.host_place(by)?;
        self.locked = locked;
        Ok(())
    }

    /// Somebody goes.
    pub fn leave(&mut self, id: MemberId, now: Timestamp) -> Done {
        self.is_open()?;
        let at = self.place(id)?;
        let member = &mut self.members[at];
        if member.is_present() {
            (member.state, member.connected, member.left_at) = (MemberState::Left, false, Some(now));
            member.forget_lines();
            self.key_leaves(at);
        }
        Ok(())
    }

    /// Somebody who was let in tells how good their connection was, when they go or afterwards.
    pub fn note_quality(&mut self, id: MemberId, quality: QualityTime) -> Done {
        let at = self.place(id)?;
        let member = &mut self.members[at];
        if member.admitted_at.is_none() {
            return Err(ConsultationRefused::NotAdmitted);
        }
        member.quality = member.quality.and(quality);
        Ok(())
    }

    /// Ends it for everybody.
    pub fn end(&mut self, by: MemberId, now: Timestamp) -> Done {
        self.owner_place(by)?;
        self.close(now);
        Ok(())
    }

    /// It is over.
    pub fn close(&mut self, now: Timestamp) {
        self.ended_at.get_or_insert(now);
        for member in &mut self.members {
            member.connected = false;
            member.forget_lines();
            member.forget_keys();
            if member.is_present() {
                member.left_at = Some(now);
            }
        }
    }

    /// Begins to ask for its recording; says who has to agree beside the owner, whose to do it is.
    pub fn record(&mut self, by: MemberId, id: UploadId) -> Result<Vec<Person>, ConsultationRefused> {
        self.owner_place(by)?;
        if self.recordings.len() >= MAX_RECORDINGS {
            return Err(ConsultationRefused::Full);
        }
        let others = || self.members.iter().filter(|it| it.id != by && it.is_inside());
        if others().any(|it| it.old_client) {
            return Err(ConsultationRefused::OldClient);
        }
        let others = others().map(Member::person).collect();
        self.recordings.push(id);
        Ok(others)
    }

    /// What a member may do in the room: only who is admitted gets in.
    pub fn grants(&self, id: MemberId) -> Result<Grants, ConsultationRefused> {
        self.is_open()?;
        let member = self.member(id).ok_or(ConsultationRefused::NotTheirs)?;
        if member.state != MemberState::Admitted {
            return Err(ConsultationRefused::NotAdmitted);
        }
        Ok(member.grants())
    }
}

#[cfg(test)]
mod tests;
