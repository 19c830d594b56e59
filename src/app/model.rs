//! What the program knows and shows: one value, read by `ui`, changed only by `update`.
//!
//! Invariant: screens, overlays and states are enums; whatever can be derived from an index and a recipe is not stored twice
//! unless deriving it takes longer than a frame.

mod awaited;
mod data;
mod drill;
mod explore;
mod export;
mod history;
mod notice;
mod overlay;
mod overridden;
mod rebalance;
mod screen;
mod synthesize;
mod task;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

pub use awaited::Awaited;
pub use data::Data;
pub use drill::{Drill, Ids, InstanceView, LongText, Picture, Shown, TextLines, TurnView};
pub use explore::{EntityTable, Explore, Order, Pane, Rows, Search, SearchState};
pub(crate) use export::FORMATS;
pub use export::{ExportLine, ExportScreen, Volume};
pub use history::{Edited, History};
pub use notice::{Finding, Level, Notice, Subject, Toast};
pub use overlay::{Overlay, TextField, ValueTarget};
pub use rebalance::parameters;
pub use rebalance::{Compared, Figures, PolicyLine, RebalancePane, RebalanceScreen, Reckoning, Slider};
pub use screen::{ChartMode, Screen};
pub use synthesize::{SynthesizePane, SynthesizeScreen, SynthesizerLine, Trial, TrialPicture};
pub use task::{Curve, Job, JobKind, JobState, JobStep, Sample};

use super::bindings::{Bindings, Context};
use super::hit::{Drag, HitMap};
use crate::entity::Perspective;
use crate::index::{PerspectiveIndex, Split};
use crate::load::Loaded;
use crate::policy::Parameter;
use crate::progress::Stage;
use crate::recipe::Recipe;

/// Everything.
pub struct Model {
    /// The dataset's path as given, or "demo".
    pub name: String,
    /// The dataset's path; `None` for the embedded demo.
    pub path: Option<PathBuf>,
    /// The screen that is shown.
    pub screen: Screen,
    /// What is known of the dataset.
    pub data: Data,
    /// The user's choices.
    pub recipe: Recipe,
    /// Where the recipe is saved, and what is there now.
    pub history: History,
    /// The selected perspective.
    pub perspective: Perspective,
    /// The perspective that the user chose; until then the most telling one is shown.
    pub chosen_perspective: Option<Perspective>,
    /// The chart's form.
    pub chart: ChartMode,
    /// The Explore screen.
    pub explore: Explore,
    /// The Rebalance screen.
    pub rebalance: RebalanceScreen,
    /// The Synthesize screen.
    pub synthesize: SynthesizeScreen,
    /// The background job.
    pub job: JobState,
    /// The job before it, which is shown again where this one turns out not to begin.
    pub job_before: JobState,
    /// How far the Run screen's log is scrolled up from its end.
    pub log_scroll: usize,
    /// The Export screen.
    pub export: ExportScreen,
    /// What lies over the screen, if anything.
    pub overlay: Option<Overlay>,
    /// What came while something else lay there or text was typed; the next one is laid over the screen after that.
    pub waiting: VecDeque<Overlay>,
    /// The message on the bottom line, until the next key.
    pub toast: Option<Toast>,
    /// Warnings that are not about records: recipe, theme, keymap, watcher.
    pub notices: Vec<Notice>,
    /// What is worth knowing of the dataset.
    pub findings: Vec<Finding>,
    /// Names of the themes that can be chosen.
    pub themes: Vec<String>,
    /// The name of the theme that is shown.
    pub theme: String,
    /// Which key does what.
    pub bindings: Arc<Bindings>,
    /// What the last frame drew where.
    pub hits: HitMap,
    /// The terminal's size in cells: columns, rows.
    pub size: (u16, u16),
    /// Whether the terminal shows pictures: not without colours.
    pub shows_pictures: bool,
    /// What the mouse drags.
    pub drag: Option<Drag>,
    /// The number of the newest background request; results of older ones are dropped.
    pub generation: u64,
    /// Which requests' results are still wanted.
    pub awaited: Awaited,
}

impl Model {
    /// A model that is loading a dataset; `name` is the path as given, or "demo".
    #[must_use]
    pub fn loading(name: impl Into<String>, recipe: Recipe, bindings: Arc<Bindings>) -> Self {
        Self {
            name: name.into(),
            path: None,
            screen: Screen::default(),
            data: Data::Loading { progress: (Stage::Read, 0, 0), counts: Vec::new() },
            history: History::of(recipe.clone()),
            recipe,
            perspective: Perspective::Token,
            chosen_perspective: None,
            chart: ChartMode::default(),
            explore: Explore::default(),
            rebalance: RebalanceScreen::default(),
            synthesize: SynthesizeScreen::default(),
            job: JobState::Absent,
            job_before: JobState::Absent,
            log_scroll: 0,
            export: ExportScreen::default(),
            overlay: None,
            waiting: VecDeque::new(),
            toast: None,
            notices: Vec::new(),
            findings: Vec::new(),
            themes: Vec::new(),
            theme: String::new(),
            bindings,
            hits: HitMap::default(),
            size: (0, 0),
            shows_pictures: true,
            drag: None,
            generation: 0,
            awaited: Awaited::default(),
        }
    }

    /// The dataset and its index, once they are loaded.
    #[must_use]
    pub fn loaded(&self) -> Option<&Loaded> {
        match &self.data {
            Data::Ready(loaded) => Some(loaded),
            Data::Loading { .. } | Data::Stopped | Data::Failed(_) => None,
        }
    }

    /// The selected perspective's index, where it was extracted.
    #[must_use]
    pub fn shown(&self) -> Option<&PerspectiveIndex> {
        self.loaded()?.index.perspective(self.perspective)
    }

    /// Head and tail of the selected perspective.
    #[must_use]
    pub fn split(&self) -> Option<Split> {
        self.shown().map(|index| self.recipe.split(index))
    }

    /// Counts of a perspective, descending: exact when loaded, as seen so far while loading.
    #[must_use]
    pub fn counts(&self, perspective: Perspective) -> &[u32] {
        match &self.data {
            Data::Ready(loaded) => loaded.index.perspective(perspective).map_or(&[], |index| &index.counts),
            Data::Loading { counts, .. } => {
                counts.iter().find(|(of, _)| *of == perspective).map_or(&[], |(_, counts)| counts)
            }
            Data::Stopped | Data::Failed(_) => &[],
        }
    }

    /// True when the recipe differs from what is on disk.
    #[must_use]
    pub fn unsaved(&self) -> bool {
        self.history.spoilt || self.recipe != self.history.saved
    }

    /// The number of warnings: notices and records that were set aside.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.notices.len() + self.loaded().map_or(0, |loaded| loaded.dataset.set_aside().len())
    }

    /// One warning as a line: the notices first, then the records in order.
    #[must_use]
    pub fn warning(&self, number: usize) -> Option<String> {
        if let Some(notice) = self.notices.get(number) {
            return Some(notice.text.clone());
        }
        let aside = self.loaded()?.dataset.set_aside().get(number - self.notices.len())?;
        Some(aside.told())
    }

    /// The policies, in the order of the Rebalance screen.
    #[must_use]
    pub fn policies(&self) -> Vec<PolicyLine> {
        rebalance::policies()
    }

    /// The parameters that the shown screen's sliders turn; none before the dataset is loaded.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        let Some(loaded) = self.loaded() else { return Vec::new() };
        match self.screen {
            Screen::Synthesize => synthesize::parameters(self),
            _ => parameters(&self.recipe, &loaded.index),
        }
    }

    /// The same as sliders.
    #[must_use]
    pub fn sliders(&self) -> Vec<Slider> {
        let Some(loaded) = self.loaded() else { return Vec::new() };
        let parameters = self.parameters().into_iter();
        parameters.map(|parameter| rebalance::slider(parameter, &self.recipe, &loaded.index)).collect()
    }

    /// The synthesis policies, in the order of the Synthesize screen.
    #[must_use]
    pub fn synthesizers(&self) -> Vec<SynthesizerLine> {
        synthesize::lines(&self.recipe)
    }

    /// The manifest formats as the Export screen lists them.
    #[must_use]
    pub fn export_lines(&self) -> Vec<ExportLine> {
        export::lines(self)
    }

    /// Where a key is looked up, from the inside out.
    #[must_use]
    pub fn contexts(&self) -> Vec<Context> {
        if self.overlay.is_some() {
            return vec![Context::Overlay];
        }
        let drilled = self.screen == Screen::Explore && self.explore.drill.is_some();
        drilled.then_some(Context::Instances).into_iter().chain([self.screen.into(), Context::Everywhere]).collect()
    }
}
