use async_trait::async_trait;

use super::{StoreError, Transition};
use crate::{ClientMessageId, Consultation, ConsultationId, MemberId, ObjectId, Timestamp, UserId, Word};

/// Consultations. A room has one of each session.
#[async_trait]
pub trait Consultations: Send + Sync {
    /// Keeps a new one; [`Transition::Stale`] if the room has that session already. The same again is saved.
    async fn open_consultation(&self, consultation: Consultation) -> Result<Transition, StoreError>;
    /// The newest in a room.
    async fn consultation_in(&self, room: ObjectId) -> Result<Option<Consultation>, StoreError>;
    /// The one of that id.
    async fn consultation(&self, id: ConsultationId) -> Result<Option<Consultation>, StoreError>;
    /// Puts a version in the place of the one before it; [`Transition::Stale`] if that is not the newest.
    async fn change_consultation(&self, consultation: Consultation) -> Result<Transition, StoreError>;
    /// Those that are open and have that user among their members, the newest first; 100 at most.
    async fn open_consultations(&self, user: UserId) -> Result<Vec<Consultation>, StoreError>;
    /// Those that ended before, and have that user among their members, the last ended first.
    async fn ended_consultations(
        &self,
        user: UserId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Consultation>, StoreError>;
    /// Keeps a word at its place; [`Transition::Stale`] if the place, or the member's key, is another word's. The same
    /// again is saved.
    async fn put_word(&self, word: Word) -> Result<Transition, StoreError>;
    /// The word of that member under that key.
    async fn word(
        &self,
        consultation: ConsultationId,
        member: MemberId,
        key: &ClientMessageId,
    ) -> Result<Option<Word>, StoreError>;
    /// The place of the last one; 0 where nothing was said.
    async fn last_word(&self, consultation: ConsultationId) -> Result<u32, StoreError>;
    /// Those after that place, in their order.
    async fn words(&self, consultation: ConsultationId, after: u32, limit: u32) -> Result<Vec<Word>, StoreError>;
    /// All in the order of their ids, from the one after that on; none at the end.
    async fn consultations_after(
        &self,
        after: Option<ConsultationId>,
        limit: u32,
    ) -> Result<Vec<Consultation>, StoreError>;
}
