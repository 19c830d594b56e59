//! A program in a pseudo terminal: keys in, screen out, without a sleep.
//!
//! Invariant: waits for what the screen shows, never for time to pass; gives up after [`PATIENCE`] with the screen in the message.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);
/// What is written to a terminal that asks for its ground, and the answer of a dark one.
pub const DARK: &str = "\x1b]11;rgb:0000/0000/0000\x07";
pub const LIGHT: &str = "\x1b]11;rgb:ffff/ffff/ffff\x07";

/// A program in a terminal of its own.
pub struct Terminal {
    pub screen: vt100::Parser,
    /// What arrived of a frame that is not whole yet.
    pending: Vec<u8>,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    pub child: Box<dyn Child + Send + Sync>,
    ground: Option<&'static str>,
    /// Everything that was written, as it was written.
    pub raw: Vec<u8>,
    /// The answer to whether it knows kitty's pictures, and to what it is.
    pub pictures: (&'static str, &'static str),
    /// How long anything may take here.
    pub patience: Duration,
}

impl Terminal {
    pub fn open(command: CommandBuilder, (columns, rows): (u16, u16), ground: Option<&'static str>) -> Self {
        // Cells of ten pixels by twenty.
        let size = PtySize { rows, cols: columns, pixel_width: columns * 10, pixel_height: rows * 20 };
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
        Self {
            screen: vt100::Parser::new(rows, columns, 0),
            pending: Vec::new(),
            output,
            input,
            master: pair.master,
            child,
            ground,
            patience: PATIENCE,
            raw: Vec::new(),
            pictures: ("", "\x1b[?62c"),
        }
    }

    /// Takes output in until this was written so many times.
    pub fn wait_for_written(&mut self, bytes: &str, times: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.raw.windows(bytes.len()).filter(|window| *window == bytes.as_bytes()).count() < times {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(output) => self.take(&output),
                Err(error) => panic!("no {bytes:?} ({error}):\n{}", self.screen.screen().contents()),
            }
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.screen.screen_mut().set_size(rows, columns);
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// Takes output in until the screen is as wanted.
    pub fn wait(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + self.patience;
        while !wanted(self.screen.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(error) => panic!("no {what} ({error}):\n{}", self.screen.screen().contents()),
            }
        }
    }

    pub fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text));
    }

    pub fn take(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        if let Some(ground) = self.ground {
            // In the order in which they are asked, as terminals answer; some tell their ground and not the colour of their text.
            if text.contains("\x1b]11;?") {
                self.press(ground);
            }
            let (kitty, attributes) = self.pictures;
            if text.contains("\x1b_Gi=31") {
                self.press(kitty);
            }
            if text.contains("\x1b[c") {
                self.press(attributes);
            }
        }
        self.raw.extend_from_slice(bytes);
        self.pending.extend_from_slice(bytes);
        let whole = whole_frames(&self.pending);
        self.screen.process(&self.pending[..whole]);
        self.pending.drain(..whole);
    }

    /// Takes the terminal away from the program, and gives the exit code that it ends with by itself.
    pub fn hang_up(mut self) -> u32 {
        // Whoever reads its output holds the terminal open until something is read that nobody wants.
        drop(self.output);
        self.master.resize(PtySize { rows: 20, cols: 70, pixel_width: 0, pixel_height: 0 }).unwrap();
        drop((self.input, self.master));
        let mut killer = self.child.clone_killer();
        let (sender, ended) = channel();
        std::thread::spawn(move || sender.send(self.child.wait().unwrap().exit_code()));
        ended.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            let _ = killer.kill();
            panic!("it does not end")
        })
    }

    /// Waits for the end and gives the exit code.
    pub fn end(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(bytes) = self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.take(&bytes);
        }
        if self.child.try_wait().unwrap().is_none() && Instant::now() >= deadline {
            let _ = self.child.kill();
            panic!("it does not end:\n{}", self.screen.screen().contents());
        }
        self.child.wait().unwrap().exit_code()
    }

    pub fn assert_restored(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pastes are plain");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is free");
    }
}

/// How many of the bytes end before a frame that has begun and not ended, as a terminal with synchronised updates shows them.
fn whole_frames(bytes: &[u8]) -> usize {
    const BEGIN: &[u8] = b"\x1b[?2026h";
    const END: &[u8] = b"\x1b[?2026l";
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|window| window == mark);
    match (last(BEGIN), last(END)) {
        (Some(begin), None) => begin,
        (Some(begin), Some(end)) if begin > end => begin,
        // A mark may be cut by the end of what was read so far.
        _ => match bytes.iter().rposition(|&byte| byte == 0x1b) {
            Some(start) if BEGIN.starts_with(&bytes[start..]) => start,
            _ => bytes.len(),
        },
    }
}

pub fn fantail(folder: &Path, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_fantail"));
    command.args(arguments);
    prepare(&mut command, folder);
    command
}

pub fn prepare(command: &mut CommandBuilder, folder: &Path) {
    command.cwd(folder);
    for name in ["NO_COLOR", "FANTAIL_PICTURES", "TMUX", "STY", "FANTAIL_THEME", "VISUAL", "COLORFGBG"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env("FANTAIL_CACHE_DIR", folder.join("cache"));
    command.env("FANTAIL_CONFIG_DIR", folder.join("config"));
}
