//! Stands between a store and its server, understands just enough of the protocol, and does to commands that insert
//! entries what networks and replica sets do.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mongodb::bson::{Document, doc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const OP_MSG: i32 = 2013;

/// What happens to one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection ends before the server sees it.
    CutBefore,
    /// The server has done it, and the connection ends before it can say so.
    CutAfter,
    /// A primary that is none any more: not done.
    SteppedDown,
    /// One that stepped down while it was at it: done.
    SteppedDownAfter,
    /// Done, and no majority has it yet.
    Unconfirmed,
    /// Done, and undone since: no majority ever had it.
    RolledBack,
    /// Nothing comes back. The server does it when the other side has long given up.
    Stall,
}

/// The faults that are still to come, one for each command.
pub(super) type Faults = Arc<Mutex<VecDeque<Fault>>>;

/// What was asked: each command, without the documents that lie beside it.
pub(super) type Asked = Arc<Mutex<Vec<Document>>>;

/// Listens on a free port, which it returns, for a server at that address.
pub(super) async fn start(server: &str, faults: Faults, asked: Asked) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it listens").to_string();
    let server = server.to_owned();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (server, faults, asked) = (server.clone(), faults.clone(), asked.clone());
            tokio::spawn(async move { drop(carry(client, &server, &faults, &asked).await) });
        }
    });
    address
}

async fn carry(mut client: TcpStream, server: &str, faults: &Faults, asked: &Asked) -> io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    loop {
        let request = message(&mut client).await?;
        if number(&request, 12) == OP_MSG {
            asked.lock().expect("no panic").push(body(&request));
        }
        let fault = match inserts_entries(&request) {
            true => faults.lock().expect("no panic").pop_front(),
            false => None,
        };
        match fault {
            None => {}
            Some(Fault::CutBefore) => return Ok(()),
            Some(Fault::SteppedDown) => {
                reply(
                    &mut client,
                    &request,
                    doc! { "ok": 0.0, "code": 10_107, "codeName": "NotWritablePrimary", "errmsg": "" },
                )
                .await?;
                continue;
            }
            Some(Fault::RolledBack) => {
                let mut answer = doc! { "ok": 1.0, "n": 1 };
                answer.insert("writeConcernError", unconfirmed());
                reply(&mut client, &request, answer).await?;
                continue;
            }
            Some(Fault::Stall) => {
                // Until the other side hangs up; should it not, that is a fault of its own.
                let mut byte = [0];
                let gone = client.read(&mut byte);
                let patience = Duration::from_secs(20);
                let read = tokio::time::timeout(patience, gone).await.expect("it gives up")?;
                assert_eq!(read, 0, "a second command on a connection that is busy");
                server.write_all(&request).await?;
                message(&mut server).await?;
                return Ok(());
            }
            Some(_) => {}
        }
        server.write_all(&request).await?;
        let answer = message(&mut server).await?;
        match fault {
            Some(Fault::CutAfter) => return Ok(()),
            Some(Fault::SteppedDownAfter) => {
                let error =
                    doc! { "ok": 0.0, "code": 11_602, "codeName": "InterruptedDueToReplStateChange", "errmsg": "" };
                reply(&mut client, &request, error).await?;
            }
            Some(Fault::Unconfirmed) => {
                let mut body = body(&answer);
                body.insert("writeConcernError", unconfirmed());
                reply(&mut client, &request, body).await?;
            }
            _ => client.write_all(&answer).await?,
        }
    }
}

fn unconfirmed() -> Document {
    doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "" }
}

async fn message(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let length = usize::try_from(from.read_i32_le().await?).map_err(io::Error::other)?;
    let mut whole = vec![0; length];
    whole[..4].copy_from_slice(&i32::try_from(length).map_err(io::Error::other)?.to_le_bytes());
    from.read_exact(&mut whole[4..]).await?;
    Ok(whole)
}

fn number(message: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(message[at..at + 4].try_into().expect("four bytes"))
}

/// The command of an OP_MSG, or what its answer says: the section of kind 0, which both sides here send first.
fn body(message: &[u8]) -> Document {
    assert_eq!((number(message, 12), message[20]), (OP_MSG, 0));
    Document::from_reader(&message[21..]).expect("a document")
}

fn inserts_entries(message: &[u8]) -> bool {
    number(message, 12) == OP_MSG && body(message).get_str("insert").is_ok_and(|name| name == "entries")
}

async fn reply(client: &mut TcpStream, request: &[u8], body: Document) -> io::Result<()> {
    let body = body.to_vec().expect("a document");
    let mut message = Vec::with_capacity(21 + body.len());
    for word in [i32::try_from(21 + body.len()).expect("short"), 0, number(request, 4), OP_MSG, 0] {
        message.extend(word.to_le_bytes());
    }
    message.push(0);
    message.extend(body);
    client.write_all(&message).await
}
