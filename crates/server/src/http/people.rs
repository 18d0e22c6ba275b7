//! Everybody, for admins.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use wire::user::Person;

use super::auth::Caller;
use super::error::ApiError;
use crate::state::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/api/people", get(people))
}

async fn people(State(services): State<Services>, Caller(caller): Caller) -> Result<Json<Value>, ApiError> {
    let users = services.accounts.everybody(&caller.user).await?;
    let people: Vec<Person> = users.iter().map(|user| Person::new(user, false, None)).collect();
    Ok(Json(json!({ "users": people })))
}
