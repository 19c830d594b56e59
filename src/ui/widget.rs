//! The pieces that screens are made of: each draws what it is given into an area and knows nothing of the model.
//!
//! Invariant: a widget drawn into an area of any size, also none, neither panics nor touches a cell outside it.

pub mod axis;
pub mod bar;
pub mod canvas;
pub mod distribution;
pub mod pane;
pub mod picture;
pub mod text;
