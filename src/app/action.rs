//! What the user can ask for, by name: the vocabulary of the keymap, the palette and the help.
//!
//! Invariant: every action stands in [`Action::ALL`] with its name and one line that says what it does.

use serde::{Deserialize, Serialize};

/// Declares the actions once: variant, name in files, sentence in palette and help.
macro_rules! actions {
    ($($variant:ident, $name:literal, $summary:literal;)*) => {
        /// Something that the user asks for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Action {
            $(#[doc = $summary] #[serde(rename = $name)] $variant,)*
        }

        impl Action {
            /// Every action, in the order in which the help lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in keymap files and in the palette.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it does, in a few words.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)* }
            }
        }
    };
}

actions! {
    ShowExplore, "show-explore", "Explore: how long is the tail, and what is in it?";
    ShowRebalance, "show-rebalance", "Rebalance: what would this policy do?";
    ShowSynthesize, "show-synthesize", "Synthesize: which tail to fill, from what, by how much?";
    ShowRun, "show-run", "Run: the background job";
    ShowExport, "show-export", "Export: what to write";
    NextScreen, "next-screen", "go to the next screen";
    PreviousScreen, "previous-screen", "go to the previous screen";
    MoveUp, "move-up", "move up";
    MoveDown, "move-down", "move down";
    MoveFirst, "move-first", "move to the first";
    MoveLast, "move-last", "move to the last";
    HalfPageUp, "half-page-up", "move half a page up";
    HalfPageDown, "half-page-down", "move half a page down";
    NextPane, "next-pane", "focus the next pane";
    PreviousPane, "previous-pane", "focus the previous pane";
    Enter, "enter", "go in: instances, value, write";
    Back, "back", "go back";
    Leave, "leave", "go back; on Explore, quit";
    Quit, "quit", "quit; asks if the recipe is unsaved";
    Interrupt, "interrupt", "close what is open, else quit; a second time, quit and rescue the recipe";
    Search, "search", "search entities by name (fuzzy)";
    NextMatch, "next-match", "go to the next match";
    PreviousMatch, "previous-match", "go to the previous match";
    OpenPalette, "palette", "open the palette of all actions";
    OpenHelp, "help", "show the keys";
    Undo, "undo", "undo the last change of the recipe";
    Redo, "redo", "redo what was undone";
    SaveRecipe, "save-recipe", "save the recipe";
    EditRecipe, "edit-recipe", "open the recipe in $EDITOR";
    ChooseTheme, "theme", "choose a theme, with live preview";
    OpenWarnings, "warnings", "list the warnings and what was set aside";
    OpenFindings, "findings", "list what is worth knowing of this dataset";
    CancelLoading, "cancel-loading", "stop loading the dataset";
    Reload, "reload", "load the dataset again";
    NextPerspective, "next-perspective", "go to the next perspective";
    PreviousPerspective, "previous-perspective", "go to the previous perspective";
    CycleChart, "chart-mode", "change the chart: rank–frequency, histogram, Lorenz, cumulative";
    ThresholdLower, "threshold-lower", "lower the threshold a little: the tail shrinks";
    ThresholdHigher, "threshold-higher", "raise the threshold a little: the tail grows";
    ThresholdMuchLower, "threshold-much-lower", "lower the threshold a lot";
    ThresholdMuchHigher, "threshold-much-higher", "raise the threshold a lot";
    ThresholdLeft, "threshold-left", "move the threshold left along the chart";
    ThresholdRight, "threshold-right", "move the threshold right along the chart";
    ThresholdFarLeft, "threshold-far-left", "move the threshold far left along the chart";
    ThresholdFarRight, "threshold-far-right", "move the threshold far right along the chart";
    ThresholdEdit, "threshold-edit", "type the threshold: a count, or a share such as 10%";
    ThresholdReset, "threshold-reset", "set the threshold back to its default";
    CycleSort, "sort", "change the order of the entities";
    TogglePin, "pin", "pin the entity: its instances are kept";
    OpenInstances, "instances", "list the instances that hold the entity";
    NextImage, "next-image", "show the instance's next picture";
    Explain, "why", "say why this instance is kept or dropped";
    ExplainById, "why-id", "say why the instance of an id is kept or dropped";
    ValueLower, "value-lower", "lower the value";
    ValueHigher, "value-higher", "raise the value";
    ValueMuchLower, "value-much-lower", "lower the value ten steps";
    ValueMuchHigher, "value-much-higher", "raise the value ten steps";
    ValueEdit, "value-edit", "type the value";
    ComparePolicies, "compare", "put policies side by side";
    OverrideEntity, "override", "pin, cap, floor or exclude one entity";
    TogglePolicy, "toggle-policy", "use the synthesis policy or leave it";
    DropSeed, "drop-seed", "never make anything of this seed";
    EditCeiling, "ceiling", "type the most that may be made for the entity";
    StartTrial, "trial", "let the worker make a small batch to look at";
    ToggleFormat, "toggle-format", "choose or drop the manifest format";
    EditOutput, "output", "type the folder to write to";
    StartJob, "start", "write the manifests in the background";
    TrainModel, "train", "train the diffusion model on the dataset's images, in the worker";
    PauseJob, "pause", "pause or resume the job";
    CancelJob, "cancel-job", "cancel the job";
    Suspend, "suspend", "suspend to the shell";
    Redraw, "redraw", "draw the whole screen again";
}

impl Action {
    /// The action of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}
