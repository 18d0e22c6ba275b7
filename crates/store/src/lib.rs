//! What is kept: the ports of `domain` on a database.
//!
//! [`Sqlite`] implements [`Users`], [`Sessions`],
//! [`Conversations`] and [`Calls`] on one file, `moodbites.db` in the data folder.
//! What a method has answered is on the disk: one thread writes, commits whatever has queued up as one transaction and
//! answers only then; a few threads read. It needs no Tokio runtime.
//!
//! [`MongoDb`] implements them on a MongoDB database. What must happen once is an insert under a unique key, confirmed by
//! a majority; nothing relies on transactions, on atomic updates, or on anything that the smaller servers of that protocol
//! lack.
//!
//! With either, a caller that goes away in the middle of a call takes nothing of anybody else with it.
//!
//! [`ObjectBlobs`] implements [`Blobs`](domain::Blobs), the bytes of uploads, on a folder or an S3-compatible object store;
//! it wants a Tokio runtime.
//!
//! This crate decides nothing about who may do what, reads no clock and puts nothing on the wire. It logs no content: no
//! text, no address, no hash.
//!
//! `contract` (a feature) is the suite that every store must pass; another one is done when it does.
#![warn(missing_docs)]

mod blobs;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod error;
pub mod failpoint;
mod json;
pub mod lines;
mod mongodb;
pub mod old;
mod recording;
mod sqlite;

use async_trait::async_trait;
use domain::{
    Appointments, Calls, Consultations, Conversations, OldPages, Recordings, Sessions, Transfer, Uploads, Users,
};

pub use blobs::{ObjectBlobs, OpenBlobsError, S3};
pub use error::OpenError;
pub use json::Unreadable;
pub use mongodb::MongoDb;
pub use sqlite::{FILE, Options, Sqlite};

/// Every port by one store, and its end.
#[async_trait]
pub trait Store:
    Users + Sessions + Conversations + Calls + OldPages + Uploads + Recordings + Appointments + Consultations + Transfer
{
    /// Takes nothing more, writes what was taken, and ends.
    async fn close(&self);
}

#[async_trait]
impl Store for Sqlite {
    async fn close(&self) {
        Self::close(self).await;
    }
}

#[async_trait]
impl Store for MongoDb {
    async fn close(&self) {
        Self::close(self).await;
    }
}
