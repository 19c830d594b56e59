//! What `doctor` says of the worker: what was found, the device that it greets with, and the command that mends what is missing.
//!
//! Invariant: the worker is started once, says hello, and is ended; nothing is installed.

use std::time::Instant;

use super::Line;
use crate::job::worker::{Choice, Client, Device, Found, Origin, Patience, Place, Surroundings, WorkerError, find};
use crate::number;

/// Builds the worker; in fantail's source.
const BUILD: &str = "make build   (in the folder of fantail's source; it fetches libtorch once)";
/// Brings a libtorch with CUDA.
const CUDA: &str = "python3 -m pip install 'torch==2.11.*'   (then the active Python's libtorch is used)";

/// The lines about the worker.
pub(super) fn lines(choice: &Choice) -> Vec<Line> {
    let around = Surroundings::here();
    match find(choice, &around) {
        Ok(found) => found_lines(choice, &around, &found),
        Err(error) => {
            let mend = if choice.worker.is_none() && choice.libtorch.is_none() { BUILD.into() } else { error.next() };
            vec![("worker", error.to_string()), ("libtorch", provisioned(&around)), ("mend with", mend)]
        }
    }
}

fn found_lines(choice: &Choice, around: &Surroundings, found: &Found) -> Vec<Line> {
    let place = match found.place {
        Place::Named => "named by you",
        Place::Beside => "beside fantail",
        Place::Path => "in PATH",
    };
    let mut lines = vec![("worker", format!("{} ({place})", found.launch)), ("libtorch", libtorch(found))];
    let began = Instant::now();
    match Client::start(&found.launch, &choice.device, Patience::default()) {
        Ok(client) => {
            let seconds = began.elapsed().as_secs_f64();
            lines.push(("runs on", format!("libtorch {} (started in {seconds:.1} s)", client.libtorch())));
            lines.extend(device_lines(client.device(), around));
        }
        Err(error) => {
            lines.push(("problem", error.to_string()));
            lines.push(("mend with", mend(&error)));
        }
    }
    lines
}

fn libtorch(found: &Found) -> String {
    let Some(libtorch) = &found.libtorch else {
        return if found.place == Place::Named {
            "that command's own".into()
        } else {
            "the one it was built with".into()
        };
    };
    let origin = match libtorch.origin {
        Origin::Named => "named by you",
        Origin::Python => "the active Python's",
        Origin::Provisioned => "fetched by the build",
    };
    let cuda = if libtorch.cuda { "with CUDA" } else { "CPU only" };
    format!("{} ({origin}, {cuda})", libtorch.folder.display())
}

fn device_lines(device: &Device, around: &Surroundings) -> Vec<Line> {
    let threads = if device.threads > 0 { format!(", {} threads", device.threads) } else { String::new() };
    let memory = format!("{} free of {}", number::bytes(device.free), number::bytes(device.memory));
    let mut lines = vec![("device", format!("{}: {}{threads}", device.name, device.model)), ("memory", memory)];
    if !device.note.is_empty() {
        let driver = if around.gpu { "" } else { "; this machine has no NVIDIA driver either" };
        lines.push(("no GPU", format!("{}{driver}", device.note)));
    }
    // A GPU that is there and not used can be.
    if around.gpu && device.name == "cpu" && !device.note.is_empty() {
        lines.push(("mend with", CUDA.into()));
    }
    lines
}

fn mend(error: &WorkerError) -> String {
    match error {
        // The loader's own exit code: a library is missing.
        WorkerError::Died { status, .. } if status.contains("127") => BUILD.into(),
        error => error.next(),
    }
}

/// What there is of libtorch where there is no worker.
fn provisioned(around: &Surroundings) -> String {
    match &around.provisioned {
        Some(folder) if folder.is_dir() => folder.display().to_string(),
        _ => "not fetched".into(),
    }
}
