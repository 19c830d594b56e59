//! Defects that a user met, each as the keys that led to it.

use std::time::Duration;

use super::*;
use fantail::app::model::{Compared, Finding, Subject};
use fantail::plan::Evidence;
use fantail::preview::Completion;
use fantail::recipe::{Budget, ManifestFormat, OverrideAction, SynthesisName};

/// What would be made under the recipe of now, as the background work tells it.
fn plan(machine: &mut Machine) {
    let index = &machine.model.loaded().unwrap().index;
    let completion = Completion::new(index, &machine.model.recipe, &Evidence::NONE, &Unobserved).unwrap();
    let generation = machine.model.awaited.synthesis;
    machine.send(Message::SynthesisPlanned { generation, completion: Ok(Arc::new(completion)) });
}

fn labels(machine: &Machine, wanted: &str) -> usize {
    machine.asked().iter().filter(|label| label.starts_with(wanted)).count()
}

#[test]
fn a_pinned_entity_with_signs_of_patterns_gives_a_recipe_that_loads() {
    for name in ["x[y", "a**b", "what?"] {
        let loaded = load("list.txt", &format!("1.png {name}\n2.png {name}\n3.png cat\n"));
        let mut machine = Machine::with(loaded);
        machine.press("p");
        let recipe = machine.model.recipe.clone();
        let path = tempfile::tempdir().unwrap().keep().join("recipe.toml");
        recipe.save(&path).unwrap();
        assert_eq!(Recipe::load(&path).unwrap(), recipe, "{name}");
        let index = &machine.model.loaded().unwrap().index;
        fantail::policy::fits(index, &recipe).unwrap();
        let preview = Exact::new(index).preview(index, &recipe, &Unobserved).unwrap();
        assert!(preview.instances.kept > 0.0);
        machine.press("o");
        assert!(matches!(machine.model.overlay, Some(Overlay::Override { cursor: 1, .. })), "{name} is pinned");
        machine.press("j j enter backspace 1 enter");
        let overrides = &machine.model.recipe.rebalance.overrides;
        assert!(matches!(&overrides[..], [only] if only.action == OverrideAction::Cap(1)), "{overrides:?}");
        machine.press("p p");
        assert!(machine.model.recipe.rebalance.overrides.is_empty());
    }
}

#[test]
fn what_cannot_be_entered_yet_says_why() {
    let mut machine = Machine::starting();
    machine.press("enter");
    assert!(machine.toast().contains("still being opened"), "{}", machine.toast());
    machine.send(Message::CountsSeen { generation: 1, counts: vec![(Perspective::Label, vec![3, 1])] });
    machine.press("enter");
    assert!(machine.toast().contains("still being opened"), "{}", machine.toast());
    let mut machine = Machine::with(labelled());
    machine.press("/ q x q x enter enter");
    assert!(machine.model.explore.drill.is_none() && machine.toast().contains("no entity"), "{}", machine.toast());
}

#[test]
fn what_was_planned_for_an_earlier_dataset_is_dropped() {
    let mut machine = Machine::with(labelled());
    machine.press("3");
    let old = machine.model.awaited;
    let index = &machine.model.loaded().unwrap().index;
    let completion = Arc::new(Completion::new(index, &Recipe::default(), &Evidence::NONE, &Unobserved).unwrap());
    let preview = Arc::new(Exact::new(index).preview(index, &Recipe::default(), &Unobserved).unwrap());
    machine.press("R");
    machine.send(Message::SynthesisPlanned { generation: old.synthesis, completion: Ok(completion) });
    machine.send(Message::PreviewComputed { generation: old.preview, preview });
    assert!(machine.model.synthesize.completion.value().is_none());
    assert!(machine.model.rebalance.preview.value().is_none());
    let generation = machine.model.awaited.load;
    machine.send(Message::DatasetLoaded { generation, loaded: conversations(), findings: Vec::new() });
    assert_eq!(labels(&machine, "PlanSynthesis"), 2, "the screen that is shown asks anew: {:?}", machine.asked());
    assert!(matches!(machine.model.synthesize.completion, Reckoning::Pending(None)));
}

#[test]
fn a_screen_that_was_gone_to_while_loading_asks_once_the_dataset_is_here() {
    let mut machine = Machine::starting();
    machine.press("3");
    assert_eq!(labels(&machine, "PlanSynthesis"), 0);
    machine.send(Message::DatasetLoaded { generation: 1, loaded: labelled(), findings: Vec::new() });
    assert_eq!(labels(&machine, "PlanSynthesis"), 1);
}

#[test]
fn instances_open_again_after_a_reload() {
    let mut machine = Machine::with(labelled());
    machine.press("enter space R");
    let generation = machine.model.awaited.load;
    machine.send(Message::DatasetLoaded { generation, loaded: labelled(), findings: Vec::new() });
    machine.press("enter");
    assert_eq!(machine.model.explore.drill.as_ref().unwrap().entity, "cat");
}

#[test]
fn a_policy_that_was_taken_out_of_the_comparison_stays_out() {
    let mut machine = Machine::with(labelled());
    machine.press("2 c j c");
    let generation = machine.model.awaited.comparison;
    machine.press("c");
    let of = |policy| Compared { policy, figures: Some(fantail::app::model::Figures::default()) };
    let compared = vec![of(PolicyName::Adr), of(PolicyName::Cap)];
    machine.send(Message::PoliciesCompared { generation, compared });
    let left = &machine.model.rebalance.compared;
    assert!(matches!(&left[..], [only] if only.policy == PolicyName::Adr && only.figures.is_some()), "{left:?}");
}

#[test]
fn leaving_a_search_goes_back_to_the_entity() {
    let mut machine = Machine::with(labelled());
    machine.press("j j / esc");
    assert_eq!(machine.selected(), "emu");
    machine.press("/ o x down esc");
    assert_eq!((machine.selected().as_str(), machine.rows().len()), ("emu", 6));
    machine.press("/ f enter esc");
    assert_eq!(machine.selected(), "fox", "a search that was kept leaves the entity that it found");
}

#[test]
fn seeds_follow_a_perspective_that_changed_on_another_screen() {
    let mut machine = Machine::with(conversations());
    let recipe = &mut machine.model.recipe;
    (recipe.synthesis.policies, recipe.synthesis.budget) = (vec![SynthesisName::Repeat], Budget::Unlimited);
    let tails = [Perspective::Token, Perspective::Object];
    recipe.threshold.extend(tails.map(|perspective| (perspective, ThresholdChoice::Count(3))));
    machine.press("3");
    plan(&mut machine);
    let before = machine.model.perspective;
    assert!(!machine.model.synthesize.listed.is_empty());
    machine.press("1 ]");
    assert_ne!(machine.model.perspective, before);
    assert!(machine.model.synthesize.listed.is_empty(), "nothing of the other perspective is left to drop");
    machine.press("3");
    let holds = |seed: &fantail::plan::Seed| {
        let tail = machine.model.shown_tail().unwrap();
        let lack = machine.model.selected_lack().unwrap();
        let index = &machine.model.loaded().unwrap().index;
        index.perspective(tail.perspective).unwrap().by_instance.row(seed.instance as usize).contains(&lack.rank)
    };
    let listed = machine.model.synthesize.listed.len();
    assert!(listed > 0 && (0..listed).all(|place| holds(machine.model.listed_seed(place).unwrap())));
}

#[test]
fn warnings_go_with_what_they_were_of() {
    let mut machine = Machine::with(labelled());
    let failure = Failure { title: "not in use".into(), cause: "recipe.toml:3:1".into(), next: String::new() };
    machine.send(Message::RecipeRead(Err(failure)));
    let (name, names) = ("dark".to_owned(), theme_names());
    let warnings = vec!["no theme 'nosuch'".to_owned()];
    machine.send(Message::ThemeLoaded { name: name.clone(), names: names.clone(), warnings });
    machine.send(Message::Warned("files are not watched".into()));
    let subjects = |machine: &Machine| machine.model.notices.iter().map(|notice| notice.subject).collect::<Vec<_>>();
    assert_eq!(subjects(&machine), [Subject::Recipe, Subject::Theme, Subject::Program]);
    machine.send(Message::ThemeLoaded { name, names, warnings: Vec::new() });
    assert_eq!(subjects(&machine), [Subject::Recipe, Subject::Program]);
    let saved = Box::new(machine.model.history.saved.clone());
    machine.send(Message::RecipeRead(Ok(saved)));
    assert_eq!(subjects(&machine), [Subject::Program], "the repaired recipe is what was in use all along");
}

#[test]
fn a_question_in_the_place_of_the_themes_shows_the_theme_of_before() {
    let mut machine = Machine::with(labelled());
    machine.press("l T j");
    machine.send(Message::ThemeLoaded { name: "light".into(), names: theme_names(), warnings: Vec::new() });
    machine.press("Q");
    assert_eq!(machine.model.overlay, Some(Overlay::ConfirmQuit));
    assert_eq!(machine.asked().last().unwrap(), "LoadTheme dark");
}

#[test]
fn a_failure_waits_until_nobody_types() {
    let failure = || Failure { title: "broke".into(), cause: "why".into(), next: "what".into() };
    let mut machine = Machine::with(labelled());
    machine.press("= 1");
    machine.send(Message::Failed(failure()));
    assert!(matches!(machine.model.overlay, Some(Overlay::EditValue { .. })));
    machine.press("2 enter");
    assert_eq!(machine.threshold(), 12);
    assert!(matches!(machine.model.overlay, Some(Overlay::Error { .. })), "then it is told");
    machine.press("enter / f");
    machine.send(Message::Failed(failure()));
    machine.send(Message::FileChanged(Watched::Dataset));
    machine.press("y");
    assert_eq!((machine.model.overlay.is_none(), machine.model.loaded().is_some()), (true, true));
    assert_eq!(machine.model.explore.table.search.field.text, "fy");
    machine.press("enter");
    assert!(matches!(machine.model.overlay, Some(Overlay::Error { .. })));
    machine.press("enter");
    assert!(machine.model.overlay.is_none() && machine.model.waiting.is_empty());
}

#[test]
fn time_that_a_job_is_held_slows_nothing() {
    let mut machine = Machine::with(labelled());
    machine.press("5 enter");
    let generation = machine.model.awaited.job;
    let tell = |machine: &mut Machine, done, seconds| {
        let (step, elapsed) = ("writing".to_owned(), Duration::from_secs(seconds));
        let report = JobReport::Progressed { step, done, total: 1000, elapsed };
        machine.send(Message::JobReported { generation, report });
    };
    tell(&mut machine, 0, 0);
    tell(&mut machine, 100, 10);
    tell(&mut machine, 200, 20);
    machine.press("p");
    tell(&mut machine, 200, 21);
    tell(&mut machine, 200, 500);
    machine.press("p");
    tell(&mut machine, 200, 1000);
    tell(&mut machine, 300, 1010);
    let job = machine.model.job.job().unwrap();
    assert!((9.0..=11.0).contains(&job.rate), "{}", job.rate);
    assert!(job.remaining.unwrap() < Duration::from_secs(80), "{:?}", job.remaining);
}

#[test]
fn the_share_of_a_job_is_that_of_all_its_steps() {
    let mut machine = Machine::with(labelled());
    machine.press("4 t");
    let generation = machine.model.awaited.job;
    for (step, done, total) in [("reading", 0, 0), ("training", 0, 0), ("reading", 10, 10), ("training", 0, 2000)] {
        let report = JobReport::Progressed { step: step.into(), done, total, elapsed: Duration::from_secs(done) };
        machine.send(Message::JobReported { generation, report });
    }
    assert!((machine.model.job.job().unwrap().share() - 0.5).abs() < 1e-9);
}

#[test]
fn a_job_that_is_stopping_says_so() {
    let mut machine = Machine::with(labelled());
    machine.press("5 enter c y");
    assert!(matches!(machine.model.job, JobState::Cancelling(_)));
    for key in ["p", "c"] {
        assert_eq!(machine.press(key).toast(), "the job is stopping already", "{key}");
        assert!(machine.model.overlay.is_none());
    }
}

#[test]
fn the_help_scrolls_back_at_once() {
    let mut machine = Machine::with(labelled());
    machine.press("?");
    machine.send(Message::Drawn(HitMap { furthest: 30, ..HitMap::default() }));
    machine.press("G j j j k");
    assert!(matches!(machine.model.overlay, Some(Overlay::Help { scroll: 29 })), "{:?}", machine.model.overlay);
    machine.send(Message::Drawn(HitMap { furthest: 12, ..HitMap::default() }));
    machine.press("k");
    assert!(matches!(machine.model.overlay, Some(Overlay::Help { scroll: 11 })), "{:?}", machine.model.overlay);
}

#[test]
fn nothing_is_typed_where_nobody_sees_it() {
    let mut machine = Machine::with(labelled());
    machine.press("/ d tab");
    assert_eq!(machine.model.screen, Screen::Rebalance);
    machine.send(Message::TextPasted("og".into()));
    assert_eq!(machine.model.explore.table.search.field.text, "d");
    machine.press("1 j");
    assert_eq!(machine.model.explore.table.search.field.text, "d", "the search stands, and j moves");
}

#[test]
fn actions_go_to_the_screen_where_they_are_seen() {
    for (name, screen) in [
        ("value-higher", Screen::Rebalance),
        ("compare", Screen::Rebalance),
        ("trial", Screen::Synthesize),
        ("drop-seed", Screen::Synthesize),
        ("output", Screen::Export),
        ("toggle-format", Screen::Export),
        ("search", Screen::Explore),
        ("chart-mode", Screen::Explore),
    ] {
        let mut machine = Machine::with(labelled());
        machine.press("4 :");
        machine.send(Message::TextPasted(name.into()));
        machine.press("enter");
        assert_eq!(machine.model.screen, screen, "{name}");
    }
    let mut machine = Machine::with(labelled());
    machine.press("2");
    while machine.model.recipe.rebalance.policy != PolicyName::None {
        machine.press("j");
    }
    machine.press("=");
    assert_eq!((machine.model.overlay.is_none(), machine.toast()), (true, "this policy has nothing to turn"));
}

#[test]
fn a_decimal_comma_is_no_separator() {
    let mut machine = Machine::with(labelled());
    machine.press("2");
    while machine.model.recipe.rebalance.policy != PolicyName::Temperature {
        machine.press("j");
    }
    let before = machine.model.recipe.rebalance.temperature;
    let place = machine.model.sliders().iter().position(|slider| slider.label == "temperature").unwrap();
    machine.model.rebalance.slider = place;
    machine.press("= 1 , 5 enter");
    assert!(matches!(&machine.model.overlay, Some(Overlay::EditValue { problem: Some(_), .. })));
    assert!((machine.model.recipe.rebalance.temperature - before).abs() < 1e-12);
    machine.press("ctrl-u 1 . 5 enter");
    assert!((machine.model.recipe.rebalance.temperature - 1.5).abs() < 1e-12);
}

#[test]
fn a_value_beyond_the_slider_never_goes_the_other_way() {
    let mut machine = Machine::with(labelled());
    machine.press("2");
    while machine.model.recipe.rebalance.policy != PolicyName::Cap {
        machine.press("j");
    }
    let place = machine.model.sliders().iter().position(|slider| slider.label == "cap").unwrap();
    machine.model.rebalance.slider = place;
    machine.model.recipe.rebalance.cap = 20_000;
    machine.press("l L");
    assert_eq!(machine.model.recipe.rebalance.cap, 20_000);
    machine.press("h");
    assert_eq!(machine.model.recipe.rebalance.cap, 40, "the greatest count");
}

#[test]
fn a_click_on_a_finding_selects_it() {
    let mut machine = Machine::with(labelled());
    let finding =
        |text: &str| Finding { level: fantail::app::model::Level::Info, text: text.into(), advice: "do".into() };
    machine.model.findings = ["one", "two", "three"].map(finding).to_vec();
    machine.press("f");
    let mut hits = HitMap::default();
    hits.push(Area { x: 10, y: 4, width: 50, height: 10 }, Target::Overlay);
    hits.push(Area { x: 11, y: 5, width: 48, height: 3 }, Target::OverlayRows);
    machine.send(Message::Drawn(hits));
    for _ in 0..2 {
        machine.send(Message::Mouse(Mouse::Pressed(15, 6)));
        assert_eq!(machine.model.overlay, Some(Overlay::Findings { cursor: 1 }), "it stays open");
    }
}

#[test]
fn findings_follow_the_threshold() {
    let mut machine = Machine::with(labelled());
    machine.press("l l");
    let [Effect::LookForFindings { generation: first, .. }, Effect::LookForFindings { generation, recipe, .. }] =
        &machine.findings[..]
    else {
        panic!("{:?}", machine.findings.len())
    };
    assert_eq!(**recipe, machine.model.recipe);
    let (first, generation) = (*first, *generation);
    let found = |text: &str| {
        vec![Finding { level: fantail::app::model::Level::Info, text: text.into(), advice: String::new() }]
    };
    machine.send(Message::FindingsMade { generation: first, findings: found("stale") });
    assert!(machine.model.findings.is_empty());
    machine.send(Message::FindingsMade { generation, findings: found("new") });
    assert_eq!(machine.model.findings[0].text, "new");
}

#[test]
fn export_tells_of_what_is_made_for_the_tail() {
    let mut machine = Machine::with(labelled());
    machine.model.recipe.synthesis.policies = vec![SynthesisName::Repeat];
    machine.press("5");
    assert_eq!(labels(&machine, "PlanSynthesis"), 1);
    plan(&mut machine);
    let completion = machine.model.synthesize.completion.value().unwrap().clone();
    let (after, made) = (completion.tally.after as f64, completion.plan.made() as f64);
    assert!(made > 0.0);
    let rows = |format| {
        let lines = machine.model.export_lines();
        lines.iter().find(|line| line.format == format).and_then(|line| line.rows).unwrap()
    };
    assert!((rows(ManifestFormat::Native) - (after + made)).abs() < 1e-9);
    assert!((rows(ManifestFormat::Indices) - (after + made)).abs() < 1e-9);
    assert!((rows(ManifestFormat::Parquet) - (78.0 + made)).abs() < 1e-9);
    assert!((rows(ManifestFormat::Weights) - 78.0).abs() < 1e-9);
}

#[test]
fn an_ended_job_is_of_the_past_once_something_else_is_to_be_written() {
    let mut machine = Machine::with(labelled());
    machine.press("5 enter");
    let generation = machine.model.awaited.job;
    let report =
        JobReport::Finished { summary: vec!["78 of 78 instances kept".into()], command: "fantail apply".into() };
    machine.send(Message::JobReported { generation, report });
    machine.press("5");
    let shows = |machine: &Machine, words: &str| screen(&machine.model).contains(words);
    assert!(shows(&machine, "✓ Written"));
    machine.press("j space");
    assert!(!shows(&machine, "✓ Written") && shows(&machine, "What will be written"));
    machine.press("u");
    assert!(shows(&machine, "✓ Written"));
    machine.press("o e l s e enter");
    assert!(!shows(&machine, "✓ Written"));
    machine.press("4 t");
    let generation = machine.model.awaited.job;
    machine.press("5");
    assert!(shows(&machine, "What will be written"), "a training is no export");
    let report = JobReport::Finished { summary: vec!["loss 0.1000".into()], command: String::new() };
    machine.send(Message::JobReported { generation, report });
    assert!(shows(&machine, "What will be written"));
    machine.press("4");
    assert!(shows(&machine, "loss 0.1000") && !shows(&machine, "The same without"));
}

#[test]
fn export_names_the_files_that_are_written() {
    for (name, written) in [("list.txt", "list.txt"), ("talk.json", "talk.json")] {
        let text = if name.ends_with("txt") {
            "1.png cat\n2.png dog\n"
        } else {
            r#"[{"id":"1","image":"1.png","conversations":[{"from":"human","value":"What is this?"},{"from":"gpt","value":"A cat."}]}]"#
        };
        let loaded = load(name, text);
        assert_eq!(fantail::manifest::names(&loaded.dataset, ManifestFormat::Native), [written]);
        let mut machine = Machine::with(loaded);
        machine.model.export.folder = "out".into();
        machine.press("5");
        assert!(screen(&machine.model).contains(&format!("out/{written}")), "{}", screen(&machine.model));
    }
}

/// The screen as text.
pub(super) fn screen(model: &Model) -> String {
    let area = ratatui::layout::Rect::new(0, 0, 120, 40);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    let (theme, _) = Themes::new(None, ColorSupport::None).load("dark");
    fantail::ui::draw(model, &theme, area, &mut buffer);
    let rows = (0..area.height).map(|y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>());
    rows.collect::<Vec<_>>().join("\n")
}
