//! What this machine is called, and which addresses it has.

use std::net::IpAddr;

/// Every address of this machine.
pub(crate) fn addresses() -> Vec<IpAddr> {
    #[cfg(unix)]
    let own = nix::ifaddrs::getifaddrs()
        .into_iter()
        .flatten()
        .filter_map(|interface| {
            let address = interface.address?;
            let v4 = address.as_sockaddr_in().map(|address| IpAddr::from(address.ip()));
            v4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::from(address.ip())))
        })
        .collect();
    #[cfg(not(unix))]
    let own = Vec::new();
    own
}

/// Its name, where that is one that a certificate can be for.
pub(crate) fn name() -> Option<String> {
    #[cfg(unix)]
    let name = nix::unistd::gethostname().ok()?.into_string().ok()?.to_lowercase();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok()?.to_lowercase();
    let fits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    name.split('.').all(fits).then_some(name)
}
