//! Keys, mouse and results in; model and effects out: the state machine without a terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "app/defects.rs"]
mod defects;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use fantail::app::action::Action;
use fantail::app::arrange::arrange;
use fantail::app::bindings::{Bindings, Context};
use fantail::app::effect::{AfterSave, Effect};
use fantail::app::hit::{Area, Axis, HitMap, Spacing, Target, TextPlace};
use fantail::app::message::{Failure, JobReport, Message, Mouse, Watched};
use fantail::app::model::{
    ChartMode, Data, InstanceView, JobState, Model, Overlay, Pane, Picture, Reckoning, Rows, Sample, Screen, Shown,
    TurnView,
};
use fantail::app::{begin, update};
use fantail::config::keymap::{self, parse_key};
use fantail::config::theme::{ColorSupport, Themes};
use fantail::entity::Perspective;
use fantail::index::cache::Cache;
use fantail::load::Loaded;
use fantail::preview::{Exact, Sketch};
use fantail::progress::{Stage, Unobserved};
use fantail::recipe::{PolicyName, Recipe, ThresholdChoice};
use fantail::source::Speaker;

/// Labels and how many instances hold each.
const LABELS: [(&str, usize); 6] = [("cat", 40), ("dog", 20), ("emu", 10), ("fox", 5), ("gnu", 2), ("yak", 1)];

/// A dataset of labelled paths, opened and indexed.
fn labelled() -> Arc<Loaded> {
    let lines = LABELS.iter().flat_map(|(label, count)| (0..*count).map(move |n| format!("{label}/{n}.png {label}\n")));
    load("list.txt", &lines.collect::<String>())
}

/// A dataset of two conversations.
fn conversations() -> Arc<Loaded> {
    let mut text = String::from("[");
    for (number, animal) in ["cat", "dog", "cat", "cat"].iter().enumerate() {
        let comma = if number > 0 { "," } else { "" };
        write!(
            text,
            r#"{comma}{{"id":"{number}","image":"{number}.png","conversations":[{{"from":"human","value":"What is this?"}},{{"from":"gpt","value":"A {animal} on a table."}}]}}"#
        )
        .unwrap();
    }
    text.push(']');
    load("talk.json", &text)
}

fn load(name: &str, text: &str) -> Arc<Loaded> {
    let folder = tempfile::tempdir().unwrap().keep();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let loaded = fantail::load::load(&path, &Recipe::default(), &Unobserved, &Cache::none()).unwrap();
    Arc::new(loaded.0)
}

/// The state machine and what it asked for, answered at once where the answer is a pure function.
struct Machine {
    model: Model,
    asked: Vec<Effect>,
    /// What was asked of the findings, which every change of the threshold asks for.
    findings: Vec<Effect>,
}

impl Machine {
    /// Before anything is loaded.
    fn starting() -> Self {
        let (bindings, warnings) = keymap::load(None);
        assert_eq!(warnings, Vec::<String>::new());
        let mut model = Model::loading("data", Recipe::default(), Arc::new(bindings));
        model.size = (120, 36);
        model.themes = theme_names();
        model.theme = "dark".into();
        let asked = begin(&mut model);
        Self { model, asked, findings: Vec::new() }
    }

    /// With a dataset.
    fn with(loaded: Arc<Loaded>) -> Self {
        let mut machine = Self::starting();
        let generation = machine.model.awaited.load;
        machine.send(Message::DatasetLoaded { generation, loaded, findings: Vec::new() });
        machine.asked.clear();
        machine
    }

    fn send(&mut self, message: Message) {
        let effects = update(&mut self.model, message);
        for effect in effects {
            if let Effect::ArrangeEntities { generation, loaded, perspective, order, query } = &effect {
                let rows = arrange(loaded.index.perspective(*perspective).unwrap(), *order, query);
                self.send(Message::EntitiesArranged { generation: *generation, rows });
            }
            if matches!(effect, Effect::LookForFindings { .. }) {
                self.findings.push(effect);
            } else {
                self.asked.push(effect);
            }
        }
    }

    /// Presses keys, written as in a keymap file and separated by spaces.
    fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.send(Message::KeyPressed(parse_key(key).unwrap()));
        }
        self
    }

    fn asked(&self) -> Vec<String> {
        self.asked.iter().map(Effect::label).collect()
    }

    fn threshold(&self) -> u32 {
        self.model.split().unwrap().threshold
    }

    fn selected(&self) -> String {
        let rank = self.model.explore.table.rank().unwrap();
        self.model.shown().unwrap().names.get(rank).into_owned()
    }

    fn rows(&self) -> Vec<String> {
        let rows = &self.model.explore.table.rows;
        let names = &self.model.shown().unwrap().names;
        (0..rows.len()).map(|row| names.get(rows.rank(row).unwrap()).into_owned()).collect()
    }

    fn toast(&self) -> &str {
        self.model.toast.as_ref().map_or("", |toast| &toast.text)
    }
}

#[test]
fn a_dataset_arrives() {
    let mut machine = Machine::starting();
    assert_eq!(machine.asked(), ["LoadDataset #1"]);
    machine.send(Message::DatasetProgressed { generation: 1, stage: Stage::Extract, done: 5, total: 10 });
    machine.send(Message::CountsSeen { generation: 1, counts: vec![(Perspective::Object, vec![3, 1])] });
    assert!(matches!(machine.model.data, Data::Loading { progress: (Stage::Extract, 5, 10), .. }));
    assert_eq!(machine.model.counts(Perspective::Object), [3, 1]);
    assert_eq!(machine.model.perspective, Perspective::Object, "the perspective that is there is shown");
    machine.send(Message::DatasetLoaded { generation: 1, loaded: labelled(), findings: Vec::new() });
    assert_eq!(machine.model.perspective, Perspective::Label);
    assert_eq!(machine.rows(), ["cat", "dog", "emu", "fox", "gnu", "yak"]);
}

#[test]
fn a_stopped_load_is_over_and_can_be_asked_for_again() {
    let mut machine = Machine::starting();
    machine.press("c");
    assert_eq!(machine.asked(), ["LoadDataset #1", "CancelLoad"]);
    machine.send(Message::DatasetLoaded { generation: 1, loaded: labelled(), findings: Vec::new() });
    assert!(machine.model.loaded().is_none(), "what a stopped load brings is dropped");
    machine.press("R");
    let generation = machine.model.awaited.load;
    machine.send(Message::DatasetFailed {
        generation,
        failure: Failure { title: "cannot load data".into(), cause: "gone".into(), next: "reload".into() },
    });
    assert!(matches!(&machine.model.data, Data::Failed(text) if text == "cannot load data\ngone\nreload"));
}

#[test]
fn movement_in_the_table() {
    let mut machine = Machine::with(labelled());
    let steps = [
        ("j j", "emu"),
        ("k", "dog"),
        ("G", "yak"),
        ("j", "yak"),
        ("g", "cat"),
        ("k", "cat"),
        ("ctrl-d", "yak"),
        ("ctrl-u", "cat"),
        ("down down up", "dog"),
    ];
    for (keys, entity) in steps {
        assert_eq!(machine.press(keys).selected(), entity, "after {keys}");
    }
}

#[test]
fn a_list_scrolls_with_its_cursor() {
    let mut machine = Machine::with(labelled());
    let mut hits = HitMap::default();
    hits.push(Area { x: 0, y: 10, width: 40, height: 3 }, Target::Entities);
    machine.send(Message::Drawn(hits.clone()));
    machine.press("G");
    assert_eq!((machine.model.explore.table.selected, machine.model.explore.table.offset), (5, 3));
    machine.press("k k k");
    assert_eq!((machine.model.explore.table.selected, machine.model.explore.table.offset), (2, 2));
    // A taller window shows more; the offset follows with the next frame.
    machine.press("G");
    hits.regions[0].0.height = 5;
    machine.asked.clear();
    machine.send(Message::Drawn(hits));
    assert_eq!((machine.model.explore.table.offset, machine.asked()), (1, vec!["Draw".to_owned()]));
}

#[test]
fn the_threshold_moves_from_count_to_count_and_follows_the_chart() {
    let mut machine = Machine::with(labelled());
    let start = machine.threshold();
    assert_eq!(start, 5, "the default tail holds a tenth of all occurrences");
    // Ranks grow to the right, so a step right is a lower count.
    for (keys, tau) in [("l", 2), ("l l", 1), ("h h", 5), ("h", 10), ("h h h h", 40), ("L", 1), ("0", 5)] {
        machine.press(keys);
        assert_eq!(machine.threshold(), tau, "after {keys}");
    }
    machine.press("m");
    assert_eq!(machine.model.chart, ChartMode::Histogram);
    assert_eq!(machine.press("l").threshold(), 10, "counts grow to the right in a histogram");
}

#[test]
fn a_threshold_is_typed() {
    let mut machine = Machine::with(labelled());
    machine.press("= ctrl-u 7 enter");
    assert_eq!(machine.threshold(), 7);
    machine.press("= ctrl-u x enter");
    let Some(Overlay::EditValue { problem: Some(problem), .. }) = &machine.model.overlay else { panic!() };
    assert!(problem.contains("10%"), "{problem}");
    machine.press("backspace 2 0 % enter");
    assert!(machine.model.overlay.is_none());
    assert_eq!(machine.model.recipe.threshold[&Perspective::Label], ThresholdChoice::TailMass(0.2));
    machine.press("= ctrl-u 3 esc");
    assert_eq!(machine.model.recipe.threshold[&Perspective::Label], ThresholdChoice::TailMass(0.2));
    machine.press("= ctrl-u 0 . 3 enter");
    assert_eq!(machine.model.recipe.threshold[&Perspective::Label], ThresholdChoice::TailMass(0.3));
    // On Rebalance as well, where a slider holds it.
    machine.press("2 space = ctrl-u 0 . 2 5 enter");
    assert!(machine.model.overlay.is_none());
    assert_eq!(machine.model.recipe.threshold[&Perspective::Label], ThresholdChoice::TailMass(0.25));
    machine.press("= ctrl-u 1 . 5 enter");
    assert!(matches!(machine.model.overlay, Some(Overlay::EditValue { problem: Some(_), .. })));
}

#[test]
fn why_is_told_on_rebalance_at_once_and_of_any_id() {
    let mut machine = Machine::with(conversations());
    machine.press("2 x");
    assert!(machine.asked().last().unwrap().starts_with("ExplainInstance"), "{:?}", machine.asked());
    assert!(machine.toast().contains("X asks for another by its id"), "{}", machine.toast());
    let generation = machine.model.awaited.explanation;
    machine.send(Message::InstanceExplained { generation, id: "0".into(), lines: vec!["kept".into()] });
    assert!(matches!(machine.model.overlay, Some(Overlay::Explanation { .. })));
    machine.press("esc X 9 enter");
    let Some(Overlay::EditValue { problem: Some(problem), .. }) = &machine.model.overlay else { panic!() };
    assert_eq!(problem, "no instance has the id '9'");
    machine.press("backspace 3 enter");
    assert!(machine.asked().last().unwrap().ends_with(" [3]"), "{:?}", machine.asked());
    assert!(machine.model.overlay.is_none());
}

#[test]
fn every_instance_of_an_id_is_explained() {
    // Another record of the same id is set aside; the same record once more is a repetition.
    let data = "id,label\na,cat\nb,dog\na,dog\na,cat\na,cat\n";
    let mut machine = Machine::with(load("twice.csv", data));
    machine.press("2 X a enter");
    assert!(machine.asked().last().unwrap().ends_with(" [0, 2, 3]"), "{:?}", machine.asked());
}

#[test]
fn changed_subclasses_are_read_again_while_the_recipe_names_them() {
    let mut machine = Machine::with(labelled());
    machine.send(Message::FileChanged(Watched::Subclasses));
    assert!(machine.asked().is_empty() && machine.model.loaded().is_some(), "none are named");
    let mut machine = Machine::with(labelled());
    machine.model.recipe.rebalance.subclasses = Some("subclasses.jsonl".into());
    machine.send(Message::FileChanged(Watched::Subclasses));
    assert!(machine.asked().last().unwrap().starts_with("LoadDataset"), "{:?}", machine.asked());
    assert!(machine.model.loaded().is_none());
}

#[test]
fn after_a_bad_save_elsewhere_the_recipe_is_unsaved_until_the_file_is_mended() {
    let mut machine = Machine::with(labelled());
    let bad = || Failure { title: "not in use".into(), cause: "recipe.toml:1:1: no".into(), next: String::new() };
    machine.send(Message::RecipeRead(Err(bad())));
    assert!(machine.model.unsaved(), "what is on the screen is nowhere on disk");
    machine.press("Q");
    assert_eq!(machine.model.overlay, Some(Overlay::ConfirmQuit));
    assert!(machine.toast().contains("recipe.toml holds something else"), "{}", machine.toast());
    machine.press("esc");
    // Mended to what it was: nothing on the screen changes, and nothing is unsaved.
    let same = Box::new(machine.model.recipe.clone());
    machine.send(Message::RecipeRead(Ok(same.clone())));
    assert!(!machine.model.unsaved());
    machine.send(Message::RecipeRead(Err(bad())));
    machine.send(Message::RecipeSaved { outcome: Ok(same.clone()), then: AfterSave::Stay });
    assert!(!machine.model.unsaved());
    // One that does not fit the dataset is as bad.
    let mut misfit = same;
    misfit.rebalance.perspective = Some(Perspective::Token);
    misfit.rebalance.policy = PolicyName::Cap;
    machine.send(Message::RecipeRead(Ok(misfit)));
    assert!(machine.model.unsaved());
}

#[test]
fn the_last_format_stays() {
    let mut machine = Machine::with(labelled());
    machine.press("5 space");
    assert_eq!(machine.model.recipe.export.formats, [fantail::recipe::ManifestFormat::Native]);
    assert!(machine.toast().contains("at least one format"), "{}", machine.toast());
}

#[test]
fn edits_are_undone_and_redone() {
    let mut machine = Machine::with(labelled());
    let start = machine.model.recipe.clone();
    machine.press("l l l").press("j").press("h");
    let end = machine.model.recipe.clone();
    assert!(machine.model.unsaved());
    machine.press("u");
    assert_eq!(machine.threshold(), 1, "one step back is the last row of edits");
    machine.press("u");
    assert_eq!(machine.model.recipe, start);
    assert!(!machine.model.unsaved());
    machine.press("u");
    assert_eq!(machine.toast(), "nothing to undo");
    machine.press("ctrl-r ctrl-r");
    assert_eq!(machine.model.recipe, end);
    machine.press("ctrl-r");
    assert_eq!(machine.toast(), "nothing to redo");
    machine.press("u h u ctrl-r");
    assert_eq!(machine.model.history.redo.len(), 0, "a new edit forgets what was undone");
}

#[test]
fn every_recipe_edit_on_every_screen_is_undone() {
    let edits = [
        "l",
        "=  ctrl-u 3 enter",
        "2 space l",
        "2 space j j h",
        "2 j",
        "2 G",
        "5 j space",
        "2 space H",
        "2 space = ctrl-u 3 enter",
    ];
    for keys in edits {
        let mut machine = Machine::with(labelled());
        let start = machine.model.recipe.clone();
        machine.press(keys);
        assert_ne!(machine.model.recipe, start, "{keys} edits");
        machine.press("u");
        assert_eq!(machine.model.recipe, start, "{keys} is undone");
    }
}

#[test]
fn searching_narrows_the_table_and_leaving_it_keeps_the_entity() {
    let mut machine = Machine::with(labelled());
    machine.press("/ o");
    assert_eq!(machine.rows().into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(["dog".into(), "fox".into()]));
    machine.press("x");
    assert_eq!(machine.rows(), ["fox"]);
    machine.press("backspace enter");
    let first = machine.selected();
    machine.press("n");
    let second = machine.selected();
    assert_ne!(first, second);
    assert_eq!(machine.press("n").selected(), first, "matches go round");
    assert_eq!(machine.press("N").selected(), second);
    machine.press("esc");
    assert_eq!((machine.rows().len(), machine.selected()), (6, second));
}

#[test]
fn sorting_keeps_the_entity() {
    let mut machine = Machine::with(labelled());
    machine.press("j s");
    assert_eq!((machine.rows()[0].as_str(), machine.selected().as_str()), ("yak", "dog"));
    machine.press("s s");
    assert_eq!((machine.rows()[0].as_str(), machine.selected().as_str()), ("cat", "dog"));
}

#[test]
fn stale_results_are_dropped() {
    let mut machine = Machine::with(labelled());
    let loaded = machine.model.loaded().map(|loaded| std::ptr::from_ref(loaded).addr());
    let old = machine.model.awaited;
    machine.press("s /");
    let rows = machine.rows();
    machine.send(Message::EntitiesArranged { generation: old.rows, rows: Rows::Ranked(1) });
    assert_eq!(machine.rows(), rows);
    machine.send(Message::DatasetFailed { generation: old.load + 100, failure: Failure::default() });
    assert_eq!(machine.model.loaded().map(|loaded| std::ptr::from_ref(loaded).addr()), loaded);
    machine.press("esc 2 l");
    let preview = |machine: &Machine| {
        let index = &machine.model.loaded().unwrap().index;
        Arc::new(Sketch::new(index).preview((index, &Recipe::default()), Perspective::Label, &Unobserved).unwrap())
    };
    let (stale, newest) = (machine.model.awaited.preview - 1, machine.model.awaited.preview);
    let figures = preview(&machine);
    machine.send(Message::PreviewComputed { generation: stale, preview: Arc::clone(&figures) });
    assert!(matches!(machine.model.rebalance.preview, Reckoning::Pending(_)));
    machine.send(Message::PreviewEstimated { generation: newest, preview: Arc::clone(&figures) });
    assert!(matches!(machine.model.rebalance.preview, Reckoning::Estimated(_)));
    machine.send(Message::PreviewComputed { generation: newest, preview: Arc::clone(&figures) });
    machine.send(Message::PreviewEstimated { generation: newest, preview: figures });
    assert!(matches!(machine.model.rebalance.preview, Reckoning::Exact(_)), "an estimate never replaces the figure");
}

#[test]
fn a_preview_is_asked_for_once_and_only_where_it_is_seen() {
    let mut machine = Machine::with(labelled());
    machine.press("l l");
    assert_eq!(machine.asked(), Vec::<String>::new());
    machine.press("2");
    assert!(machine.asked()[0].starts_with("ComputePreview"));
    machine.press("1 2 5 2");
    assert_eq!(machine.asked().len(), 1, "the same recipe is not reckoned again: {:?}", machine.asked());
    machine.press("space l");
    assert_eq!(machine.asked().len(), 2);
    machine.press("space j");
    assert_eq!(machine.model.recipe.rebalance.policy, PolicyName::Cap);
    assert!(machine.asked()[2].ends_with("cap"));
}

#[test]
fn policies_stand_side_by_side() {
    let mut machine = Machine::with(labelled());
    machine.press("2 c j c j c j c j c");
    assert_eq!(machine.model.rebalance.compared.len(), 4);
    assert!(machine.toast().contains("at most 4"));
    assert_eq!(machine.asked().iter().filter(|label| label.starts_with("ComparePolicies")).count(), 4);
    machine.press("space j h");
    assert!(
        machine.asked().last().unwrap().starts_with("ComparePolicies"),
        "a turned value changes every policy's figures: {:?}",
        machine.asked()
    );
    machine.press("space");
    machine.press("k c");
    assert_eq!(machine.model.rebalance.compared.len(), 3);
    machine.press("esc");
    assert!(machine.model.rebalance.compared.is_empty());
    assert_eq!(machine.model.screen, Screen::Rebalance);
}

#[test]
fn instances_open_with_their_text_and_picture() {
    let mut machine = Machine::with(conversations());
    while machine.model.perspective != Perspective::Object {
        machine.press("]");
    }
    machine.press("/ c a t enter enter");
    assert_eq!(machine.model.explore.focus, Pane::Instances);
    let drill = machine.model.explore.drill.as_ref().unwrap();
    assert_eq!((drill.entity.as_str(), &*drill.instances), ("cat", &[0, 2, 3][..]));
    let first = machine.model.awaited.instance;
    machine.press("j");
    assert_ne!(machine.model.awaited.instance, first);
    assert!(machine.asked().last().unwrap().ends_with(" 2"), "{:?}", machine.asked());
    let view =
        |id: &str| Ok(Arc::new(InstanceView { id: id.into(), images: vec!["a.png".into()], ..Default::default() }));
    machine.send(Message::InstanceRead { generation: first, view: view("stale") });
    assert!(matches!(machine.model.explore.drill.as_ref().unwrap().text, Shown::Pending));
    machine.send(Message::InstanceRead { generation: machine.model.awaited.instance, view: view("2") });
    assert!(machine.asked().last().unwrap().starts_with("DecodeImage"));
    machine.send(Message::ImageDecoded { generation: machine.model.awaited.picture, picture: Err("broken".into()) });
    let drill = machine.model.explore.drill.as_ref().unwrap();
    assert!(matches!(&drill.picture, Shown::Failed(reason) if reason == "broken"));
    machine.press("x");
    assert!(machine.asked().last().unwrap().starts_with("ExplainInstance"));
    let generation = machine.model.awaited.explanation;
    machine.send(Message::InstanceExplained { generation, id: "2".into(), lines: vec!["kept".into()] });
    assert!(matches!(machine.model.overlay, Some(Overlay::Explanation { .. })));
    machine.press("esc space esc");
    assert_eq!(machine.model.explore.focus, Pane::Instances, "back from the text to the list");
    machine.press("esc");
    assert!(machine.model.explore.drill.is_none());
}

#[test]
fn a_long_text_is_broken_into_lines_once_and_scrolls_to_its_end_and_no_further() {
    let mut machine = Machine::with(conversations());
    while machine.model.perspective != Perspective::Object {
        machine.press("]");
    }
    machine.press("/ c a t enter enter");
    let turn = TurnView { speaker: Speaker::Caption, text: "A cat. ".repeat(1_500_000), spans: Vec::new() };
    let view = Arc::new(InstanceView { turns: vec![turn], ..InstanceView::default() });
    machine.send(Message::InstanceRead { generation: machine.model.awaited.instance, view: Ok(Arc::clone(&view)) });
    let place = |lines| TextPlace { width: 70, height: 10, lines };
    let drawn = |lines| Message::Drawn(HitMap { text: Some(place(lines)), ..HitMap::default() });
    machine.send(drawn(1));
    machine.send(drawn(1));
    let wraps = |machine: &Machine| machine.asked().iter().filter(|label| label.starts_with("WrapText")).count();
    assert_eq!(wraps(&machine), 1, "{:?}", machine.asked());
    let lines = Arc::new(fantail::ui::text_lines(&view, 70));
    let all = lines.lines.len();
    assert!(all > usize::from(u16::MAX) * 2, "{all} lines");
    machine.send(Message::TextWrapped { generation: machine.model.awaited.lines, lines });
    machine.send(drawn(all));
    machine.press("space G");
    assert_eq!(machine.model.explore.drill.as_ref().unwrap().scroll, all - 10);
    machine.press("j k");
    assert_eq!(machine.model.explore.drill.as_ref().unwrap().scroll, all - 11, "the first key up moves");
    machine.send(drawn(100));
    assert_eq!(machine.model.explore.drill.as_ref().unwrap().scroll, 90);
    assert_eq!(wraps(&machine), 1);
}

#[test]
fn names_are_read_for_the_instances_in_sight_and_once() {
    let mut machine = Machine::with(conversations());
    while machine.model.perspective != Perspective::Object {
        machine.press("]");
    }
    machine.press("/ c a t enter enter");
    let drawn = |height| {
        let mut hits = HitMap::default();
        hits.push(Area { x: 0, y: 0, width: 20, height }, Target::Instances);
        Message::Drawn(hits)
    };
    machine.send(drawn(2));
    machine.send(drawn(2));
    let asked =
        |machine: &Machine| machine.asked().into_iter().filter(|it| it.starts_with("ReadIds")).collect::<Vec<_>>();
    assert!(matches!(&asked(&machine)[..], [only] if only.ends_with("[0, 2]")), "{:?}", asked(&machine));
    let generation = machine.model.awaited.ids;
    machine.send(Message::IdsRead { generation, ids: vec![(0, Some("a".into())), (2, None)] });
    machine.send(drawn(3));
    assert!(asked(&machine).last().unwrap().ends_with("[3]"), "{:?}", asked(&machine));
}

#[test]
fn quitting_asks_for_what_would_be_lost() {
    let mut machine = Machine::with(labelled());
    assert_eq!(machine.press("q").asked(), ["Quit"]);
    machine.asked.clear();
    machine.press("l Q");
    assert_eq!((&machine.model.overlay, machine.asked.len()), (&Some(Overlay::ConfirmQuit), 0));
    machine.press("esc");
    assert_eq!((&machine.model.overlay, machine.asked.len()), (&None, 0));
    machine.press("Q s");
    assert_eq!(machine.asked(), ["SaveRecipe Quit"]);
    let failure = Failure { title: "not saved".into(), cause: "disk full".into(), next: "make room".into() };
    machine.send(Message::RecipeSaved { outcome: Err(failure), then: AfterSave::Quit });
    assert!(matches!(machine.model.overlay, Some(Overlay::Error { .. })), "it stays when the recipe cannot be saved");
    let recipe = Box::new(machine.model.recipe.clone());
    machine.send(Message::RecipeSaved { outcome: Ok(recipe), then: AfterSave::Quit });
    assert_eq!(machine.asked().last().unwrap(), "Quit");
    assert!(!machine.model.unsaved());
}

#[test]
fn q_goes_back_step_by_step_before_it_quits() {
    let mut machine = Machine::with(labelled());
    machine.press("/ c a t enter enter space 1 ?");
    for _ in 0..4 {
        machine.press("q");
        assert!(!machine.asked().contains(&"Quit".into()));
    }
    assert_eq!(machine.press("3 q").model.screen, Screen::Explore);
    assert!(machine.press("q").asked().contains(&"Quit".into()));
    machine.asked.clear();
    machine.press("esc");
    assert_eq!((machine.asked(), machine.toast()), (Vec::new(), "Q quits"), "Esc never quits");
}

#[test]
fn the_editor_gets_a_saved_recipe_and_its_changes_can_be_undone() {
    let mut machine = Machine::with(labelled());
    machine.press("e");
    assert_eq!(machine.asked(), ["EditRecipe unsaved=false"]);
    machine.press("l ctrl-s");
    let saved = Box::new(machine.model.recipe.clone());
    machine.send(Message::RecipeSaved { outcome: Ok(saved.clone()), then: AfterSave::Stay });
    machine.send(Message::FileChanged(Watched::Recipe));
    assert_eq!(machine.asked().last().unwrap(), "ReadRecipe");
    machine.send(Message::RecipeRead(Ok(saved.clone())));
    assert_eq!(machine.model.history.undo.len(), 1, "our own save is no change");
    let mut edited = saved;
    edited.seed = 7;
    machine.send(Message::RecipeRead(Ok(edited)));
    assert_eq!((machine.model.recipe.seed, machine.model.unsaved()), (7, false));
    machine.press("u");
    assert_eq!((machine.model.recipe.seed, machine.model.unsaved()), (42, true));
    let failure =
        Failure { title: "not in use".into(), cause: "recipe.toml:3:1: unknown key".into(), next: String::new() };
    machine.send(Message::RecipeRead(Err(failure)));
    assert_eq!(machine.model.alarm(), Some("recipe.toml:3:1: unknown key"));
    assert_eq!(machine.model.warnings(), 1);
    machine.press("j j 2 1");
    assert_eq!(machine.model.alarm(), Some("recipe.toml:3:1: unknown key"), "no key takes it away");
}

#[test]
fn an_unsaved_recipe_is_edited_in_a_copy_and_stays_unsaved() {
    let mut machine = Machine::with(labelled());
    machine.press("l e");
    assert_eq!(machine.asked(), ["EditRecipe unsaved=true"], "nothing is saved");
    machine.send(Message::FileChanged(Watched::Draft));
    assert_eq!(machine.asked().last().unwrap(), "ReadDraft");
    let path = std::path::PathBuf::from("/tmp/copy/recipe.toml");
    let mut edited = Box::new(machine.model.recipe.clone());
    machine.send(Message::DraftRead { path: path.clone(), outcome: Ok(edited.clone()) });
    assert_eq!(machine.model.history.undo.len(), 1, "a copy that says the same is no change");
    edited.seed = 7;
    machine.send(Message::DraftRead { path: path.clone(), outcome: Ok(edited.clone()) });
    assert_eq!((machine.model.recipe.seed, machine.model.unsaved()), (7, true));
    edited.rebalance.pass_count = 9;
    machine.send(Message::DraftRead { path, outcome: Ok(edited) });
    assert_eq!(machine.model.recipe.rebalance.pass_count, 1, "what does not fit the dataset is refused");
    assert!(machine.model.alarm().unwrap().contains("pass_count = 9"));
}

#[test]
fn a_second_interrupt_answers_the_question_whether_to_quit() {
    let mut machine = Machine::with(labelled());
    machine.press("? ctrl-c");
    assert_eq!((&machine.model.overlay, machine.asked.len()), (&None, 0), "what is open is closed first");
    assert_eq!(machine.press("ctrl-c").asked(), ["Quit"], "nothing would be lost");
    machine.asked.clear();
    machine.press("l ctrl-c");
    assert_eq!((&machine.model.overlay, machine.asked.len()), (&Some(Overlay::ConfirmQuit), 0));
    assert_eq!(machine.press("ctrl-c").asked(), ["QuitRescuing"]);
}

#[test]
fn a_changed_extraction_loads_again_and_a_changed_dataset_asks() {
    let mut machine = Machine::with(labelled());
    let mut edited = Box::new(machine.model.recipe.clone());
    edited.entities.perspectives = vec![Perspective::Label];
    machine.send(Message::RecipeRead(Ok(edited)));
    assert!(matches!(machine.model.data, Data::Loading { .. }));
    assert!(machine.asked().last().unwrap().starts_with("LoadDataset"));
    let mut machine = Machine::with(labelled());
    machine.send(Message::FileChanged(Watched::Dataset));
    assert_eq!(machine.model.overlay, Some(Overlay::ConfirmReload));
    machine.press("n");
    assert!(machine.model.loaded().is_some());
    machine.send(Message::FileChanged(Watched::Dataset));
    machine.press("y");
    assert!(machine.model.loaded().is_none());
    let mut machine = Machine::with(labelled());
    machine.send(Message::FileChanged(Watched::Dataset));
    machine.press("R");
    assert!(machine.model.loaded().is_none() && machine.model.overlay.is_none(), "the key that reloads is a yes, too");
}

#[test]
fn a_job_runs_is_watched_and_cancelled() {
    let mut machine = Machine::with(labelled());
    machine.press("5 enter");
    assert_eq!(machine.model.screen, Screen::Run);
    assert!(machine.asked().last().unwrap().starts_with("StartJob"));
    let generation = machine.model.awaited.job;
    let step = |done| JobReport::Progressed {
        step: "writing".into(),
        done,
        total: 100,
        elapsed: std::time::Duration::from_secs(done),
    };
    machine.send(Message::JobReported { generation, report: step(10) });
    machine.send(Message::JobReported { generation, report: step(20) });
    let job = machine.model.job.job().unwrap();
    assert_eq!((job.steps[0].done, job.rate > 0.0, job.remaining.is_some()), (20, true, true));
    machine.press("s");
    assert_eq!(machine.toast(), "a job is running already");
    machine.press("Q");
    assert_eq!(machine.model.overlay, Some(Overlay::ConfirmAbandonJob));
    machine.press("y");
    assert_eq!(machine.asked().pop().unwrap(), "Quit", "a saved recipe is not asked for");
    machine.press("p");
    assert_eq!(machine.asked().last().unwrap(), "PauseJob true");
    machine.send(Message::JobReported { generation, report: step(21) });
    assert!(matches!(machine.model.job, JobState::Paused(_)), "a report that was on its way changes nothing");
    machine.press("p");
    assert_eq!(machine.asked().last().unwrap(), "PauseJob false");
    assert!(matches!(machine.model.job, JobState::Running(_)));
    machine.press("p c y");
    assert_eq!(machine.asked().last().unwrap(), "CancelJob");
    machine.send(Message::JobReported { generation, report: step(22) });
    assert!(matches!(machine.model.job, JobState::Cancelling(_)));
    machine.send(Message::JobReported { generation, report: JobReport::Cancelled });
    assert!(matches!(machine.model.job, JobState::Cancelled(_)));
    machine.send(Message::JobReported { generation, report: step(30) });
    assert!(matches!(machine.model.job, JobState::Cancelled(_)), "nothing follows the last event");
}

#[test]
fn a_model_is_trained_by_label_and_what_the_worker_tells_is_shown() {
    let mut machine = Machine::with(labelled());
    machine.press("4 t");
    let effect = machine.asked().pop().unwrap();
    assert!(effect.starts_with("TrainModel"), "{effect}");
    let generation = machine.model.awaited.job;
    let tell = |machine: &mut Machine, report| machine.send(Message::JobReported { generation, report });
    tell(&mut machine, JobReport::Placed("cuda:0 · NVIDIA H200".into()));
    tell(&mut machine, JobReport::Filled { used: 3, total: 10 });
    for (at, value) in [(1, 0.5), (2, 0.25), (3, f64::NAN)] {
        tell(&mut machine, JobReport::Measured { name: "loss".into(), at, value });
    }
    tell(&mut machine, JobReport::Measured { name: "gradient_norm".into(), at: 3, value: 9.0 });
    let picture = Arc::new(Picture { width: 1, height: 1, rgba: vec![0; 4], original: (1, 1) });
    for number in 0..40 {
        let sample = Sample { made: picture.clone(), seed: None, caption: format!("{number}") };
        tell(&mut machine, JobReport::Pictured(sample));
    }
    let job = machine.model.job.job().unwrap();
    assert_eq!((job.device.as_deref(), job.memory), (Some("cuda:0 · NVIDIA H200"), Some((3, 10))));
    assert_eq!(job.loss.points, [0.5, 0.25], "a loss that is no number is told, not drawn");
    assert!(job.loss.last.is_some_and(f64::is_nan));
    assert_eq!((job.samples.len(), job.samples[0].caption.as_str()), (16, "39"));
    let failure = Failure { title: String::new(), cause: "the worker ended".into(), next: "start again".into() };
    tell(&mut machine, JobReport::Failed(failure, None));
    assert!(matches!(&machine.model.job, JobState::Failed { cause, .. } if cause == "the worker ended"));
    machine.press("1");
    assert_eq!(machine.model.screen, Screen::Explore, "the program goes on");
}

#[test]
fn a_job_that_failed_names_the_key_that_mends_it_and_no_flag() {
    for (remedy, words) in [
        (None, "check the disk"),
        (Some(Action::Reload), "check the disk; R opens it"),
        (Some(Action::StartJob), "check the disk; then s goes on from what was finished"),
    ] {
        let mut machine = Machine::with(labelled());
        machine.press("5 enter");
        let failure = Failure { title: String::new(), cause: "no".into(), next: "check the disk".into() };
        let generation = machine.model.awaited.job;
        machine.send(Message::JobReported { generation, report: JobReport::Failed(failure, remedy) });
        assert!(matches!(&machine.model.job, JobState::Failed { next, .. } if next == words), "{words}");
    }
}

#[test]
fn files_that_are_there_are_replaced_only_by_the_users_word() {
    let mut machine = Machine::with(labelled());
    machine.press("5 enter");
    let generation = machine.model.awaited.job;
    machine.send(Message::JobReported { generation, report: JobReport::Occupied(vec!["out/list.txt".into()]) });
    assert!(matches!(machine.model.overlay, Some(Overlay::ConfirmOverwrite { .. })));
    machine.press("n");
    assert!(matches!(machine.model.job, JobState::Absent));
    machine.press("enter");
    let generation = machine.model.awaited.job;
    machine.send(Message::JobReported { generation, report: JobReport::Occupied(vec!["out/list.txt".into()]) });
    machine.press("y");
    assert!(machine.asked().last().unwrap().ends_with("overwrite=true"));
}

#[test]
fn the_summary_of_a_job_stays_where_the_next_one_does_not_begin() {
    let mut machine = Machine::with(labelled());
    machine.press("5 enter");
    let generation = machine.model.awaited.job;
    let (summary, command) = (vec!["9 of 9 instances kept".to_owned()], "fantail apply".to_owned());
    machine.send(Message::JobReported { generation, report: JobReport::Finished { summary, command } });
    machine.press("5 enter");
    let generation = machine.model.awaited.job;
    machine.send(Message::JobReported { generation, report: JobReport::Occupied(vec!["out/list.txt".into()]) });
    machine.press("n");
    assert!(matches!(&machine.model.job, JobState::Finished { command, .. } if command == "fantail apply"));
}

fn theme_names() -> Vec<String> {
    ["dark", "light", "tide"].map(String::from).to_vec()
}

#[test]
fn themes_are_shown_while_they_are_chosen() {
    let mut machine = Machine::with(labelled());
    machine.press("T j j");
    assert_eq!(machine.asked(), ["LoadTheme light", "LoadTheme tide"]);
    machine.send(Message::ThemeLoaded {
        name: "tide".into(),
        names: theme_names(),
        warnings: vec!["theme tide: no role 'x'".into()],
    });
    assert_eq!(machine.model.warnings(), 1);
    machine.press("esc");
    assert_eq!(machine.asked().last().unwrap(), "LoadTheme dark", "leaving shows the theme of before");
    machine.send(Message::ThemeLoaded { name: "dark".into(), names: theme_names(), warnings: Vec::new() });
    assert_eq!(machine.model.warnings(), 0, "warnings go with their theme");
    machine.press("T j");
    machine.send(Message::ThemeLoaded { name: "light".into(), names: theme_names(), warnings: Vec::new() });
    machine.press("enter");
    assert_eq!((machine.model.theme.as_str(), &machine.model.overlay), ("light", &None));
    assert_eq!(machine.asked().last().unwrap(), "KeepTheme light");
}

#[test]
fn every_action_is_reached_from_the_palette_by_its_name() {
    for action in Action::ALL {
        let mut machine = Machine::with(labelled());
        machine.press(":");
        machine.send(Message::TextPasted(action.name().into()));
        let Some(Overlay::Palette { matches, .. }) = &machine.model.overlay else { panic!() };
        assert_eq!(matches.first(), Some(action), "the palette finds {}", action.name());
        machine.press("enter");
        assert!(!matches!(machine.model.overlay, Some(Overlay::Palette { .. })) || *action == Action::OpenPalette);
    }
}

#[test]
fn names_of_actions_are_distinct_and_their_summaries_are_short() {
    let names: BTreeSet<_> = Action::ALL.iter().map(|action| action.name()).collect();
    assert_eq!(names.len(), Action::ALL.len());
    for action in Action::ALL {
        assert_eq!(Action::named(action.name()), Some(*action));
        assert!((3..=72).contains(&action.summary().chars().count()), "{}", action.summary());
    }
}

#[test]
fn the_mouse_drags_the_threshold_and_selects_entities() {
    let mut machine = Machine::with(labelled());
    let axis = Axis { from: 1.0, to: 6.0, spacing: Spacing::Linear };
    let mut hits = HitMap::default();
    hits.push(Area { x: 10, y: 2, width: 51, height: 10 }, Target::Plot(axis));
    hits.push(Area { x: 10, y: 20, width: 40, height: 6 }, Target::Entities);
    hits.push(Area { x: 0, y: 0, width: 8, height: 1 }, Target::Screen(Screen::Rebalance));
    machine.send(Message::Drawn(hits));
    // τ 5: the tail begins at the fourth rank, at column 10 + 30.
    machine.send(Message::Mouse(Mouse::Pressed(40, 5)));
    machine.send(Message::Mouse(Mouse::Dragged(50, 5)));
    assert_eq!(machine.threshold(), 2);
    machine.send(Message::Mouse(Mouse::Dragged(30, 30)));
    assert_eq!(machine.threshold(), 10);
    machine.send(Message::Mouse(Mouse::Released));
    machine.send(Message::Mouse(Mouse::Dragged(20, 5)));
    assert_eq!(machine.threshold(), 10, "a move without a press drags nothing");
    machine.press("u");
    assert_eq!(machine.threshold(), 5, "a drag is one step of undo");
    machine.send(Message::Mouse(Mouse::Pressed(60, 5)));
    assert_eq!(machine.selected(), "yak");
    machine.send(Message::Mouse(Mouse::Pressed(12, 21)));
    assert_eq!(machine.selected(), "dog");
    machine.send(Message::Mouse(Mouse::Pressed(12, 21)));
    assert_eq!(machine.model.explore.drill.as_ref().unwrap().entity, "dog", "a second click opens the instances");
    machine.send(Message::Mouse(Mouse::Pressed(1, 0)));
    assert_eq!(machine.model.screen, Screen::Rebalance);
    machine.send(Message::Mouse(Mouse::Pressed(119, 35)));
}

#[test]
fn sliders_are_dragged_and_turned() {
    let mut machine = Machine::with(labelled());
    machine.press("2");
    let labels: Vec<_> = machine.model.sliders().iter().map(|slider| slider.label.clone()).collect();
    let alpha = labels.iter().position(|label| label == "alpha").unwrap();
    let mut hits = HitMap::default();
    hits.push(Area { x: 0, y: 5, width: 100, height: 1 }, Target::Slider(alpha));
    machine.send(Message::Drawn(hits));
    machine.send(Message::Mouse(Mouse::Pressed(0, 5)));
    machine.send(Message::Mouse(Mouse::Dragged(50, 5)));
    machine.send(Message::Mouse(Mouse::Released));
    let dragged = machine.model.recipe.rebalance.alpha;
    assert!((0.45..0.56).contains(&dragged), "{dragged}");
    assert_eq!(dragged.to_string().len(), 4, "{dragged}");
    machine.send(Message::Mouse(Mouse::WheeledUp(3, 5)));
    assert!(machine.model.recipe.rebalance.alpha > dragged);
    machine.press("= ctrl-u 2 enter");
    assert!(matches!(&machine.model.overlay, Some(Overlay::EditValue { problem: Some(_), .. })));
    machine.press("ctrl-u 7 5 % enter");
    assert!((machine.model.recipe.rebalance.alpha - 0.75).abs() < 1e-12);
}

#[test]
fn no_key_and_no_click_breaks_any_state() {
    let keys: Vec<_> = Context::ALL
        .iter()
        .flat_map(|context| {
            let (bindings, _) = keymap::load(None);
            bindings.listing(*context).into_iter().flat_map(|(_, keys)| keys).collect::<Vec<_>>()
        })
        .collect();
    let starts: [fn() -> Machine; 3] =
        [Machine::starting, || Machine::with(labelled()), || Machine::with(conversations())];
    for start in starts {
        let mut machine = start();
        // A fixed walk over all keys in ever changing order.
        let mut place = 0_usize;
        for step in 0..6000 {
            place = (place * 31 + step * 7 + 3) % keys.len();
            machine.send(Message::KeyPressed(keys[place]));
            machine.send(Message::Mouse(Mouse::Pressed((step % 130) as u16, (step % 40) as u16)));
            machine.send(Message::Mouse(Mouse::WheeledDown((step % 130) as u16, (step % 40) as u16)));
        }
    }
}

#[test]
fn an_exact_preview_replaces_the_estimate_in_the_export_lines() {
    let mut machine = Machine::with(labelled());
    machine.press("5");
    assert_eq!(machine.model.export_lines()[0].rows, None);
    let index = &machine.model.loaded().unwrap().index;
    let preview = Exact::new(index).preview(index, &machine.model.recipe, &Unobserved).unwrap();
    let after = preview.instances.after;
    machine.send(Message::PreviewComputed { generation: machine.model.awaited.preview, preview: Arc::new(preview) });
    assert_eq!(machine.model.export_lines()[0].rows, Some(after));
}

#[test]
fn the_built_in_keymap_is_whole() {
    let (bindings, warnings) = keymap::load(None);
    assert_eq!(warnings, Vec::<String>::new());
    let bound: BTreeSet<_> =
        Context::ALL.iter().flat_map(|context| bindings.listing(*context)).map(|(action, _)| action).collect();
    for wanted in [Action::Quit, Action::OpenHelp, Action::OpenPalette, Action::Undo, Action::Redo, Action::Suspend] {
        assert!(bound.contains(&wanted), "{wanted:?}");
    }
    let everywhere = |key: &str| bindings.action(&[Context::Explore, Context::Everywhere], parse_key(key).unwrap());
    assert_eq!(everywhere("h"), Some(Action::ThresholdLeft));
    assert_eq!(everywhere("ctrl-d"), Some(Action::HalfPageDown));
    assert_eq!(everywhere("f1"), Some(Action::OpenHelp));
}

#[test]
fn a_users_keymap_is_laid_over_and_its_mistakes_are_named() {
    let cases = [
        ("[explore]\n\"z\" = \"chart-mode\"", ""),
        ("[explore]\n\"m\" = \"none\"", ""),
        ("[explore]\n\"z\" = \"chart-mod\"", "no action 'chart-mod'; did you mean 'chart-mode'?"),
        ("[explor]\n\"z\" = \"chart-mode\"", "no table 'explor'; did you mean 'explore'?"),
        ("[explore]\n\"entr\" = \"chart-mode\"", "no key 'entr'; did you mean 'enter'?"),
        ("[explore]\n\"shift-a\" = \"chart-mode\"", "write the capital letter"),
        ("[explore]\n\"ctrl-A\" = \"chart-mode\"", "write it small"),
        ("[explore]\n\"z\" = 3", "wants an action's name"),
        ("[explore", "keymap mine:"),
        ("explore = 3", "no table 'explore'"),
    ];
    for (text, expected) in cases {
        let mut bindings = Bindings::default();
        let mut warnings = Vec::new();
        keymap::lay_over(&mut bindings, keymap::DEFAULT_TEXT, "built-in", &mut warnings);
        keymap::lay_over(&mut bindings, text, "mine", &mut warnings);
        let said = warnings.join("\n");
        assert_eq!(said.is_empty(), expected.is_empty(), "{text}: {said}");
        assert!(said.contains(expected), "{text}: {said}");
    }
}

#[test]
fn keys_are_read_and_shown() {
    let cases = [
        ("ctrl-d", "^d"),
        ("space", "Space"),
        ("f1", "F1"),
        ("-", "-"),
        ("ctrl-minus", "^-"),
        ("alt-enter", "Alt-Enter"),
        ("G", "G"),
        ("backtab", "⇧Tab"),
    ];
    for (written, shown) in cases {
        assert_eq!(parse_key(written).unwrap().to_string(), shown, "{written}");
    }
    for wrong in ["", "ctrl-", "hyper-x", "f25", "ente"] {
        assert!(parse_key(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn single_entities_are_pinned_capped_and_excluded_and_undone() {
    let mut machine = Machine::with(labelled());
    let overrides = |machine: &Machine| -> Vec<String> {
        machine
            .model
            .recipe
            .rebalance
            .overrides
            .iter()
            .map(|entry| format!("{} {}", entry.entity, entry.action))
            .collect()
    };
    machine.press("p");
    assert_eq!(overrides(&machine), ["label:cat pin"]);
    assert!(machine.model.unsaved());
    machine.press("p");
    assert!(overrides(&machine).is_empty());
    machine.press("u u ctrl-r");
    assert_eq!(overrides(&machine), ["label:cat pin"]);
    // The list opens at what holds now; a cap is typed.
    machine.press("o");
    assert!(matches!(&machine.model.overlay, Some(Overlay::Override { entity, cursor: 1, .. }) if entity == "cat"));
    machine.press("j j enter");
    assert!(matches!(&machine.model.overlay, Some(Overlay::EditValue { field, .. }) if field.text == "40"));
    machine.press("backspace backspace x enter");
    assert!(matches!(&machine.model.overlay, Some(Overlay::EditValue { problem: Some(_), .. })));
    machine.press("backspace 1 2 enter");
    assert_eq!(overrides(&machine), ["label:cat cap 12"]);
    machine.press("j o j j enter");
    assert_eq!(overrides(&machine), ["label:cat cap 12", "label:dog exclude"]);
    machine.press("o g enter");
    assert_eq!(overrides(&machine), ["label:cat cap 12"]);
    machine.press("u u");
    assert_eq!(overrides(&machine), ["label:cat cap 12"]);
    machine.press("2");
    let Some(Effect::ComputePreview { recipe, .. }) = machine.asked.last() else { panic!("no preview was asked for") };
    assert_eq!(recipe.rebalance.overrides.len(), 1);
}

#[test]
fn a_saved_override_of_nothing_is_reported_and_the_last_good_recipe_stays() {
    let mut machine = Machine::with(labelled());
    machine.press("p 2");
    let (before, asked) = (machine.model.recipe.clone(), machine.asked.len());
    let text = "[[rebalance.override]]\nentity = \"label:cta\"\naction = \"pin\"\n";
    let recipe = Recipe::parse(text, std::path::Path::new("recipe.toml")).unwrap();
    machine.send(Message::RecipeRead(Ok(Box::new(recipe))));
    assert_eq!(machine.model.recipe, before);
    assert_eq!(machine.asked.len(), asked);
    let told = &machine.model.notices.last().unwrap().text;
    assert_eq!(told, "recipe.toml:2:10: no label entity is called 'cta'; did you mean 'cat'?");
    assert_eq!(machine.model.alarm(), Some(told.as_str()));
}
