//! Consultations, for our own clients and for guests; and the tokens that old clients ask for.

use app::consultations::{
    Act, ConsultationError, Entering, Guest, MediaSource, NewConsultation, OLD_TOKEN_HOLDS, Scene, Ticket, Visitor,
};
use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::routing::{get, post};
use axum::{Extension, Json as Answer, Router};
use domain::consultation::MAX_PRESENT;
use domain::{ConsultationId, ConsultationRefused, Heard, Member, MemberRole, ObjectId, Timestamp};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::consultation::{
    AdmitMembers, Arrive, AskIn, BringKey, ClaimLink, ConsultationView, Encrypt, Enter, GetToken, GiveRole, HandKeys,
    KeyText, Lock, MakeLink, MuteMember, NoteQuality, OfMember, OldTicket, OpenConsultation, PastView, SayWord,
    SourceText, TicketView, UpcomingView, WordsView, WriteLine, room_from_name,
};
use wire::error::{Code, ErrorBody};
use wire::packet::Id;
use wire::recording::Consent;
use wire::time::{Iso, from_iso, iso};

use super::address::ClientAddress;
use super::addresses::Addresses;
use super::auth::{Caller, bearer};
use super::body::{Json, OrEmpty, Path, Query};
use super::error::{ApiError, store_body};
use crate::config::Role;
use crate::livekit::{self, webhook};
use crate::socket::consultations::{beside, presence, view};
use crate::socket::recording_body;
use crate::state::Services;

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/api/consultations", get(list).post(open))
        .route("/api/consultations/{room}", get(see))
        .route("/api/consultations/{room}/arrive", post(arrive))
        .route("/api/consultations/{room}/invite", post(ask_in))
        .route("/api/consultations/{room}/admit", post(admit))
        .route("/api/consultations/{room}/refuse", post(refuse))
        .route("/api/consultations/{room}/remove", post(remove))
        .route("/api/consultations/{room}/role", post(give_role))
        .route("/api/consultations/{room}/mute", post(mute))
        .route("/api/consultations/{room}/lock", post(lock))
        .route("/api/consultations/{room}/encrypt", post(encrypt))
        .route("/api/consultations/{room}/key", post(bring_key))
        .route("/api/consultations/{room}/keys", post(hand_keys))
        .route("/api/consultations/{room}/line", post(line))
        .route("/api/consultations/{room}/words", get(words).post(say))
        .route("/api/consultations/{room}/leave", post(leave))
        .route("/api/consultations/{room}/end", post(end))
        .route("/api/consultations/{room}/token", post(token))
        .route("/api/consultations/{room}/guests", post(make_link))
        .route("/api/consultations/{room}/recording", post(record))
        .route("/api/consultations/quality", post(note_quality))
        .route("/api/guests/claim", post(claim))
        .route("/api/livekit/webhook", post(hear))
}

/// What old clients ask for, on `calls` and `web`.
pub(super) fn old_routes() -> Router<Services> {
    Router::new().route("/api/getToken", post(old_token))
}

/// What a peer is told of what was not done in a consultation.
pub(crate) fn consultation_body(error: &ConsultationError) -> ErrorBody {
    use ConsultationRefused::{
        Encryption, Ended, Full, KeyPassed, Link, Locked, NoSuchMember, NotAdmitted, NotTheirs, OldClient, Running,
        TooEarly,
    };
    match error {
        ConsultationError::Forbidden | ConsultationError::Refused(NotTheirs) => Code::Forbidden.into(),
        ConsultationError::ContactNotAllowed => Code::ContactNotAllowed.into(),
        ConsultationError::KeyTaken => Code::IdConflict.into(),
        ConsultationError::NoSuchCall => Code::CallNotFound.into(),
        ConsultationError::OldClient => Code::CallCannotGrow.into(),
        ConsultationError::Invalid(sentence) => ErrorBody::saying(Code::BadRequest, *sentence),
        ConsultationError::Refused(Ended) => Code::ConsultationEnded.into(),
        ConsultationError::Refused(Locked) => Code::ConsultationLocked.into(),
        ConsultationError::Refused(TooEarly(after)) => ErrorBody::new(Code::ConsultationTooEarly).retry_after(*after),
        ConsultationError::Refused(NotAdmitted) => Code::NotAdmitted.into(),
        ConsultationError::Refused(Full) => Code::RoomFull.into(),
        ConsultationError::Refused(OldClient) => Code::RecordingNotPossible.into(),
        ConsultationError::Consent => {
            let sentence = "This consultation is recorded. Please agree to that before you come in.";
            ErrorBody::saying(Code::RecordingConflict, sentence)
        }
        ConsultationError::Refused(Encryption) => Code::ConsultationEncryption.into(),
        ConsultationError::Refused(Running) => Code::ConsultationRunning.into(),
        ConsultationError::Refused(KeyPassed) => Code::KeyPassed.into(),
        ConsultationError::Refused(NoSuchMember) => Code::NotFound.into(),
        ConsultationError::Refused(Link) => Code::GuestLinkInvalid.into(),
        ConsultationError::NotConfigured => Code::LivekitNotConfigured.into(),
        ConsultationError::Media(_) => Code::LivekitUnreachable.into(),
        ConsultationError::RateLimited(after) => ErrorBody::new(Code::RateLimited).retry_after(*after),
        ConsultationError::Store(error) => store_body(error),
    }
}

impl From<ConsultationError> for ApiError {
    fn from(error: ConsultationError) -> Self {
        Self(consultation_body(&error))
    }
}

/// Somebody with an account, or with a guest's pass.
pub(super) struct Asker(pub(super) Visitor);

impl FromRequestParts<Services> for Asker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or(Code::Unauthenticated)?;
        let now = services.clock.now();
        match services.consultations.guest(token, now) {
            Some(Some(guest)) => Ok(Self(Visitor::Guest(guest))),
            Some(None) => Err(Code::SessionExpired.into()),
            None => Ok(Self(Visitor::User(services.accounts.authenticate(token, now).await?.user))),
        }
    }
}

/// What is asked of one consultation.
struct Of {
    services: Services,
    by: Visitor,
    room: ObjectId,
    addresses: Addresses,
    now: Timestamp,
}

impl FromRequestParts<Services> for Of {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, services: &Services) -> Result<Self, ApiError> {
        let Asker(by) = Asker::from_request_parts(parts, services).await?;
        let Path(name) = Path::<String>::from_request_parts(parts, services).await?;
        // What does not parse is nobody's.
        let room = room_from_name(&name).ok_or(Code::Forbidden)?;
        let addresses = Addresses::from_request_parts(parts, services).await?;
        Ok(Self { services: services.clone(), by, room, addresses, now: services.clock.now() })
    }
}

impl Of {
    async fn act(self, act: Act) -> Result<Answer<ConsultationView>, ApiError> {
        let scene = self.services.consultations.act(&self.by, self.room, act, self.now).await?;
        self.shown(&scene)
    }

    fn shown(&self, scene: &Scene) -> Result<Answer<ConsultationView>, ApiError> {
        let me = me(scene, &self.by).ok_or(Code::Forbidden)?;
        Ok(Answer(view(scene, me, presence(scene, &self.services.hub), &self.addresses)))
    }
}

fn me<'a>(scene: &'a Scene, by: &Visitor) -> Option<&'a Member> {
    match by {
        Visitor::User(user) => scene.consultation.of_user(user.id),
        Visitor::Guest(guest) => scene.consultation.member(guest.member),
    }
}

#[derive(Debug, Deserialize)]
struct ListQuery {
    before: Option<String>,
}

async fn list(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    Query(query): Query<ListQuery>,
) -> Result<Answer<Value>, ApiError> {
    let before = query.before.map(|before| from_iso(&before).ok_or(Code::BadRequest)).transpose()?;
    let user = caller.user;
    let found = services.consultations.list(&user, before, services.clock.now()).await?;
    let page = |path: &str| addresses.page(path);
    let running: Vec<_> = found
        .running
        .iter()
        .filter_map(|scene| {
            let me = scene.consultation.of_user(user.id)?;
            Some(view(scene, me, presence(scene, &services.hub), &addresses))
        })
        .collect();
    let upcoming: Vec<_> =
        found.upcoming.iter().map(|(one, other, _)| UpcomingView::new(one, other, &addresses, page)).collect();
    let past: Vec<_> = found
        .past
        .iter()
        .map(|scene| {
            let beside = beside(scene, presence(scene, &services.hub), &addresses, &page);
            PastView::new(&scene.consultation, user.id, &beside)
        })
        .collect();
    let configured = services.consultations.is_configured();
    Ok(Answer(json!({ "configured": configured, "running": running, "upcoming": upcoming, "past": past })))
}

async fn open(
    State(services): State<Services>,
    Caller(caller): Caller,
    addresses: Addresses,
    OrEmpty(body): OrEmpty<OpenConsultation>,
) -> Result<Answer<ConsultationView>, ApiError> {
    few(body.user_ids.len())?;
    let now = services.clock.now();
    let new = NewConsultation {
        appointment: body.appointment_id.map(|id| id.0),
        users: body.user_ids.iter().map(|id| id.0).collect(),
        title: body.title,
        welcome: body.admit,
        encrypted: body.encrypted,
    };
    let scene = match body.call_id {
        Some(call) => services.consultations.grow(&caller.user, call.0, now).await?,
        None => services.consultations.open(&caller.user, new, now).await?,
    };
    let me = scene.consultation.of_user(caller.user.id).ok_or(Code::Forbidden)?;
    Ok(Answer(view(&scene, me, presence(&scene, &services.hub), &addresses)))
}

fn few(people: usize) -> Result<(), ApiError> {
    const MOST: usize = 20;
    if people <= MOST {
        Ok(())
    } else {
        Err(ApiError::saying(Code::BadRequest, "So many people can't be asked at once."))
    }
}

async fn ask_in(of: Of, Json(body): Json<AskIn>) -> Result<Answer<ConsultationView>, ApiError> {
    few(body.user_ids.len())?;
    let Visitor::User(by) = &of.by else { return Err(Code::Forbidden.into()) };
    let ids: Vec<_> = body.user_ids.iter().map(|id| id.0).collect();
    let scene = of.services.consultations.ask_in(by, of.room, &ids, of.now).await?;
    of.shown(&scene)
}

async fn see(of: Of) -> Result<Answer<ConsultationView>, ApiError> {
    let scene = of.services.consultations.see(&of.by, of.room, of.now).await?;
    of.shown(&scene)
}

async fn arrive(of: Of, OrEmpty(body): OrEmpty<Arrive>) -> Result<Answer<ConsultationView>, ApiError> {
    let test = body.test.map(Into::into);
    let scene = of.services.consultations.arrive(&of.by, of.room, test, of.now).await?;
    of.shown(&scene)
}

async fn admit(of: Of, OrEmpty(body): OrEmpty<AdmitMembers>) -> Result<Answer<ConsultationView>, ApiError> {
    of.act(Act::Admit(body.member_ids.map(|ids| ids.into_iter().map(|id| id.0).collect()))).await
}

async fn refuse(of: Of, Json(body): Json<OfMember>) -> Result<Answer<ConsultationView>, ApiError> {
    of.act(Act::Refuse(body.member_id.0)).await
}

async fn remove(of: Of, Json(body): Json<OfMember>) -> Result<Answer<ConsultationView>, ApiError> {
    of.act(Act::Remove(body.member_id.0)).await
}

async fn give_role(of: Of, Json(body): Json<GiveRole>) -> Result<Answer<ConsultationView>, ApiError> {
    of.act(Act::GiveRole(body.member_id.0, body.role.into())).await
}

async fn lock(of: Of, Json(body): Json<Lock>) -> Result<Answer<ConsultationView>, ApiError> {
    of.act(Act::Lock(body.locked)).await
}

async fn encrypt(of: Of, Json(body): Json<Encrypt>) -> Result<Answer<ConsultationView>, ApiError> {
    of.act(Act::Encrypt(body.encrypted)).await
}

async fn bring_key(of: Of, Json(body): Json<BringKey>) -> Result<Answer<ConsultationView>, ApiError> {
    of.act(Act::BringKey(body.page.parse().map_err(|_| Code::BadRequest)?)).await
}

async fn hand_keys(of: Of, Json(body): Json<HandKeys>) -> Result<Answer<ConsultationView>, ApiError> {
    if body.keys.len() > MAX_PRESENT {
        return Err(Code::BadRequest.into());
    }
    let page = body.page.parse().map_err(|_| Code::BadRequest)?;
    let keys = body.keys.iter().map(KeyText::read).collect::<Option<_>>().ok_or(Code::BadRequest)?;
    of.act(Act::HandKeys { page, number: body.number, keys }).await
}

async fn line(of: Of, Json(body): Json<WriteLine>) -> Result<Answer<ConsultationView>, ApiError> {
    let to = body.member_id.map(|id| id.0);
    let scene = of.services.consultations.line(&of.by, of.room, to, &body.text, of.now).await?;
    of.shown(&scene)
}

async fn say(of: Of, Json(body): Json<SayWord>) -> Result<Answer<WordsView>, ApiError> {
    let key = body.client_message_id.parse().map_err(|_| Code::BadRequest)?;
    let named = body.consultation_id.map(|id| id.0);
    let said = of.services.consultations.say(&of.by, of.room, named, (key, &body.text), of.now).await?;
    Ok(Answer(WordsView::new(&said.consultation, said.me, said.words, said.next)))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WordsQuery {
    #[serde(default)]
    after: u32,
    consultation_id: Option<Id<ConsultationId>>,
}

async fn words(of: Of, Query(query): Query<WordsQuery>) -> Result<Answer<WordsView>, ApiError> {
    let named = query.consultation_id.map(|id| id.0);
    let found = of.services.consultations.words(&of.by, of.room, named, query.after, of.now).await?;
    Ok(Answer(WordsView::new(&found.consultation, found.me, found.words, found.next)))
}

async fn leave(of: Of) -> Result<Answer<ConsultationView>, ApiError> {
    of.act(Act::Leave).await
}

async fn end(of: Of) -> Result<Answer<ConsultationView>, ApiError> {
    of.act(Act::End).await
}

async fn mute(of: Of, Json(body): Json<MuteMember>) -> Result<Answer<ConsultationView>, ApiError> {
    let source = match body.source {
        SourceText::Microphone => MediaSource::Microphone,
        SourceText::Camera => MediaSource::Camera,
        SourceText::Screen => MediaSource::Screen,
    };
    let scene = of.services.consultations.mute(&of.by, of.room, body.member_id.0, source, of.now).await?;
    of.shown(&scene)
}

async fn token(of: Of, OrEmpty(body): OrEmpty<Enter>) -> Result<Answer<TicketView>, ApiError> {
    let entering = Entering { encrypted: body.encrypted, failed: body.failed };
    let Ticket { url, token, identity, role, expires_at, .. } =
        of.services.consultations.token(&of.by, of.room, entering, of.now).await?;
    Ok(Answer(TicketView { url, token, expires_at: Iso(expires_at), identity, role: role.into() }))
}

async fn make_link(of: Of, Json(body): Json<MakeLink>) -> Result<Answer<Value>, ApiError> {
    let (role, name) = (body.role.into(), body.name);
    let made = of.services.consultations.invite_guest(&of.by, of.room, role, name, of.now).await?;
    let url = of.addresses.page(&format!("/join/{}", made.token));
    Ok(Answer(json!({ "url": url, "expiresAt": iso(made.expires_at) })))
}

/// Asks everybody who is in it.
async fn record(of: Of, Json(body): Json<Consent>) -> Result<Answer<ConsultationView>, ApiError> {
    let Visitor::User(user) = &of.by else { return Err(Code::Forbidden.into()) };
    let consent = body.consent.ok_or(Code::BadRequest)?;
    let asked = of.services.recordings.ask_room(user, of.room, consent, body.browser).await;
    of.shown(&asked.map_err(|error| ApiError(recording_body(&error)))?)
}

async fn note_quality(
    State(services): State<Services>,
    Asker(by): Asker,
    Json(body): Json<NoteQuality>,
) -> Result<Answer<Value>, ApiError> {
    let (id, now) = (body.consultation_id.0, services.clock.now());
    services.consultations.note_quality(&by, id, (&body).into(), now).await?;
    Ok(Answer(json!({})))
}

async fn claim(
    State(services): State<Services>,
    addresses: Addresses,
    ClientAddress(address): ClientAddress,
    Json(body): Json<ClaimLink>,
) -> Result<Answer<Value>, ApiError> {
    let now = services.clock.now();
    let (pass, scene, guest) = services.consultations.claim(&body.token, &body.name, address, now).await?;
    let Guest { member, .. } = guest;
    let me = scene.consultation.member(member).ok_or(Code::Internal)?;
    let seen = view(&scene, me, presence(&scene, &services.hub), &addresses);
    let room = wire::appointment::room_name(scene.consultation.room);
    Ok(Answer(json!({ "accessToken": pass, "roomId": room, "consultation": seen })))
}

async fn old_token(
    State(services): State<Services>,
    Extension(role): Extension<Role>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(body): Json<GetToken>,
) -> Result<Answer<OldTicket>, ApiError> {
    let now = services.clock.now();
    let room = room_from_name(&body.room_name);
    let caller = match bearer(&headers) {
        Some(token) => Some(services.accounts.authenticate(token, now).await?.user),
        None if role == Role::Calls && services.config.trust_legacy_identity => {
            services.consultations.take_stranger(address, now)?;
            tracing::warn!("a guest without a token asks to be let into a consultation");
            None
        }
        None => return Err(Code::Unauthenticated.into()),
    };
    let room = room.ok_or(Code::Forbidden)?;
    let by = match &caller {
        Some(user) => Ok(user),
        None => Err(services.consultations.stranger(&body.participant_name)?),
    };
    let ticket = services.consultations.old_token(by, room, now).await?;
    Ok(Answer(OldTicket {
        token: ticket.token,
        room_name: body.room_name,
        participant_name: ticket.name,
        participant_role: if ticket.role == MemberRole::Host { "dietician" } else { "user" },
        expires_in: OLD_TOKEN_HOLDS.as_secs(),
        timestamp: Iso(now),
    }))
}

/// What the LiveKit server tells. It comes again where it is not answered with 200.
async fn hear(State(services): State<Services>, headers: HeaderMap, body: Bytes) -> Result<Answer<Value>, ApiError> {
    let Some(config) = &services.config.livekit else { return Err(Code::LivekitNotConfigured.into()) };
    let now = services.clock.now();
    let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let event = webhook::verify(config, authorization, &body, now).ok_or(Code::Unauthenticated)?;
    if let (Some(info), Some(egress)) = (&event.egress_info, &config.egress) {
        if let Some(job) = livekit::job(info, &egress.theirs) {
            services.recordings.hear_job(job);
        }
        return Ok(Answer(json!({})));
    }
    let room = event.room.as_ref().and_then(|room| room_from_name(&room.name));
    if let (Some(room), Some(recorder)) = (room, event.participant.as_ref().filter(|one| one.records())) {
        if event.event == "participant_joined" {
            services.consultations.hear_recorder(room, &recorder.identity);
        }
        return Ok(Answer(json!({})));
    }
    let identity = event.participant.as_ref().map(|participant| participant.identity.as_str());
    let what = match (event.event.as_str(), identity) {
        ("participant_joined", Some(identity)) => Some(Heard::Joined(identity)),
        ("participant_left" | "participant_connection_aborted", Some(identity)) => Some(Heard::Left(identity)),
        ("room_finished", _) => Some(Heard::Finished),
        _ => None,
    };
    if let (Some(room), Some(what), 1..=128) = (room, what, event.id.len()) {
        let at = event.at().filter(|at| *at <= now).unwrap_or(now);
        services.consultations.hear(room, &event.id, what, at).await?;
    }
    Ok(Answer(json!({})))
}
