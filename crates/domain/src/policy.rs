use crate::User;

/// Who may contact whom: write, see the presence of, ring, read the profile of. Symmetric; every read and write asks it.
///
/// A patient and a dietician may, colleagues may, an admin may with anyone; patients never with each other, nobody with
/// themself, and nobody with someone who is not active.
pub fn may_contact(a: &User, b: &User) -> bool {
    use crate::Role::{Admin, Dietician, Patient};
    if a.id == b.id || !a.active || !b.active {
        return false;
    }
    match (a.role, b.role) {
        (Admin | Dietician, _) | (Patient, Admin | Dietician) => true,
        (Patient, Patient) => false,
    }
}

/// Who may administer the practice: see everybody, approve and disable people, look at how the server does.
pub fn may_administer(user: &User) -> bool {
    user.role == crate::Role::Admin && user.active
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role::{Admin, Dietician, Patient};
    use crate::{ObjectId, Profile, Role, Timestamp, UserId};

    fn user(n: u8, role: Role, active: bool) -> User {
        User {
            id: UserId(ObjectId::from([n; 12])),
            name: String::new(),
            email: String::new(),
            role,
            active,
            password_hash: String::new(),
            profile: Profile::default(),
            created_at: Timestamp(0),
            valid_after: Timestamp(0),
        }
    }

    #[test]
    fn the_whole_table_and_its_mirror() {
        for (a, b, expected) in [
            (Admin, Admin, true),
            (Admin, Patient, true),
            (Admin, Dietician, true),
            (Dietician, Dietician, true),
            (Dietician, Patient, true),
            (Patient, Patient, false),
        ] {
            let (left, right) = (user(1, a, true), user(2, b, true));
            assert_eq!(may_contact(&left, &right), expected, "{a:?} {b:?}");
            assert_eq!(may_contact(&right, &left), expected, "{b:?} {a:?}");
            assert!(!may_contact(&left, &user(2, b, false)), "{a:?} with an inactive {b:?}");
            assert!(!may_contact(&user(1, a, false), &right), "an inactive {a:?} with {b:?}");
        }
    }

    #[test]
    fn only_active_admins_administer() {
        for (role, active) in [(Admin, true), (Admin, false), (Dietician, true), (Patient, true)] {
            assert_eq!(may_administer(&user(1, role, active)), role == Admin && active, "{role:?} {active}");
        }
    }

    #[test]
    fn nobody_contacts_themself() {
        let admin = user(1, Admin, true);
        assert!(!may_contact(&admin, &admin));
    }
}
