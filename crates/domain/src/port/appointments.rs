use async_trait::async_trait;

use super::{StoreError, Transition};
use crate::{Appointment, AppointmentId, AppointmentQuery, ObjectId};

/// What came of booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booking {
    /// It is in the book.
    Booked,
    /// The dietician has another then.
    SlotTaken,
}

/// The book of appointments. Of one dietician no two that [hold](crate::AppointmentStatus::holds_slot) their slot begin at
/// the same time.
#[async_trait]
pub trait Appointments: Send + Sync {
    /// Books a new one; of several at once that want the same slot one gets it. The same again is booked.
    async fn book(&self, appointment: Appointment) -> Result<Booking, StoreError>;
    /// The appointment of that id.
    async fn appointment(&self, id: AppointmentId) -> Result<Option<Appointment>, StoreError>;
    /// The appointment whose room that is.
    async fn appointment_of_room(&self, room: ObjectId) -> Result<Option<Appointment>, StoreError>;
    /// Puts a version in the place of the one before it; [`Transition::Stale`] if that is not the newest.
    async fn change_appointment(&self, appointment: Appointment) -> Result<Transition, StoreError>;
    /// Those that are asked for.
    async fn appointments(&self, query: AppointmentQuery) -> Result<Vec<Appointment>, StoreError>;
    /// All in the order of their ids, from the one after that on; none at the end.
    async fn appointments_after(
        &self,
        after: Option<AppointmentId>,
        limit: u32,
    ) -> Result<Vec<Appointment>, StoreError>;
}
