//! A worker that dies under the terminal program: the job fails with its reason, every screen goes on, and the job can begin again.

use std::fs;
use std::path::Path;
use std::process::Command;

use image::{GrayImage, Luma};

use crate::pty::{DARK, Terminal, fantail};

const RECIPE: &str = "
[threshold]
label = { count = 12 }
[rebalance]
policy = \"none\"
[synthesis]
policies = [\"diffusion\"]
budget = 8
[synthesis.diffusion]
steps = 4
training_steps = 12
filter = { memorised = 0.0, class = 0.0, outlier = 0.0, flat = 0.0, saturated = 0.0 }
";

/// Pictures of two classes, and a truncated one among them.
fn album(home: &Path) {
    for (class, count) in [("bright", 20), ("dark", 4)] {
        let folder = home.join("album").join(class);
        fs::create_dir_all(&folder).unwrap();
        for number in 0..count {
            let picture = GrayImage::from_fn(16, 16, |x, y| {
                Luma([((x * 3 + y * number) % 160) as u8 + if class == "dark" { 0 } else { 90 }])
            });
            picture.save(folder.join(format!("{number}.png"))).unwrap();
        }
    }
    fs::write(home.join("album/dark/half.png"), &fs::read(home.join("album/dark/0.png")).unwrap()[..40]).unwrap();
}

#[test]
fn a_worker_that_dies_leaves_every_screen_alive_and_the_job_begins_again() {
    let home = tempfile::tempdir().unwrap();
    album(home.path());
    fs::write(home.path().join("recipe.toml"), RECIPE).unwrap();
    let worker = env!("CARGO_BIN_EXE_fantail-worker");
    let command = fantail(home.path(), &["album", "--recipe", "recipe.toml", "--worker", worker, "--device", "cpu"]);
    let mut terminal = Terminal::open(command, (120, 36), Some(DARK));
    terminal.wait_for("bright");
    terminal.press("4");
    terminal.wait_for("No job has been started");
    terminal.press("s");
    terminal.wait_for("set aside dark/half.png");
    terminal.wait_for("loss");
    let parent = terminal.child.process_id().unwrap();
    let found = format!(
        "for p in /proc/[0-9]*; do read -r _ _ _ of _ < $p/stat; [ \"$of\" = {parent} ] && kill -KILL ${{p#/proc/}}; done"
    );
    assert!(Command::new("bash").args(["-c", &found]).status().is_ok());
    terminal.wait_for("signal 9 (killed)");
    for (key, shown) in
        [("1", "Perspectives"), ("2", "Outcome"), ("3", "below τ"), ("5", "native"), ("4", "Job failed")]
    {
        terminal.press(key);
        terminal.wait_for(shown);
    }
    terminal.press("s");
    terminal.wait_for("Job finished");
    terminal.wait_for("fantail apply");
    let told = fs::read_to_string(home.path().join("album-rebalanced/calibration.json")).unwrap();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert!(told["records"]["synthetic"].as_u64().unwrap() > 0, "{told}");
    terminal.press("qq");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}
