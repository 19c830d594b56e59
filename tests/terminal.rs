//! The program in a real terminal: what it shows, and that the terminal is whole again however it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is written to a terminal that asks for its ground, and the answer of a dark one.
const DARK: &str = "\x1b]11;rgb:0000/0000/0000\x07";
const LIGHT: &str = "\x1b]11;rgb:ffff/ffff/ffff\x07";

/// A program in a terminal of its own.
struct Terminal {
    screen: vt100::Parser,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    ground: Option<&'static str>,
}

impl Terminal {
    fn open(command: CommandBuilder, (columns, rows): (u16, u16), ground: Option<&'static str>) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let input = pair.master.take_writer().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { screen: vt100::Parser::new(rows, columns, 0), output, input, master: pair.master, child, ground }
    }

    fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.screen.screen_mut().set_size(rows, columns);
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Takes output in until the screen is as wanted.
    fn wait(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(self.screen.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(error) => panic!("no {what} ({error}):\n{}", self.screen.screen().contents()),
            }
        }
    }

    fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    fn take(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        if let Some(ground) = self.ground {
            if text.contains("\x1b]11;?") {
                self.press(ground);
            }
            if text.contains("\x1b]10;?") {
                self.press(if ground == DARK {
                    "\x1b]10;rgb:ffff/ffff/ffff\x07"
                } else {
                    "\x1b]10;rgb:0000/0000/0000\x07"
                });
            }
            if text.contains("\x1b[c") {
                self.press("\x1b[?62c");
            }
        }
        self.screen.process(bytes);
    }

    /// Waits for the end and gives the exit code.
    fn end(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(bytes) = self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.take(&bytes);
        }
        self.child.wait().unwrap().exit_code()
    }

    fn assert_restored(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pastes are plain");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is free");
    }
}

/// A folder with a dataset of labelled paths in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let labels = [("cat", 60), ("dog", 20), ("emu", 6), ("fox", 1)];
    let lines = labels.iter().flat_map(|(label, count)| (0..*count).map(move |n| format!("{label}/{n}.png {label}\n")));
    std::fs::write(folder.path().join("list.txt"), lines.collect::<String>()).unwrap();
    folder
}

fn fantail(folder: &Path, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_fantail"));
    command.args(arguments);
    prepare(&mut command, folder);
    command
}

fn prepare(command: &mut CommandBuilder, folder: &Path) {
    command.cwd(folder);
    for name in ["NO_COLOR", "FANTAIL_THEME", "VISUAL"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env("FANTAIL_CACHE_DIR", folder.join("cache"));
    command.env("FANTAIL_CONFIG_DIR", folder.join("config"));
}

#[test]
fn it_opens_fits_every_size_and_quits() {
    let folder = folder();
    // The shell around it tells the exit code and the terminal's modes afterwards.
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", r#""$0" "$@"; echo code=$?; stty -a; echo done"#, env!("CARGO_BIN_EXE_fantail"), "list.txt"]);
    prepare(&mut command, folder.path());
    let mut terminal = Terminal::open(command, (80, 24), Some(DARK));
    terminal.wait("emu in the table", |screen| screen.alternate_screen() && screen.contents().contains("emu"));
    for (columns, rows) in [(60, 20), (10, 3), (1, 1), (300, 80), (120, 36)] {
        terminal.resize(columns, rows);
        terminal.press("jk");
    }
    terminal.wait_for("emu");
    terminal.press("2");
    terminal.wait_for("Outcome");
    terminal.press("?");
    terminal.wait_for("Keys");
    // An escape that other keys follow at once would be a key with Alt.
    terminal.press("\x1b");
    terminal.wait("no help", |screen| !screen.contents().contains("Keys"));
    terminal.press("qq");
    terminal.wait("the end", |screen| screen.contents().contains("done"));
    let left = terminal.screen.screen().contents();
    assert!(left.contains("code=0"), "{left}");
    assert!(left.contains(" icanon") && left.contains(" echo "), "{left}");
    terminal.assert_restored();
}

#[test]
fn a_signal_restores_the_terminal_and_rescues_the_recipe() {
    let folder = folder();
    let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), (80, 24), Some(DARK));
    terminal.wait_for("emu");
    terminal.press("h");
    terminal.wait_for("unsaved");
    let pid = terminal.child.process_id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(terminal.end(), 143);
    terminal.assert_restored();
    let rescued = std::fs::read_to_string(folder.path().join("recipe.rescued.toml")).unwrap();
    assert!(rescued.contains("count ="), "{rescued}");
    assert!(!folder.path().join("recipe.toml").exists());
}

#[test]
fn interrupting_quits_and_asks_before_it_loses_something() {
    let folder = folder();
    let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), (80, 24), None);
    terminal.wait_for("emu");
    terminal.press("h");
    terminal.wait_for("unsaved");
    terminal.press("\x03");
    terminal.wait_for("Quit?");
    terminal.press("s");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
    assert!(std::fs::read_to_string(folder.path().join("recipe.toml")).unwrap().contains("count ="));
}

#[test]
fn the_editor_changes_the_recipe_at_once() {
    let folder = folder();
    let editor = folder.path().join("editor.sh");
    std::fs::write(&editor, "#!/bin/sh\nprintf '[threshold]\\nlabel = { count = 33 }\\n' > \"$1\"\n").unwrap();
    std::process::Command::new("chmod").arg("+x").arg(&editor).status().unwrap();
    let mut command = fantail(folder.path(), &["list.txt"]);
    command.env("EDITOR", &editor);
    let mut terminal = Terminal::open(command, (80, 24), Some(DARK));
    terminal.wait_for("emu");
    terminal.press("e");
    terminal.wait("τ 33 on the screen", |screen| screen.alternate_screen() && screen.contents().contains("τ 33"));
    std::fs::write(folder.path().join("recipe.toml"), "[threshold]\nlabel = { count = 44 }\n").unwrap();
    terminal.wait_for("τ 44");
    terminal.press("u");
    terminal.wait_for("τ 33");
    terminal.press("Qy");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn colours_follow_the_ground_and_the_user() {
    let colours = |ground, no_color: bool| {
        let folder = folder();
        let mut command = fantail(folder.path(), &["list.txt"]);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let mut terminal = Terminal::open(command, (80, 24), Some(ground));
        terminal.wait_for("emu");
        // The help comes after whatever the ground changed.
        terminal.press("?");
        terminal.wait_for("Keys");
        terminal.press("\x03");
        terminal.wait("no overlay", |screen| screen.contents().contains("emu"));
        let screen = terminal.screen.screen();
        let cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
        let used: Vec<_> = cells
            .filter_map(|(row, column)| screen.cell(row, column))
            .map(|cell| (cell.fgcolor(), cell.bgcolor()))
            .collect();
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
        used
    };
    let plain = (vt100::Color::Default, vt100::Color::Default);
    assert!(colours(DARK, true).into_iter().all(|cell| cell == plain), "NO_COLOR");
    let (dark, light) = (colours(DARK, false), colours(LIGHT, false));
    assert!(dark.iter().any(|cell| *cell != plain));
    assert_ne!(dark, light);
}

#[test]
fn what_cannot_work_is_said_without_taking_the_terminal() {
    let folder = folder();
    std::fs::write(folder.path().join("bad.toml"), "sede = 1\n").unwrap();
    let cases: [(&[&str], u32, &str); 3] = [
        (&["missing.json"], 3, "missing.json"),
        (&["list.txt", "--recipe", "bad.toml"], 4, "bad.toml:1:1"),
        (&["list.txt", "--what"], 2, "--what"),
    ];
    for (arguments, code, words) in cases {
        let mut terminal = Terminal::open(fantail(folder.path(), arguments), (100, 24), Some(DARK));
        assert_eq!(terminal.end(), code, "{arguments:?}");
        let said = terminal.screen.screen().contents();
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    let piped = std::process::Command::new(env!("CARGO_BIN_EXE_fantail"))
        .arg("list.txt")
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(piped.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&piped.stderr).contains("fantail stats list.txt"));
    assert!(piped.stdout.is_empty());
}

#[test]
fn the_demo_opens_by_itself_and_shows_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(fantail(folder.path(), &[]), (120, 36), Some(DARK));
    terminal.wait_for("1,911 instances");
    terminal.press("\r");
    terminal.wait("a picture", |screen| screen.contents().contains('▀') || screen.contents().contains('▄'));
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn from_the_threshold_to_a_manifest_that_opens_again() {
    let folder = folder();
    let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), (120, 36), Some(DARK));
    terminal.wait_for("emu");
    terminal.press("0hl");
    terminal.press("2");
    terminal.wait_for("Outcome");
    terminal.press("5");
    terminal.press("\r");
    terminal.wait_for("kept");
    terminal.press("\x13");
    terminal.wait_for("saved");
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
    let written = std::fs::read_to_string(folder.path().join("list-rebalanced/list.txt")).unwrap();
    let source = std::fs::read_to_string(folder.path().join("list.txt")).unwrap();
    assert!(written.lines().count() < source.lines().count());
    assert!(written.lines().all(|line| source.contains(line)));
    let mut again = Terminal::open(fantail(folder.path(), &["list-rebalanced/list.txt"]), (120, 36), Some(DARK));
    again.wait_for(&format!("{} instances", written.lines().count()));
    again.press("Q");
    assert_eq!(again.end(), 0);
}
