//! The program in a real terminal: what it shows, and that the terminal is whole again however it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
// Tests read as data, and a table has as many lines as it has cases.
#![allow(clippy::too_many_lines)]

#[cfg(feature = "torch")]
mod dying;
mod pty;
mod stopping;
mod story;

use portable_pty::CommandBuilder;
use pty::{DARK, LIGHT, Terminal, fantail, prepare};

/// A folder with a dataset of labelled paths in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let labels = [("cat", 60), ("dog", 20), ("emu", 6), ("fox", 1)];
    let lines = labels.iter().flat_map(|(label, count)| (0..*count).map(move |n| format!("{label}/{n}.png {label}\n")));
    std::fs::write(folder.path().join("list.txt"), lines.collect::<String>()).unwrap();
    folder
}

#[test]
fn it_opens_fits_every_size_and_quits() {
    let folder = folder();
    // The shell around it tells the exit code and the terminal's modes afterwards.
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", r#""$0" "$@"; echo code=$?; stty -a; echo done"#, env!("CARGO_BIN_EXE_fantail"), "list.txt"]);
    prepare(&mut command, folder.path());
    let mut terminal = Terminal::open(command, (80, 24), Some(DARK));
    terminal.wait("emu in the table", |screen| screen.alternate_screen() && screen.contents().contains("emu"));
    for (columns, rows) in [(60, 20), (10, 3), (1, 1), (300, 80), (120, 36)] {
        terminal.resize(columns, rows);
        terminal.press("jk");
    }
    terminal.wait_for("emu");
    terminal.press("2");
    terminal.wait_for("Outcome");
    terminal.press("?");
    terminal.wait_for("Keys");
    // An escape that other keys follow at once would be a key with Alt.
    terminal.press("\x1b");
    terminal.wait("no help", |screen| !screen.contents().contains("Keys"));
    terminal.press("qq");
    terminal.wait("the end", |screen| !screen.alternate_screen() && screen.contents().contains("done"));
    let left = terminal.screen.screen().contents();
    assert!(left.contains("code=0"), "{left}");
    assert!(left.contains(" icanon") && left.contains(" echo "), "{left}");
    terminal.assert_restored();
}

#[test]
fn a_signal_restores_the_terminal_and_rescues_the_recipe() {
    let folder = folder();
    let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), (80, 24), Some(DARK));
    terminal.wait_for("emu");
    terminal.press("h");
    terminal.wait_for("unsaved");
    let pid = terminal.child.process_id().unwrap().to_string();
    assert!(std::process::Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status().unwrap().success());
    assert_eq!(terminal.end(), 143);
    terminal.assert_restored();
    let rescued = std::fs::read_to_string(folder.path().join("recipe.rescued.toml")).unwrap();
    assert!(rescued.contains("count ="), "{rescued}");
    assert!(!folder.path().join("recipe.toml").exists());
}

#[test]
fn a_closed_terminal_ends_it_and_rescues_the_recipe() {
    for controlling in [true, false] {
        let folder = folder();
        let mut command = fantail(folder.path(), &["list.txt"]);
        command.set_controlling_tty(controlling);
        let mut terminal = Terminal::open(command, (80, 24), Some(DARK));
        terminal.wait_for("emu");
        terminal.press("h");
        terminal.wait_for("unsaved");
        assert_eq!(terminal.hang_up(), 129, "controlling: {controlling}");
        let rescued = std::fs::read_to_string(folder.path().join("recipe.rescued.toml")).unwrap();
        assert!(rescued.contains("count ="), "{rescued}");
    }
}

#[test]
fn a_dataset_that_is_shortened_under_it_does_not_end_it() {
    let folder = folder();
    let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), (80, 24), Some(DARK));
    terminal.wait_for("emu");
    // No page of the file is left, so that whatever is read of it is a fault.
    std::fs::OpenOptions::new().write(true).open(folder.path().join("list.txt")).unwrap().set_len(0).unwrap();
    terminal.press("\r");
    terminal.wait_for("changed");
    terminal.press("\x1b");
    // The instances are listed; the text of one is empty, as half a record is worse than none.
    terminal.wait("the instances", |screen| {
        screen.contents().contains("Instance 1 of 60") && !screen.contents().contains("changed")
    });
    terminal.press("j");
    terminal.wait_for("Instance 2 of 60");
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn interrupting_quits_and_asks_before_it_loses_something() {
    let folder = folder();
    let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), (80, 24), None);
    terminal.wait_for("emu");
    terminal.press("h");
    terminal.wait_for("unsaved");
    terminal.press("\x03");
    terminal.wait_for("Quit?");
    terminal.press("s");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
    assert!(std::fs::read_to_string(folder.path().join("recipe.toml")).unwrap().contains("count ="));
}

#[test]
fn a_second_interrupt_quits_and_rescues_the_recipe() {
    for size in [(80, 24), (60, 20)] {
        let folder = folder();
        let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), size, Some(DARK));
        terminal.wait_for("emu");
        terminal.press("h");
        // The other entities' counts are below it.
        terminal.wait_for("τ 60");
        terminal.press("\x03");
        terminal.wait_for("Quit?");
        terminal.press("\x03");
        assert_eq!(terminal.end(), 130, "as an interrupt ends a program");
        terminal.assert_restored();
        let rescued = std::fs::read_to_string(folder.path().join("recipe.rescued.toml")).unwrap();
        assert!(rescued.contains("count ="), "{rescued}");
        assert!(terminal.screen.screen().contents().contains("recipe.rescued.toml"));
        assert!(!folder.path().join("recipe.toml").exists());
    }
}

/// A program with an editor that writes this text in place of what it is given.
fn with_editor(folder: &std::path::Path, text: &str) -> CommandBuilder {
    let editor = folder.join("editor.sh");
    std::fs::write(&editor, format!("#!/bin/sh\nprintf '{text}' > \"$1\"\n")).unwrap();
    std::process::Command::new("chmod").arg("+x").arg(&editor).status().unwrap();
    let mut command = fantail(folder, &["list.txt"]);
    command.env("EDITOR", &editor);
    command
}

#[test]
fn an_unsaved_recipe_is_edited_without_being_saved() {
    let folder = folder();
    let text = "[threshold]\\nlabel = { count = 33 } # by hand\\n";
    let mut terminal = Terminal::open(with_editor(folder.path(), text), (80, 24), Some(DARK));
    terminal.wait_for("emu");
    terminal.press("h");
    terminal.wait_for("unsaved");
    terminal.press("e");
    terminal.wait("τ 33 on the screen", |screen| screen.alternate_screen() && screen.contents().contains("τ 33"));
    assert!(terminal.screen.screen().contents().contains("unsaved"));
    let recipe = folder.path().join("recipe.toml");
    assert!(!recipe.exists(), "nobody asked for a file");
    terminal.press("\x13");
    terminal.wait_for("saved recipe.toml");
    assert!(std::fs::read_to_string(recipe).unwrap().contains("count = 33 } # by hand"), "comments are kept");
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_editor_changes_the_recipe_at_once() {
    let folder = folder();
    let text = "[threshold]\\nlabel = { count = 33 }\\n";
    let mut terminal = Terminal::open(with_editor(folder.path(), text), (80, 24), Some(DARK));
    terminal.wait_for("emu");
    terminal.press("e");
    terminal.wait("τ 33 on the screen", |screen| screen.alternate_screen() && screen.contents().contains("τ 33"));
    assert!(!folder.path().join("recipe.toml").exists());
    std::fs::write(folder.path().join("recipe.toml"), "[threshold]\nlabel = { count = 44 }\n").unwrap();
    // The copy changed, too, and earlier: it does not come back.
    terminal.wait_for("changed on disk");
    terminal.wait_for("τ 44");
    terminal.press("u");
    terminal.wait_for("τ 33");
    terminal.press("Qy");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn changed_subclasses_hold_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let split = |into: usize| {
        let line = |row: usize| format!("{{\"id\": \"{row}\", \"label\": \"cat\", \"subclass\": {}}}\n", row % into);
        std::fs::write(file("kinds.jsonl"), (0..60).map(line).collect::<String>()).unwrap();
    };
    split(2);
    std::fs::write(file("data.csv"), (0..60).fold("id,label\n".to_owned(), |text, row| format!("{text}{row},cat\n")))
        .unwrap();
    let recipe =
        "[threshold]\nlabel = { count = 10 }\n[rebalance]\npolicy = \"subclass\"\nsubclasses = \"kinds.jsonl\"\n";
    std::fs::write(file("recipe.toml"), recipe).unwrap();
    let mut terminal = Terminal::open(fantail(folder.path(), &["data.csv"]), (120, 36), Some(DARK));
    terminal.wait_for("60 instances");
    terminal.press("2");
    // Two kinds of thirty: ten of each stay. Six kinds of ten: all stay.
    terminal.wait_for("60 → 20");
    split(6);
    terminal.wait_for("60 → 60");
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_changed_keymap_holds_at_once_and_a_faulty_one_leaves_the_last_good_keys() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("config")).unwrap();
    let keymap = folder.path().join("config/keymap.toml");
    let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), (100, 24), Some(DARK));
    terminal.wait_for("emu");
    std::fs::write(&keymap, "[everywhere]\n\"Z\" = \"help\"\n").unwrap();
    terminal.wait_for("the changed keymap");
    terminal.press("Z");
    terminal.wait_for("Keys");
    terminal.press("\x1b");
    terminal.wait("no help", |screen| !screen.contents().contains("Keys"));
    std::fs::write(&keymap, "[everywhere]\n\"Z\" = \"hepl\"\n").unwrap();
    terminal.wait_for("no action 'hepl'");
    terminal.press("Z");
    terminal.wait_for("Keys");
    terminal.press("?");
    terminal.wait("no help", |screen| !screen.contents().contains("Keys"));
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_theme_and_a_keymap_made_later_hold_at_once_though_their_folder_is_new() {
    let folder = folder();
    let config = folder.path().join("config");
    assert!(!config.exists());
    let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), (100, 24), Some(DARK));
    terminal.wait_for("emu");
    std::fs::create_dir_all(config.join("themes")).unwrap();
    std::fs::write(config.join("themes/dark.toml"), "inherits = \"dark\"\n[roles]\ntext = \"#010203\"\n").unwrap();
    let ink = Some(vt100::Color::Rgb(1, 2, 3));
    let has_ink = |screen: &vt100::Screen| {
        let cells = (0..24).flat_map(|row| (0..100).map(move |column| (row, column)));
        cells.into_iter().any(|(row, column)| screen.cell(row, column).map(vt100::Cell::fgcolor) == ink)
    };
    terminal.wait("the new theme's ink", has_ink);
    std::fs::write(config.join("themes/later.toml"), "inherits = \"dark\"\n").unwrap();
    terminal.press("T");
    terminal.wait_for("later");
    terminal.press("\x1b");
    std::fs::write(config.join("keymap.toml"), "[everywhere]\n\"Z\" = \"help\"\n").unwrap();
    terminal.wait_for("the changed keymap");
    terminal.press("Z");
    terminal.wait_for("Keys");
    terminal.press("?Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_dataset_on_stdin_is_explored_with_keys_from_the_terminal() {
    let folder = folder();
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", r#"cat list.txt | "$0" -; echo code=$?"#, env!("CARGO_BIN_EXE_fantail")]);
    prepare(&mut command, folder.path());
    let mut terminal = Terminal::open(command, (80, 24), Some(DARK));
    terminal.wait_for("87 instances");
    terminal.wait_for("stdin");
    terminal.press("\r");
    terminal.wait_for("cat/0.png");
    terminal.press("\x1b");
    terminal.wait("the table", |screen| !screen.contents().contains("hold it"));
    // Loaded again, it is the same.
    terminal.press(":reload\r");
    terminal.wait_for("87 instances");
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
    assert!(terminal.screen.screen().contents().contains("code=0"));
    terminal.assert_restored();
}

#[test]
fn a_terminal_that_does_not_answer_is_taken_at_its_variable() {
    for (told, light) in [("0;15", true), ("15;0", false)] {
        let folder = folder();
        let mut command = fantail(folder.path(), &["list.txt"]);
        command.env("COLORFGBG", told);
        let mut terminal = Terminal::open(command, (80, 24), None);
        terminal.wait_for("emu");
        terminal.wait("ink that suits the ground", |screen| has_dark_ink(screen) == light);
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
    }
}

/// Whether the first line's first letter, which is plain text, is darker than grey.
fn has_dark_ink(screen: &vt100::Screen) -> bool {
    matches!(screen.cell(0, 1).map(vt100::Cell::fgcolor), Some(vt100::Color::Rgb(red, green, blue))
        if u16::from(red) + u16::from(green) + u16::from(blue) < 384)
}

#[test]
fn colours_follow_the_ground_and_the_user() {
    let colours = |ground, no_color: bool| {
        let folder = folder();
        let mut command = fantail(folder.path(), &["list.txt"]);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        let mut terminal = Terminal::open(command, (80, 24), Some(ground));
        terminal.wait_for("emu");
        terminal.wait("ink that suits the ground", |screen| no_color || has_dark_ink(screen) == (ground == LIGHT));
        let screen = terminal.screen.screen();
        let cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
        let used: Vec<_> = cells
            .filter_map(|(row, column)| screen.cell(row, column))
            .map(|cell| (cell.fgcolor(), cell.bgcolor()))
            .collect();
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
        used
    };
    let plain = (vt100::Color::Default, vt100::Color::Default);
    assert!(colours(DARK, true).into_iter().all(|cell| cell == plain), "NO_COLOR");
    let (dark, light) = (colours(DARK, false), colours(LIGHT, false));
    assert!(dark.iter().any(|cell| *cell != plain));
    assert!(dark != light, "a light ground changes nothing");
}

#[test]
fn what_cannot_work_is_said_without_taking_the_terminal() {
    let folder = folder();
    std::fs::write(folder.path().join("bad.toml"), "sede = 1\n").unwrap();
    let cases: [(&[&str], u32, &str); 3] = [
        (&["missing.json"], 3, "missing.json"),
        (&["list.txt", "--recipe", "bad.toml"], 4, "bad.toml:1:1"),
        (&["list.txt", "--what"], 2, "--what"),
    ];
    for (arguments, code, words) in cases {
        let mut terminal = Terminal::open(fantail(folder.path(), arguments), (100, 24), Some(DARK));
        assert_eq!(terminal.end(), code, "{arguments:?}");
        let said = terminal.screen.screen().contents();
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    let piped = std::process::Command::new(env!("CARGO_BIN_EXE_fantail"))
        .arg("list.txt")
        .current_dir(folder.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(piped.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&piped.stderr).contains("fantail stats list.txt"));
    assert!(piped.stdout.is_empty());
}

#[test]
fn the_demo_opens_by_itself_and_shows_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(fantail(folder.path(), &[]), (120, 36), Some(DARK));
    terminal.wait_for("country-flag");
    terminal.press("\r");
    terminal.wait("a picture", |screen| screen.contents().contains('▀') || screen.contents().contains('▄'));
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_picture_has_all_of_its_pixels_where_the_terminal_shows_them() {
    let kitty = ("\x1b_Gi=31;OK\x1b\\", "\x1b[?62c");
    let sixel = ("", "\x1b[?62;4c");
    // What begins a picture, and what takes it away.
    for (answers, begins, removes) in [(kitty, "\x1b_Ga=T,f=32,", "\x1b_Ga=d,d=A"), (sixel, "\x1bP0;1;0q", "\x1b[2J")] {
        let folder = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::open(fantail(folder.path(), &[]), (120, 36), Some(DARK));
        terminal.pictures = answers;
        // The table is there, so that Enter has something to open.
        terminal.wait_for("country-flag");
        terminal.press("\r");
        terminal.wait_for_written(begins, 1);
        let before = terminal.raw.len();
        terminal.press("?");
        terminal.wait_for("Keys");
        let removed = String::from_utf8_lossy(&terminal.raw[before..]).contains(removes);
        assert!(removed, "help lies over a picture");
        terminal.press("\x1b");
        terminal.wait_for_written(begins, 2);
        terminal.press("Q");
        assert_eq!(terminal.end(), 0);
        terminal.assert_restored();
    }
}

#[test]
fn half_blocks_can_be_had_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = fantail(folder.path(), &[]);
    command.env("FANTAIL_PICTURES", "half-blocks");
    let mut terminal = Terminal::open(command, (120, 36), Some(DARK));
    terminal.pictures = ("\x1b_Gi=31;OK\x1b\\", "\x1b[?62;4c");
    terminal.wait_for("country-flag");
    terminal.press("\r");
    terminal.wait("a picture", |screen| screen.contents().contains('▀') || screen.contents().contains('▄'));
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
    let written = String::from_utf8_lossy(&terminal.raw).into_owned();
    assert!(!written.contains("\x1b_G") && !written.contains("\x1bP"), "nothing is asked, nothing is laid");
}

#[test]
fn from_the_threshold_to_a_manifest_that_opens_again() {
    let folder = folder();
    let mut terminal = Terminal::open(fantail(folder.path(), &["list.txt"]), (120, 36), Some(DARK));
    terminal.wait_for("emu");
    terminal.press("0hl");
    terminal.press("2");
    terminal.wait_for("Outcome");
    terminal.press("5");
    terminal.press("\r");
    terminal.wait_for("Job finished");
    terminal.press("\x13");
    terminal.wait_for("saved");
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
    let written = std::fs::read_to_string(folder.path().join("list-rebalanced/list.txt")).unwrap();
    let source = std::fs::read_to_string(folder.path().join("list.txt")).unwrap();
    assert!(written.lines().count() < source.lines().count());
    assert!(written.lines().all(|line| source.contains(line)));
    let mut again = Terminal::open(fantail(folder.path(), &["list-rebalanced/list.txt"]), (120, 36), Some(DARK));
    again.wait_for(&format!("{} instances", written.lines().count()));
    again.press("Q");
    assert_eq!(again.end(), 0);
}
