//! Reads the terminal's events on a thread of their own, in batches.
//!
//! Invariant: while a batch is not acknowledged nothing is read, so that an editor that gets the terminal gets all of its keys.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use crossterm::event::{self as terminal_event, Event as TerminalEvent, MouseButton, MouseEvent, MouseEventKind};

use super::event::{Event, Sender};
use crate::app::message::{Message, Mouse};
use crate::config::keymap;

/// The most events in a batch: a paste that arrives as keys must not hold up a frame.
const LARGEST: usize = 256;

/// Starts to read; each batch is to be acknowledged through the result.
pub(super) fn listen(sender: &Sender) -> std::io::Result<SyncSender<()>> {
    let (acknowledge, acknowledged) = sync_channel(1);
    sender.spawn("input", move |sender| {
        loop {
            let batch = read().map_err(|cause| format!("the terminal cannot be read: {cause}"))?;
            if batch.is_empty() {
                continue;
            }
            if !sender.send(Event::Input(batch)) || acknowledged.recv().is_err() {
                return Ok(());
            }
        }
    })?;
    Ok(acknowledge)
}

/// Waits for an event and takes those that are there with it.
fn read() -> std::io::Result<Vec<Message>> {
    let mut batch = Vec::new();
    add(&mut batch, terminal_event::read()?);
    while batch.len() < LARGEST && terminal_event::poll(Duration::ZERO)? {
        add(&mut batch, terminal_event::read()?);
    }
    Ok(batch)
}

fn add(batch: &mut Vec<Message>, event: TerminalEvent) {
    let Some(message) = message(event) else { return };
    // Of several drags or sizes in a row only the last one matters.
    let replaces = matches!(
        (batch.last(), &message),
        (Some(Message::Mouse(Mouse::Dragged(..))), Message::Mouse(Mouse::Dragged(..)))
            | (Some(Message::Resized(..)), Message::Resized(..))
    );
    if replaces {
        batch.pop();
    }
    batch.push(message);
}

fn message(event: TerminalEvent) -> Option<Message> {
    match event {
        TerminalEvent::Key(key) => keymap::key(key).map(Message::KeyPressed),
        TerminalEvent::Mouse(event) => mouse(event).map(Message::Mouse),
        TerminalEvent::Paste(text) => Some(Message::TextPasted(text)),
        TerminalEvent::Resize(columns, rows) => Some(Message::Resized(columns, rows)),
        TerminalEvent::FocusGained | TerminalEvent::FocusLost => None,
    }
}

const fn mouse(event: MouseEvent) -> Option<Mouse> {
    let MouseEvent { kind, column, row, .. } = event;
    match kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Mouse::Pressed(column, row)),
        MouseEventKind::Drag(MouseButton::Left) => Some(Mouse::Dragged(column, row)),
        MouseEventKind::Up(MouseButton::Left) => Some(Mouse::Released),
        MouseEventKind::ScrollUp => Some(Mouse::WheeledUp(column, row)),
        MouseEventKind::ScrollDown => Some(Mouse::WheeledDown(column, row)),
        _ => None,
    }
}
