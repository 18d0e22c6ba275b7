//! What MoodBites is about, as plain types: users and their roles, who may contact whom, conversations as append-only
//! logs of entries, calls as they are kept, and the ports through which everything else reaches a store.
//!
//! This crate does no I/O, reads no clock and makes no randomness: times and ids come in as arguments. It knows no JSON;
//! shapes on the wire live in `wire`, shapes on disk in `store`.
//!
//! Main types: [`User`], [`Role`], [`may_contact`], [`Entry`], [`Conversation`], [`change`], [`search`], [`CallRecord`], [`Appointment`], [`Consultation`];
//! the ports [`Users`], [`Sessions`], [`Conversations`], [`Calls`], [`OldPages`], [`Uploads`], [`Blobs`],
//! [`Recordings`], [`Appointments`], [`Consultations`], [`Transfer`].
#![warn(missing_docs)]

mod appointment;
mod call;
pub mod change;
pub mod consultation;
mod conversation;
mod id;
mod policy;
mod port;
mod recording;
pub mod search;
mod time;
mod upload;
mod user;

pub use appointment::{
    Appointment, AppointmentQuery, AppointmentRefused, AppointmentStatus, ConsultationKind, SLOT, Stamp, may_book,
};
pub use call::{CallKind, CallOutcome, CallPhase, CallRecord, Party, Seat};
pub use change::{Changes, Quote, Target};
pub use consultation::{
    Comer, ConnectionTest, Consultation, ConsultationRefused, DeviceTest, Encryption, Grants, GuestLink, HandedKey,
    Heard, KeyFor, LineTest, Member, MemberRole, MemberState, OldComer, PageKeys, PublicKey, QualityTime, QualityWord,
    SealedKey, Word,
};
pub use conversation::{
    CallEntry, ClientMessageId, Conversation, ConversationSummary, Entry, EntryBody, NewEntry, OldReach, Plan, Receipt,
    ReceiptChange,
};
pub use id::{
    AppointmentId, CallId, ConnectionId, ConsultationId, ConversationId, DeviceId, EntryId, IdError, MemberId,
    ObjectId, SessionId, UploadId, UserId,
};
pub use policy::{may_administer, may_contact};
pub use port::{
    AppendError, Appended, Appointments, BlobId, BlobReader, BlobWriter, Blobs, Booking, Calls, Claim, Consultations,
    Conversations, Discard, InsertUploadError, InsertUserError, OldPages, Part, PutError, Recordings, Rotation,
    Sessions, StoreError, Transfer, Transition, Uploads, Users,
};
pub use recording::{
    CONSENT, Maker, Person, Recording, RecordingAct, RecordingLine, RecordingOf, RecordingRefused, RecordingState,
};
pub use search::{Found, FoundPlace, SearchQuery};
pub use time::Timestamp;
pub use upload::{FileFacts, Upload, UploadKey, UploadKind};
pub use user::{
    Gender, NewSession, NewUser, Profile, ProfileChange, Revocation, Role, Session, SessionKind, User, UserFilter,
};
