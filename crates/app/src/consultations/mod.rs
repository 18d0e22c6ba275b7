//! Consultations: who opens one, who waits, who is let in, and what lets them into the media server's room.
//!
//! What may happen is decided by [`Consultation`]'s methods on what the store has, saved as its next version, and told only
//! then; the media server is asked last. Whoever changes it at the same moment is seen by the version, and tries again.

mod growth;
mod guests;
mod list;
mod media;
mod passes;
mod recorded;
mod rooms;
mod tokens;
mod words;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use domain::consultation::may_begin;
use domain::{
    Appointment, AppointmentStatus, Calls, Comer, ConnectionTest, Consultation, ConsultationId, ConsultationRefused,
    Heard, KeyFor, MemberId, MemberRole, ObjectId, Person, PublicKey, QualityTime, Recording, Role, StoreError,
    Timestamp, Transition, Upload, UploadId, User, UserId, Users, may_contact,
};

use crate::appointments::Appointments;
use crate::fresh;
use crate::limit::Limit;

pub use guests::Invitation;
pub use list::Listing;
pub use media::{Job, JobError, JobStage, MediaError, MediaServer, MediaSource, Pass, RoomRecorder};
pub use passes::{Guest, Passes};
pub use tokens::{Entering, OLD_TOKEN_HOLDS, Ticket};
pub use words::Words;

/// Others may change a consultation at the same moment; so often it is tried.
const TRIES: u32 = 10;

/// So long after the end it may still be said how it was.
const LATE: Duration = Duration::from_secs(10 * 60);

/// What is to be done at the media server is tried so often in the background, with that much between.
const AGAIN: u32 = 20;
const AGAIN_AFTER: Duration = Duration::from_secs(3);

/// A consultation with what is shown beside it.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Scene {
    pub consultation: Consultation,
    /// Those of its members that have an account.
    pub people: Vec<User>,
    pub appointment: Option<Appointment>,
    /// The owner is in a call, or in another consultation.
    pub owner_busy: bool,
    /// While it is open its newest recording, later all of them; with what is kept.
    pub recordings: Vec<(Recording, Option<Upload>)>,
    /// Those to come are made by the media server.
    pub server_records: bool,
}

/// Who is told how a consultation stands; `server` renders it.
pub trait ConsultationAudience: Send + Sync {
    /// To everybody with a part in it and an account.
    fn told(&self, scene: &Scene);
}

/// Who asks.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // one a request
pub enum Visitor {
    /// Somebody with an account.
    User(User),
    /// Somebody with a guest's pass.
    Guest(Guest),
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsultationError {
    /// It is not theirs, whether it is there or not.
    #[error("not theirs")]
    Forbidden,
    /// There is no such call of theirs, or nobody has accepted it, or it is over.
    #[error("no such call")]
    NoSuchCall,
    /// The other of the call takes part by a client that knows no rooms.
    #[error("an old client is in the call")]
    OldClient,
    /// One of those who are to come may not be contacted.
    #[error("somebody may not be contacted")]
    ContactNotAllowed,
    /// A name or title has no length that there can be.
    #[error("{0}")]
    Invalid(&'static str),
    /// They have said something else under that key.
    #[error("the key is another word's")]
    KeyTaken,
    /// See there.
    #[error(transparent)]
    Refused(#[from] ConsultationRefused),
    /// It is recorded, or is about to be, and they have not agreed to that.
    #[error("not agreed to the recording")]
    Consent,
    /// There is no media server.
    #[error("no media server is configured")]
    NotConfigured,
    /// See there.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The same again after that.
    #[error("too often")]
    RateLimited(Duration),
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is done in a consultation by who is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Act {
    Admit(Option<Vec<MemberId>>),
    Refuse(MemberId),
    Remove(MemberId),
    GiveRole(MemberId, MemberRole),
    Lock(bool),
    /// End-to-end encryption on or off.
    Encrypt(bool),
    BringKey(PublicKey),
    HandKeys {
        page: PublicKey,
        number: u32,
        keys: Vec<KeyFor>,
    },
    Leave,
    End,
}

/// What a consultation is opened for.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct NewConsultation {
    pub appointment: Option<domain::AppointmentId>,
    pub users: Vec<UserId>,
    pub title: Option<String>,
    /// Those who are asked need not wait.
    pub welcome: bool,
    /// End-to-end encrypted or not; where nothing is said, as the room was last.
    pub encrypted: Option<bool>,
}

/// The ports that consultations stand on.
#[allow(missing_docs)]
pub struct Ports {
    pub consultations: Arc<dyn domain::Consultations>,
    pub appointments: Arc<dyn domain::Appointments>,
    pub users: Arc<dyn Users>,
    pub recordings: Arc<dyn domain::Recordings>,
    pub uploads: Arc<dyn domain::Uploads>,
    pub calls: Arc<dyn Calls>,
    pub media: Option<Arc<dyn MediaServer>>,
    pub recorder: Option<Arc<dyn RoomRecorder>>,
    pub audience: Arc<dyn ConsultationAudience>,
}

/// The use cases of consultations. Cheap to clone.
#[derive(Clone)]
pub struct Consultations {
    inner: Arc<Inner>,
}

struct Inner {
    ports: Ports,
    book: Appointments,
    passes: Passes,
    /// What anybody asks for, by who it is; none where nobody is limited.
    often: Option<Limit>,
    /// What strangers ask for, by address.
    strangers: Option<Limit>,
    /// How much is being tried again at the media server.
    left: AtomicUsize,
}

impl Consultations {
    /// Over these.
    pub fn new(ports: Ports, book: Appointments, passes: Passes, limits: bool) -> Self {
        let often = limits.then(|| Limit::new(120, Duration::from_millis(500)));
        let strangers = limits.then(|| Limit::new(30, Duration::from_secs(10)));
        Self { inner: Arc::new(Inner { ports, book, passes, often, strangers, left: AtomicUsize::new(0) }) }
    }

    /// Whether there is a media server.
    pub fn is_configured(&self) -> bool {
        self.inner.ports.media.is_some()
    }

    /// Whose pass that is: `None` where it is no guest's.
    pub fn guest(&self, token: &str, now: Timestamp) -> Option<Option<Guest>> {
        self.inner.passes.read_guest(token, now)
    }

    /// Opens one: with an appointment that one's, with people a new one, with neither the dietician's own room.
    pub async fn open(&self, by: &User, new: NewConsultation, now: Timestamp) -> Result<Scene, ConsultationError> {
        self.take(by.id, now)?;
        if by.role != Role::Dietician {
            return Err(ConsultationError::Forbidden);
        }
        let title = new.title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
        if title.as_ref().is_some_and(|title| title.chars().count() > 120) {
            return Err(ConsultationError::Invalid("A title has 120 characters at most."));
        }
        let (room, appointment) = match new.appointment {
            Some(id) => {
                let found = self.inner.ports.appointments.appointment(id).await?;
                let found = found.filter(|found| found.dietician == by.id).ok_or(ConsultationError::Forbidden)?;
                if matches!(found.status(), AppointmentStatus::Cancelled | AppointmentStatus::NoShow) {
                    return Err(ConsultationRefused::Ended.into());
                }
                (found.room, Some(found))
            }
            None if new.users.is_empty() => (by.id.0, None),
            None => (fresh::bytes::<12>().into(), None),
        };
        let mut asked = new.users;
        asked.extend(appointment.as_ref().map(|one| one.patient));
        let people = self.inner.ports.users.by_ids(&asked).await?;
        for id in &asked {
            if !people.iter().any(|person| person.id == *id && may_contact(by, person)) {
                return Err(ConsultationError::ContactNotAllowed);
            }
        }
        for _ in 0..TRIES {
            let newest = self.newest_in(room, now).await?;
            let before = match newest {
                Some(open) if open.ended_at.is_none() => open,
                ended => self.begin(room, ended.as_ref(), by, now),
            };
            let mut next = before.clone();
            if let (Some(on), Some(host)) = (new.encrypted, before.host()) {
                next.encrypt(host.id, on)?;
            }
            next.appointment = next.appointment.or(appointment.as_ref().map(|one| one.id));
            if before.version == 0 {
                next.title.clone_from(&title);
            }
            for person in &people {
                let id = MemberId(fresh::object_id(now));
                next.invite(person.id, person.name.clone(), id, new.welcome)?;
            }
            if let Some(scene) = self.save(before, next).await? {
                return Ok(scene);
            }
        }
        Err(StoreError::Busy.into())
    }

    /// How it stands, for who has a part in it or may have.
    pub async fn see(&self, by: &Visitor, room: ObjectId, now: Timestamp) -> Result<Scene, ConsultationError> {
        let mut it = self.locate(by, room, now).await?;
        match by {
            Visitor::Guest(guest) => drop(it.member(guest.member).ok_or(ConsultationError::Forbidden)?),
            // They may have a part in it, and are shown as if they had: nothing is kept of that.
            Visitor::User(user) => it.invite(user.id, user.name.clone(), MemberId(fresh::object_id(now)), false)?,
        }
        self.scene(it).await
    }

    /// Somebody comes to the door.
    pub async fn arrive(
        &self,
        by: &Visitor,
        room: ObjectId,
        test: Option<ConnectionTest>,
        now: Timestamp,
    ) -> Result<Scene, ConsultationError> {
        let (scene, _) = self.change(by, room, now, |it| it.arrive(self.comer(by, it, now), test, now)).await?;
        self.began(&scene.consultation, now).await;
        Ok(scene)
    }

    /// Somebody does something in it.
    pub async fn act(
        &self,
        by: &Visitor,
        room: ObjectId,
        act: Act,
        now: Timestamp,
    ) -> Result<Scene, ConsultationError> {
        let (scene, ()) = self
            .change(by, room, now, |it| {
                let me = me(it, by)?;
                match &act {
                    Act::Admit(ids) => it.admit(me, ids.as_deref(), now),
                    Act::Refuse(id) => it.refuse(me, *id, now),
                    Act::Remove(id) => it.remove(me, *id, now),
                    Act::GiveRole(id, role) => it.give_role(me, *id, *role),
                    Act::Lock(locked) => it.lock(me, *locked),
                    Act::Encrypt(on) => it.encrypt(me, *on),
                    Act::BringKey(page) => it.bring_key(me, page.clone()),
                    Act::HandKeys { page, number, keys } => it.hand_keys(me, page, *number, keys.clone()),
                    Act::Leave => it.leave(me, now),
                    Act::End => it.end(me, now),
                }
            })
            .await?;
        self.carry_out(&scene.consultation, &act, now).await?;
        Ok(scene)
    }

    /// Mutes somebody.
    pub async fn mute(
        &self,
        by: &Visitor,
        room: ObjectId,
        id: MemberId,
        source: MediaSource,
        now: Timestamp,
    ) -> Result<Scene, ConsultationError> {
        self.take_visitor(by, now)?;
        let it = self.locate(by, room, now).await?;
        let identity = it.may_mute(me(&it, by)?, id)?.identity();
        let media = self.inner.ports.media.as_ref().ok_or(ConsultationError::NotConfigured)?;
        media.mute(room, &identity, source).await?;
        self.scene(it).await
    }

    /// Somebody tells how good their connection was in one that they were in, which may be over.
    pub async fn note_quality(
        &self,
        by: &Visitor,
        id: ConsultationId,
        quality: QualityTime,
        now: Timestamp,
    ) -> Result<(), ConsultationError> {
        self.take_visitor(by, now)?;
        for _ in 0..TRIES {
            let before = self.inner.ports.consultations.consultation(id).await?.ok_or(ConsultationError::Forbidden)?;
            if before.ended_at.is_some_and(|ended| now.since(ended) > LATE) {
                return Err(ConsultationRefused::Ended.into());
            }
            let mut next = before.clone();
            next.note_quality(me(&before, by)?, quality)?;
            if self.save(before, next).await?.is_some() {
                return Ok(());
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Somebody was disabled, or signed out everywhere: they are out of every room at once, and may come back by the door.
    pub async fn evict(&self, user: UserId, now: Timestamp) -> Result<(), ConsultationError> {
        for it in self.inner.ports.consultations.open_consultations(user).await? {
            let room = it.room;
            for _ in 0..TRIES {
                let Some(before) = self.inner.ports.consultations.consultation_in(room).await? else { break };
                let Some(me) = before.of_user(user).map(|me| (me.id, me.identity())) else { break };
                let mut next = before.clone();
                if next.leave(me.0, now).is_err() || next == before {
                    break;
                }
                if self.save(before, next).await?.is_some() {
                    self.later(room, rooms::Left::Remove(me.1));
                    break;
                }
            }
        }
        Ok(())
    }

    /// What the media server tells of a room; of one that has ended it still says how long people were there.
    pub async fn hear(
        &self,
        room: ObjectId,
        event: &str,
        what: Heard<'_>,
        at: Timestamp,
    ) -> Result<(), ConsultationError> {
        for _ in 0..TRIES {
            let Some(before) = self.inner.ports.consultations.consultation_in(room).await? else { return Ok(()) };
            // What is said late is of one before, in the same room. It comes in whole seconds.
            if at.seconds() < before.opened_at.seconds() {
                return Ok(());
            }
            let mut next = before.clone();
            if !next.hear(event, what, at) {
                return Ok(());
            }
            // Who was sent out may have kept what let them in.
            if let Heard::Joined(identity) = what
                && !self.belongs(&next, identity).await?
            {
                self.later(room, rooms::Left::Remove(identity.to_owned()));
            }
            if self.save(before, next).await?.is_some() {
                return Ok(());
            }
        }
        Err(StoreError::Busy.into())
    }

    /// The dietician has begun an appointment by coming to its room.
    async fn began(&self, it: &Consultation, now: Timestamp) {
        let here = it.host().is_some_and(|host| host.state == domain::MemberState::Admitted);
        if let Some(id) = it.appointment.filter(|_| here) {
            self.appointment_becomes(it.owner, id, AppointmentStatus::InProgress, now).await;
        }
    }

    async fn appointment_becomes(
        &self,
        owner: UserId,
        id: domain::AppointmentId,
        status: AppointmentStatus,
        now: Timestamp,
    ) {
        // It may stand otherwise, which is for the two to say.
        if let Err(error) = self.inner.book.change(owner, id, status, now).await {
            tracing::debug!(appointment = %id, %error, "left as it stands");
        }
    }

    fn take(&self, user: UserId, now: Timestamp) -> Result<(), ConsultationError> {
        limited(self.inner.often.as_ref(), user.0.bytes(), now)
    }

    fn take_visitor(&self, by: &Visitor, now: Timestamp) -> Result<(), ConsultationError> {
        let id = match by {
            Visitor::User(user) => user.id.0,
            Visitor::Guest(guest) => guest.member.0,
        };
        limited(self.inner.often.as_ref(), id.bytes(), now)
    }
}

fn limited(limit: Option<&Limit>, key: impl std::hash::Hash, now: Timestamp) -> Result<(), ConsultationError> {
    limit.map_or(Ok(()), |limit| limit.take(key, now).map_err(ConsultationError::RateLimited))
}

/// The part that somebody has in it.
fn me(it: &Consultation, by: &Visitor) -> Result<MemberId, ConsultationRefused> {
    let member = match by {
        Visitor::User(user) => it.of_user(user.id),
        Visitor::Guest(guest) if guest.consultation == it.id => it.member(guest.member),
        Visitor::Guest(_) => None,
    };
    member.map(|member| member.id).ok_or(ConsultationRefused::NotTheirs)
}
