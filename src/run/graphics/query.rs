//! Asks the terminal what it can show.
//!
//! Invariant: waits no longer than [`PATIENCE`]; the last question is one that every terminal answers, so that none waits for it
//! that can answer at all.

use std::fs::File;
use std::io::{Read, Write, stdout};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use super::Protocol;

/// How long the terminal may take.
const PATIENCE: Duration = Duration::from_millis(200);
/// A picture of one pixel that is only looked at.
const KITTY: &[u8] = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\";
/// What kind of terminal is this?
const ATTRIBUTES: &[u8] = b"\x1b[c";
/// The longest answer that is listened to, in bytes.
const LONGEST: usize = 4096;

/// The best protocol that the terminal says it has; an error when it cannot be asked.
pub(super) fn ask() -> std::io::Result<Protocol> {
    let mut terminal = File::open("/dev/tty")?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut SourceFd(&terminal.as_raw_fd()), Token(0), Interest::READABLE)?;
    let mut out = stdout();
    if !is_multiplexed(|name| std::env::var(name).ok()) {
        out.write_all(KITTY)?;
    }
    out.write_all(ATTRIBUTES)?;
    out.flush()?;
    let (mut answer, mut events) = (Vec::new(), Events::with_capacity(1));
    let deadline = Instant::now() + PATIENCE;
    while attributes(&answer).is_none() && answer.len() < LONGEST {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        poll.poll(&mut events, Some(left))?;
        if !events.is_empty() {
            let mut bytes = [0; 512];
            let read = terminal.read(&mut bytes)?;
            answer.extend_from_slice(&bytes[..read]);
            // Whether more is there is told anew.
            poll.registry().reregister(&mut SourceFd(&terminal.as_raw_fd()), Token(0), Interest::READABLE)?;
        }
    }
    Ok(understood(&answer))
}

/// Whether a multiplexer stands between: screen and tmux take kitty's question for a window's title.
fn is_multiplexed(variable: impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    variable("TMUX").is_some() || variable("STY").is_some() || term.starts_with("screen") || term.starts_with("tmux")
}

fn understood(answer: &[u8]) -> Protocol {
    if answer.windows(11).any(|window| window == b"\x1b_Gi=31;OK\x1b") {
        return Protocol::Kitty;
    }
    let sixel = attributes(answer).is_some_and(|told| told.split(|byte| *byte == b';').any(|number| number == b"4"));
    if sixel { Protocol::Sixel } else { Protocol::HalfBlocks }
}

/// The numbers of `ESC [ ? … c`, once that is there as a whole.
fn attributes(answer: &[u8]) -> Option<&[u8]> {
    let start = answer.windows(3).position(|window| window == b"\x1b[?")? + 3;
    let length = answer[start..].iter().position(|byte| *byte == b'c')?;
    Some(&answer[start..start + length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiplexer_is_not_asked_for_kitty() {
        let variables = |name: &'static str, value: &'static str| {
            is_multiplexed(move |asked| (asked == name).then(|| value.to_owned()))
        };
        assert!(variables("TMUX", "/tmp/tmux-0/default") && variables("TERM", "screen-256color"));
        assert!(!variables("TERM", "xterm-kitty"));
    }

    #[test]
    fn answers_are_understood() {
        for (answer, protocol) in [
            ("\x1b_Gi=31;OK\x1b\\\x1b[?62;c", Protocol::Kitty),
            ("\x1b_Gi=31;ENOTSUP:no\x1b\\\x1b[?62;4;22c", Protocol::Sixel),
            ("\x1b[?62;14;22c", Protocol::HalfBlocks),
            ("\x1b[?64;4", Protocol::HalfBlocks),
            ("", Protocol::HalfBlocks),
        ] {
            assert_eq!(understood(answer.as_bytes()), protocol, "{answer:?}");
        }
    }
}
