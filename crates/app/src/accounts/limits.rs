use std::net::IpAddr;
use std::time::Duration;

use domain::Timestamp;

use super::AccountError;
use crate::limit::Limit;

/// What guards the doors that anyone may knock at. Per account and address first; per address alone only so wide that a
/// clinic behind one address doesn't notice.
///
/// A stranger can't lock a person out: wrong passwords from elsewhere count against the account in whole only for
/// addresses from which that person has not signed in, and there too one try opens every 30 s.
#[derive(Debug)]
pub(super) struct Limits {
    /// 5 wrong passwords in 15 minutes.
    account_from: Limit,
    account: Limit,
    address: Limit,
    /// Accounts and addresses that have belonged together: a long period makes it a memory of 30 days.
    familiar: Limit,
    registration: Limit,
    email_check: Limit,
}

/// Taken for one try to sign in, to be given back where it was right.
#[derive(Debug)]
pub(super) struct Try<'a> {
    limits: &'a Limits,
    email: &'a str,
    place: u128,
    counted: bool,
}

impl Limits {
    pub(super) fn new() -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            account_from: Limit::new(5, SECOND * 180),
            account: Limit::new(30, SECOND * 30),
            address: Limit::new(200, SECOND),
            familiar: Limit::new(u32::MAX, DAY * 30),
            registration: Limit::new(30, SECOND * 20),
            email_check: Limit::new(15, SECOND * 20),
        }
    }

    /// As if everybody had as much as they want.
    pub(super) fn off() -> Self {
        let limit = || Limit::new(u32::MAX, Duration::ZERO);
        Self {
            account_from: limit(),
            account: limit(),
            address: limit(),
            familiar: limit(),
            registration: limit(),
            email_check: limit(),
        }
    }

    /// Before a password is looked at.
    pub(super) fn try_sign_in<'a>(
        &'a self,
        email: &'a str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<Try<'a>, AccountError> {
        let place = place(address);
        self.address.take(place, now).map_err(AccountError::RateLimited)?;
        self.account_from.take((email, place), now).map_err(AccountError::RateLimited)?;
        let counted = !self.is_familiar(email, place, now);
        if counted && let Err(wait) = self.account.take(email, now) {
            self.account_from.give_back((email, place));
            return Err(AccountError::RateLimited(wait));
        }
        Ok(Try { limits: self, email, place, counted })
    }

    fn is_familiar(&self, email: &str, place: u128, now: Timestamp) -> bool {
        self.familiar.is_used((email, place), now)
    }

    /// Before an account is made.
    pub(super) fn try_register(&self, address: IpAddr, now: Timestamp) -> Result<(), AccountError> {
        self.registration.take(place(address), now).map_err(AccountError::RateLimited)
    }

    /// Before a stranger is told whether there is an account.
    pub(super) fn try_check_email(&self, address: IpAddr, now: Timestamp) -> Result<(), AccountError> {
        self.email_check.take(place(address), now).map_err(AccountError::RateLimited)
    }
}

impl Try<'_> {
    /// It was right: it does not count, and the address is familiar from now on.
    pub(super) fn succeeded(self, now: Timestamp) {
        let key = (self.email, self.place);
        self.limits.address.give_back(self.place);
        self.limits.account_from.give_back(key);
        if self.counted {
            self.limits.account.give_back(self.email);
        }
        if !self.limits.is_familiar(self.email, self.place, now) {
            let _ = self.limits.familiar.take(key, now);
        }
    }
}

/// Who is behind an address: with IPv6 whoever has its /64.
fn place(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address) >> 64 | 1 << 127,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);
    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn stranger(n: u32) -> IpAddr {
        IpAddr::V4(std::net::Ipv4Addr::from(0xc633_6400 + n))
    }

    fn fails(limits: &Limits, address: IpAddr, now: Timestamp) -> bool {
        limits.try_sign_in("amira@example.org", address, now).is_ok()
    }

    #[test]
    fn five_wrong_passwords_and_then_one_in_three_minutes() {
        let limits = Limits::new();
        for n in 0..5 {
            assert!(fails(&limits, HOME, NOW), "{n}");
        }
        let refused = limits.try_sign_in("amira@example.org", HOME, NOW).unwrap_err();
        assert_eq!(refused, AccountError::RateLimited(Duration::from_secs(180)));
        assert!(limits.try_sign_in("bruno@example.org", HOME, NOW).is_ok(), "another account from there");
        let later = NOW + Duration::from_secs(180);
        assert!(fails(&limits, HOME, later));
        assert!(!fails(&limits, HOME, later));
    }

    #[test]
    fn right_passwords_never_count() {
        let limits = Limits::new();
        for _ in 0..1000 {
            limits.try_sign_in("amira@example.org", HOME, NOW).unwrap().succeeded(NOW);
        }
        for _ in 0..5 {
            assert!(fails(&limits, HOME, NOW));
        }
        assert!(!fails(&limits, HOME, NOW), "nor do they make up for wrong ones");
    }

    #[test]
    fn a_stranger_with_many_addresses_is_slowed_and_locks_nobody_out() {
        let limits = Limits::new();
        limits.try_sign_in("amira@example.org", HOME, NOW).unwrap().succeeded(NOW);
        let tries = (0..10_000).filter(|n| fails(&limits, stranger(*n), NOW)).count();
        assert_eq!(tries, 30, "against one account, from wherever");
        limits.try_sign_in("amira@example.org", HOME, NOW).unwrap().succeeded(NOW);
        let soon = NOW + Duration::from_secs(30);
        assert!(fails(&limits, stranger(20_000), soon), "from a new place: half a minute");
    }

    #[test]
    fn a_clinic_behind_one_address_does_not_notice() {
        let limits = Limits::new();
        for n in 0..150 {
            assert!(limits.try_sign_in(&format!("{n}@example.org"), HOME, NOW).is_ok(), "{n}");
        }
        let tries = (0..10_000).filter(|n| limits.try_sign_in(&format!("x{n}@example.org"), HOME, NOW).is_ok()).count();
        assert_eq!(tries, 50, "but guessing does");
    }

    #[test]
    fn an_ipv6_neighbourhood_is_one_place() {
        let address = |text: &str| place(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:1"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("192.0.2.1"), address("::ffff:192.0.2.1"));
        assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    }
}
