//! A call of two goes on as a consultation: for whom, once, and who can be asked in then.

use domain::{Role as UserRole, UserId};
use serde_json::json;

use crate::consultations::LIVEKIT;
use crate::harness::{Answer, TestServer, secret};
use crate::recordings::{InCall, in_call};

async fn call(device: Option<&str>) -> InCall {
    let mut env = LIVEKIT.to_vec();
    env.push(("JWT_SECRET", secret()));
    in_call(TestServer::start_with(&env).await, device).await
}

async fn grow(call: &InCall, who: &str) -> Answer {
    let token = call.server.token(who).await;
    call.server.post("/api/consultations", Some(&token), json!({ "callId": call.call.to_string() })).await
}

async fn act(call: &InCall, who: &str, what: &str, users: &[UserId]) -> Answer {
    let token = call.server.token(who).await;
    let ids: Vec<_> = users.iter().map(ToString::to_string).collect();
    let path = format!("/api/consultations/consultation-{}/{what}", call.call);
    call.server.post(&path, Some(&token), json!({ "userIds": ids })).await
}

#[tokio::test]
async fn a_call_grows_for_its_dietician_and_both_are_in() {
    let call = call(Some("phone")).await;
    for (who, role) in [("Maya", UserRole::Dietician), ("Jonas", UserRole::Patient)] {
        call.server.add(who, role).await;
    }
    for (who, expected) in
        [("Amira", "403 forbidden"), ("Jonas", "403 forbidden"), ("Maya", "404 call_not_found"), ("Hannah", "200")]
    {
        assert_eq!(grow(&call, who).await.summary(), expected, "{who}");
    }
    let seen = grow(&call, "Hannah").await.json();
    assert_eq!(
        (&seen["roomId"], &seen["callId"], &seen["version"], &seen["you"]["state"]),
        (&json!(format!("consultation-{}", call.call)), &json!(call.call.to_string()), &json!(1), &json!("admitted"))
    );
    for (who, expected) in [("Hannah", "200"), ("Amira", "200"), ("Jonas", "403 forbidden")] {
        assert_eq!(act(&call, who, "token", &[]).await.summary(), expected, "{who}");
    }
    assert_eq!(grow(&call, "Amira").await.json()["consultationId"], seen["consultationId"], "it is there for her too");
    // The call is over, and its answer may have been lost.
    call.hang_up().await;
    assert_eq!(grow(&call, "Hannah").await.json()["consultationId"], seen["consultationId"]);
    assert_eq!(act(&call, "Hannah", "leave", &[]).await.summary(), "200");
    assert_eq!(grow(&call, "Hannah").await.summary(), "404 call_not_found");
}

#[tokio::test]
async fn a_host_asks_in_whom_they_may_contact() {
    let call = call(Some("phone")).await;
    let maya = call.server.add("Maya", UserRole::Dietician).await.id;
    let jonas = call.server.add("Jonas", UserRole::Patient).await.id;
    grow(&call, "Hannah").await;
    assert_eq!(act(&call, "Amira", "invite", &[maya]).await.summary(), "403 forbidden");
    assert_eq!(act(&call, "Amira", "invite", &[jonas]).await.summary(), "403 contact_not_allowed");
    assert_eq!(act(&call, "Hannah", "invite", &[UserId([9; 12].into())]).await.summary(), "403 contact_not_allowed");
    assert_eq!(act(&call, "Maya", "arrive", &[]).await.summary(), "403 forbidden");
    assert_eq!(act(&call, "Hannah", "invite", &[maya, jonas]).await.summary(), "200");
    assert_eq!(act(&call, "Maya", "arrive", &[]).await.json()["you"]["state"], json!("admitted"));
}

#[tokio::test]
async fn an_old_client_knows_no_rooms() {
    let call = call(None).await;
    assert_eq!(grow(&call, "Hannah").await.summary(), "409 call_cannot_grow");
}

#[tokio::test]
async fn without_livekit_nothing_grows() {
    let call = in_call(TestServer::start().await, Some("phone")).await;
    assert_eq!(grow(&call, "Hannah").await.summary(), "503 livekit_not_configured");
}
