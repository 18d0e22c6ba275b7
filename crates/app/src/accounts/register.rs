//! Making accounts.

use std::net::IpAddr;

use domain::{NewUser, Profile, Role, Timestamp, UploadId, User, UserId};

use super::validate::{self, ProfileInput};
use super::{AccountError, Accounts, WebSignIn, password};
use crate::fresh;

/// What somebody gives to get an account.
#[derive(Clone, Default)]
#[allow(missing_docs)]
pub struct NewAccount {
    pub name: String,
    pub email: String,
    pub password: String,
    pub profile: ProfileInput,
    /// Known before, where something was uploaded for it.
    pub id: Option<UserId>,
    /// What a dietician shows for approval.
    pub certificate: Option<UploadId>,
}

impl Accounts {
    /// Whether an account could be of these, as far as that can be told without the store.
    pub fn check_new(&self, account: &NewAccount) -> Result<(), AccountError> {
        check(account)
    }

    /// A patient, who can sign in at once, or a dietician, who waits for approval.
    pub async fn register(
        &self,
        account: NewAccount,
        role: Role,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<User, AccountError> {
        let active = match role {
            Role::Patient => true,
            Role::Dietician => false,
            Role::Admin => return Err(AccountError::Forbidden),
        };
        check(&account)?;
        self.inner.limits.try_register(address, now)?;
        let user = self.prepare(account, role, active, now).await?;
        Ok(self.inner.users.insert(user).await?)
    }

    /// An account of any role, active, as whoever runs the server adds it.
    pub async fn add(&self, account: NewAccount, role: Role, now: Timestamp) -> Result<User, AccountError> {
        check(&account)?;
        let user = self.prepare(account, role, true, now).await?;
        Ok(self.inner.users.insert(user).await?)
    }

    /// The first admin, signed in. Fails if there is one; of two at once one fails.
    pub async fn set_up(&self, account: NewAccount, now: Timestamp) -> Result<WebSignIn, AccountError> {
        check(&account)?;
        let user = self.prepare(account, Role::Admin, true, now).await?;
        let user = self.inner.users.insert_first_admin(user).await?;
        self.open_web_session(user, now).await
    }

    async fn prepare(
        &self,
        account: NewAccount,
        role: Role,
        active: bool,
        now: Timestamp,
    ) -> Result<NewUser, AccountError> {
        let change = account.profile.check()?;
        let certificate = account.certificate;
        let profile = Profile {
            gender: change.gender,
            age: change.age,
            height_cm: change.height_cm,
            weight_kg: change.weight_kg,
            speciality: change.speciality,
            image: None,
            certificate,
        };
        Ok(NewUser {
            id: account.id.unwrap_or_else(|| UserId(fresh::object_id(now))),
            name: validate::name(&account.name)?,
            email: validate::email(&account.email)?,
            role,
            active,
            password_hash: self.inner.passwords.hash(&account.password).await?,
            profile,
            created_at: now,
        })
    }

    /// Whether there is an account of that address, told to a stranger who registers; limited, because it says who is a
    /// patient here.
    pub async fn email_exists(&self, email: &str, address: IpAddr, now: Timestamp) -> Result<bool, AccountError> {
        let email = validate::email(email)?;
        self.inner.limits.try_check_email(address, now)?;
        Ok(self.inner.users.by_email(&email).await?.is_some())
    }
}

/// Before anything that costs: hashing, the store, an allowance.
fn check(account: &NewAccount) -> Result<(), AccountError> {
    validate::name(&account.name)?;
    let email = validate::email(&account.email)?;
    password::check_new(&account.password, &email)
}
