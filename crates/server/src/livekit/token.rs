//! Access tokens, as LiveKit reads them: HS256 over the API secret, the least that a role needs.

use std::time::Duration;

use app::consultations::Pass;
use domain::{MemberRole, ObjectId, Timestamp};
use serde::Serialize;
use serde_json::json;
use wire::appointment::room_name;

use super::Signer;

/// Our own clock may be a little ahead of theirs.
const EARLIER: Duration = Duration::from_secs(10);

/// A call of the room service is answered sooner than this.
const CALL_HOLDS: Duration = Duration::from_secs(60);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    sub: &'a str,
    nbf: i64,
    exp: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    metadata: String,
    video: Video,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Video {
    #[serde(skip_serializing_if = "is_off")]
    room_join: bool,
    #[serde(skip_serializing_if = "is_off")]
    room_create: bool,
    #[serde(skip_serializing_if = "is_off")]
    room_admin: bool,
    #[serde(skip_serializing_if = "is_off")]
    room_list: bool,
    #[serde(skip_serializing_if = "is_off")]
    room_record: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    room: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_subscribe: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_publish: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    can_publish_data: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    can_publish_sources: Vec<&'static str>,
    /// What they are is ours to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    can_update_own_metadata: Option<bool>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
const fn is_off(on: &bool) -> bool {
    !*on
}

/// What somebody may send, by LiveKit's names in tokens.
pub(super) fn sources(pass: &Pass) -> Vec<&'static str> {
    match (pass.grants.publish, pass.grants.screen) {
        (false, _) => Vec::new(),
        (true, false) => vec!["camera", "microphone"],
        (true, true) => vec!["camera", "microphone", "screen_share", "screen_share_audio"],
    }
}

/// What everybody in the room may read of somebody.
pub(super) fn metadata(pass: &Pass) -> String {
    let role = match pass.grants.role {
        MemberRole::Host => "host",
        MemberRole::CoHost => "co_host",
        MemberRole::Member => "member",
        MemberRole::Observer => "observer",
    };
    json!({ "memberId": pass.member.to_string(), "role": role, "guest": pass.guest }).to_string()
}

impl Signer {
    /// Lets somebody into a room.
    pub(super) fn join(&self, pass: &Pass, now: Timestamp, until: Timestamp) -> String {
        let video = Video {
            room_join: true,
            room: room_name(pass.room),
            room_admin: pass.grants.admin,
            can_subscribe: Some(true),
            can_publish: Some(pass.grants.publish),
            can_publish_data: Some(pass.grants.data),
            can_publish_sources: sources(pass),
            can_update_own_metadata: Some(false),
            ..Video::default()
        };
        self.tokens.sign_claims(&Claims {
            iss: &self.key,
            sub: &pass.identity,
            nbf: (now - EARLIER).seconds(),
            exp: until.seconds(),
            name: &pass.name,
            metadata: metadata(pass),
            video,
        })
    }

    /// Lets us call the service of one room.
    pub(super) fn service(&self, room: ObjectId, now: Timestamp) -> String {
        self.call(Video { room_create: true, room_admin: true, room: room_name(room), ..Video::default() }, now)
    }

    /// Lets us ask which rooms there are.
    pub(super) fn list(&self, now: Timestamp) -> String {
        self.call(Video { room_list: true, ..Video::default() }, now)
    }

    /// Lets us have rooms recorded.
    pub(super) fn record(&self, now: Timestamp) -> String {
        self.call(Video { room_record: true, ..Video::default() }, now)
    }

    fn call(&self, video: Video, now: Timestamp) -> String {
        self.tokens.sign_claims(&Claims {
            iss: &self.key,
            sub: "",
            nbf: (now - EARLIER).seconds(),
            exp: (now + CALL_HOLDS).seconds(),
            name: "",
            metadata: String::new(),
            video,
        })
    }
}

#[cfg(test)]
mod tests {
    use app::accounts::Secret;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use domain::{Grants, MemberId};
    use serde_json::Value;

    use super::*;

    fn pass(role: MemberRole, publish: bool, admin: bool) -> Pass {
        Pass {
            room: [8; 12].into(),
            identity: "someone".into(),
            name: "Amira".into(),
            member: MemberId([2; 12].into()),
            guest: false,
            grants: Grants { role, publish, screen: publish, data: publish, admin },
        }
    }

    fn claims(token: &str) -> Value {
        let payload = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
    }

    #[test]
    fn a_token_says_no_more_than_the_role_allows() {
        let signer = Signer::new("key".into(), Secret::new("a secret of at least thirty-two bytes"));
        let (now, until) = (Timestamp(1_764_000_000_000), Timestamp(1_764_000_600_000));
        let room = "consultation-080808080808080808080808";
        let observer = claims(&signer.join(&pass(MemberRole::Observer, false, false), now, until));
        assert_eq!(
            observer,
            json!({
                "iss": "key", "sub": "someone", "nbf": 1_763_999_990, "exp": 1_764_000_600, "name": "Amira",
                "metadata": r#"{"guest":false,"memberId":"020202020202020202020202","role":"observer"}"#,
                "video": { "roomJoin": true, "room": room, "canSubscribe": true, "canPublish": false, "canPublishData": false,
                    "canUpdateOwnMetadata": false },
            })
        );
        let host = claims(&signer.join(&pass(MemberRole::Host, true, true), now, until));
        assert_eq!((&host["video"]["roomAdmin"], &host["video"]["canPublish"]), (&json!(true), &json!(true)));
        assert_eq!(
            host["video"]["canPublishSources"],
            json!(["camera", "microphone", "screen_share", "screen_share_audio"])
        );
        let record = claims(&signer.record(now));
        assert_eq!((&record["video"], &record["exp"]), (&json!({ "roomRecord": true }), &json!(1_764_000_060)));
        let service = claims(&signer.service([8; 12].into(), now));
        assert_eq!(service["video"], json!({ "roomCreate": true, "roomAdmin": true, "room": room }));
    }
}
