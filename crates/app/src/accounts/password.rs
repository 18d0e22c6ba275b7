use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use argon2::password_hash::phc::{Output, Salt};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, Version};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::{AccountError, old_hash};
use crate::fresh;

/// Hashes at the same time. Each takes 19 MiB and a core, which sockets need too.
const AT_ONCE: usize = 2;

/// Hashes that may wait for their turn; a second's worth.
const QUEUE: usize = 50;

/// Characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;

/// Hashes and checks passwords by Argon2id, off the async threads and never more than a few at once. Hashes of the service
/// before us are checked too.
#[derive(Debug, Clone)]
pub(super) struct Passwords(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// What a password is checked against where there is no such account, so that the answer takes as long.
    nobody: String,
    /// The cost of the dearest old hash that was met, 0 before there was one: from then on every wrong password costs that
    /// too, so that it can't be told from the time who has been here since.
    old_cost: AtomicU32,
}

/// Counts itself out when it is dropped, as a request that is given up is.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Passwords {
    pub(super) fn new() -> Self {
        // The right parameters, a random salt, and a hash that nothing has; making a real one would cost 20 ms at start.
        let nobody = phc(&fresh::bytes(), &fresh::bytes());
        let pool = Pool {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: AtomicUsize::new(0),
            nobody,
            old_cost: AtomicU32::new(0),
        };
        Self(Arc::new(pool))
    }

    /// The hash of a new password, as a PHC string.
    pub(super) async fn hash(&self, password: &str) -> Result<String, AccountError> {
        let password = password.to_owned();
        self.run(move || {
            let salt = fresh::bytes::<16>();
            argon2id(&password, &salt, parameters()).map(|hash| phc(&salt, &hash))
        })
        .await?
        .map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            AccountError::Internal
        })
    }

    /// Whether a password is the one of that hash. Without a hash it takes as long, and is not.
    pub(super) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, AccountError> {
        let real = hash.is_some();
        let (hash, nobody) = (hash.unwrap_or(&self.0.nobody).to_owned(), self.0.nobody.clone());
        let cost = old_hash::cost(&hash);
        let old_cost = self.0.old_cost.fetch_max(cost.unwrap_or(0), Ordering::Relaxed);
        // No hash of ours is of a longer one, and the old ones see no more than their beginning.
        let too_long = password.chars().count() > *LENGTH.end();
        let kept = if too_long { String::new() } else { password.to_owned() };
        let seen = old_hash::seen(password).to_vec();
        let right = self.run(move || {
            let right = match cost {
                Some(_) => old_hash::matches(&seen, &hash),
                None => matches(&kept, &hash) && !too_long,
            };
            match cost {
                _ if right => {}
                Some(_) => drop(matches(&kept, &nobody)),
                None => old_hash::spend(&seen, old_cost),
            }
            right
        });
        Ok(right.await? && real)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountError> {
        if self.0.waiting.fetch_add(1, Ordering::AcqRel) >= QUEUE + AT_ONCE {
            self.0.waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(AccountError::Busy);
        }
        let _waiting = Waiting(&self.0.waiting);
        let turn = self.0.turns.clone().acquire_owned().await.map_err(|_| AccountError::Busy)?;
        // The turn is over when the hash is done, not when whoever asked for it has gone.
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await.map_err(|_| AccountError::Internal)
    }
}

/// OWASP's first choice: 19 MiB, two passes, one lane.
fn parameters() -> Params {
    Params::new(19 * 1024, 2, 1, None).expect("the parameters are valid")
}

/// An allocation of this many blocks of a KiB is past what the C library keeps for later, so that the memory of a hash goes
/// back to the system with it. Only what a hash uses of it is ever touched.
const NEVER_KEPT: usize = 33 * 1024;

fn argon2id(password: &str, salt: &[u8], parameters: Params) -> argon2::Result<[u8; 32]> {
    let mut memory = Vec::with_capacity(NEVER_KEPT.max(parameters.block_count()));
    memory.resize(parameters.block_count(), Block::default());
    let mut hash = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters).hash_password_into_with_memory(
        password.as_bytes(),
        salt,
        &mut hash,
        &mut memory,
    )?;
    Ok(hash)
}

/// As it is kept: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
fn phc(salt: &[u8; 16], hash: &[u8; 32]) -> String {
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: (&parameters()).try_into().expect("parameters fit"),
        salt: Some(Salt::new(salt).expect("16 bytes are a salt")),
        hash: Some(Output::new(hash).expect("32 bytes are a hash")),
    };
    hash.to_string()
}

fn matches(password: &str, phc: &str) -> bool {
    let Ok(kept) = PasswordHash::new(phc) else { return false };
    let (Some(salt), Some(hash), Ok(parameters)) = (&kept.salt, &kept.hash, Params::try_from(&kept)) else {
        return false;
    };
    kept.algorithm == Algorithm::Argon2id.ident()
        && kept.version == Some(Version::V0x13.into())
        && argon2id(password, salt.as_ref(), parameters).is_ok_and(|computed| computed.ct_eq(hash.as_ref()).into())
}

/// Whether a hash that this password was right for is to give way to one of ours; a longer one would be refused by that.
pub(super) fn is_to_be_renewed(hash: &str, password: &str) -> bool {
    old_hash::cost(hash).is_some() && password.chars().count() <= *LENGTH.end()
}

/// Whether a new password will do.
pub(super) fn check_new(password: &str, email: &str) -> Result<(), AccountError> {
    let fits = LENGTH.contains(&password.chars().count()) && !password.eq_ignore_ascii_case(email);
    if fits { Ok(()) } else { Err(AccountError::WeakPassword) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_its_own_hash_s_only() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse battery", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("correct horse batterz", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("correct horse battery", None).await.unwrap());
        assert!(!passwords.verify("correct horse battery", Some("not a hash")).await.unwrap());
        assert!(!passwords.verify(&"x".repeat(5_000_000), Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_s_hash_is_one_that_is_really_computed() {
        let nobody = Passwords::new().0.nobody.clone();
        assert!(nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{nobody}");
        // Checked as any other, it is well formed and merely wrong.
        let kept = PasswordHash::new(&nobody).unwrap();
        assert_eq!(Params::try_from(&kept).unwrap().block_count(), 19 * 1024);
        assert!(!matches("", &nobody));
    }

    #[test]
    fn hashes_of_other_programs_are_read() {
        // A test vector of the reference implementation.
        let kept = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(matches("password", kept));
        assert!(!matches("Password", kept));
        assert!(!matches("password", &kept.replace("argon2id", "argon2i")));
        assert!(!matches("password", &kept.replace("v=19", "v=16")));
    }

    #[tokio::test]
    async fn a_full_queue_is_said_at_once() {
        let passwords = Passwords::new();
        let turns = passwords.0.turns.clone().acquire_many_owned(2).await.unwrap();
        let asking: Vec<_> = (0..QUEUE + AT_ONCE)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.run(|| ()).await })
            })
            .collect();
        while passwords.0.waiting.load(Ordering::Acquire) < QUEUE + AT_ONCE {
            tokio::task::yield_now().await;
        }
        assert_eq!(passwords.run(|| ()).await, Err(AccountError::Busy));
        drop(turns);
        for asked in asking {
            assert_eq!(asked.await.unwrap(), Ok(()));
        }
        assert_eq!(passwords.run(|| ()).await, Ok(()), "there is room again");
    }

    #[tokio::test]
    async fn an_old_hash_is_of_the_password_that_it_is_of() {
        let hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        let passwords = Passwords::new();
        assert_eq!(passwords.verify("U*U", Some(hash)).await, Ok(true));
        assert_eq!(passwords.verify("U*V", Some(hash)).await, Ok(false));
        assert_eq!(passwords.0.old_cost.load(Ordering::Relaxed), 5, "from now on all wrong ones cost as much");
        assert_eq!(passwords.verify("U*U", None).await, Ok(false));
        assert!(is_to_be_renewed(hash, "U*U") && !is_to_be_renewed(&passwords.0.nobody, "U*U"));
        assert!(!is_to_be_renewed(hash, &"x".repeat(129)));
    }

    #[test]
    fn which_passwords_will_do() {
        for (password, expected) in [
            ("123456789", false),
            ("1234567890", true),
            ("ääääääääää", true),
            (&"x".repeat(128), true),
            (&"x".repeat(129), false),
            ("Amira@Example.org", false),
            ("", false),
        ] {
            assert_eq!(check_new(password, "amira@example.org").is_ok(), expected, "{password}");
        }
    }
}
