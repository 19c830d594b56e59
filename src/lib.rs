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
//!
//! # Where to look
//!
//! | for | look in |
//! |---|---|
//! | a file format | [`source`]: one file a format behind [`source::open`]; what cannot be used is set aside with its reason |
//! | what is counted | [`entity`]: five perspectives, and [`entity::extract`] over a whole dataset; the text part stands on [`language`] |
//! | counts, ranks, head and tail, measures | [`index`]: [`column`]s of numbers both ways, and every measure with its formula's source |
//! | opening the same dataset again | [`load`]: open, take the index from the cache or extract and build it |
//! | something worth telling the user | [`finding`]: one file each |
//! | what a policy does | [`policy`]: one file each, as a score for every instance, with parameters described as data |
//! | why an instance is kept | [`plan`]: stateless draws, decisions, explanations |
//! | before and after without sampling | [`preview`]: closed form, exact or from a subsample with its ± |
//! | the user's choices | [`recipe`]: strict TOML, saved with its comments |
//! | what is made for the tail | [`policy`] has the synthesis policies, [`plan`] the seeds, the budget and the order to the worker |
//! | what is written | [`manifest`] and the [`job`] that writes it in the background |
//! | how `fantail-worker` is found and spoken to | [`job::worker`]; the program itself is `src/bin/worker` (feature `torch`), the only user of libtorch |
//! | a key, a state, an effect | [`app`]: the state machine; [`config`] has keymap and themes |
//! | a screen or a widget | [`ui`] |
//! | threads, terminal, watcher | [`run`]; the command line is [`cli`] |
//!
//! # Invariants
//!
//! - A stage imports only earlier stages; no stage knows a screen, a channel or the terminal. `tests/architecture.rs` keeps this.
//! - `app::update` does no I/O, reads no clock and draws no random number; results of background work carry a generation and
//!   stale ones are dropped.
//! - A count is a number of instances: an entity counts once an instance.
//! - Every random draw is a hash of (seed, instance id, purpose): no result depends on record order, threads or shards.
//! - What is written is written beside its target under a temporary name, synced and renamed. Original records pass byte for byte.
//! - Every record read is kept, dropped or set aside, and the provenance proves it.

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
pub mod nearest;
pub mod number;
pub mod plan;
pub mod policy;
pub mod preview;
pub mod progress;
pub mod recipe;
pub mod run;
pub mod source;
pub mod ui;
