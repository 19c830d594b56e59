//! Compact storage: lists of numbers by row, and a table of strings in one buffer.
//!
//! Invariant: nothing here knows what is stored.

mod csr;
mod strings;

pub use csr::Csr;
pub use strings::StringTable;
