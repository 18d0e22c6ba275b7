//! Search in what was written. What somebody looks for is nobody else's: it is in no log and no error.

use app::chat::SearchError;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::SearchQuery;
use domain::search::{MAX_QUESTION, Words};
use serde::Deserialize;
use wire::chat::{SearchCursor, SearchPage, seen};
use wire::entry::Dialect;
use wire::error::Code;

use super::addresses::Addresses;
use super::auth::Caller;
use super::chat::{MAX_PAGE, PAGE, conversation_id};
use super::error::ApiError;
use crate::state::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new().route("/api/search", get(search))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    q: Option<String>,
    conversation_id: Option<String>,
    before: Option<String>,
    limit: Option<u32>,
}

impl Question {
    fn into_query(self) -> Result<SearchQuery, ApiError> {
        let bad = |sentence: String| ApiError::saying(Code::BadRequest, sentence);
        let question = self.q.ok_or_else(|| bad("The field q is missing.".to_owned()))?;
        let words = Words::of_question(&question)
            .map_err(|_| bad(format!("A search has {MAX_QUESTION} characters at most.")))?;
        let before = self.before.map(|before| before.parse::<SearchCursor>()).transpose();
        let before = before.map_err(|_| bad("The page before did not end there.".to_owned()))?;
        let limit = match self.limit.unwrap_or(PAGE) {
            0 => return Err(bad(format!("The limit is 1 to {MAX_PAGE}."))),
            limit => limit.min(MAX_PAGE),
        };
        let conversation = self.conversation_id.as_deref().map(conversation_id).transpose()?;
        Ok(SearchQuery { words, conversation, before: before.map(|cursor| cursor.0), limit })
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::TooOften(after) => Self::retry_after(Code::RateLimited, after),
            SearchError::Chat(error) => error.into(),
        }
    }
}

async fn search(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    question: Result<Query<Question>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(question) = question.map_err(|_| ApiError::from(Code::BadRequest))?;
    let user = caller.user.id;
    let found = services.search.find(user, &question.into_query()?, services.clock.now()).await?;
    let results = found.entries.iter();
    let results = results.map(|(entry, [mine, theirs])| seen(entry, user, *mine, *theirs, Dialect::Ours, &addresses));
    Ok(Json(SearchPage { results: results.collect(), next: found.next.map(SearchCursor) }).into_response())
}
