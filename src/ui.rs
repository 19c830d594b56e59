//! Draws the model.
//!
//! Invariant: reads the model and nothing else: no I/O, no clock, no state of its own.

pub mod widget;
