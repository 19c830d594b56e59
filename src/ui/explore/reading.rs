//! The text of one instance in lines: what stands over it, then its turns, each with its speaker.
//!
//! Invariant: only visible lines are made; where a long text is broken is not worked out here but read from the model.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::text::{Line, Span};

use crate::app::model::{Drill, InstanceView, Shown, TextLines, TurnView};
use crate::config::theme::{Role, Theme};
use crate::source::Speaker;
use crate::ui::look;
use crate::ui::widget::text::{self, Prose, ranges};

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
    /// What is told under the text.
    foot: Vec<Line<'static>>,
}

impl<'a> Page<'a> {
    /// The page of the opened instance in so many cells.
    pub fn of(drill: &'a Drill, theme: &Theme, width: u16) -> Self {
        let head = head(drill, theme, width);
        let Some(view) = drill.text.ready() else {
            return Self { head, view: None, text: Cow::default(), foot: Vec::new() };
        };
        let kept = drill.lines.ready.as_deref();
        let (text, missing) = match (view.is_long(), kept) {
            (false, _) => (Cow::Owned(text_lines(view, width)), false),
            (true, Some(lines)) => (Cow::Borrowed(lines), false),
            (true, None) => (Cow::default(), true),
        };
        let words = if missing {
            Some("breaking a long text into lines …")
        } else {
            view.cut.then_some("… the text is longer than what is shown")
        };
        let dim = theme.style(Role::TextDim);
        let mut foot: Vec<Line<'static>> = words.map(|words| Line::styled(words, dim)).into_iter().collect();
        if let Shown::Failed(reason) = &drill.picture {
            foot.push(Line::default());
            foot.extend(text::wrap(&format!("no picture: {reason}"), width, dim));
        }
        Self { head, view: Some(view), text, foot }
    }

    /// The number of lines.
    pub fn lines(&self) -> usize {
        self.head.len() + self.text.lines.len() + self.foot.len()
    }

    /// One line.
    pub fn line(&self, theme: &Theme, number: usize) -> Line<'static> {
        if let Some(line) = self.head.get(number) {
            return line.clone();
        }
        let place = number - self.head.len();
        let of_turn = self.text.lines.get(place);
        let turn = of_turn.and_then(|(turn, range)| Some((self.view?.turns.get(*turn as usize)?, range)));
        match turn {
            Some((turn, range)) => turn_line(turn, range.start as usize..range.end as usize, theme),
            None => self.foot.get(place.saturating_sub(self.text.lines.len())).cloned().unwrap_or_default(),
        }
    }
}

/// A record that was read, under a line of its labels; else what stands in its place.
pub(in crate::ui) fn labelled<'a>(
    shown: &'a Shown<InstanceView>,
    theme: &Theme,
    width: u16,
) -> Result<(&'a InstanceView, Vec<Line<'static>>), Vec<Line<'static>>> {
    let view = match shown {
        Shown::Absent => return Err(Vec::new()),
        Shown::Pending => return Err(vec![Line::styled("reading …", theme.style(Role::TextDim))]),
        Shown::Failed(reason) => return Err(text::wrap(reason, width, theme.style(Role::Error))),
        Shown::Ready(view) => view,
    };
    let labels = format!("label: {}", view.labels.join(", "));
    let lines =
        if view.labels.is_empty() { Vec::new() } else { text::wrap(&labels, width, theme.style(Role::TextStrong)) };
    Ok((view, lines))
}

/// What stands over the text: labels and the pictures' paths, marked where the shown one could not be had; why is told under the text,
/// which is what the user came for.
fn head(drill: &Drill, theme: &Theme, width: u16) -> Vec<Line<'static>> {
    let dim = theme.style(Role::TextDim);
    let (view, mut lines) = match labelled(&drill.text, theme, width) {
        Ok(read) => read,
        Err(instead) => return instead,
    };
    for (path, place) in view.images.iter().zip(0..) {
        let failed = place == drill.image && matches!(drill.picture, Shown::Failed(_));
        let mark = if failed { "✗ " } else { "" };
        let path = text::fit_path(path, width.saturating_sub(text::width(mark)));
        lines.push(Line::from(vec![look::span(theme, Role::Warning, mark), Span::styled(path, dim)]));
    }
    if !lines.is_empty() && !view.turns.is_empty() {
        lines.push(Line::default());
    }
    lines
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
