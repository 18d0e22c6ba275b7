//! The switchboard, driven from outside. `world` is a shell with a store in memory; the other modules say in their names
//! what they show: `ringing` how calls come about and end, `old_clients` the numbered rules of the wire contract, `media`
//! who gets which signal, `away` connections and processes that go and come, `saving` a store that fails, `walks` random ones.

mod away;
mod media;
mod old_clients;
mod ringing;
mod saving;
mod walks;
mod world;
