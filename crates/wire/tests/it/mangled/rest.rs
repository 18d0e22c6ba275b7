use fuzz::Fuzz;
use serde::de::DeserializeOwned;
use wire::account::{Batch, ChangePassword, ChangeProfile, Credentials, ProfileFields, Register, SetUp};
use wire::appointment::{BookAppointment, ChangeStatus, day_from_text, time_from_text};
use wire::consultation::{
    AdmitMembers, Arrive, ClaimLink, GetToken, GiveRole, MakeLink, MediaEvent, MuteMember, OpenConsultation,
    room_from_name,
};
use wire::time::{from_iso, iso};

use super::fixtures::text;

fn field<T: DeserializeOwned>(input: &[u8]) -> Result<T, String> {
    // What the parser says begins with the kind of thing that it met.
    let kind = |text: String| text.chars().take_while(|c| c.is_ascii_alphabetic() || *c == ' ').collect();
    serde_json::from_slice(input).map_err(|error| kind(error.to_string()))
}

#[test]
fn accounts() {
    let examples = [
        r#"{"email":"ann@example.org","password":"a long one"}"#,
        r#"{"token":"t0k3n","name":"Ann","email":"ann@example.org","password":"a long one"}"#,
        r#"{"currentPassword":"a long one","newPassword":"another long one"}"#,
        r#"{"name":"Ann","email":"ann@example.org","password":"a long one","role":"1","gender":"Female","age":"34","heightCm":171.5,"weightKg":""}"#,
        r#"{"name":"Ann","active":true,"gender":null,"age":34,"speciality":"Diabetes"}"#,
        r#"{"userIds":["0123456789abcdef01234567"]}"#,
    ];
    let words = [
        "\"email\"",
        "\"password\"",
        "\"role\"",
        "\"age\"",
        "\"heightCm\"",
        "\"gender\"",
        "\"male\"",
        "\"NaN\"",
        "\"inf\"",
        "\"1e400\"",
    ];
    Fuzz::new("accounts", examples).words(&words).run(|input| {
        let register = field::<Register>(input);
        if let Ok(register) = &register {
            let said = format!("{register:?}");
            let password = &register.password.0;
            assert!(password.len() < 12 || !said.contains(password.as_str()), "a password shows");
        }
        [
            field::<Credentials>(input).map(|_| ()),
            field::<SetUp>(input).map(|_| ()),
            field::<ChangePassword>(input).map(|_| ()),
            register.map(|_| ()),
            field::<ChangeProfile>(input).map(|_| ()),
            field::<ProfileFields>(input).map(|_| ()),
            field::<Batch>(input).map(|_| ()),
        ]
    });
}

#[test]
fn moments() {
    let examples = [
        "2025-11-24T16:12:16.042Z",
        "1969-12-31T23:59:59+14:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
    ];
    Fuzz::new("moments", examples).words(&["+00:00", "-23:59", "T", ".", "60", "02-30", "+10000"]).run(|input| {
        let moment = from_iso(text(input)?)?;
        let said = iso(moment);
        assert_eq!(from_iso(&said).map(iso).as_ref(), Some(&said), "{moment:?}");
        Some(said.len())
    });
}

#[test]
fn appointments_and_consultations() {
    let examples = [
        r#"{"dieticianId":"0123456789abcdef01234567","consultationType":"video","appointmentDate":"2026-11-30","appointmentTime":"2:30 PM","notes":"n"}"#,
        r#"{"status":"no-show"}"#,
        r#"{"appointmentId":"0123456789abcdef01234567","userIds":["0123456789abcdef01234567"],"title":"t","admit":true}"#,
        r#"{"test":{"connection":"weak","microphone":"silent","camera":"none","rttMs":20}}"#,
        r#"{"memberIds":["0123456789abcdef01234567"]}"#,
        r#"{"memberId":"0123456789abcdef01234567","role":"co_host","source":"screen"}"#,
        r#"{"token":"t","name":"Rosa","role":"observer"}"#,
        r#"{"roomName":"consultation-0123456789abcdef01234567","participantName":"Ann"}"#,
        r#"{"event":"room_finished","id":"EV","createdAt":"1764249640","room":{"name":"consultation-0123456789abcdef01234567"},"participant":{"identity":"i"}}"#,
    ];
    let words = ["\"created_at\"", "9223372036854775807", "\"host\"", "null", "12:00 AM", "T00:00:00"];
    Fuzz::new("appointments and consultations", examples).words(&words).run(|input| {
        let booked = field::<BookAppointment>(input);
        let said = booked.as_ref().map(|booked| {
            (day_from_text(&booked.appointment_date).is_some(), time_from_text(&booked.appointment_time).is_some())
        });
        let event = field::<MediaEvent>(input);
        let at = event.as_ref().map(|event| event.at().is_some());
        let token = field::<GetToken>(input).map(|token| room_from_name(&token.room_name).is_some());
        (
            said.map_err(Clone::clone),
            at.map_err(Clone::clone),
            token,
            field::<ChangeStatus>(input).map(|_| ()),
            field::<OpenConsultation>(input).map(|open| open.user_ids.len()),
            field::<Arrive>(input).map(|arrive| arrive.test.is_some()),
            field::<AdmitMembers>(input).map(|admit| admit.member_ids.is_some()),
            field::<MuteMember>(input).map(|_| ()),
            field::<GiveRole>(input).map(|_| ()),
            field::<MakeLink>(input).map(|_| ()),
            field::<ClaimLink>(input).map(|_| ()),
        )
    });
}
