//! `fantail doctor`: what this terminal, this machine and this user's configuration offer.
//!
//! Invariant: changes nothing; what cannot be found out is said to be unknown.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::Path;

use super::worker::WorkerArguments;
use crate::config::keymap;
use crate::config::settings::Settings;
use crate::config::theme::{ColorSupport, Themes, is_light_by};
use crate::index::cache::Cache;
use crate::number;

mod worker;

/// The arguments of `fantail doctor`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct DoctorArguments {
    /// Which worker is looked at
    #[command(flatten)]
    pub worker: WorkerArguments,
}

/// How long the terminal may take to tell its ground.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);

/// A line of the report: what, and how it is.
type Line = (&'static str, String);

/// Writes the report.
///
/// # Errors
/// A stdout that cannot be written.
pub fn run(arguments: DoctorArguments) -> color_eyre::Result<()> {
    let settings = super::configuration_folder().map(|folder| Settings::load(&folder).0).unwrap_or_default();
    let worker = worker::lines(&arguments.worker.choice(&settings));
    let sections =
        [("terminal", terminal()), ("machine", machine()), ("worker", worker), ("configuration", configuration())];
    let mut text = format!("fantail {}\n", env!("CARGO_PKG_VERSION"));
    for (title, lines) in sections {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{title}");
        for (what, how) in lines {
            let _ = writeln!(text, "  {what:<12} {how}");
        }
    }
    super::write_out(text.as_bytes())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn terminal() -> Vec<Line> {
    let size = crossterm_size();
    let colours = match ColorSupport::detect(variable) {
        ColorSupport::None => "none",
        ColorSupport::Ansi16 => "16",
        ColorSupport::Ansi256 => "256",
        ColorSupport::TrueColor => "all (truecolor)",
    };
    let told = ["TERM", "COLORTERM", "NO_COLOR", "TERM_PROGRAM", "COLORFGBG"]
        .into_iter()
        .filter_map(|name| variable(name).map(|value| format!("{name}={value}")));
    vec![
        ("stdout", if std::io::stdout().is_terminal() { "a terminal".into() } else { "not a terminal".into() }),
        ("size", size),
        ("colours", colours.into()),
        ("ground", ground()),
        ("pictures", pictures()),
        ("told by", told.collect::<Vec<_>>().join(" ")),
    ]
}

fn crossterm_size() -> String {
    crate::run::terminal_size().map_or_else(|| "unknown".into(), |(columns, rows)| format!("{columns}×{rows}"))
}

/// Asks the terminal for its ground, where there is one to be asked.
fn ground() -> String {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return "unknown: no terminal".into();
    }
    match crate::run::is_terminal_light(PATIENCE) {
        Ok(true) => "light".into(),
        Ok(false) => "dark".into(),
        Err(error) => match variable("COLORFGBG").and_then(|told| is_light_by(&told)) {
            Some(light) => format!("{} by COLORFGBG: {error}", if light { "light" } else { "dark" }),
            None => format!("unknown, taken for dark: {error}"),
        },
    }
}

/// How pictures are shown: as the user chose, else as the terminal says it can.
fn pictures() -> String {
    let settings = super::configuration_folder().map(|folder| Settings::load(&folder).0).unwrap_or_default();
    match super::explore::pictures(settings.pictures) {
        (_, Some(problem)) => problem,
        (Some(chosen), None) => format!("{chosen}, as chosen"),
        (None, None) => format!("{}, as the terminal says", crate::run::terminal_pictures()),
    }
}

fn machine() -> Vec<Line> {
    let threads = std::thread::available_parallelism().map_or_else(|_| "unknown".into(), |threads| threads.to_string());
    vec![("threads", threads), ("cache", cache())]
}

fn cache() -> String {
    let cache = Cache::of_user();
    let Some(folder) = cache.folder() else { return "none: no folder for it on this system".into() };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let (files, bytes) = entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .fold((0_u64, 0), |(files, bytes), facts| (files + 1, bytes + facts.len()));
    format!("{}: {}, {}", folder.display(), number::counted(files, "index"), number::bytes(bytes))
}

fn configuration() -> Vec<Line> {
    let Some(folder) = super::configuration_folder() else { return vec![("folder", "none on this system".into())] };
    let keymap_file = folder.join("keymap.toml");
    let (_, warnings) = keymap::load(Some(&keymap_file));
    let themes = Themes::new(Some(folder.join("themes")), ColorSupport::TrueColor);
    let mut lines = vec![
        ("folder", folder.display().to_string()),
        ("keymap", presence(&keymap_file)),
        ("themes", themes.names().join(", ")),
    ];
    let theme_warnings = themes.names().into_iter().flat_map(|name| themes.load(&name).1);
    lines.extend(warnings.into_iter().chain(theme_warnings).map(|warning| ("warning", warning)));
    lines
}

fn presence(path: &Path) -> String {
    if path.exists() { path.display().to_string() } else { format!("built in; {} would change it", path.display()) }
}
