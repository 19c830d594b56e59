//! One run on the screen: events in, frames out, effects performed.
//!
//! Invariant: the model is changed by `update` alone.

mod on_terminal;
mod watched;

use std::collections::VecDeque;
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender};

use color_eyre::eyre::{Result, bail};

use super::event::{Event, Sender};
use super::frame::Painter;
use super::perform::Performer;
use super::watch::Watcher;
use super::{Ended, Start, input};
use crate::app::effect::Effect;
use crate::app::message::Message;
use crate::app::model::Model;
use crate::app::update;

/// Everything that lives as long as the program is on the screen.
pub(super) struct Session {
    start: Start,
    sender: Sender,
    events: Receiver<Event>,
    model: Model,
    painter: Painter,
    performer: Performer,
    watcher: Option<Watcher>,
    acknowledge: Option<SyncSender<()>>,
    changed: bool,
    ended: Option<Ended>,
}

impl Session {
    /// Shows the first frame.
    pub(super) fn open(start: Start, sender: Sender, events: Receiver<Event>) -> Result<Self> {
        let mut model = start.model();
        let (painter, warnings) = Painter::open(start.themes(), start.theme_name(false))?;
        let (name, names) = (start.theme_name(false).to_owned(), painter.themes().names());
        update(&mut model, Message::ThemeLoaded { name, names, warnings });
        let performer = Performer::new(start.worker.clone(), &sender)?;
        let mut session = Self {
            start,
            sender,
            events,
            model,
            painter,
            performer,
            watcher: None,
            acknowledge: None,
            changed: true,
            ended: None,
        };
        session.draw()?;
        Ok(session)
    }

    /// Starts what the first frame did not wait for, and answers events until the program ends.
    pub(super) fn run(&mut self) -> Result<Ended> {
        let effects = crate::app::begin(&mut self.model);
        self.perform_all(effects)?;
        self.fit_terminal();
        self.acknowledge = Some(input::listen(&self.sender)?);
        self.watch_all();
        loop {
            if let Some(ended) = self.ended {
                return Ok(ended);
            }
            if self.changed {
                self.draw()?;
            }
            let Ok(event) = self.events.recv() else { bail!("every thread ended") };
            self.answer(event)?;
            while self.ended.is_none()
                && let Ok(event) = self.events.try_recv()
            {
                self.answer(event)?;
            }
        }
    }

    /// Ends what runs in the background; what the user did not save is put beside the recipe unless the user wanted it so.
    pub(super) fn close(&mut self, wanted: bool) {
        self.performer.stop();
        if wanted || !self.model.unsaved() {
            return;
        }
        let path = rescued(&self.model.history.path);
        let told = match self.model.recipe.save(&path) {
            Ok(()) => format!("the unsaved recipe is in {}", path.display()),
            Err(error) => format!("the unsaved recipe is lost: {error}"),
        };
        // The terminal may be what is gone; then nobody is there to be told.
        let _ = writeln!(stderr(), "{told}");
    }

    fn answer(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Input(messages) => {
                messages.into_iter().try_for_each(|message| self.take(message))?;
                if let Some(acknowledge) = &self.acknowledge {
                    // Whoever reads input is waiting for exactly this.
                    let _ = acknowledge.try_send(());
                }
                Ok(())
            }
            Event::Told(message) => self.take(message),
            Event::Signalled(signal) => {
                self.ended = Some(Ended::Signalled(signal));
                Ok(())
            }
            Event::Stopped => self.suspend(),
            Event::Continued => self.resume(),
            Event::Broke(words) => bail!("a thread of fantail broke: {words}"),
        }
    }

    fn take(&mut self, message: Message) -> Result<()> {
        self.changed = true;
        let effects = update(&mut self.model, message);
        self.perform_all(effects)
    }

    /// Performs effects, and those that follow from what is known at once.
    fn perform_all(&mut self, effects: Vec<Effect>) -> Result<()> {
        let mut pending = VecDeque::from(effects);
        while let Some(effect) = pending.pop_front() {
            self.leave_out(&effect);
            self.watch_subclasses(&effect);
            let said = match self.performer.perform(effect) {
                Ok(said) => said,
                Err(effect) => self.perform_on_terminal(effect)?,
            };
            if let Some(message) = said {
                self.changed = true;
                pending.extend(update(&mut self.model, message));
            }
        }
        Ok(())
    }

    fn draw(&mut self) -> Result<()> {
        self.changed = false;
        let hits = self.painter.draw(&self.model)?;
        let effects = update(&mut self.model, Message::Drawn(hits));
        self.perform_all(effects)
    }

    fn resized(&self) -> Result<Message> {
        let (columns, rows) = self.painter.size()?;
        Ok(Message::Resized(columns, rows))
    }

    fn take_size(&mut self) -> Result<()> {
        let resized = self.resized()?;
        self.take(resized)
    }
}

/// Where an unsaved recipe is put when the program ends without the user.
fn rescued(path: &Path) -> PathBuf {
    let stem = path.file_stem().map_or_else(|| "recipe".into(), |stem| stem.display().to_string());
    path.with_file_name(format!("{stem}.rescued.toml"))
}
