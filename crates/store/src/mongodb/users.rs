use async_trait::async_trait;
use domain::{
    Gender, InsertUserError, NewUser, Profile, ProfileChange, Role, SessionId, StoreError, Timestamp, UploadId, User,
    UserFilter, UserId, Users,
};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::ask::{Once, all, change, insert_once, read};
use super::row::{Id, date, time};
use super::{Core, MongoDb};

/// What [`UserFilter`] promises.
const LISTED: usize = 10_000;
const LOOKED_UP: usize = 1_000;

/// The place that one user can have: that of the first admin.
const FIRST_ADMIN: &str = "first admin";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct UserDoc {
    #[serde(rename = "_id")]
    id: ObjectId,
    /// Unique: the user's own id, or that of the first admin.
    place: String,
    name: String,
    email: String,
    role: i32,
    active: bool,
    password_hash: String,
    #[serde(default)]
    gender: Option<i32>,
    #[serde(default)]
    age: Option<i32>,
    #[serde(default)]
    height_cm: Option<f64>,
    #[serde(default)]
    weight_kg: Option<f64>,
    #[serde(default)]
    speciality: Option<String>,
    #[serde(default)]
    image: Option<ObjectId>,
    #[serde(default)]
    certificate: Option<ObjectId>,
    created_at: DateTime,
    valid_after: DateTime,
}

impl UserDoc {
    pub(super) fn of(new: User, place: String) -> Self {
        let Profile { gender, age, height_cm, weight_kg, speciality, image, certificate } = new.profile;
        Self {
            id: new.id.oid(),
            place,
            name: new.name,
            email: new.email,
            role: new.role.number().into(),
            active: new.active,
            password_hash: new.password_hash,
            gender: gender.map(gender_number),
            age: age.map(Into::into),
            height_cm,
            weight_kg,
            speciality,
            image: image.map(Id::oid),
            certificate: certificate.map(Id::oid),
            created_at: date(new.created_at),
            valid_after: date(new.valid_after),
        }
    }

    pub(super) fn into_user(self) -> Result<User, StoreError> {
        let unreadable = || StoreError::Unavailable("a stored user does not parse".to_owned());
        let gender = match self.gender {
            None => None,
            Some(0) => Some(Gender::Female),
            Some(1) => Some(Gender::Male),
            Some(2) => Some(Gender::Other),
            Some(_) => return Err(unreadable()),
        };
        let role = u64::try_from(self.role).ok().and_then(Role::from_number).ok_or_else(unreadable)?;
        let age = self.age.map(u8::try_from).transpose().map_err(|_| unreadable())?;
        let (image, certificate) = (self.image.map(UploadId::of), self.certificate.map(UploadId::of));
        let Self { height_cm, weight_kg, speciality, .. } = self;
        Ok(User {
            id: UserId::of(self.id),
            name: self.name,
            email: self.email,
            role,
            active: self.active,
            password_hash: self.password_hash,
            profile: Profile { gender, age, height_cm, weight_kg, speciality, image, certificate },
            created_at: time(self.created_at),
            valid_after: time(self.valid_after),
        })
    }
}

const fn gender_number(gender: Gender) -> i32 {
    match gender {
        Gender::Female => 0,
        Gender::Male => 1,
        Gender::Other => 2,
    }
}

#[async_trait]
impl Users for MongoDb {
    async fn insert(&self, user: NewUser) -> Result<User, InsertUserError> {
        let place = user.id.to_string();
        self.core().insert(user, place).await
    }

    async fn insert_first_admin(&self, user: NewUser) -> Result<User, InsertUserError> {
        let core = self.core();
        let admins = doc! { "role": i32::from(Role::Admin.number()) };
        if read(|| async { core.users.find_one(admins.clone()).await }).await?.is_some() {
            return Err(InsertUserError::AdminExists);
        }
        core.insert(NewUser { role: Role::Admin, ..user }, FIRST_ADMIN.to_owned()).await
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.core().user(id).await
    }

    async fn by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let found = read(|| async { self.core().users.find_one(doc! { "email": email }).await }).await?;
        found.map(UserDoc::into_user).transpose()
    }

    async fn by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(LOOKED_UP);
        match ids.as_slice() {
            [] => Ok(Vec::new()),
            // One or two are quicker by their keys, on every server.
            [a] => Ok(self.core().user(*a).await?.into_iter().collect()),
            [a, b] => {
                let (a, b) = tokio::try_join!(self.core().user(*a), self.core().user(*b))?;
                Ok(a.into_iter().chain(b).collect())
            }
            ids => {
                let ids: Vec<_> = ids.iter().map(|id| id.oid()).collect();
                self.core().users(doc! { "_id": { "$in": ids } }).await
            }
        }
    }

    async fn list(&self, filter: UserFilter) -> Result<Vec<User>, StoreError> {
        let mut wanted = Document::new();
        if let Some(role) = filter.role {
            wanted.insert("role", i32::from(role.number()));
        }
        if let Some(active) = filter.active {
            wanted.insert("active", active);
        }
        let mut users = self.core().users(wanted).await?;
        users.sort_by_cached_key(|user| (user.name.to_ascii_lowercase(), user.id));
        users.truncate(LISTED);
        Ok(users)
    }

    async fn change_profile(&self, id: UserId, change: ProfileChange) -> Result<Option<User>, StoreError> {
        let ProfileChange { name, gender, age, height_cm, weight_kg, speciality, image } = change;
        let mut set = Document::new();
        let mut put = |field: &str, value: Option<Bson>| {
            value.map(|value| set.insert(field, value));
        };
        put("name", name.map(Into::into));
        put("gender", gender.map(|gender| gender_number(gender).into()));
        put("age", age.map(|age| i32::from(age).into()));
        put("height_cm", height_cm.map(Into::into));
        put("weight_kg", weight_kg.map(Into::into));
        put("speciality", speciality.map(Into::into));
        put("image", image.map(|image| image.map_or(Bson::Null, |image| image.oid().into())));
        let _turn = self.core().changing_users.lock().await;
        let before = match image {
            Some(image) => self.core().change_image(id, image).await?,
            None => None,
        };
        if !set.is_empty() {
            self.core().set(id, set).await?;
        }
        if let Some(before) = before {
            self.core().release(before, &id.to_string()).await?;
        }
        self.core().user(id).await
    }

    async fn set_active(&self, id: UserId, active: bool, now: Timestamp) -> Result<Option<User>, StoreError> {
        let _turn = self.core().changing_users.lock().await;
        if self.core().set(id, doc! { "active": active }).await? && !active {
            self.core().revoke_sessions(id, now, None).await?;
        }
        self.core().user(id).await
    }

    async fn set_password(
        &self,
        id: UserId,
        hash: String,
        now: Timestamp,
        keep: Option<SessionId>,
    ) -> Result<Option<User>, StoreError> {
        let _turn = self.core().changing_users.lock().await;
        if self.core().set(id, doc! { "password_hash": hash }).await? {
            self.core().revoke_sessions(id, now, keep).await?;
        }
        self.core().user(id).await
    }

    async fn renew_hash(&self, id: UserId, from: &str, to: String) -> Result<bool, StoreError> {
        let core = self.core();
        let _turn = core.changing_users.lock().await;
        let there = change(|| async {
            let set = doc! { "$set": { "password_hash": to.as_str() } };
            core.users.update_one(doc! { "_id": id.oid(), "password_hash": from }, set).await
        });
        if there.await?.matched_count > 0 {
            return Ok(true);
        }
        // After an answer was lost, it may be there already.
        Ok(core.user(id).await?.is_some_and(|user| user.password_hash == to))
    }
}

impl Core {
    async fn insert(&self, user: NewUser, place: String) -> Result<User, InsertUserError> {
        for upload in [user.profile.image, user.profile.certificate].into_iter().flatten() {
            self.hold(upload, user.id, &user.id.to_string()).await?;
        }
        let document = UserDoc::of(user.into(), place);
        if let Once::Taken { lost } = insert_once(&self.users, &document).await? {
            // Which key was taken, not every server says.
            let email = doc! { "email": document.email.as_str() };
            let there = read(|| async { self.users.find_one(email.clone()).await }).await?;
            match there {
                // After an answer was lost, it may be this very one.
                Some(there) if lost && there.id == document.id => {}
                Some(_) => return Err(InsertUserError::EmailTaken),
                None if document.place == FIRST_ADMIN => return Err(InsertUserError::AdminExists),
                None => return Err(StoreError::Unavailable("a user's id is taken".to_owned()).into()),
            }
        }
        Ok(document.into_user()?)
    }

    /// The new picture, where there is one, is held; the one before it is to be let go, once that is no longer in its place.
    async fn change_image(&self, id: UserId, image: Option<UploadId>) -> Result<Option<UploadId>, StoreError> {
        let Some(user) = self.user(id).await? else { return Ok(None) };
        if let Some(image) = image {
            self.hold(image, id, &id.to_string()).await?;
        }
        Ok(user.profile.image.filter(|before| Some(*before) != image))
    }

    pub(super) async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let found = read(|| async { self.users.find_one(doc! { "_id": id.oid() }).await }).await?;
        found.map(UserDoc::into_user).transpose()
    }

    async fn users(&self, filter: Document) -> Result<Vec<User>, StoreError> {
        let found = read(|| async {
            let found = self.users.find(filter.clone()).limit(LISTED as i64);
            all(found.batch_size(1_000).await?).await
        });
        found.await?.into_iter().map(UserDoc::into_user).collect()
    }

    /// Sets fields of a user; false if there is none. The caller has the turn to change users.
    async fn set(&self, id: UserId, fields: Document) -> Result<bool, StoreError> {
        let updated = change(|| async {
            let set = doc! { "$set": fields.clone() };
            self.users.update_one(doc! { "_id": id.oid() }, set).await
        });
        Ok(updated.await?.matched_count > 0)
    }
}
