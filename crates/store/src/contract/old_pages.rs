use std::time::Duration;

use domain::{ConversationId, OldReach};

use super::Ports;
use super::fixtures::{NOW, object, user_id};

pub(super) async fn what_was_reached_is_there_until_it_is_old(ports: &Ports) {
    let pages = &ports.old_pages;
    let user = user_id();
    let second = |n| NOW + Duration::from_secs(n);
    let first = OldReach { user, conversation: ConversationId(object()), entries: 3, reads: 1, at: second(1) };
    let other = OldReach { user, conversation: ConversationId(object()), entries: 9, reads: 0, at: second(2) };
    let strangers = OldReach { user: user_id(), ..first };
    pages.reach(&[first, other, strangers], NOW).await.expect("kept");
    let reached = async |since| {
        let mut reached = pages.reached(user, since).await.expect("read");
        reached.sort_by_key(|reach| reach.entries);
        reached
    };
    assert_eq!(reached(NOW).await, [first, other]);
    assert_eq!(reached(second(1)).await, [other], "what was kept since");

    let further = OldReach { entries: 5, reads: 4, at: second(3), ..first };
    pages.reach(&[further], NOW).await.expect("kept");
    assert_eq!(reached(NOW).await, [further, other], "the later over the earlier");
    pages.reach(&[], second(3)).await.expect("forgotten");
    assert_eq!(reached(second(2)).await, [further]);
}
