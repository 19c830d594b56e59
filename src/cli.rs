//! The subcommands, one file each.
//!
//! Invariant: data goes to stdout, progress and logs to stderr.

pub mod apply;
pub mod exit_code;
pub mod explain;
mod indexed;
pub mod preview;
pub mod progress;
pub mod recipe;
pub mod stats;
