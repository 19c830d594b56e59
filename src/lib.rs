//! fantail inspects, rebalances and completes long-tailed training sets.
//!
//! The library is a pipeline of pure stages; the terminal program is a pure state machine around it.
//!
//! ```text
//! dataset file(s) ─► source ─► entity ─► index ─► policy ─► plan ─► preview      in-process, instant
//!                                                    │        │
//!                              recipe ◄──────────────┘        └─► job ─► manifest (files + provenance)
//!      terminal ─► action ─► app::update(Model, Message) -> Vec<Effect> ─► ui::view(&Model)
//! ```

pub mod app;
pub mod cli;
pub mod column;
pub mod config;
pub mod entity;
pub mod finding;
pub mod index;
pub mod job;
pub mod language;
pub mod load;
pub mod manifest;
pub mod number;
pub mod plan;
pub mod policy;
pub mod preview;
pub mod progress;
pub mod recipe;
pub mod run;
pub mod source;
pub mod ui;
