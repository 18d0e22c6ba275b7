//! What is on the wire, from outside.

mod mangled;
