//! Binding every listener, and what to say where a port is taken.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::config::{Config, Role};

/// A role's listener, bound already.
#[derive(Debug)]
pub struct Bound {
    /// What it is for.
    pub role: Role,
    /// Where.
    pub listener: TcpListener,
}

/// Why a listener that was asked for is not there.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum BindError {
    #[error(
        "{address} is taken by another program, and {role} was to listen there. Move it: --listen {role}={}, or switch it \
         off: --listen {role}=off", SocketAddr::new(address.ip(), address.port().saturating_add(1000))
    )]
    Taken { role: Role, address: SocketAddr },
    #[error(
        "{role} can't listen on {address}: {source}. Move it: --listen {role}=ADDRESS, or switch it off: --listen {role}=off"
    )]
    Failed { role: Role, address: SocketAddr, source: io::Error },
}

/// Binds every listener of HTTP. Ports that only existing clients know and nobody asked for may be taken (macOS itself sits on
/// 5000): a warning, and the rest runs.
pub async fn bind(config: &Config) -> Result<Vec<Bound>, BindError> {
    let mut bound = Vec::new();
    for (&role, listen) in config.listen.iter().filter(|(role, _)| role.is_http()) {
        for &address in &listen.addresses {
            match TcpListener::bind(address).await {
                Ok(listener) => bound.push(Bound { role, listener }),
                Err(source) => {
                    let error = if source.kind() == io::ErrorKind::AddrInUse {
                        BindError::Taken { role, address }
                    } else {
                        BindError::Failed { role, address, source }
                    };
                    if listen.asked || role == Role::Web {
                        return Err(error);
                    }
                    tracing::warn!("{error}. Clients that only know this port will not reach the server");
                }
            }
        }
    }
    Ok(bound)
}

/// Where each role listens; with port 0 one knows only now.
pub fn addresses(bound: &[Bound]) -> io::Result<BTreeMap<Role, Vec<SocketAddr>>> {
    let mut addresses = BTreeMap::<Role, Vec<SocketAddr>>::new();
    for Bound { role, listener } in bound {
        addresses.entry(*role).or_default().push(listener.local_addr()?);
    }
    Ok(addresses)
}
