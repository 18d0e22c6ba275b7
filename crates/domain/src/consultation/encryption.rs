//! End-to-end encryption of a consultation: whether it is on, and how its keys get from one page to another. What goes over
//! is a text of a fixed form that this server can make nothing of: no key is in it that it could use.

use std::fmt;
use std::str::FromStr;

use super::{Consultation, ConsultationRefused, Done, Member};
use crate::{MemberId, MemberState};

/// Where an encrypted consultation stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Encryption {
    /// The how-manieth key is the newest; 0 while there is none.
    pub number: u32,
    /// Somebody has gone who had it: a host makes another.
    pub due: bool,
}

/// What a member's page has said and was handed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageKeys {
    /// The public key of that page.
    pub page: PublicKey,
    /// The newest key that it has; 0 for none.
    pub number: u32,
    /// That key, where another page handed it to this one.
    pub sealed: Option<HandedKey>,
}

/// A key of the consultation, sealed for one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedKey {
    /// Who handed it on.
    pub from: MemberId,
    /// The public key of their page, without which it can't be opened.
    pub by: PublicKey,
    /// It.
    pub text: SealedKey,
}

/// A key for one page, as the page of a host sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFor {
    /// Whose.
    pub member: MemberId,
    /// Which page of theirs.
    pub page: PublicKey,
    /// It.
    pub text: SealedKey,
}

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident = $length:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// As it was said.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotOpaque;

            fn from_str(text: &str) -> Result<Self, NotOpaque> {
                let fits = text.len() == $length && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
                if fits { Ok(Self(text.to_owned())) } else { Err(NotOpaque) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

opaque! {
    /// A point of P-256, 65 bytes in base64url.
    PublicKey = 87
}
opaque! {
    /// 12 bytes of a nonce and 48 of a sealed key, in base64url.
    SealedKey = 80
}

/// It is not a text of that form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not of that form")]
pub struct NotOpaque;

impl Member {
    /// The newest key that they have; 0 for none.
    pub fn key_number(&self) -> u32 {
        self.keys.as_ref().map_or(0, |keys| keys.number)
    }
}

impl Consultation {
    /// Switches encryption on or off, while nobody is in it but perhaps the owner, who has not entered the room.
    pub fn encrypt(&mut self, by: MemberId, on: bool) -> Done {
        self.owner_place(by)?;
        let running = |it: &Member| it.connected || (it.id != by && it.state == MemberState::Admitted);
        if self.encryption.is_some() == on {
            return Ok(());
        }
        if self.members.iter().any(running) {
            return Err(ConsultationRefused::Running);
        }
        self.encryption = on.then(Encryption::default);
        self.members.iter_mut().for_each(Member::forget_keys);
        Ok(())
    }

    /// Whether who enters knows what they enter: with `encrypted` a page that encrypts, without one that doesn't.
    pub fn may_enter(&self, encrypted: bool) -> Done {
        if self.encryption.is_some() == encrypted { Ok(()) } else { Err(ConsultationRefused::Encryption) }
    }

    /// Somebody who is let in says by which public key their page can be handed keys; the page before it gets no more.
    pub fn bring_key(&mut self, id: MemberId, page: PublicKey) -> Done {
        self.grants(id)?;
        if self.encryption.is_none() {
            return Err(ConsultationRefused::Encryption);
        }
        let at = self.place(id)?;
        let keys = &mut self.members[at].keys;
        if keys.as_ref().is_none_or(|keys| keys.page != page) {
            *keys = Some(PageKeys { page, number: 0, sealed: None });
        }
        Ok(())
    }

    /// A host's page hands the newest key on, or makes one that is newer by one. What is for a page that is gone by now, or
    /// that has it, is left out.
    pub fn hand_keys(&mut self, by: MemberId, page: &PublicKey, number: u32, keys: Vec<KeyFor>) -> Done {
        self.host_place(by)?;
        let newest = self.encryption.ok_or(ConsultationRefused::Encryption)?.number;
        let at = self.place(by)?;
        let mine = self.members[at].keys.as_mut().filter(|mine| mine.page == *page);
        let mine = mine.ok_or(ConsultationRefused::KeyPassed)?;
        if newest.checked_add(1) == Some(number) {
            (mine.number, mine.sealed) = (number, None);
            self.encryption = Some(Encryption { number, due: false });
        } else if number == 0 || number != newest || mine.number != newest {
            return Err(ConsultationRefused::KeyPassed);
        }
        for KeyFor { member, page: theirs, text } in keys {
            let at = self.place(member)?;
            let member = &mut self.members[at];
            let waits = member.state == MemberState::Admitted && member.key_number() < number && member.id != by;
            if let Some(keys) = member.keys.as_mut().filter(|keys| waits && keys.page == theirs) {
                keys.number = number;
                keys.sealed = Some(HandedKey { from: by, by: page.clone(), text });
            }
        }
        Ok(())
    }

    /// Who goes had the key, perhaps: what is said from now on is not for them.
    pub(super) fn key_leaves(&mut self, at: usize) {
        let number = self.members[at].key_number();
        self.members[at].forget_keys();
        if let Some(encryption) = self.encryption.as_mut().filter(|it| number > 0 && it.number == number) {
            encryption.due = true;
        }
    }
}
