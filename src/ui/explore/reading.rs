//! The text of one instance in lines: what stands over it, then its turns, each with its speaker.
//!
//! Invariant: only visible lines are made; where a long text is broken is not worked out here but read from the model.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::text::Line;

use crate::app::model::{Drill, InstanceView, TextLines, TurnView};
use crate::config::theme::{Role, Theme};
use crate::source::Speaker;
use crate::ui::look;
use crate::ui::widget::text::{Prose, ranges};

/// Where the turns of an instance are broken into lines of so many cells.
#[must_use]
pub fn text_lines(view: &InstanceView, width: u16) -> TextLines {
    let mut lines = Vec::new();
    for (turn, number) in view.turns.iter().zip(0..) {
        let whole = format!("{}{}", speaker(turn.speaker).0, turn.text);
        let of_turn = ranges(&whole, width).into_iter();
        lines.extend(of_turn.map(|range| (number, range.start as u32..range.end as u32)));
    }
    TextLines { lines }
}

/// What the pane of an instance shows, line by line.
pub struct Page<'a> {
    head: Vec<Line<'static>>,
    view: Option<&'a InstanceView>,
    text: Cow<'a, TextLines>,
    /// What is told under the text, if anything.
    foot: Option<&'static str>,
}

impl<'a> Page<'a> {
    /// The page of the opened instance, under what stands over its text.
    pub fn of(drill: &'a Drill, head: Vec<Line<'static>>, width: u16) -> Self {
        let Some(view) = drill.text.ready() else {
            return Self { head, view: None, text: Cow::default(), foot: None };
        };
        let kept = drill.lines.ready.as_deref();
        let (text, missing) = match (view.is_long(), kept) {
            (false, _) => (Cow::Owned(text_lines(view, width)), false),
            (true, Some(lines)) => (Cow::Borrowed(lines), false),
            (true, None) => (Cow::default(), true),
        };
        let foot = match missing {
            true => Some("breaking a long text into lines …"),
            false => view.cut.then_some("… the text is longer than what is shown"),
        };
        Self { head, view: Some(view), text, foot }
    }

    /// The number of lines.
    pub fn lines(&self) -> usize {
        self.head.len() + self.text.lines.len() + usize::from(self.foot.is_some())
    }

    /// One line.
    pub fn line(&self, theme: &Theme, number: usize) -> Line<'static> {
        if let Some(line) = self.head.get(number) {
            return line.clone();
        }
        let of_turn = self.text.lines.get(number - self.head.len());
        let turn = of_turn.and_then(|(turn, range)| Some((self.view?.turns.get(*turn as usize)?, range)));
        match turn {
            Some((turn, range)) => turn_line(turn, range.start as usize..range.end as usize, theme),
            None => Line::styled(self.foot.unwrap_or_default(), theme.style(Role::TextDim)),
        }
    }
}

/// The speaker's name as it stands before what is said.
const fn speaker(speaker: Speaker) -> (&'static str, Role) {
    match speaker {
        Speaker::Human => ("human: ", Role::SpeakerHuman),
        Speaker::Assistant => ("gpt: ", Role::SpeakerAssistant),
        Speaker::System => ("system: ", Role::Speaker),
        Speaker::Caption => ("", Role::Speaker),
    }
}

/// A line of a turn: bytes of its text with the speaker's name before it.
fn turn_line(turn: &TurnView, range: Range<usize>, theme: &Theme) -> Line<'static> {
    let (name, role) = speaker(turn.speaker);
    let said = range.start.max(name.len()) - name.len()..range.end.max(name.len()) - name.len();
    let (style, highlight) = (theme.style(Role::Text), theme.style(Role::Highlight));
    let mut line = Prose { text: &turn.text, spans: &turn.spans, style, highlight }.line(said);
    if let Some(part) = name.get(range.start.min(name.len())..range.end.min(name.len())).filter(|part| !part.is_empty())
    {
        line.spans.insert(0, look::span(theme, role, part));
    }
    line
}
