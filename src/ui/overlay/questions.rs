//! Questions that wait for an answer, and errors with their cause and the next step.
//!
//! Invariant: every answer is named with its key; leaving is always one of them.

use std::path::PathBuf;

use ratatui::text::{Line, Span};

use super::{Popup, Room};
use crate::app::model::{JobKind, Overlay};
use crate::config::theme::{Role, Theme};
use crate::ui::look;
use crate::ui::widget::text;

/// A question or an error; empty for overlays of other kinds.
pub(super) fn popup(theme: &Theme, (overlay, job): (&Overlay, JobKind), room: Room) -> Popup {
    let width = room.0;
    let plain = |words: &str| text::wrap(words, width, theme.style(Role::Text));
    match overlay {
        Overlay::ConfirmQuit => asked(
            theme,
            "Quit?",
            (
                plain("The recipe has changes that are not saved."),
                &[("Enter", "save and quit"), ("y", "quit without saving"), ("Esc", "stay")],
            ),
        ),
        Overlay::ConfirmAbandonJob => asked(
            theme,
            "Quit while a job is running?",
            (plain(&format!("Quitting cancels it. {}", left(job))), &[("y", "cancel it and quit"), ("Esc", "stay")]),
        ),
        Overlay::ConfirmReload => asked(
            theme,
            "The dataset changed on disk",
            (
                plain("What is shown is the dataset as it was when it was opened."),
                &[("y", "load it again"), ("Esc", "keep what is loaded")],
            ),
        ),
        Overlay::ConfirmCancelJob => {
            asked(theme, "Cancel the job?", (plain(left(job)), &[("y", "cancel the job"), ("Esc", "let it run")]))
        }
        Overlay::ConfirmOverwrite { paths } => {
            asked(theme, "Overwrite?", (overwritten(theme, paths, room), &[("y", "replace them"), ("Esc", "stay")]))
        }
        Overlay::Error { title, cause, next } => {
            let mut head = plain(cause);
            head.push(Line::default());
            head.extend(text::wrap(next, width, theme.style(Role::TextStrong)));
            let title = Line::styled(format!("✗ {title}"), theme.style(Role::Error));
            Popup { title, head, foot: answers(theme, &[("Enter", "close")]), ..Popup::default() }
        }
        _ => Popup::default(),
    }
}

/// What would be overwritten, as far as there is room.
fn overwritten(theme: &Theme, paths: &[PathBuf], (width, height): Room) -> Vec<Line<'static>> {
    let words = "Written anew or, where no longer chosen, removed:";
    let mut lines = text::wrap(words, width, theme.style(Role::Text));
    let most = usize::from(height).saturating_sub(5).max(1);
    let names = paths.iter().take(most).map(|path| text::fit_path(&path.display().to_string(), width));
    lines.extend(names.map(|name| Line::styled(name, theme.style(Role::TextStrong))));
    if paths.len() > most {
        lines.push(Line::styled(format!("and {} more", paths.len() - most), theme.style(Role::TextDim)));
    }
    lines
}

/// What a job leaves when it is cancelled.
const fn left(job: JobKind) -> &'static str {
    match job {
        JobKind::Write => {
            "No file is replaced. What is finished waits under no final name; started again, the job goes on from there."
        }
        JobKind::Train => {
            "Started again, the training goes on from its last checkpoint; before the first one, nothing is left of it."
        }
    }
}

fn asked(theme: &Theme, title: &'static str, (head, choices): (Vec<Line<'static>>, &[(&str, &str)])) -> Popup {
    let title = Line::styled(title, theme.style(Role::Warning));
    Popup { title, head, foot: answers(theme, choices), ..Popup::default() }
}

fn answers(theme: &Theme, choices: &[(&str, &str)]) -> Vec<Line<'static>> {
    let spans = choices.iter().flat_map(|(key, answer)| {
        [
            look::span(theme, Role::Key, (*key).to_owned()),
            look::span(theme, Role::KeyAction, format!(" {answer}")),
            Span::raw("   "),
        ]
    });
    vec![Line::default(), Line::from(spans.collect::<Vec<_>>())]
}
