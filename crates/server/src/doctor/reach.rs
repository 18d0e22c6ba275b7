//! Connecting as a client does. Whatever certificate there is is taken, and looked at afterwards.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::fresh;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, ring::default_provider, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use turn::probe::{Probe, Step};
use turn::rest::Credentials;
use turn::{Frame, frame};

/// One look.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// An answer to `/health` is shorter.
const MAX_ANSWER: u64 = 4_096;

/// By UDP a packet may get lost.
const TRIES: usize = 3;

/// What answers `/health`.
pub(super) enum Health {
    Ours,
    Other,
}

/// Asks for `/health`.
pub(super) async fn health<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, host: &str) -> io::Result<Health> {
    let request = format!("GET /health HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    // Some end a connection without saying goodbye; what came counts.
    if let Err(error) = stream.take(MAX_ANSWER).read_to_end(&mut answer).await
        && answer.is_empty()
    {
        return Err(error);
    }
    let text = String::from_utf8_lossy(&answer);
    // `redirect` sends on whatever is asked for.
    let ours = text.contains("\"MoodBites\"")
        || text.contains("\"WebRTC Signaling Server\"")
        || text.starts_with("HTTP/1.1 308");
    Ok(if ours { Health::Ours } else { Health::Other })
}

pub(super) async fn tcp(address: SocketAddr) -> io::Result<TcpStream> {
    within(TcpStream::connect(address)).await
}

/// By TLS, whatever the certificate: the one that was shown is given back.
pub(super) async fn tls(
    stream: TcpStream,
    host: &str,
) -> io::Result<(TlsStream<TcpStream>, Option<CertificateDer<'static>>)> {
    let provider = Arc::new(default_provider());
    let anything = Arc::new(Anything(provider.signature_verification_algorithms));
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config =
        config.map_err(io::Error::other)?.dangerous().with_custom_certificate_verifier(anything).with_no_client_auth();
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(io::Error::other)?;
    let stream = within(TlsConnector::from(Arc::new(config)).connect(name, stream)).await?;
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first()).cloned();
    Ok((stream, certificate.map(CertificateDer::into_owned)))
}

/// Allocates by UDP and lets go: the address that is relayed by.
pub(super) async fn allocate_by_udp(relay: SocketAddr, credentials: Credentials) -> Result<SocketAddr, String> {
    let any = if relay.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let plain = |error: io::Error| error.to_string();
    let socket = UdpSocket::bind(any).await.map_err(plain)?;
    socket.connect(relay).await.map_err(plain)?;
    let mut probe = probe(credentials);
    let mut packet = probe.first();
    let mut buffer = [0; 1_500];
    let mut tries = 0;
    loop {
        socket.send(&packet).await.map_err(plain)?;
        let Ok(received) = timeout(PATIENCE / TRIES as u32, socket.recv(&mut buffer)).await else {
            tries += 1;
            if tries == TRIES {
                return Err("it does not answer".to_owned());
            }
            continue;
        };
        let len = received.map_err(plain)?;
        match probe.handle(&buffer[..len]) {
            Step::Send(next) => packet = next,
            Step::Done { relayed, last } => {
                let _ = socket.send(&last).await;
                return Ok(relayed);
            }
            Step::Refused(code) => return Err(refused(code)),
            Step::Other => tries += 1,
        }
        if tries >= TRIES {
            return Err("it answers something else".to_owned());
        }
    }
}

/// The same by a stream.
pub(super) async fn allocate_by_stream<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    credentials: Credentials,
) -> Result<SocketAddr, String> {
    let allocating = async {
        let mut probe = probe(credentials);
        stream.write_all(&probe.first()).await?;
        let mut received = Vec::with_capacity(1_500);
        loop {
            let (message, total) = match frame(&received) {
                Frame::Whole { message, total } if total <= received.len() => (message, total),
                Frame::Broken => return Ok(Err("it answers something else".to_owned())),
                Frame::Whole { .. } | Frame::Partial(_) => {
                    if stream.read_buf(&mut received).await? == 0 {
                        return Ok(Err("it ends the connection".to_owned()));
                    }
                    continue;
                }
            };
            let step = probe.handle(&received[..message]);
            received.drain(..total);
            match step {
                Step::Send(next) => stream.write_all(&next).await?,
                Step::Done { relayed, last } => {
                    stream.write_all(&last).await?;
                    return Ok(Ok(relayed));
                }
                Step::Refused(code) => return Ok(Err(refused(code))),
                Step::Other => return Ok(Err("it answers something else".to_owned())),
            }
        }
    };
    within(allocating).await.unwrap_or_else(|error: io::Error| Err(error.to_string()))
}

fn probe(credentials: Credentials) -> Probe {
    Probe::new(credentials, [fresh::bytes(), fresh::bytes(), fresh::bytes()])
}

fn refused(code: u16) -> String {
    format!("it refuses with {code}")
}

/// A look that takes too long has found nothing.
pub(super) async fn within<T>(look: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(PATIENCE, look).await.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "it does not answer")))
}

/// Takes every certificate: what is wrong with it is what is looked for.
#[derive(Debug)]
struct Anything(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
