use async_trait::async_trait;
use domain::{
    Gender, InsertUserError, NewUser, Profile, ProfileChange, Role, SessionId, StoreError, Timestamp, UploadId, User,
    UserFilter, UserId, Users,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::row::{Id, id, optional_id, time};
use super::sessions::revoke_sessions;
use super::uploads;
use crate::error::{Failure, corrupt};

/// What [`UserFilter`] promises.
const LISTED: u32 = 10_000;
const LOOKED_UP: usize = 1_000;

macro_rules! columns {
    () => {
        "id, name, email, role, active, password_hash, gender, age, height_cm, weight_kg, speciality, created_at, \
         valid_after, image, certificate"
    };
}

pub(super) const AFTER: &str = concat!("SELECT ", columns!(), " FROM users WHERE id > ?1 ORDER BY id LIMIT ?2");

#[async_trait]
impl Users for Sqlite {
    async fn insert(&self, user: NewUser) -> Result<User, InsertUserError> {
        self.write(move |connection| insert(connection, &user)).await
    }

    async fn insert_first_admin(&self, user: NewUser) -> Result<User, InsertUserError> {
        let user = NewUser { role: Role::Admin, ..user };
        self.write(move |connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE role = ?1)";
            if connection.prepare_cached(sql)?.query_row([Role::Admin.number()], |row| row.get(0))? {
                return Err(Failure::Refused(InsertUserError::AdminExists));
            }
            insert(connection, &user)
        })
        .await
    }

    async fn by_id(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.read(move |connection| by_id(connection, id)).await
    }

    async fn by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let email = email.to_owned();
        self.read(move |connection| {
            let sql = concat!("SELECT ", columns!(), " FROM users WHERE email = ?1");
            connection.prepare_cached(sql)?.query_row([email], user).optional()
        })
        .await
    }

    async fn by_ids(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(LOOKED_UP);
        self.read(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            ids.into_iter().filter_map(|id| by_id(&transaction, id).transpose()).collect()
        })
        .await
    }

    async fn list(&self, filter: UserFilter) -> Result<Vec<User>, StoreError> {
        self.read(move |connection| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                " FROM users WHERE (?1 IS NULL OR role = ?1) AND (?2 IS NULL OR active = ?2) \
                 ORDER BY name COLLATE NOCASE, id LIMIT ?3"
            );
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map(params![filter.role.map(Role::number), filter.active, LISTED], user)?.collect()
        })
        .await
    }

    async fn change_profile(&self, id: UserId, change: ProfileChange) -> Result<Option<User>, StoreError> {
        self.write(move |connection| {
            let sql = concat!(
                "UPDATE users SET name = coalesce(?2, name), gender = coalesce(?3, gender), age = coalesce(?4, age), \
                 height_cm = coalesce(?5, height_cm), weight_kg = coalesce(?6, weight_kg), \
                 speciality = coalesce(?7, speciality), image = iif(?8, ?9, image) WHERE id = ?1 RETURNING ",
                columns!()
            );
            let ProfileChange { name, gender, age, height_cm, weight_kg, speciality, image } = &change;
            if let Some(image) = *image {
                change_image(connection, id, image)?;
            }
            let (gender, pictured) = (gender.map(gender_number), image.is_some());
            let image = image.flatten().map(Id::blob);
            let values = params![id.blob(), name, gender, age, height_cm, weight_kg, speciality, pictured, image];
            Ok(connection.prepare_cached(sql)?.query_row(values, user).optional()?)
        })
        .await
    }

    async fn set_active(&self, id: UserId, active: bool, now: Timestamp) -> Result<Option<User>, StoreError> {
        self.write(move |connection| {
            let sql = "UPDATE users SET active = ?2 WHERE id = ?1";
            let found = connection.prepare_cached(sql)?.execute(params![id.blob(), active])? > 0;
            if found && !active {
                revoke_sessions(connection, id, now, None)?;
            }
            Ok(by_id(connection, id)?)
        })
        .await
    }

    async fn set_password(
        &self,
        id: UserId,
        hash: String,
        now: Timestamp,
        keep: Option<SessionId>,
    ) -> Result<Option<User>, StoreError> {
        self.write(move |connection| {
            let sql = "UPDATE users SET password_hash = ?2 WHERE id = ?1";
            if connection.prepare_cached(sql)?.execute(params![id.blob(), hash])? > 0 {
                revoke_sessions(connection, id, now, keep)?;
            }
            Ok(by_id(connection, id)?)
        })
        .await
    }

    async fn renew_hash(&self, id: UserId, from: &str, to: String) -> Result<bool, StoreError> {
        let from = from.to_owned();
        self.write(move |connection| {
            let sql = "UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2";
            Ok(connection.prepare_cached(sql)?.execute(params![id.blob(), from, to])? > 0)
        })
        .await
    }
}

fn insert(connection: &Connection, new: &NewUser) -> Result<User, Failure<InsertUserError>> {
    let new = User::from(new.clone());
    if put(connection, &new)? { Ok(new) } else { Err(Failure::Refused(InsertUserError::EmailTaken)) }
}

/// Puts a user as they are, who then holds what they show; false if the address is another's.
pub(super) fn put(connection: &Connection, new: &User) -> Result<bool, rusqlite::Error> {
    let sql = concat!(
        "INSERT INTO users (",
        columns!(),
        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (email) DO NOTHING"
    );
    let Profile { gender, age, height_cm, weight_kg, speciality, image, certificate } = &new.profile;
    let values = params![
        new.id.blob(),
        new.name,
        new.email,
        new.role.number(),
        new.active,
        new.password_hash,
        gender.map(gender_number),
        age,
        height_cm,
        weight_kg,
        speciality,
        new.created_at.0,
        new.valid_after.0,
        image.map(Id::blob),
        certificate.map(Id::blob)
    ];
    if connection.prepare_cached(sql)?.execute(values)? == 0 {
        return Ok(false);
    }
    for upload in [image, certificate].into_iter().flatten() {
        uploads::hold(connection, *upload, new.id)?;
    }
    Ok(true)
}

/// The new picture, where there is one, is held; the one before let go.
fn change_image(connection: &Connection, user: UserId, image: Option<UploadId>) -> Result<(), rusqlite::Error> {
    let sql = "SELECT image FROM users WHERE id = ?1";
    let before = connection.prepare_cached(sql)?.query_row([user.blob()], |row| optional_id(row, 0)).optional()?;
    let Some(before) = before.filter(|before| *before != image) else { return Ok(()) };
    if let Some(image) = image {
        uploads::hold(connection, image, user)?;
    }
    before.map_or(Ok(()), |before| uploads::release(connection, before))
}

pub(super) fn by_id(connection: &Connection, id: UserId) -> Result<Option<User>, rusqlite::Error> {
    let sql = concat!("SELECT ", columns!(), " FROM users WHERE id = ?1");
    connection.prepare_cached(sql)?.query_row([id.blob()], user).optional()
}

pub(super) fn user(row: &Row<'_>) -> Result<User, rusqlite::Error> {
    let gender = match row.get::<_, Option<u8>>(6)? {
        None => None,
        Some(0) => Some(Gender::Female),
        Some(1) => Some(Gender::Male),
        Some(2) => Some(Gender::Other),
        Some(_) => return Err(corrupt(6, "no such gender")),
    };
    Ok(User {
        id: id(row, 0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        role: Role::from_number(row.get::<_, u8>(3)?.into()).ok_or_else(|| corrupt(3, "no such role"))?,
        active: row.get(4)?,
        password_hash: row.get(5)?,
        profile: Profile {
            gender,
            age: row.get(7)?,
            height_cm: row.get(8)?,
            weight_kg: row.get(9)?,
            speciality: row.get(10)?,
            image: optional_id(row, 13)?,
            certificate: optional_id(row, 14)?,
        },
        created_at: time(row, 11)?,
        valid_after: time(row, 12)?,
    })
}

const fn gender_number(gender: Gender) -> u8 {
    match gender {
        Gender::Female => 0,
        Gender::Male => 1,
        Gender::Other => 2,
    }
}
