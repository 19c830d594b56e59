//! Rebalance at every size: no policy without its control, no figure without how sure it is, no track that moves under the mouse.

use std::fmt::Write;
use std::sync::Arc;

use fantail::app::hit::Target;
use fantail::app::message::{Message, Mouse};
use fantail::app::model::{Model, RebalancePane, Reckoning};
use fantail::app::update;
use fantail::config::keymap::parse_key;
use fantail::entity::Perspective;
use fantail::recipe::PolicyName;
use fantail::ui;
use ratatui::layout::Rect;

use super::fixture;
use super::paper::{drawn, text};
use super::{ColorSupport, SIZES, theme};

/// The screen as text.
fn shown(model: &Model, size: (u16, u16)) -> String {
    text(&drawn(model, &theme("dark", ColorSupport::None), size))
}

#[test]
fn a_policy_never_stands_without_its_control() {
    for size in SIZES {
        let mut model = fixture::comparing_four();
        for chosen in [PolicyName::Cap, PolicyName::Adr, PolicyName::RepeatFactor, PolicyName::EffectiveNumber] {
            model.recipe.rebalance.policy = chosen;
            let screen = shown(&model, size);
            let cells = |line: &str| line.split('│').nth_back(1).unwrap_or_default().to_owned();
            let kept = screen.lines().position(|line| line.contains(" kept  "));
            let kept = kept.unwrap_or_else(|| panic!("no comparison at {size:?}:\n{screen}"));
            let header = cells(screen.lines().nth(kept - 1).unwrap());
            let controls = header.matches("random").count();
            // The chosen one is in sight, and so is its control.
            let begun = &chosen.key().replace('_', " ")[..3];
            assert!(header.contains(begun), "{chosen} at {size:?}:\n{screen}");
            let hidden = 4 - controls;
            assert!(controls >= 2, "{size:?}:\n{screen}");
            let told = hidden == 0 || screen.contains("choose to see");
            assert!(told, "{hidden} hidden and nothing said at {size:?}:\n{screen}");
            let gini = cells(screen.lines().find(|line| line.contains(" gini ")).unwrap());
            assert_eq!(gini.matches("0.").count(), 2 * controls, "{size:?}:\n{screen}");
        }
    }
}

#[test]
fn how_sure_the_figures_are_is_always_said() {
    let exact = fixture::rebalancing();
    let Reckoning::Exact(preview) = &exact.rebalance.preview else { panic!() };
    let mut large = (**preview).clone();
    (large.instances.before, large.instances.after) = (665_298, 581_894.2);
    (large.instances.kept_sd, large.instances.after_margin) = (213.4, 1_734.0);
    let large = Arc::new(large);
    for (reckoning, signs) in [
        (Reckoning::Exact(Arc::clone(&large)), ["exact", "exact"]),
        (Reckoning::Estimated(Arc::clone(&large)), ["estimate ± 1,734", "± 1,734"]),
        (Reckoning::Pending(Some(large)), ["reckoning …", "…"]),
    ] {
        for perspective in [
            Perspective::Token,
            Perspective::Object,
            Perspective::CoOccurrence,
            Perspective::Interrogation,
            Perspective::Label,
        ] {
            for size in SIZES.into_iter().chain([(40, 12)]) {
                let mut model = fixture::rebalancing();
                (model.perspective, model.rebalance.preview) = (perspective, reckoning.clone());
                let screen = shown(&model, size);
                let edge = screen.lines().find(|line| line.contains("581,894") && line.contains('→'));
                let edge = edge.unwrap_or_else(|| panic!("{perspective} at {size:?}:\n{screen}"));
                assert!(signs.iter().any(|sign| edge.contains(&format!("{sign} "))), "{size:?}: {edge}");
            }
        }
    }
}

#[test]
fn the_title_is_shortened_before_the_note_is() {
    let mut titles = String::new();
    for perspective in [Perspective::Object, Perspective::CoOccurrence, Perspective::Interrogation] {
        for size in SIZES {
            let mut model = fixture::rebalancing();
            model.perspective = perspective;
            let screen = shown(&model, size);
            let edge = screen.lines().find(|line| line.contains("5,727") && line.contains('→')).unwrap();
            let edge = edge.rsplit(['┌', '┏']).next().unwrap();
            writeln!(titles, "{size:?} {edge}").unwrap();
        }
    }
    insta::assert_snapshot!(titles);
}

#[test]
fn tracks_stay_while_values_change() {
    for size in [(60, 20), (80, 24), (120, 36), (300, 80)] {
        let screen = Rect::new(0, 0, size.0, size.1);
        let mut model = fixture::rebalancing();
        model.rebalance.focus = RebalancePane::Sliders;
        let tracks = |model: &Model| -> Vec<_> {
            let regions = ui::regions(model, screen).regions;
            regions.into_iter().filter(|(_, target)| matches!(target, Target::Slider(_))).collect()
        };
        let before = tracks(&model);
        assert!(before.len() >= 4, "{size:?}");
        let recipe = model.recipe.clone();
        for (area, target) in &before {
            let Target::Slider(number) = *target else { unreachable!() };
            for column in 0..area.width {
                model.recipe = recipe.clone();
                model.hits = ui::regions(&model, screen);
                update(&mut model, Message::Mouse(Mouse::Pressed(area.x + column, area.y)));
                update(&mut model, Message::Mouse(Mouse::Released));
                // A perspective more or less to choose from changes the list, and not the tracks.
                assert_eq!(tracks(&model)[0].0, before[0].0, "slider {number} at {column} of {size:?}");
                let written = model.recipe.merged_into("", std::path::Path::new("r.toml")).unwrap();
                let long = written.lines().find(|line| line.chars().filter(char::is_ascii_digit).count() > 8);
                assert_eq!(long, None, "slider {number} at {column} of {size:?}");
            }
        }
    }
}

/// The slider says the count; what it leaves to the tail stands over it, whatever is selected and however small the screen is.
#[test]
fn a_threshold_is_always_told_in_both_forms() {
    for size in SIZES.into_iter().chain([(76, 20), (40, 12)]) {
        for policy in PolicyName::ALL {
            for focus in [RebalancePane::Policies, RebalancePane::Sliders] {
                let mut model = fixture::rebalancing();
                model.recipe.rebalance.policy = policy;
                model.rebalance.focus = focus;
                // The first slider of `adr` is the token's threshold, of which 10 % is left to the tail.
                let of = if policy == PolicyName::Adr { Perspective::Token } else { Perspective::Object };
                let split = model.recipe.split(model.loaded().unwrap().index.perspective(of).unwrap());
                let count = format!("τ {} · ", split.threshold);
                let screen = shown(&model, size);
                let line = screen.lines().find(|line| line.contains(&count));
                let line = line.unwrap_or_else(|| panic!("{policy} {focus:?} at {size:?}:\n{screen}"));
                let share = fantail::number::share(split.tail_occurrence_share);
                assert!(line.contains(&format!("{share} ")), "{policy} at {size:?}: {line}");
            }
        }
    }
}

#[test]
fn a_threshold_is_asked_for_in_both_forms_wherever_it_is_typed() {
    let mut model = fixture::rebalancing();
    model.rebalance.focus = RebalancePane::Sliders;
    update(&mut model, Message::KeyPressed(parse_key("=").unwrap()));
    let screen = shown(&model, (80, 24));
    assert!(screen.contains("Threshold of token") && screen.contains("such as 10% or 0.1"), "{screen}");
}

#[test]
fn what_is_not_saved_is_marked_on_every_screen() {
    for size in SIZES.into_iter().chain([(40, 16), (50, 16)]) {
        let mut model = fixture::rebalancing();
        assert!(model.unsaved());
        let header = shown(&model, size).lines().next().unwrap().to_owned();
        assert!(header.contains(" ●"), "{size:?}: {header}");
        model.history.saved = model.recipe.clone();
        let header = shown(&model, size).lines().next().unwrap().to_owned();
        assert!(!header.contains('●'), "{size:?}: {header}");
    }
}

/// Of a random subset it is said what it keeps, and not what the policy beside it does.
#[test]
fn a_figure_under_random_is_of_the_random_subset() {
    let mut model = fixture::comparing();
    let figures = model.rebalance.compared[0].figures.as_mut().unwrap();
    (figures.before, figures.after) = (20_000.0, 30_000.0);
    let screen = shown(&model, (120, 36));
    let cells = |name: &str| -> Vec<String> {
        let line = screen.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{screen}"));
        let row = line.split(name).nth(1).unwrap();
        row.split_whitespace().take(2).map(str::to_owned).collect()
    };
    assert_eq!(cells("│ kept  "), ["30,000", "20,000"], "{screen}");
    let change = screen.lines().find_map(|line| Some(line.split("│ change").nth(1)?.replace(' ', ""))).unwrap();
    assert!(change.starts_with("+50.0%0%"), "{change}");
}
