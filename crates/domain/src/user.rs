use crate::{SessionId, Timestamp, UploadId, UserId};

/// What a user may do. On the wire a number: 0 admin, 1 patient, 2 dietician.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the practice: approves and disables people, may write to anyone.
    Admin,
    /// Is treated: may write to dieticians and admins.
    Patient,
    /// Treats: may write to patients, colleagues and admins.
    Dietician,
}

impl Role {
    /// The number of the role on the wire and in the store.
    pub const fn number(self) -> u8 {
        match self {
            Self::Admin => 0,
            Self::Patient => 1,
            Self::Dietician => 2,
        }
    }

    /// The role of that number.
    pub const fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::Admin),
            1 => Some(Self::Patient),
            2 => Some(Self::Dietician),
            _ => None,
        }
    }
}

/// As a patient gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Gender {
    Female,
    Male,
    Other,
}

/// What a user tells about themself. Health data: shown to the user and to admins alone, never logged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// As the user gave it.
    pub gender: Option<Gender>,
    /// In years, 0 to 150.
    pub age: Option<u8>,
    /// In centimetres, 30 to 300.
    pub height_cm: Option<f64>,
    /// In kilograms, 1 to 700.
    pub weight_kg: Option<f64>,
    /// A dietician's field of work; public. At most 120 characters.
    pub speciality: Option<String>,
    /// A picture of them; public.
    pub image: Option<UploadId>,
    /// What a dietician shows for approval; for admins alone.
    pub certificate: Option<UploadId>,
}

/// A person with an account, as kept. `password_hash` is a PHC string and leaves the server for nobody.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct User {
    pub id: UserId,
    /// 1 to 100 characters.
    pub name: String,
    /// Lower case; unique.
    pub email: String,
    pub role: Role,
    /// False for a dietician who waits for approval and for whoever was disabled: no sign-in, no socket, no call.
    pub active: bool,
    pub password_hash: String,
    pub profile: Profile,
    pub created_at: Timestamp,
    /// Tokens that carry no session and were issued before this are refused.
    pub valid_after: Timestamp,
}

/// A user to be inserted; the fields are those of [`User`].
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct NewUser {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub active: bool,
    pub password_hash: String,
    pub profile: Profile,
    pub created_at: Timestamp,
}

impl From<NewUser> for User {
    fn from(new: NewUser) -> Self {
        let NewUser { id, name, email, role, active, password_hash, profile, created_at } = new;
        let valid_after = Timestamp(0);
        Self { id, name, email, role, active, password_hash, profile, created_at, valid_after }
    }
}

/// What a user changes about themself; `None` leaves as it is.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct ProfileChange {
    pub name: Option<String>,
    pub gender: Option<Gender>,
    pub age: Option<u8>,
    pub height_cm: Option<f64>,
    pub weight_kg: Option<f64>,
    pub speciality: Option<String>,
    /// Held from then on in place of the one before; `Some(None)` lets that one go.
    pub image: Option<Option<UploadId>>,
}

/// Which users to list; `None` is any. The list is sorted by name and bounded by the store at 10,000.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct UserFilter {
    pub role: Option<Role>,
    pub active: Option<bool>,
}

/// Who a session was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// Our web app: short access tokens, renewed by a rotating refresh token.
    Web,
    /// An existing client: one long-lived bearer token, no renewal.
    Bearer,
}

/// A sign-in to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The session's id, the `sid` of its tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Who it was made for.
    pub kind: SessionKind,
    /// SHA-256 of the refresh token; `None` for [`SessionKind::Bearer`].
    pub refresh_hash: Option<[u8; 32]>,
    /// When it was made.
    pub created_at: Timestamp,
    /// It ends here if it is not renewed.
    pub expires_at: Timestamp,
}

/// A sign-in that is neither revoked nor forgotten; the caller compares `expires_at` with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    pub kind: SessionKind,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A line of the revocation log, written with the change that revokes and read by every process that holds sockets:
/// by web or by command line, it cuts live sockets alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Grows by the line; a reader asks for what follows the last one that it saw.
    pub number: u64,
    /// Whose connections are to be cut.
    pub user: UserId,
    /// Only those of this session; `None` is all of the user's.
    pub session: Option<SessionId>,
    /// Except those of this session: who changes the password stays signed in where it was changed.
    pub except: Option<SessionId>,
}
