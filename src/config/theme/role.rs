//! The roles that a theme gives styles to.
//!
//! Invariant: the names are dotted paths; the part before a dot is the role to fall back to.

/// Declares the roles once: variant, name in theme files, what it is for.
macro_rules! roles {
    ($($variant:ident, $key:literal, $purpose:literal;)*) => {
        /// What a piece of the screen is, for its colour.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(usize)]
        pub enum Role {
            $(#[doc = $purpose] $variant,)*
        }

        impl Role {
            /// Every role.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in theme files.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }
        }
    };
}

roles! {
    Background, "background", "The whole screen's ground.";
    Text, "text", "Plain text, and what every other role falls back to.";
    TextDim, "text.dim", "Text of less weight: units, notes.";
    TextStrong, "text.strong", "Text of more weight: figures that matter.";
    Border, "border", "A pane's frame.";
    BorderFocus, "border.focus", "The frame of the pane that keys act on.";
    Title, "title", "A pane's title.";
    Screen, "screen", "The tab of a screen.";
    ScreenActive, "screen.active", "The tab of the screen that is shown.";
    Chart, "chart", "A chart's marks where no other role says more.";
    ChartHead, "chart.head", "The head of a distribution.";
    ChartTail, "chart.tail", "The tail of a distribution.";
    ChartThreshold, "chart.threshold", "The line between head and tail.";
    ChartAxis, "chart.axis", "Axes and their labels.";
    ChartBefore, "chart.before", "The distribution before a policy.";
    ChartAfter, "chart.after", "The distribution after a policy.";
    ChartSynthetic, "chart.synthetic", "What synthesis adds.";
    ChartSelected, "chart.selected", "The selected entity in a chart.";
    Selection, "selection", "The selected line of the focused list.";
    SelectionIdle, "selection.idle", "The selected line of a list that is not focused.";
    Key, "key", "A key in hints and help.";
    KeyAction, "key.action", "What a key does.";
    Info, "info", "A message that is good to know.";
    Warning, "warning", "A warning.";
    Error, "error", "An error.";
    Good, "good", "A figure that got better; success.";
    Bad, "bad", "A figure that got worse.";
    Highlight, "highlight", "The entity in an instance's text.";
    SearchMatch, "search", "What a search found.";
    Bar, "bar", "The open part of a progress bar.";
    BarDone, "bar.done", "The done part of a progress bar.";
    Slider, "slider", "A slider's track.";
    SliderKnob, "slider.knob", "A slider's knob.";
    Overlay, "overlay", "The ground of what lies over the screen.";
    Input, "input", "Text that is being typed.";
    Speaker, "speaker", "Who says a turn.";
    SpeakerHuman, "speaker.human", "The asking side.";
    SpeakerAssistant, "speaker.assistant", "The answering side.";
}
