//! Hashes that the service before us made, by bcrypt: `$2b$10$` and 53 characters.

/// What more a hash may cost than ours, as a power of two: a server must not be brought to work for minutes.
const MOST: u32 = 14;

/// How much of a password bcrypt looks at, in bytes.
const SEEN: usize = 72;

/// What it costs to check a password against that hash, if it is one of these.
pub(super) fn cost(hash: &str) -> Option<u32> {
    let kind = ["$2a$", "$2b$", "$2x$", "$2y$"].iter().find_map(|kind| hash.strip_prefix(kind))?;
    let (cost, rest) = kind.split_once('$')?;
    // All of it is looked at: the library stumbles over what is no hash.
    let plain = rest.len() == 53 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'/');
    let digits = cost.len() == 2 && cost.bytes().all(|b| b.is_ascii_digit());
    cost.parse().ok().filter(|cost| plain && digits && (4..=MOST).contains(cost))
}

/// The bytes of a password that count.
pub(super) fn seen(password: &str) -> &[u8] {
    &password.as_bytes()[..password.len().min(SEEN)]
}

/// Whether these bytes are of the password of that hash.
pub(super) fn matches(seen: &[u8], hash: &str) -> bool {
    cost(hash).is_some() && bcrypt::verify(seen, hash).unwrap_or(false)
}

/// Works as long as a check against a hash of that cost; not at all for 0.
pub(super) fn spend(seen: &[u8], cost: u32) {
    if cost > 0 {
        matches(seen, &format!("$2b${cost:02}${}", ".".repeat(53)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Vectors of the reference implementation (openwall's crypt_blowfish).
    const VECTORS: [(&str, &[u8]); 4] = [
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", b"U*U"),
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", b"U*U*"),
        ("$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", b"U*U*U"),
        (
            "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
            b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
        ),
    ];

    #[test]
    fn the_reference_s_hashes_match_their_passwords_alone() {
        for (hash, password) in VECTORS {
            let password = std::str::from_utf8(password).unwrap();
            assert!(matches(seen(password), hash), "{password}");
            assert!(!matches(seen("U*U*U*U"), hash), "{password}");
            assert!(matches(seen(password), &hash.replace("$2a$", "$2b$")), "{password}");
        }
    }

    #[test]
    fn what_is_no_hash_matches_nothing() {
        let (hash, _) = VECTORS[0];
        let cut = &hash[..59];
        for text in [
            "",
            "$2b$",
            "$2a$05$",
            cut,
            &format!("{hash}x"),
            &format!("{cut}ü"),
            &format!("{}ü", &hash[..58]),
            &hash.replace("$05$", "$5$"),
            &hash.replace("$05$", "$31$"),
            &hash.replace("$05$", "$+5$"),
            &hash.replace("$2a$", "$2$"),
            &hash.replace("E5YPO", "E5Y€"),
            &hash.replace("E5YPO", "E5YP="),
        ] {
            assert_eq!(cost(text), None, "{text}");
            assert!(!matches(b"U*U", text), "{text}");
        }
        assert_eq!(cost(hash), Some(5));
    }
}
