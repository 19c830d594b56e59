//! The story that the program is made for, told once through a real terminal and kept as a transcript:
//! open, move the threshold, set a policy, read before and after, export, open the export.
//!
//! Invariant: every figure that is compared is read from a screen or from a written file, none is computed here.

use std::fmt::Write as _;
use std::path::Path;

use super::pty::{DARK, Terminal, fantail};

const SIZE: (u16, u16) = (120, 36);
/// What is in each picture, and in how many of them: a head of two and a tail of the rest.
const THINGS: [(&str, usize); 9] = [
    ("man", 240),
    ("dog", 120),
    ("umbrella", 30),
    ("bicycle", 15),
    ("kite", 8),
    ("fire hydrant", 5),
    ("zebra", 3),
    ("accordion", 2),
    ("xylophone", 1),
];
const QUESTIONS: [&str; 4] =
    ["What is in the image?", "Describe the picture.", "How many are there?", "Is there anything unusual?"];

/// Writes a LLaVA file whose objects fall off as those of real data do; returns the number of records.
fn write_dataset(path: &Path) -> usize {
    let mut records = Vec::new();
    for (thing, count) in THINGS {
        for _ in 0..count {
            let number = records.len();
            let question = QUESTIONS[if number % 10 < 7 { 0 } else { number % 4 }];
            records.push(format!(
                r#"{{"id": "r{number}", "image": "{number}.jpg", "conversations": [{{"from": "human", "value": "<image>\n{question}"}}, {{"from": "gpt", "value": "There is a {thing} in front of the wall."}}]}}"#
            ));
        }
    }
    std::fs::write(path, format!("[{}]", records.join(",\n"))).unwrap();
    records.len()
}

/// The transcript: what was typed, and what stood on the screen then.
struct Transcript(String);

impl Transcript {
    fn note(&mut self, step: &str, terminal: &Terminal) {
        let screen = terminal.screen.screen().contents();
        let lines: Vec<_> = screen.lines().map(str::trim_end).collect();
        let _ = writeln!(self.0, "## {step}\n{}\n", lines.join("\n").trim_end());
    }
}

/// The number before `word` on the screen, thousands separators taken out.
fn number_before(screen: &str, word: &str) -> Option<usize> {
    let before = screen[..screen.find(word)?].trim_end();
    let digits: String =
        before.chars().rev().take_while(|c| c.is_ascii_digit() || *c == ',').filter(char::is_ascii_digit).collect();
    digits.chars().rev().collect::<String>().parse().ok()
}

#[test]
fn the_story_from_a_dataset_to_a_manifest_whose_counts_equal_the_plan() {
    let folder = tempfile::tempdir().unwrap();
    let records = write_dataset(&folder.path().join("mix.json"));
    let mut transcript = Transcript(String::new());

    let mut terminal = Terminal::open(fantail(folder.path(), &["mix.json"]), SIZE, Some(DARK));
    terminal.wait_for(&format!("{records} instances"));
    terminal.wait_for("Findings");
    terminal.wait_for("keep p");
    transcript.note("fantail mix.json", &terminal);

    terminal.press("]");
    terminal.wait_for("object · rank–frequency");
    terminal.press("=8\r");
    terminal.wait_for("τ 8 ");
    terminal.wait_for("keep p");
    transcript.note("] =8 Enter: the objects' head ends at 8 instances", &terminal);

    terminal.press("2");
    terminal.wait_for("─ exact");
    transcript.note("2: what adr would do", &terminal);
    terminal.press("\rjjjj=2\r");
    terminal.wait("a stricter vote", |screen| {
        let text = screen.contents();
        text.contains("─ exact") && text.lines().any(|line| line.contains("pass count") && line.contains(" 2"))
    });
    transcript.note("Enter jjjj =2 Enter: two perspectives must vote", &terminal);

    terminal.press("5");
    terminal.wait_for("What will be written");
    transcript.note("5: what will be written", &terminal);
    terminal.press("\r");
    terminal.wait_for("Job finished");
    transcript.note("Enter: written", &terminal);
    let told = number_before(&terminal.screen.screen().contents(), " records written").unwrap();
    terminal.press("\x13");
    terminal.wait_for("saved");
    terminal.press("Q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();

    let calibration = std::fs::read_to_string(folder.path().join("mix-rebalanced/calibration.json")).unwrap();
    let calibration: serde_json::Value = serde_json::from_str(&calibration).unwrap();
    let kept = usize::try_from(calibration["records"]["kept"].as_u64().unwrap()).unwrap();
    assert!(kept < records, "something was dropped");
    assert_eq!(told, kept, "the screen tells what the provenance tells");

    let mut again = Terminal::open(fantail(folder.path(), &["mix-rebalanced/mix.json"]), SIZE, Some(DARK));
    again.wait_for(&format!("{kept} instances"));
    again.wait_for("Findings");
    again.press("]");
    again.wait_for("object · rank–frequency");
    again.wait_for("xylophone");
    again.wait_for("keep p");
    transcript.note("fantail mix-rebalanced/mix.json: the export opens again", &again);
    again.press("Q");
    assert_eq!(again.end(), 0);

    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!("story", transcript.0);
    });
}
