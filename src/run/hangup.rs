//! Notices that the terminal is gone: its window closed, its connection dropped.
//!
//! Invariant: nothing wakes here while the terminal only shows something; input that arrives is left for its reader.

use std::io::{IsTerminal, stdin, stdout};
use std::os::fd::{AsRawFd, RawFd};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use rustix::io::{Errno, ioctl_fionread};
use signal_hook::consts::SIGHUP;

use super::event::{Event, Sender};

/// Starts to wait for it; only a process of the terminal's own session is sent the signal.
pub(super) fn listen(sender: &Sender) -> std::io::Result<()> {
    let Some(terminal) = terminal() else { return Ok(()) };
    let poll = Poll::new()?;
    poll.registry().register(&mut SourceFd(&terminal), Token(0), Interest::READABLE)?;
    sender.spawn("hang-up", move |sender| {
        wait(poll);
        sender.send(Event::Signalled(SIGHUP));
        Ok(())
    })?;
    Ok(())
}

/// Whether the terminal is gone.
pub(super) fn is_gone() -> bool {
    let gone = |asked: Result<u64, Errno>| asked == Err(Errno::IO);
    gone(ioctl_fionread(stdin())) || gone(ioctl_fionread(stdout()))
}

fn terminal() -> Option<RawFd> {
    if stdin().is_terminal() { Some(stdin().as_raw_fd()) } else { stdout().is_terminal().then(|| stdout().as_raw_fd()) }
}

fn wait(mut poll: Poll) {
    let mut events = Events::with_capacity(1);
    while !is_gone() {
        match poll.poll(&mut events, None) {
            Err(cause) if cause.kind() != std::io::ErrorKind::Interrupted => {
                // Without events the reader of input and the signal are left to notice.
                std::thread::park();
            }
            _ => {}
        }
    }
}
