use std::collections::BTreeMap;

use domain::ObjectId;

/// So many ids are told of each kind.
const TOLD: usize = 10;

/// Something of the older service that did not come over as it was: what, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Note {
    UserWithoutId,
    UserUnreadable,
    NameMade,
    AddressLowered,
    AddressUnusable,
    AddressTaken,
    RoleUnknown,
    Disabled,
    PasswordUnusable,
    FiguresLeftOut,
    PictureElsewhere,
    CertificateElsewhere,
    AccountMade,
    ConversationWithoutId,
    ConversationUnreadable,
    NotTwoPeople,
    PairFromMessages,
    NothingSaid,
    Merged,
    Sorted,
    NotAMessage,
    SenderUnknown,
    SaysNothing,
    Doubled,
    ReceiverPutRight,
    TimeMade,
    IdMade,
    TypeUnknown,
    FileElsewhere,
    PlanShortened,
    Split,
    AppointmentUnreadable,
    AppointmentCrowded,
}

impl Note {
    /// As it is said to who runs the practice, after a number.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UserWithoutId => "accounts have no id that could be kept, and were left out",
            Self::UserUnreadable => "accounts can't be read, and were left out",
            Self::NameMade => "accounts had no name, or one that can't be shown, and got one",
            Self::AddressLowered => "addresses are written in lower case now",
            Self::AddressUnusable => "accounts have no address to sign in with, and are disabled",
            Self::AddressTaken => "accounts have an address that another has, and are disabled, without it",
            Self::RoleUnknown => "accounts have no role that there is, and are patients, disabled",
            Self::Disabled => "accounts are disabled or wait for approval, as they did",
            Self::PasswordUnusable => {
                "accounts have no password that can be checked; give them one with `moodbites user set-password`"
            }
            Self::FiguresLeftOut => "accounts have a gender, an age or measures that can't be, which were left out",
            Self::PictureElsewhere => "accounts have a picture at another host, which was left out",
            Self::CertificateElsewhere => "accounts have a certificate at another host, which was left out",
            Self::AccountMade => "people of conversations have no account any more, and got one that is disabled",
            Self::ConversationWithoutId => "conversations have no id that could be kept, and were left out",
            Self::ConversationUnreadable => "conversations can't be read, and were left out",
            Self::NotTwoPeople => "conversations are not of two people, and were left out",
            Self::PairFromMessages => "conversations don't say whose they are; their messages did",
            Self::NothingSaid => "conversations have no messages, and begin with their first one",
            Self::Merged => "conversations were joined with another one of the same two people, by time",
            Self::Sorted => "conversations were not in order, and are by time now",
            Self::NotAMessage => "messages are none, and were left out",
            Self::SenderUnknown => "messages are by neither of the two, and were left out",
            Self::SaysNothing => "messages say nothing, and were left out",
            Self::Doubled => "messages were there twice, and are once now",
            Self::ReceiverPutRight => "messages were not to the other of the two, and are now",
            Self::TimeMade => "messages had no time, and got that of their id or of the one before",
            Self::IdMade => "messages had no id, or another's, and got one",
            Self::TypeUnknown => "messages were of an unknown type, and are texts now",
            Self::FileElsewhere => {
                "messages show a file at another host; they say its name and address now, and are texts"
            }
            Self::PlanShortened => "plans have parts that are too long or no JSON, which were left out",
            Self::Split => "texts were longer than 16 KiB, and go on in a message of their own",
            Self::AppointmentUnreadable => "appointments don't say who meets whom, or when, and were left out",
            Self::AppointmentCrowded => "appointments are at a time that another one has, and are called off",
        }
    }

    /// Whether it is about a message that was left out.
    pub const fn loses_a_message(self) -> bool {
        matches!(self, Self::NotAMessage | Self::SenderUnknown | Self::SaysNothing | Self::Doubled)
    }
}

/// How often something was noted, and of what: the first few ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Noted {
    pub count: u64,
    pub ids: Vec<ObjectId>,
}

/// Everything that was noted. Nothing of what anybody wrote or told of themself is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes(BTreeMap<Note, Noted>);

impl Notes {
    /// Notes one more.
    pub fn add(&mut self, note: Note, id: Option<ObjectId>) {
        let noted = self.0.entry(note).or_default();
        noted.count += 1;
        noted.ids.extend(id.filter(|_| noted.ids.len() < TOLD));
    }

    /// Adds those of another.
    pub fn extend(&mut self, other: Self) {
        for (note, more) in other.0 {
            let noted = self.0.entry(note).or_default();
            noted.count += more.count;
            noted.ids.extend(more.ids);
            noted.ids.truncate(TOLD);
        }
    }

    /// How often that was noted.
    pub fn count(&self, note: Note) -> u64 {
        self.0.get(&note).map_or(0, |noted| noted.count)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Note, &Noted)> {
        self.0.iter().map(|(note, noted)| (*note, noted))
    }
}
