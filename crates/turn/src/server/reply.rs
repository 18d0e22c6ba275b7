use crate::wire::{Algorithm, Class, Key, Message, Transaction, Writer, attribute};
use crate::{Output, Path};

/// How a request is answered: where to, under which id, signed by what.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) path: Path,
    pub(crate) transaction: Transaction,
    method: u16,
    sign: Option<(Key, Algorithm)>,
    fingerprint: bool,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("method", &self.method).finish_non_exhaustive()
    }
}

impl Reply {
    pub(crate) fn new(path: Path, message: &Message<'_>, sign: Option<(Key, Algorithm)>) -> Self {
        Self {
            path,
            transaction: message.transaction(),
            method: message.method(),
            sign,
            fingerprint: message.has_fingerprint,
        }
    }

    pub(crate) fn success(&self) -> Writer {
        Writer::new(Class::Success, self.method, &self.transaction)
    }

    pub(crate) fn error(&self, code: u16) -> Writer {
        Writer::new(Class::Error, self.method, &self.transaction).error(code)
    }

    /// 420, and what wasn't understood.
    pub(crate) fn unknown(&self, kinds: &[u16]) -> Writer {
        let value: Vec<u8> = kinds.iter().flat_map(|kind| kind.to_be_bytes()).collect();
        self.error(420).attribute(attribute::UNKNOWN_ATTRIBUTES, &value)
    }

    pub(crate) fn finish(&self, writer: Writer) -> Output {
        let sign = self.sign.as_ref().map(|(key, algorithm)| (key, *algorithm));
        Output::Answer { path: self.path, bytes: writer.finish(sign, self.fingerprint) }
    }
}
