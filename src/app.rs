//! The whole state of the terminal program and how messages change it.
//!
//! Invariant: no I/O, no clock, no randomness that is not in the message; effects are returned as values.

pub mod action;
pub mod arrange;
pub mod bindings;
pub mod effect;
pub mod hit;
pub mod key;
pub mod message;
pub mod model;
mod update;

pub use update::{begin, update};
