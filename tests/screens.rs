//! Every screen is drawn right at four sizes, with and without colours, and at any size without a panic.
//!
//! The snapshots in `tests/snapshots` are the screens without colours, as a reader sees them; `INSTA_UPDATE=always` writes them anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "screens/fixture.rs"]
mod fixture;
#[path = "screens/overridden.rs"]
mod overridden;
#[path = "screens/paper.rs"]
mod paper;
#[path = "screens/refused.rs"]
mod refused;
#[path = "screens/turned.rs"]
mod turned;

use std::sync::Arc;

use fantail::app::hit::Target;
use fantail::app::model::{
    ChartMode, Data, InstanceView, Level, Model, Overlay, Screen, Shown, TextField, Toast, TurnView, ValueTarget,
};
use fantail::config::theme::{ColorSupport, Role, Theme, Themes};
use fantail::entity::Perspective;
use fantail::source::Speaker;
use fantail::ui;
use paper::{drawn, text};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

type Make = fn() -> Model;

const SIZES: [(u16, u16); 4] = [(60, 20), (80, 24), (120, 36), (300, 80)];
const SCREENS: [(&str, Make); 16] = [
    ("explore", fixture::model),
    ("instances", fixture::drilled),
    ("rebalance", fixture::rebalancing),
    ("overridden", fixture::overriding),
    ("compare", fixture::comparing),
    ("compare-four", fixture::comparing_four),
    ("synthesize", fixture::synthesizing),
    ("synthesize-untried", fixture::synthesizing_untried),
    ("synthesize-tried", fixture::synthesizing_tried),
    ("run", fixture::running),
    ("run-failed", fixture::failed_job),
    ("export", fixture::exporting),
    ("exported", fixture::exported),
    ("training", fixture::training),
    ("opening", fixture::opening),
    ("broken", fixture::broken),
];

fn theme(name: &str, support: ColorSupport) -> Theme {
    let (theme, warnings) = Themes::new(None, support).load(name);
    assert_eq!(warnings, [""; 0]);
    theme
}

fn overlays() -> Vec<(&'static str, Overlay)> {
    let field = |text: &str| TextField { text: text.into(), cursor: text.len(), selected: false };
    let actions = fantail::app::action::Action::ALL;
    vec![
        ("help", Overlay::Help { scroll: 0 }),
        ("palette", Overlay::Palette { field: field("thre"), cursor: 2, matches: actions[30..44].to_vec() }),
        ("warnings", Overlay::Warnings { cursor: 1 }),
        ("findings", Overlay::Findings { cursor: 1 }),
        ("themes", Overlay::Themes { cursor: 1, previous: "dark".into() }),
        ("quit", Overlay::ConfirmQuit),
        ("overwrite", Overlay::ConfirmOverwrite { paths: vec!["calibrated/llava_v1_5_mix665k.json".into()] }),
        (
            "error",
            Overlay::Error {
                title: "The recipe was not saved".into(),
                cause: "cannot write /home/ada/recipe.toml: permission denied (os error 13)".into(),
                next: "Choose another place with --recipe, or make the folder writable and save again.".into(),
            },
        ),
        (
            "value",
            Overlay::EditValue {
                target: ValueTarget::Threshold(Perspective::Token),
                field: field("12o"),
                problem: Some("'12o' is neither a count nor a share such as 10%".into()),
            },
        ),
        (
            "why",
            Overlay::Explanation {
                id: "000000215677".into(),
                lines: vec![
                    "kept: 2 of 4 perspectives vote for it, at least 1 must".into(),
                    "token: 'astrolabe' has 7 instances, p 0.71, draw 0.32: votes".into(),
                    "object: 'fire hydrant' has 3 instances, p 1, draw 0.88: votes".into(),
                ],
                scroll: 0,
            },
        ),
        ("override", Overlay::Override { perspective: Perspective::Object, entity: "gravy boat".into(), cursor: 2 }),
    ]
}

/// The model with two warnings, under an overlay.
fn under(overlay: Overlay) -> Model {
    let mut model = fixture::model();
    model.notices = fixture::notices();
    model.overlay = Some(overlay);
    model
}

#[test]
fn every_screen_at_every_size() {
    let mono = theme("dark", ColorSupport::None);
    for (name, make) in SCREENS {
        for (width, height) in SIZES {
            if width == 300 && !matches!(name, "explore" | "instances" | "rebalance" | "synthesize") {
                continue;
            }
            let screen = text(&drawn(&make(), &mono, (width, height)));
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), screen);
        }
    }
}

#[test]
fn every_chart() {
    let mono = theme("dark", ColorSupport::None);
    for (name, mode) in ["rank-frequency", "histogram", "lorenz", "cumulative"].into_iter().zip(ChartMode::ALL) {
        for (screen, make) in [("explore", fixture::model as Make), ("rebalance", fixture::rebalancing)] {
            let mut model = make();
            model.chart = mode;
            insta::assert_snapshot!(format!("chart-{name}-{screen}"), text(&drawn(&model, &mono, (100, 30))));
        }
    }
}

#[test]
fn every_overlay() {
    let mono = theme("dark", ColorSupport::None);
    for (name, overlay) in overlays() {
        let screen = text(&drawn(&under(overlay), &mono, (80, 24)));
        insta::assert_snapshot!(format!("overlay-{name}"), screen);
    }
}

#[test]
fn a_terminal_that_is_too_small_is_told_so() {
    let screen = text(&drawn(&fixture::model(), &theme("dark", ColorSupport::None), (39, 11)));
    assert!(screen.starts_with("fantail needs 40×12 cells; here are"), "{screen}");
}

/// The cells of the chart's plot, column by column.
fn plot(model: &Model, screen: Rect) -> Rect {
    let area = ui::regions(model, screen).find(|target| matches!(target, Target::Plot(_))).unwrap();
    Rect::new(area.x, area.y, area.width, area.height)
}

fn bottom_row(buffer: &Buffer, plot: Rect) -> Vec<(String, Color)> {
    let cells = (plot.left()..plot.right()).map(|x| &buffer[(x, plot.bottom() - 1)]);
    cells.map(|cell| (cell.symbol().to_owned(), cell.fg)).collect()
}

#[test]
fn head_and_tail_differ_in_colour() {
    for name in Themes::new(None, ColorSupport::TrueColor).names() {
        let theme = theme(&name, ColorSupport::TrueColor);
        let model = fixture::model();
        let screen = Rect::new(0, 0, 120, 36);
        let row = bottom_row(&drawn(&model, &theme, (120, 36)), plot(&model, screen));
        let (head, tail) = (theme.style(Role::ChartHead).fg.unwrap(), theme.style(Role::ChartTail).fg.unwrap());
        assert_ne!(head, tail, "{name}");
        let line = row.iter().position(|(symbol, _)| symbol == "┊").unwrap();
        assert!(row[..line].iter().all(|(_, colour)| *colour == head), "{name}: {row:?}");
        assert!(row[line + 1..].iter().all(|(_, colour)| *colour == tail), "{name}: {row:?}");
    }
}

#[test]
fn head_and_tail_differ_without_colour() {
    let model = fixture::model();
    let buffer = drawn(&model, &theme("dark", ColorSupport::None), (120, 36));
    let row = bottom_row(&buffer, plot(&model, Rect::new(0, 0, 120, 36)));
    let line = row.iter().position(|(symbol, _)| symbol == "┊").unwrap();
    assert!(row[..line].iter().all(|(symbol, _)| symbol == "⣿"), "{row:?}");
    assert!(row[line + 1..].iter().any(|(symbol, _)| symbol == "⡪"), "{row:?}");
}

#[test]
fn no_color_means_no_colour() {
    let themes = Themes::new(None, ColorSupport::None);
    for name in themes.names() {
        for (screen, make) in SCREENS {
            let buffer = drawn(&make(), &themes.load(&name).0, (120, 36));
            let coloured = buffer.content().iter().filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
            assert_eq!(coloured.count(), 0, "{name} on {screen}");
        }
    }
}

#[test]
fn the_selected_line_stands_out_with_any_number_of_colours() {
    for support in [ColorSupport::None, ColorSupport::Ansi16, ColorSupport::Ansi256, ColorSupport::TrueColor] {
        for name in Themes::new(None, support).names() {
            let theme = theme(&name, support);
            let model = fixture::model();
            let buffer = drawn(&model, &theme, (120, 36));
            let table = ui::regions(&model, Rect::new(0, 0, 120, 36));
            let table = table.find(|target| *target == Target::Entities).unwrap();
            let looks = |row: u16| {
                let cell = &buffer[(table.x + 9, table.y + row)];
                (cell.bg, cell.modifier)
            };
            assert_ne!(looks(4), looks(3), "{name} with {support:?}");
        }
    }
}

#[test]
fn dragging_the_line_ends_where_the_mouse_is() {
    for mode in ChartMode::ALL {
        let mut model = fixture::model();
        model.chart = mode;
        let hits = ui::regions(&model, Rect::new(0, 0, 120, 36));
        let (area, axis) = hits
            .regions
            .iter()
            .find_map(|(area, target)| if let Target::Plot(axis) = target { Some((*area, *axis)) } else { None })
            .unwrap();
        let buffer = drawn(&model, &theme("dark", ColorSupport::None), (120, 36));
        let line = (area.x..area.x + area.width).find(|&x| buffer[(x, area.y + 2)].symbol() == "┊").unwrap();
        let split = model.split().unwrap();
        let entities = model.shown().unwrap().entities() as f64;
        let first_tail = split.first_tail_rank as f64;
        let value = match mode {
            ChartMode::RankFrequency | ChartMode::Cumulative => first_tail + 0.5,
            ChartMode::Histogram => f64::from(split.threshold) + 1.0,
            ChartMode::Lorenz => 1.0 - first_tail / entities,
        };
        let told = f64::from(area.x) + axis.fraction(value) * f64::from(area.width - 1);
        assert!((told - f64::from(line)).abs() <= 0.5 + 1e-9, "{mode:?}: line at {line}, told {told}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_size_is_drawn_and_regions_stay_on_the_screen(
        width in 1_u16..140, height in 1_u16..60, screen in 0..SCREENS.len(), mode in 0..4_usize, overlay in 0..24_usize,
    ) {
        let mut model = SCREENS[screen].1();
        model.chart = ChartMode::ALL[mode];
        model.overlay = overlays().into_iter().nth(overlay).map(|(_, overlay)| overlay);
        let dark = theme("dark", ColorSupport::TrueColor);
        drawn(&model, &dark, (width, height));
        for (area, target) in ui::regions(&model, Rect::new(0, 0, width, height)).regions {
            prop_assert!(area.x + area.width <= width && area.y + area.height <= height, "{target:?} at {area:?}");
        }
    }

    #[test]
    fn panes_do_not_overlap(width in 40_u16..320, height in 12_u16..90, drilled in any::<bool>()) {
        let model = if drilled { fixture::drilled() } else { fixture::model() };
        let hits = ui::regions(&model, Rect::new(0, 0, width, height));
        let panes: Vec<_> = hits.regions.iter().filter(|(_, target)| matches!(target, Target::Pane(_))).collect();
        for (number, (one, _)) in panes.iter().enumerate() {
            for (other, _) in &panes[number + 1..] {
                let apart = one.x + one.width <= other.x
                    || other.x + other.width <= one.x
                    || one.y + one.height <= other.y
                    || other.y + other.height <= one.y;
                prop_assert!(apart, "{one:?} and {other:?}");
            }
        }
        prop_assert!(hits.find(|target| matches!(target, Target::Plot(_))).is_some(), "the chart goes last");
    }
}

#[test]
fn nothing_is_written_over_a_frame() {
    let mono = theme("dark", ColorSupport::None);
    let edges = ['│', '┃', '┐', '┓', '┘', '┛', '┤', '┨'];
    for (name, make) in SCREENS {
        for size in [(60, 20), (80, 24), (90, 30), (120, 36), (200, 50)] {
            let screen = text(&drawn(&make(), &mono, size));
            for line in screen.lines().filter(|line| line.starts_with(['│', '┃', '├', '┠'])) {
                assert!(line.ends_with(edges), "{name} at {size:?}:\n{line}");
            }
        }
    }
}

#[test]
fn the_way_to_the_help_is_always_on_the_screen() {
    let mono = theme("dark", ColorSupport::None);
    for (name, make) in SCREENS {
        for size in [(40, 12), (60, 20), (80, 24), (120, 36)] {
            let mut model = make();
            for toast in
                [None, Some("something was said that is longer than the whole of the bottom line of a small terminal")]
            {
                model.toast = toast.map(|text| Toast { level: Level::Info, text: text.into() });
                let screen = text(&drawn(&model, &mono, size));
                assert!(screen.contains("? help"), "{name} at {size:?}:\n{screen}");
            }
        }
    }
}

/// The model with a record of ten megabytes open, broken into lines for the width that it is drawn in.
fn reading_ten_megabytes() -> Model {
    let mut model = fixture::drilled();
    let text =
        format!("{}the very end 末尾", "A red fire hydrant stands beside a bicycle; a man walks by. ".repeat(180_000));
    let turns = vec![TurnView { speaker: Speaker::Assistant, spans: Vec::new(), text }];
    let view = Arc::new(InstanceView { turns, ..InstanceView::default() });
    let drill = model.explore.drill.as_mut().unwrap();
    (drill.text, drill.picture) = (Shown::Ready(Arc::clone(&view)), Shown::Absent);
    let width = ui::regions(&model, Rect::new(0, 0, 120, 36)).text.unwrap().width;
    model.explore.drill.as_mut().unwrap().lines.ready = Some(Arc::new(ui::text_lines(&view, width)));
    model
}

#[test]
fn a_record_of_ten_megabytes_is_drawn_to_its_end_within_a_frame() {
    let mut model = reading_ten_megabytes();
    let (mono, screen) = (theme("dark", ColorSupport::None), Rect::new(0, 0, 120, 36));
    let place = ui::regions(&model, screen).text.unwrap();
    assert!(place.lines > usize::from(u16::MAX), "{place:?}");
    let frame = |model: &mut Model, scroll: usize| {
        model.explore.drill.as_mut().unwrap().scroll = scroll;
        let begun = std::time::Instant::now();
        let buffer = drawn(model, &mono, (120, 36));
        assert!(ui::regions(model, screen).text.is_some());
        (begun.elapsed(), text(&buffer))
    };
    let mut times: Vec<_> = (0..21).map(|part| frame(&mut model, place.furthest() / 20 * part).0).collect();
    times.sort_unstable();
    assert!(times[10] < std::time::Duration::from_millis(16), "{times:?}");
    let end = frame(&mut model, place.furthest()).1;
    assert!(end.contains("the very end 末尾"), "{end}");
    assert_eq!(end, frame(&mut model, usize::MAX).1);
}

#[test]
fn the_bottom_line_names_keys_that_do_what_it_says() {
    let last = |model: &Model| {
        let screen = text(&drawn(model, &theme("dark", ColorSupport::None), (100, 24)));
        screen.lines().last().unwrap().to_owned()
    };
    for (name, overlay) in overlays() {
        let line = last(&under(overlay));
        match name {
            "palette" => assert!(line.contains("↓ ↑ move") && !line.contains("j k"), "{line}"),
            "themes" => assert!(line.contains("j k move"), "{line}"),
            _ => {}
        }
    }
    let mut model = fixture::model();
    for (data, words) in [(Data::Stopped, "R load it"), (Data::Failed("it is gone".into()), "R try again")] {
        model.data = data;
        assert!(last(&model).contains(words), "{}", last(&model));
    }
}

#[test]
fn enter_is_offered_only_where_it_chooses() {
    for (name, overlay) in overlays() {
        let screen = text(&drawn(&under(overlay), &theme("dark", ColorSupport::None), (80, 24)));
        let offered = screen.lines().last().unwrap().contains("Enter choose");
        assert_eq!(offered, matches!(name, "palette" | "themes" | "override"), "{name}:\n{screen}");
    }
}

#[test]
fn every_screen_has_its_tab() {
    let hits = ui::regions(&fixture::model(), Rect::new(0, 0, 40, 12));
    for screen in Screen::ALL {
        assert!(hits.find(|target| *target == Target::Screen(screen)).is_some(), "{screen:?}");
    }
}
