//! The subcommands, one file each.
//!
//! Invariant: data goes to stdout, progress and logs to stderr.

pub mod progress;
pub mod stats;
