//! Opens a file in the user's editor, in this terminal.
//!
//! Invariant: the terminal is ours again afterwards, whatever the editor did.

use std::fs::File;
use std::io::{IsTerminal, stdin};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;

use super::frame::Painter;
use super::signal::HANDED_OVER;
use super::terminal;

/// Editors that are tried when the user names none.
const USUAL: [&str; 3] = ["nano", "vim", "vi"];

/// Opens a file and waits for the editor; an error says what to do.
pub(super) fn open(painter: &mut Painter, path: &Path) -> std::io::Result<Result<(), String>> {
    let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()));
    let candidates = named.map_or_else(|| USUAL.map(str::to_owned).to_vec(), |editor| vec![editor]);
    terminal::restore();
    HANDED_OVER.store(true, Ordering::SeqCst);
    let ended = candidates.iter().map(|editor| launch(editor, path)).find(|ended| !is_missing(ended));
    HANDED_OVER.store(false, Ordering::SeqCst);
    painter.reopen()?;
    Ok(match ended {
        Some(Ok(status)) if status.success() => Ok(()),
        Some(Ok(status)) => Err(format!("the editor ended with {status}")),
        Some(Err(cause)) => Err(format!("the editor did not start: {cause}")),
        None => Err(format!("no editor was found ({}); set EDITOR", candidates.join(", "))),
    })
}

fn launch(editor: &str, path: &Path) -> std::io::Result<std::process::ExitStatus> {
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or(editor);
    let mut command = Command::new(program);
    // With a dataset on stdin the editor, too, has its keys from the terminal itself.
    if !stdin().is_terminal() {
        command.stdin(File::open("/dev/tty")?);
    }
    command.args(words).arg(path).status()
}

fn is_missing(ended: &std::io::Result<std::process::ExitStatus>) -> bool {
    ended.as_ref().is_err_and(|cause| cause.kind() == std::io::ErrorKind::NotFound)
}
