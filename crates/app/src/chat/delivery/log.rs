use std::fmt;

/// One of the messages that are written.
pub(super) type Message = u8;

/// Messages in order, the first of them at `seq` 1.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Log {
    length: u8,
    messages: [Message; 6],
}

impl Log {
    pub(super) const fn last_seq(self) -> u8 {
        self.length
    }

    pub(super) fn messages(&self) -> &[Message] {
        &self.messages[..usize::from(self.length)]
    }

    pub(super) fn seq_of(&self, message: Message) -> Option<u8> {
        (1..=self.length).find(|seq| self.at(*seq) == message)
    }

    pub(super) fn at(&self, seq: u8) -> Message {
        self.messages[usize::from(seq) - 1]
    }

    pub(super) fn push(&mut self, message: Message) {
        self.messages[usize::from(self.length)] = message;
        self.length += 1;
    }

    pub(super) fn first(&self, length: u8) -> Self {
        self.messages().iter().take(usize::from(length)).copied().collect()
    }

    pub(super) fn is_prefix_of(&self, other: &Self) -> bool {
        other.messages().starts_with(self.messages())
    }
}

impl FromIterator<Message> for Log {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Self {
        let mut log = Self::default();
        messages.into_iter().for_each(|message| log.push(message));
        log
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.messages().fmt(f)
    }
}
