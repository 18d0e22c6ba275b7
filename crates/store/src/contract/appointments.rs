use std::time::Duration;

use domain::{
    Appointment, AppointmentId, AppointmentQuery, AppointmentStatus, Booking, ConsultationKind, Role, SLOT, Stamp,
    Timestamp, Transition, UserId,
};
use tokio::task::JoinSet;

use super::Ports;
use super::fixtures::{NOW, object, user_id};

/// In so many slots from now.
pub(super) fn appointment(patient: UserId, dietician: UserId, slots: u32) -> Appointment {
    Appointment {
        id: AppointmentId(object()),
        version: 1,
        patient,
        dietician,
        kind: ConsultationKind::Video,
        starts_at: NOW + SLOT * slots,
        date: "2023-11-14".to_owned(),
        time: "02:30 PM".to_owned(),
        notes: Some("on \"sugar\" 😀".to_owned()),
        room: object(),
        stamps: vec![Stamp { status: AppointmentStatus::Scheduled, at: NOW, by: patient }],
    }
}

async fn book(ports: &Ports, it: &Appointment) -> Booking {
    ports.appointments.book(it.clone()).await.expect("asked")
}

async fn booked(ports: &Ports, patient: UserId, dietician: UserId, slots: u32) -> Appointment {
    let it = appointment(patient, dietician, slots);
    assert_eq!(book(ports, &it).await, Booking::Booked);
    it
}

async fn change(ports: &Ports, it: &Appointment) -> Transition {
    ports.appointments.change_appointment(it.clone()).await.expect("asked")
}

async fn kept(ports: &Ports, id: AppointmentId) -> Option<Appointment> {
    ports.appointments.appointment(id).await.expect("read")
}

fn becomes(it: &Appointment, status: AppointmentStatus) -> Appointment {
    it.becomes(status, it.dietician, NOW).expect("that may be")
}

pub(super) async fn booked_is_found(ports: &Ports) {
    let it = booked(ports, user_id(), user_id(), 1).await;
    assert_eq!(kept(ports, it.id).await.as_ref(), Some(&it));
    assert_eq!(ports.appointments.appointment_of_room(it.room).await, Ok(Some(it.clone())));
    assert_eq!(book(ports, &it).await, Booking::Booked, "the same again");
    assert_eq!(kept(ports, AppointmentId(object())).await, None);
    assert_eq!(ports.appointments.appointment_of_room(object()).await, Ok(None));
}

pub(super) async fn a_slot_is_one_appointments(ports: &Ports) {
    let dietician = user_id();
    let mut attempts = JoinSet::new();
    for _ in 0..20 {
        let (ports, it) = (ports.clone(), appointment(user_id(), dietician, 2));
        attempts.spawn(async move { (book(&ports, &it).await, it) });
    }
    let results = attempts.join_all().await;
    let winners: Vec<_> = results.iter().filter(|(booking, _)| *booking == Booking::Booked).collect();
    assert_eq!(winners.len(), 1);
    let first = winners[0].1.clone();
    for (booking, it) in &results {
        assert_eq!(
            kept(ports, it.id).await.is_some(),
            *booking == Booking::Booked,
            "nothing is left of what was refused"
        );
    }
    booked(ports, user_id(), dietician, 3).await;
    booked(ports, user_id(), user_id(), 2).await;

    let cancelled = becomes(&first, AppointmentStatus::Cancelled);
    assert_eq!(change(ports, &cancelled).await, Transition::Saved);
    let second = booked(ports, user_id(), dietician, 2).await;
    assert_eq!(book(ports, &appointment(user_id(), dietician, 2)).await, Booking::SlotTaken);
    // One that was called off needs no slot.
    let other = Appointment { id: AppointmentId(object()), room: object(), ..cancelled };
    assert_eq!(book(ports, &other).await, Booking::Booked);
    assert_eq!(kept(ports, second.id).await, Some(second));
}

pub(super) async fn a_change_needs_the_version_before(ports: &Ports) {
    let it = booked(ports, user_id(), user_id(), 4).await;
    let confirmed = becomes(&it, AppointmentStatus::Confirmed);
    assert_eq!(
        change(ports, &becomes(&appointment(user_id(), user_id(), 1), AppointmentStatus::Confirmed)).await,
        Transition::Stale
    );
    let mut attempts = JoinSet::new();
    for n in 0..20_u32 {
        let ports = ports.clone();
        let next = Appointment { notes: Some(n.to_string()), ..confirmed.clone() };
        attempts.spawn(async move { (change(&ports, &next).await, next) });
    }
    let results = attempts.join_all().await;
    let saved: Vec<_> = results.into_iter().filter(|(outcome, _)| *outcome == Transition::Saved).collect();
    assert_eq!(saved.len(), 1);
    assert_eq!(kept(ports, it.id).await.as_ref(), Some(&saved[0].1));
    for version in [0, 1, 4, u64::MAX] {
        assert_eq!(change(ports, &Appointment { version, ..confirmed.clone() }).await, Transition::Stale, "{version}");
    }
    let next = becomes(&saved[0].1, AppointmentStatus::InProgress);
    assert_eq!(change(ports, &next).await, Transition::Saved);
    assert_eq!(kept(ports, it.id).await, Some(next));
}

pub(super) async fn are_listed_by_person_time_and_status(ports: &Ports) {
    let (ann, ben, cid) = (user_id(), user_id(), user_id());
    let mut all = Vec::new();
    for (patient, dietician, slots) in [(ann, cid, 3), (ben, cid, 1), (ann, cid, 2), (ann, ben, 4)] {
        all.push(booked(ports, patient, dietician, slots).await);
    }
    all[1] = becomes(&all[1], AppointmentStatus::Confirmed);
    assert_eq!(change(ports, &all[1]).await, Transition::Saved);
    let query = |user| AppointmentQuery {
        user,
        as_role: None,
        status: None,
        from: NOW,
        to: Timestamp(i64::MAX / 1_000),
        latest_first: false,
        skip: 0,
        limit: 200,
    };
    let second = Duration::from_secs(1);
    for (query, expected) in [
        (query(ann), vec![2, 0, 3]),
        (query(ben), vec![1, 3]),
        (AppointmentQuery { as_role: Some(Role::Patient), ..query(ben) }, vec![1]),
        (AppointmentQuery { as_role: Some(Role::Dietician), ..query(ben) }, vec![3]),
        (AppointmentQuery { latest_first: true, ..query(cid) }, vec![0, 2, 1]),
        (AppointmentQuery { skip: 1, limit: 1, ..query(cid) }, vec![2]),
        (AppointmentQuery { status: Some(AppointmentStatus::Confirmed), ..query(cid) }, vec![1]),
        (AppointmentQuery { status: Some(AppointmentStatus::Scheduled), skip: 1, ..query(cid) }, vec![0]),
        (AppointmentQuery { from: NOW + SLOT * 2, to: NOW + SLOT * 3, ..query(cid) }, vec![2]),
        (AppointmentQuery { from: NOW + SLOT * 2 + second, ..query(cid) }, vec![0]),
        (query(user_id()), vec![]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|n: usize| all[n].clone()).collect();
        assert_eq!(ports.appointments.appointments(query).await, Ok(expected), "{query:?}");
    }
}

pub(super) async fn all_are_read_by_pages(ports: &Ports) {
    let it = booked(ports, user_id(), user_id(), 5).await;
    let changed = becomes(&it, AppointmentStatus::Cancelled);
    assert_eq!(change(ports, &changed).await, Transition::Saved);
    let mut read: Vec<Appointment> = Vec::new();
    loop {
        let after = read.last().map(|last| last.id);
        let page = ports.appointments.appointments_after(after, 3).await.expect("read");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 3);
        read.extend(page);
    }
    assert!(read.is_sorted_by_key(|one| one.id) && read.contains(&changed));
}
