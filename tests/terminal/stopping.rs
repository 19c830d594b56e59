//! A program that is stopped from outside: the shell has its terminal whole, and the program takes it again when it is continued.

use portable_pty::CommandBuilder;

use super::folder;
use super::pty::{DARK, Terminal, prepare};

/// A shell with job control that starts the program, tells when it stopped, and continues it at a line of input.
const SHELL: &str = r#"
set -m
sh -c 'echo $$ > pid; exec "$0" list.txt' "$0"
echo asked=$?; stty -a; read line; fg
echo forced=$?; read line; fg
echo code=$?; stty -a; echo done
"#;

fn kill(folder: &std::path::Path, signal: &str) {
    let pid = std::fs::read_to_string(folder.join("pid")).unwrap();
    let kill = format!("kill -{signal} {}", pid.trim());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
}

#[test]
fn a_stop_from_outside_gives_the_terminal_back_and_takes_it_again() {
    let folder = folder();
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", SHELL, env!("CARGO_BIN_EXE_fantail")]);
    prepare(&mut command, folder.path());
    let mut terminal = Terminal::open(command, (80, 24), Some(DARK));
    let is_open = |screen: &vt100::Screen| screen.alternate_screen() && screen.contents().contains("emu");
    // Keys that are answered without Return, and nothing but the program shows them.
    let answers = |terminal: &mut Terminal| {
        terminal.press("?");
        terminal.wait_for("Keys");
        terminal.press("\x1b");
        terminal.wait("no help", |screen| is_open(screen) && !screen.contents().contains("Keys"));
    };
    terminal.wait("the table", is_open);
    answers(&mut terminal);

    kill(folder.path(), "TSTP");
    terminal.wait("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("asked="));
    terminal.wait("its modes", |screen| screen.contents().contains(" icanon") && screen.contents().contains(" echo "));
    terminal.assert_restored();
    terminal.press("\n");
    terminal.wait("the table again", is_open);
    answers(&mut terminal);

    // Nobody can give back what is taken without asking, but it is all there afterwards.
    kill(folder.path(), "STOP");
    terminal.wait_for_written("forced=", 1);
    terminal.press("\n");
    terminal.wait("the table once more", |screen| is_open(screen) && !screen.contents().contains("forced="));
    answers(&mut terminal);
    terminal.press("qq");
    terminal.wait("the end", |screen| !screen.alternate_screen() && screen.contents().contains("done"));
    let left = terminal.screen.screen().contents();
    assert!(left.contains("code=0") && left.contains(" icanon"), "{left}");
    terminal.assert_restored();
}
