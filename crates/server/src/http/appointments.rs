//! Appointments: by existing clients on `accounts`, by our own on `web`.

use app::appointments::{AppointmentError, NewAppointment};
use axum::extract::State;
use axum::middleware::map_response;
use axum::routing::{get, post, put};
use axum::{Json as Answer, Router};
use domain::{AppointmentId, AppointmentQuery, AppointmentRefused, AppointmentStatus, Role, SLOT, Timestamp, User};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::appointment::{AppointmentRecord, BookAppointment, ChangeStatus, Day, SaidDay, day_from_text};
use wire::error::{Code, ErrorBody};
use wire::time::from_iso;

use super::accounts::with_message;
use super::addresses::Addresses;
use super::auth::Caller;
use super::body::{Json, Path, Query};
use super::error::{ApiError, store_body};
use crate::state::Services;
use crate::zone::Zone;

/// A page has so many where nobody says otherwise, and so many at most.
const PAGE: u32 = 50;
const MAX_PAGE: u32 = 200;

/// Characters of what is written beside an appointment.
const MAX_NOTES: usize = 2_000;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/api/appointments", post(book))
        .route("/api/appointments/dietician", get(of_dietician))
        .route("/api/appointments/patient", get(of_patient))
        .route("/api/appointments/{id}", get(one).delete(cancel))
        .route("/api/appointments/{id}/status", put(change))
        .layer(map_response(with_message))
}

/// What a peer is told of what was not done about an appointment.
pub(crate) fn appointment_body(error: &AppointmentError) -> ErrorBody {
    let saying = |sentence| ErrorBody::saying(Code::BadRequest, sentence);
    match error {
        AppointmentError::ContactNotAllowed => Code::ContactNotAllowed.into(),
        AppointmentError::Forbidden | AppointmentError::Refused(AppointmentRefused::NotTheirs) => {
            Code::Forbidden.into()
        }
        AppointmentError::SlotTaken => Code::SlotTaken.into(),
        AppointmentError::TooMany => {
            ErrorBody::saying(Code::AppointmentConflict, "There are as many appointments ahead as there can be.")
        }
        AppointmentError::Refused(AppointmentRefused::Past) => saying("Please choose a time that is still to come."),
        AppointmentError::Refused(AppointmentRefused::TooFar) => saying("Please choose a time within the next year."),
        AppointmentError::Refused(AppointmentRefused::NotNow) => Code::AppointmentConflict.into(),
        AppointmentError::RateLimited(after) => ErrorBody::new(Code::RateLimited).retry_after(*after),
        AppointmentError::Store(error) => store_body(error),
    }
}

impl From<AppointmentError> for ApiError {
    fn from(error: AppointmentError) -> Self {
        Self(appointment_body(&error))
    }
}

fn bad(sentence: &str) -> ApiError {
    ApiError::saying(Code::BadRequest, sentence)
}

async fn book(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Json(body): Json<BookAppointment>,
) -> Result<Answer<AppointmentRecord>, ApiError> {
    let with = if caller.user.role == Role::Dietician { body.patient_id } else { body.dietician_id };
    let with = with.ok_or_else(|| bad("Please say with whom the appointment is."))?.0;
    let When { starts_at, date, time } = when(&body, &services.config.time_zone)?;
    let notes = body.notes.map(|notes| notes.trim().to_owned()).filter(|notes| !notes.is_empty());
    if notes.as_ref().is_some_and(|notes| notes.chars().count() > MAX_NOTES) {
        return Err(Code::TooLarge.into());
    }
    let new = NewAppointment { with, kind: body.consultation_type.into(), starts_at, date, time, notes };
    let booked = services.appointments.book(&caller.user, new, services.clock.now()).await?;
    Ok(Answer(AppointmentRecord::new(&booked, |path| addresses.page(path))))
}

/// A moment, and the day and time of it as they were said.
struct When {
    starts_at: Timestamp,
    date: String,
    time: String,
}

fn when(body: &BookAppointment, zone: &Zone) -> Result<When, ApiError> {
    let no_time = || bad("Please say the day and the time of the appointment.");
    let no_slot = || bad("Appointments begin on the hour or at half past.");
    let written = |(year, month, day): Day| format!("{year:04}-{month:02}-{day:02}");
    if let Some(moment) = &body.starts_at {
        let starts_at = from_iso(moment).ok_or_else(no_time)?;
        let (day, (hour, minute)) = zone.civil(starts_at).ok_or_else(no_time)?;
        if starts_at.0 % 60_000 != 0 || !is_slot(minute) {
            return Err(no_slot());
        }
        return Ok(When { starts_at, date: written(day), time: format!("{hour:02}:{minute:02}") });
    }
    let said = zone.said(&body.appointment_date, &body.appointment_time);
    let (starts_at, day, (_, minute)) = said.ok_or_else(no_time)?;
    if !is_slot(minute) {
        return Err(no_slot());
    }
    Ok(When { starts_at, date: written(day), time: body.appointment_time.trim().to_owned() })
}

fn is_slot(minute: i8) -> bool {
    u64::try_from(minute).is_ok_and(|minute| minute.is_multiple_of(SLOT.as_secs() / 60))
}

#[derive(Debug, Deserialize)]
struct ListQuery {
    status: Option<String>,
    date: Option<String>,
    page: Option<u32>,
    limit: Option<u32>,
}

async fn of_dietician(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Query(query): Query<ListQuery>,
) -> Result<Answer<Value>, ApiError> {
    list(&services, &caller.user, Role::Dietician, &addresses, query).await
}

async fn of_patient(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Query(query): Query<ListQuery>,
) -> Result<Answer<Value>, ApiError> {
    list(&services, &caller.user, Role::Patient, &addresses, query).await
}

async fn list(
    services: &Services,
    user: &User,
    as_role: Role,
    addresses: &Addresses,
    asked: ListQuery,
) -> Result<Answer<Value>, ApiError> {
    if user.role != as_role {
        return Err(Code::Forbidden.into());
    }
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let status = given(asked.status).map(|status| status_from_text(&status)).transpose()?;
    let day = given(asked.date).map(|date| match day_from_text(&date) {
        Some(SaidDay::Day(day)) => services.config.time_zone.day(day),
        Some(SaidDay::Moment(moment)) => {
            services.config.time_zone.civil(moment).and_then(|(day, _)| services.config.time_zone.day(day))
        }
        None => None,
    });
    let [from, to] = match day {
        Some(day) => day.ok_or_else(|| bad("That is no day of the calendar."))?,
        None => [Timestamp(0), Timestamp(i64::MAX / 1000)],
    };
    let (page, limit) = (asked.page.unwrap_or(1).max(1), asked.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE));
    let skip = (page - 1).saturating_mul(limit);
    let query =
        AppointmentQuery { user: user.id, as_role: Some(as_role), status, from, to, latest_first: true, skip, limit };
    let found = services.appointments.list(query).await?;
    let records = found.iter().map(|one| AppointmentRecord::new(one, |path| addresses.page(path)));
    Ok(Answer(json!({ "appointments": records.collect::<Vec<_>>(), "page": page, "limit": limit })))
}

/// What does not parse is nobody's.
fn id(text: &str) -> Result<AppointmentId, ApiError> {
    text.parse().map_err(|_| Code::Forbidden.into())
}

fn status_from_text(text: &str) -> Result<AppointmentStatus, ApiError> {
    AppointmentStatus::from_text(text)
        .ok_or_else(|| bad("A status is one of scheduled, confirmed, in-progress, completed, cancelled and no-show."))
}

async fn one(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Path(text): Path<String>,
) -> Result<Answer<AppointmentRecord>, ApiError> {
    let found = services.appointments.one(caller.user.id, id(&text)?).await?;
    Ok(Answer(AppointmentRecord::new(&found, |path| addresses.page(path))))
}

async fn change(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Path(text): Path<String>,
    Json(body): Json<ChangeStatus>,
) -> Result<Answer<AppointmentRecord>, ApiError> {
    let status = status_from_text(&body.status)?;
    let now = services.clock.now();
    let changed = services.appointments.change(caller.user.id, id(&text)?, status, now).await?;
    Ok(Answer(AppointmentRecord::new(&changed, |path| addresses.page(path))))
}

/// Calls it off; it stays in the book.
async fn cancel(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Path(text): Path<String>,
) -> Result<Answer<AppointmentRecord>, ApiError> {
    let (status, now) = (AppointmentStatus::Cancelled, services.clock.now());
    let changed = services.appointments.change(caller.user.id, id(&text)?, status, now).await?;
    Ok(Answer(AppointmentRecord::new(&changed, |path| addresses.page(path))))
}
