//! What takes a second process: [`killed`] is about one that dies, [`beside`] about one that works on the same file.

mod beside;
mod child;
mod killed;
