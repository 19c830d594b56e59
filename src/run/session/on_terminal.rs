//! The effects that need the terminal: it is drawn on anew, handed over, or given back.
//!
//! Invariant: the terminal is ours again after each, unless the program ends.

use std::path::Path;

use color_eyre::eyre::Result;
use signal_hook::consts::SIGINT;

use super::Session;
use crate::app::effect::Effect;
use crate::app::message::{Message, Watched};
use crate::config::settings::Settings;
use crate::run::{Ended, Protocol, editor, suspend};

impl Session {
    /// Performs an effect; what follows from it at once comes back.
    pub(super) fn perform_on_terminal(&mut self, effect: Effect) -> Result<Option<Message>> {
        match effect {
            Effect::Draw => self.changed = true,
            Effect::Redraw => self.painter.clear()?,
            Effect::Quit => self.ended = Some(Ended::Quit),
            Effect::QuitRescuing => self.ended = Some(Ended::Signalled(SIGINT)),
            Effect::Suspend => {
                suspend::suspend(&mut self.painter)?;
                return Ok(Some(self.resized()?));
            }
            Effect::OpenEditor { path, edits } => return self.edit(&path, edits).map(Some),
            Effect::LoadTheme { name } => return Ok(Some(self.load_theme(name))),
            Effect::ReadKeymap => {
                self.watch(Watched::Keymap, self.start.keymap_file());
                let (bindings, warnings) = self.start.keymap();
                return Ok(Some(Message::KeymapRead { bindings: Box::new(bindings), warnings }));
            }
            Effect::KeepTheme { name } => return Ok(self.keep_theme(name).err().map(Message::Warned)),
            // Everything else is performed without the terminal.
            _ => {}
        }
        Ok(None)
    }

    /// Stops until continued.
    pub(super) fn suspend(&mut self) -> Result<()> {
        suspend::suspend(&mut self.painter)?;
        self.take_size()
    }

    /// Takes the terminal over again after a stop that nobody told of.
    pub(super) fn resume(&mut self) -> Result<()> {
        suspend::resume(&mut self.painter)?;
        self.take_size()
    }

    fn edit(&mut self, path: &Path, edits: Watched) -> Result<Message> {
        // An editor may hand its file to a window of its own and end: what is saved there later is seen, too.
        self.watch(edits, Some(path.to_owned()));
        let outcome = editor::open(&mut self.painter, path)?;
        self.take_size()?;
        Ok(match outcome {
            Ok(()) => Message::FileChanged(edits),
            Err(reason) => Message::Warned(reason),
        })
    }

    fn load_theme(&mut self, name: String) -> Message {
        // Before it is read: what is made while it is read is a change.
        self.watch(Watched::Theme, self.painter.themes().folder());
        let warnings = self.painter.show(&name);
        let names = self.painter.themes().names();
        Message::ThemeLoaded { name, names, warnings }
    }

    fn keep_theme(&self, name: String) -> Result<(), String> {
        let Some(folder) = &self.start.configuration else { return Ok(()) };
        Settings { theme: Some(name), ..Settings::default() }.keep(folder)
    }

    /// Asks the terminal what the first frame did not wait for: its ground, and how it shows pictures.
    pub(super) fn fit_terminal(&mut self) {
        let ground = self.start.theme.is_none().then(|| self.painter.is_light());
        // One that does not answer in time is not asked again: its answer would be taken for keys.
        let answers = ground.is_none_or(|ground| ground.told);
        let chosen = self.start.pictures.or((!answers).then(Protocol::default));
        self.painter.show_pictures(chosen);
        if ground.is_some_and(|ground| ground.light) {
            let name = self.start.theme_name(true).to_owned();
            let (warnings, names) = (self.painter.show(&name), self.painter.themes().names());
            crate::app::update(&mut self.model, Message::ThemeLoaded { name, names, warnings });
            self.changed = true;
        }
    }
}
