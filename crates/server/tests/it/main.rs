//! The server as its clients meet it: in this process on free ports, or as the program itself.
//!
//! - `harness`: a server in this process, an HTTP client, people to sign in.
//! - `access`: every REST route × everybody, with the expected answer. A route that is not in its table fails.
//! - `accounts`, `sessions`: what the routes of accounts and sessions do.
//! - `uploads`, `attacks`: files on their way in and out; what is tried with them, and how each is answered.
//! - `tls`: what goes by TLS: certificates and their change, one port for pages and the relay, who is slow.
//! - `consultations`: who is let into which room, as what, and by which token.
//! - `encrypted`: end-to-end encrypted consultations: who may hand which key to whom.
//! - `doctor`: what is found wrong.
//! - `web`: headers, origins, limits of size, the app's files.
//! - `old_deployment`, `transfer`: data that comes in from the older services, or from one store into another.
//! - `program`: the binary: start, ports, signals, a second instance, the command line beside a running server.

mod access;
mod accounts;
mod attacks;
mod consultations;
mod doctor;
mod egress;
mod encrypted;
mod growth;
mod harness;
mod old_deployment;
mod program;
mod recordings;
mod recordings_of_rooms;
mod sessions;
mod tls;
mod transfer;
mod uploads;
mod web;
mod words;
