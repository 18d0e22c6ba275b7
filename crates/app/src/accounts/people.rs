//! What people tell about themselves, and what others may know of it.

use domain::{ProfileChange, Role, Timestamp, UploadId, User, UserFilter, UserId, may_administer, may_contact};

use super::validate::ProfileInput;
use super::{AccountError, Accounts, password};

/// A person, as far as the caller may see them.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// Themself, or anyone for an admin.
    Whole(User),
    /// Whom they may contact.
    Public(User),
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiled {
    /// The record as it is now; the caller may see all of it.
    pub user: User,
}

/// How much of `user` is `caller`'s to see; nothing, if they may not contact each other.
fn seen(caller: &User, user: User) -> Option<Seen> {
    if caller.id == user.id || may_administer(caller) {
        Some(Seen::Whole(user))
    } else if may_contact(caller, &user) {
        Some(Seen::Public(user))
    } else {
        None
    }
}

impl Accounts {
    /// A person by id. Whom the caller may not contact is forbidden, whether there or not.
    pub async fn profile(&self, caller: &User, id: UserId) -> Result<Seen, AccountError> {
        let user = self.inner.users.by_id(id).await?;
        match user {
            Some(user) => seen(caller, user).ok_or(AccountError::Forbidden),
            None if may_administer(caller) => Err(AccountError::NotFound),
            None => Err(AccountError::Forbidden),
        }
    }

    /// Changes what the caller tells about themself.
    pub async fn change_profile(&self, caller: &User, input: ProfileInput) -> Result<Profiled, AccountError> {
        let change = input.check()?;
        let user = self.inner.users.change_profile(caller.id, change).await?.ok_or(AccountError::NotFound)?;
        Ok(Profiled { user })
    }

    /// Gives the caller a picture of themself, one that they uploaded.
    pub async fn change_image(&self, caller: &User, image: Option<UploadId>) -> Result<User, AccountError> {
        let change = ProfileChange { image: Some(image), ..ProfileChange::default() };
        self.inner.users.change_profile(caller.id, change).await?.ok_or(AccountError::NotFound)
    }

    /// Approves or disables somebody, as an admin. Nobody does it to themself, so that an admin is always left.
    pub async fn set_active_of(
        &self,
        caller: &User,
        id: UserId,
        active: bool,
        now: Timestamp,
    ) -> Result<Profiled, AccountError> {
        if !may_administer(caller) || caller.id == id {
            return Err(AccountError::Forbidden);
        }
        let user = self.set_active(id, active, now).await?;
        Ok(Profiled { user })
    }

    /// Approves or disables somebody, as whoever runs the server. A disabled person's sessions and sockets end.
    pub async fn set_active(&self, id: UserId, active: bool, now: Timestamp) -> Result<User, AccountError> {
        self.inner.users.set_active(id, active, now).await?.ok_or(AccountError::NotFound)
    }

    /// Replaces a password, as whoever runs the server; every session of theirs ends.
    pub async fn set_password(&self, user: &User, new: &str, now: Timestamp) -> Result<(), AccountError> {
        password::check_new(new, &user.email)?;
        let hash = self.inner.passwords.hash(new).await?;
        self.inner.users.set_password(user.id, hash, now, None).await?.ok_or(AccountError::NotFound)?;
        Ok(())
    }

    /// The dieticians who can be written to.
    pub async fn active_dieticians(&self, caller: &User) -> Result<Vec<Seen>, AccountError> {
        let filter = UserFilter { role: Some(Role::Dietician), active: Some(true) };
        Ok(self.inner.users.list(filter).await?.into_iter().filter_map(|user| seen(caller, user)).collect())
    }

    /// Those of a role whom the caller may contact; for an admin all of them.
    pub async fn of_role(&self, caller: &User, role: Role) -> Result<Vec<Seen>, AccountError> {
        let active = (!may_administer(caller)).then_some(true);
        let users = self.inner.users.list(UserFilter { role: Some(role), active }).await?;
        Ok(users.into_iter().filter(|user| user.id != caller.id).filter_map(|user| seen(caller, user)).collect())
    }

    /// Those of these people whom the caller may see, in the order of the ids.
    pub async fn batch(&self, caller: &User, ids: &[UserId]) -> Result<Vec<Seen>, AccountError> {
        let users = self.inner.users.by_ids(ids).await?;
        let mut found: std::collections::HashMap<UserId, User> =
            users.into_iter().map(|user| (user.id, user)).collect();
        Ok(ids.iter().filter_map(|id| seen(caller, found.remove(id)?)).collect())
    }

    /// Everybody, for an admin.
    pub async fn everybody(&self, caller: &User) -> Result<Vec<User>, AccountError> {
        if !may_administer(caller) {
            return Err(AccountError::Forbidden);
        }
        Ok(self.inner.users.list(UserFilter::default()).await?)
    }
}
