//! What every store must do, whatever it is built on. A test of a store calls [`run`] and [`persists`]; a rule that is not
//! here is not one that the rest may rely on.
//!
//! Each part uses users of its own, so that all run on one store; what looks at the store as a whole comes first.

mod appointments;
mod calls;
mod changes;
mod consultations;
mod conversations;
mod ferretdb;
mod fixtures;
mod old_pages;
mod receipts;
mod recordings;
mod search;
mod sessions;
mod transfer;
mod uploads;
mod users;

pub use ferretdb::{FerretDb, server};

use std::sync::Arc;

use domain::{
    Appointments, Calls, Consultations, Conversations, OldPages, Recordings, Sessions, Transfer, Uploads, Users,
};

use crate::Store;

/// The ports of one store.
#[derive(Clone)]
#[allow(missing_docs)]
pub struct Ports {
    pub users: Arc<dyn Users>,
    pub sessions: Arc<dyn Sessions>,
    pub conversations: Arc<dyn Conversations>,
    pub calls: Arc<dyn Calls>,
    pub old_pages: Arc<dyn OldPages>,
    pub uploads: Arc<dyn Uploads>,
    pub recordings: Arc<dyn Recordings>,
    pub appointments: Arc<dyn Appointments>,
    pub consultations: Arc<dyn Consultations>,
    pub transfer: Arc<dyn Transfer>,
}

impl Ports {
    /// The ports of a store that has all of them.
    pub fn of<S: Store + Clone + 'static>(store: &S) -> Self {
        Self {
            users: Arc::new(store.clone()),
            sessions: Arc::new(store.clone()),
            conversations: Arc::new(store.clone()),
            calls: Arc::new(store.clone()),
            old_pages: Arc::new(store.clone()),
            uploads: Arc::new(store.clone()),
            recordings: Arc::new(store.clone()),
            appointments: Arc::new(store.clone()),
            consultations: Arc::new(store.clone()),
            transfer: Arc::new(store.clone()),
        }
    }
}

/// Runs everything on an empty store, in a runtime of Tokio's with several threads. Panics at the first rule broken.
pub async fn run(ports: Ports) {
    transfer::fills_an_empty_store_and_goes_on_where_it_was(&ports).await;
    users::one_first_admin(&ports).await;
    calls::unfinished_are_in_order_of_creation(&ports).await;

    users::inserted_is_found(&ports).await;
    users::an_address_is_taken_once(&ports).await;
    users::lists_by_filter_and_name(&ports).await;
    users::a_profile_changes_by_field(&ports).await;
    users::a_hash_is_renewed_where_it_is_still_the_one(&ports).await;

    sessions::created_is_found_until_revoked(&ports).await;
    sessions::rotates_with_grace(&ports).await;
    sessions::an_old_token_is_a_replay_however_often_it_was_renewed(&ports).await;
    sessions::one_of_many_rotates(&ports).await;
    sessions::expired_is_unknown(&ports).await;
    sessions::everything_is_revoked_at_once(&ports).await;
    sessions::a_password_keeps_the_session_it_was_changed_in(&ports).await;
    sessions::disabling_revokes_and_enabling_does_not(&ports).await;
    sessions::revocations_come_in_order(&ports).await;

    uploads::recorded_is_found(&ports).await;
    uploads::one_of_many_with_a_key_is_recorded(&ports).await;
    uploads::a_quota_is_kept(&ports).await;
    uploads::what_nobody_holds_leaves(&ports).await;
    uploads::a_picture_is_held_until_the_next(&ports).await;
    uploads::a_certificate_is_held_by_who_registered_with_it(&ports).await;
    uploads::a_recording_is_held_for_itself(&ports).await;
    uploads::a_message_holds_what_it_shows_until_it_is_deleted(&ports).await;
    uploads::a_message_shows_nothing_of_others(&ports).await;

    recordings::what_was_consented_to_stays(&ports).await;
    recordings::of_a_consultation_with_guests(&ports).await;
    recordings::a_place_in_its_log_is_one_lines(&ports).await;
    recordings::all_lines_are_read_by_pages(&ports).await;

    appointments::booked_is_found(&ports).await;
    appointments::a_slot_is_one_appointments(&ports).await;
    appointments::a_change_needs_the_version_before(&ports).await;
    appointments::are_listed_by_person_time_and_status(&ports).await;
    appointments::all_are_read_by_pages(&ports).await;

    consultations::all_of_one_comes_back(&ports).await;
    consultations::a_room_has_one_of_each_session(&ports).await;
    consultations::a_change_needs_the_version_before(&ports).await;
    consultations::are_listed_by_person(&ports).await;
    consultations::words_have_a_place_each(&ports).await;

    changes::are_entries_and_readers_get_what_they_made(&ports).await;
    changes::never_ask_to_be_read(&ports).await;
    changes::a_deletion_leaves_nothing_of_what_was_said(&ports).await;
    changes::the_same_change_again_is_the_same_entry(&ports).await;
    changes::what_may_not_be_leaves_nothing(&ports).await;
    changes::a_reply_quotes_the_message_as_it_is(&ports).await;
    changes::there_are_so_many_to_one_message(&ports).await;
    changes::nothing_comes_after_a_deletion_that_it_races_with(&ports).await;

    transfer::users_come_as_they_are_and_once(&ports).await;
    transfer::a_log_comes_as_it_is_wherever_it_was_cut(&ports).await;
    transfer::nothing_is_put_where_something_else_is(&ports).await;
    transfer::what_shows_an_upload_holds_it(&ports).await;
    transfer::everything_is_read_by_pages(&ports).await;

    receipts::only_grow_and_stay_within_the_log(&ports).await;
    receipts::are_nobody_elses(&ports).await;
    receipts::unread_counts_what_asks_to_be_read(&ports).await;
    receipts::a_list_has_the_newest_first_with_everything(&ports).await;
    receipts::concurrent_advances_end_at_the_furthest(&ports).await;

    search::finds_messages_by_the_beginnings_of_their_words(&ports).await;
    search::finds_messages_as_they_are_now(&ports).await;
    search::finds_nothing_of_others(&ports).await;
    search::what_is_found_comes_newest_first_in_pages_that_meet(&ports).await;

    old_pages::what_was_reached_is_there_until_it_is_old(&ports).await;

    calls::both_seats_or_none(&ports).await;
    calls::a_transition_needs_the_version_before(&ports).await;
    calls::an_ended_call_frees_seats_and_is_forgotten(&ports).await;
    calls::one_of_many_claims_wins(&ports).await;
    calls::one_of_many_transitions_wins(&ports).await;

    // What makes long logs comes last: not every server looks everything up by an index.
    conversations::the_first_entry_makes_the_conversation(&ports).await;
    conversations::every_body_comes_back_as_it_went_in(&ports).await;
    conversations::the_same_again_is_the_same_entry(&ports).await;
    conversations::a_key_is_for_one_thing(&ports).await;
    conversations::pages_meet_without_gap_or_double(&ports).await;
    conversations::concurrent_appends_are_dense_and_keep_each_senders_order(&ports).await;
    conversations::concurrent_first_entries_make_one_conversation(&ports).await;
    conversations::concurrent_retries_make_one_entry(&ports).await;
    conversations::a_dropped_caller_disturbs_nobody(&ports).await;
    search::what_was_acknowledged_is_found_by_whoever_asks_then(&ports).await;
}

/// Checks that what is told to one store is found by the next one that is opened on the same data.
pub async fn persists<S: Store + Clone + 'static>(open: impl AsyncFn() -> S, close: impl AsyncFn(S)) {
    let store = open().await;
    let before = fixtures::Life::live(&Ports::of(&store)).await;
    close(store).await;
    let store = open().await;
    let after = fixtures::Life::look(&Ports::of(&store), &before).await;
    assert_eq!(after, before);
    close(store).await;
}
