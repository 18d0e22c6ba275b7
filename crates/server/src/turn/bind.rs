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
    /// With TLS or without.
    pub role: Role,
    pub(super) udp: Option<std::net::UdpSocket>,
    pub(super) tcp: std::net::TcpListener,
}

impl Bound {
    /// Where.
    pub fn address(&self) -> Option<SocketAddr> {
        self.tcp.local_addr().ok()
    }
}

/// Binds what `turn` and `turns` listen on: UDP and TCP on one port, TLS by TCP alone.
pub async fn bind(config: &Config) -> Result<Vec<Bound>, BindError> {
    let mut bound = Vec::new();
    for role in [Role::Turn, Role::Turns] {
        for &address in config.listen.get(&role).iter().flat_map(|listen| &listen.addresses) {
            match one(role, address).await {
                Ok(one) => bound.push(one),
                Err(source) if source.kind() == io::ErrorKind::AddrInUse => {
                    return Err(BindError::Taken { role, address });
                }
                Err(source) => return Err(BindError::Failed { role, address, source }),
            }
        }
    }
    Ok(bound)
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
        return Ok(Bound { role, udp, tcp: tcp.into_std()? });
    }
}

/// Where each role listens.
pub fn addresses(bound: &[Bound]) -> BTreeMap<Role, Vec<SocketAddr>> {
    let mut addresses = BTreeMap::<Role, Vec<SocketAddr>>::new();
    for bound in bound {
        addresses.entry(bound.role).or_default().extend(bound.address());
    }
    addresses
}
