//! The worker: a child process, `fantail-worker`, that embeds, trains and samples, here or on another machine.
//!
//! # The protocol, version 1
//!
//! Both sides write JSON, one object a line, in UTF-8: `fantail` to the worker's stdin ([`Order`]), the worker to its stdout
//! ([`Report`]). The worker begins each of its lines with a line break of its own, so that output of a library that does not end its
//! line cannot spoil the next report. A line of stdout that is no report is kept as log, and so is all of stderr; a line longer than
//! [`LONGEST_LINE`] is cut. Bulk data never passes here: lists, pictures, checkpoints and embeddings are files, named by absolute
//! path, and a worker on another machine must see them under the same paths.
//!
//! ```text
//! fantail                                                   worker
//! {"order":"hello","protocol":1,"version":"…","device":"auto"}
//!                                                           {"report":"hello","protocol":1,"version":"…","process":17,
//!                                                            "libtorch":"2.11.0","device":{"name":"cpu",…}}
//! {"order":"start","task":1,"work":{"kind":"train",…}}
//!                                                           {"report":"progress","task":1,"stage":"train","done":40,"total":2000}
//!                                                           {"report":"measure","task":1,"name":"loss","at":40,"value":0.31}
//!                                                           {"report":"alive"}
//! {"order":"pause"} {"order":"resume"} {"order":"cancel"}
//!                                                           {"report":"finished","task":1,"outcome":{…}}
//! {"order":"shutdown"}
//! ```
//!
//! 1. The client speaks first, and only `hello`. The worker answers `hello` or, where it cannot work on that device, `refused`. Whoever
//!    sees another `protocol` than its own says both numbers and ends; these two fields keep their place in every version.
//! 2. One task at a time. Between `start` and the one terminal report of that task (`finished`, `cancelled`, `failed`) come any number
//!    of `progress`, `measure`, `picture`, `set_aside` and `log`. A report about another task than the one that runs is dropped.
//! 3. `pause` holds a task before its next step, `cancel` ends it there with a checkpoint where it has one. Neither is answered but by
//!    what the task then does. Without a task they mean nothing.
//! 4. The worker says `alive` every [`HEARTBEAT`], whatever it does. One that says nothing for [`Patience::silence`] is killed.
//! 5. `shutdown`, or the end of stdin, ends the worker; a task that runs is cancelled first.
//! 6. Numbers that are not finite are written as `null`.
//!
//! The client turns every breach of this into one [`WorkerError`] with the exit status and the end of the worker's log.
//!
//! Invariant: no libtorch in here, and no defect of the worker reaches further than its error.

mod alone;
mod child;
mod client;
mod error;
mod find;
mod line;
mod log;
mod protocol;
mod task;
mod watch;
mod work;

pub use alone::alone;
pub use client::{Client, Patience};
pub use error::WorkerError;
pub use find::{Choice, Found, Launch, Libtorch, Origin, Place, Surroundings, find};
pub use line::{LONGEST_LINE, Line, LineReader};
pub use protocol::{Device, HEARTBEAT, Order, Outcome, PROTOCOL, Problem, Report};
pub(super) use task::take_in;
pub use task::{Hired, WorkerJob};
pub use work::{
    Apart, Cluster, Colour, Embed, Filters, Finding, Instances, Listed, Planned, Sample, Sampled, Sampler, SkipScale,
    Subclasses, Train, TrainSettings, Verdict, Work,
};
