//! What comes in, changed at random: see `fuzz`.

mod calls;
mod chat;
mod fixtures;
mod rest;
