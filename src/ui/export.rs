//! x
use crate::app::hit::HitMap;
use crate::app::model::Model;
use crate::config::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
/// x
pub fn draw(_model: &Model, _theme: &Theme, _area: Rect, _buffer: &mut Buffer) {}
/// x
pub fn regions(_model: &Model, _area: Rect, _hits: &mut HitMap) {}
