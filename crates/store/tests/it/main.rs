//! What takes a second process: [`killed`] is about one that dies, [`beside`] about one that works on the same file,
//! [`blobs`] about where the bytes of uploads are, be it a folder or a server.

mod beside;
mod blobs;
mod child;
mod killed;
