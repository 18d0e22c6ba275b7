//! Everybody, for admins.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use wire::user::Person;

use super::addresses::Addresses;
use super::auth::Caller;
use super::error::ApiError;
use crate::state::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/api/people", get(people))
}

async fn people(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
) -> Result<Json<Value>, ApiError> {
    let users = services.accounts.everybody(&caller.user).await?;
    let hub = &services.hub;
    let person = |user: &domain::User| Person::new(user, &addresses, hub.is_online(user.id), hub.last_seen(user.id));
    let people: Vec<Person> = users.iter().map(person).collect();
    Ok(Json(json!({ "users": people })))
}
