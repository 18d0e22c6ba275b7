use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, UdpSocket};

use crate::config::{Config, Role};
use crate::shell::bind::BindError;

/// With port 0 a port is looked for that is free for UDP and TCP, so many times.
const TRIES: usize = 16;

/// An address that clients come to.
#[derive(Debug)]
pub struct Bound {
    /// With TLS or without; `https` where what comes there is handed over.
    pub role: Role,
    /// Where.
    pub address: SocketAddr,
    pub(super) udp: Option<std::net::UdpSocket>,
    /// None: `https` accepts.
    pub(super) tcp: Option<std::net::TcpListener>,
}

/// Binds what `turn` and `turns` listen on: UDP and TCP on one port, TLS by TCP alone. Where there is a relay, who comes to
/// `https` may use it too; `listening` says where that is.
pub async fn bind(config: &Config, listening: &BTreeMap<Role, Vec<SocketAddr>>) -> Result<Vec<Bound>, BindError> {
    let mut bound = Vec::new();
    for role in [Role::Turn, Role::Turns] {
        for &address in config.listen.get(&role).iter().flat_map(|listen| &listen.addresses) {
            if role == Role::Turns && is_https(config, address) {
                bound.push(Bound { role, address, udp: None, tcp: None });
                continue;
            }
            match one(role, address).await {
                Ok(one) => bound.push(one),
                Err(source) if source.kind() == io::ErrorKind::AddrInUse => {
                    return Err(BindError::Taken { role, address });
                }
                Err(source) => return Err(BindError::Failed { role, address, source }),
            }
        }
    }
    let https = listening.get(&Role::Https).filter(|_| !bound.is_empty());
    let handed = |&address: &SocketAddr| Bound { role: Role::Https, address, udp: None, tcp: None };
    bound.extend(https.into_iter().flatten().map(handed));
    Ok(bound)
}

/// One port can be both.
fn is_https(config: &Config, address: SocketAddr) -> bool {
    address.port() != 0 && config.listen.get(&Role::Https).is_some_and(|https| https.addresses.contains(&address))
}

async fn one(role: Role, address: SocketAddr) -> io::Result<Bound> {
    let mut tries = TRIES;
    loop {
        let tcp = TcpListener::bind(address).await?;
        let udp = match role {
            Role::Turns => None,
            _ => match UdpSocket::bind(tcp.local_addr()?).await {
                Ok(udp) => Some(udp.into_std()?),
                Err(_) if address.port() == 0 && tries > 0 => {
                    tries -= 1;
                    continue;
                }
                Err(error) => return Err(error),
            },
        };
        return Ok(Bound { role, address: tcp.local_addr()?, udp, tcp: Some(tcp.into_std()?) });
    }
}

/// Where each role of ours listens.
pub fn addresses(bound: &[Bound]) -> BTreeMap<Role, Vec<SocketAddr>> {
    let mut addresses = BTreeMap::<Role, Vec<SocketAddr>>::new();
    for bound in bound.iter().filter(|bound| bound.role != Role::Https) {
        addresses.entry(bound.role).or_default().push(bound.address);
    }
    addresses
}
