//! The arguments that say which worker does the work of libtorch, and on what.
//!
//! Invariant: what the user wrote on the command line goes before a variable, and that before the configuration.

use std::path::PathBuf;

use crate::config::settings::{Settings, is_device};
use crate::job::worker::Choice;

/// Which worker, on what.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct WorkerArguments {
    /// The command that starts the worker, such as 'ssh host fantail-worker'; else the one beside fantail or in PATH
    #[arg(long, value_name = "CMD", env = "FANTAIL_WORKER", hide_env_values = true)]
    pub worker: Option<String>,
    /// The folder of the libtorch 2.11 that the worker runs on
    #[arg(long, value_name = "DIR", env = "FANTAIL_LIBTORCH", hide_env_values = true)]
    pub libtorch: Option<PathBuf>,
    /// What the worker computes on: auto, cpu or cuda:N
    #[arg(long, value_name = "DEVICE", env = "FANTAIL_DEVICE", hide_env_values = true, value_parser = device)]
    pub device: Option<String>,
}

impl WorkerArguments {
    /// What is choice, with what the user's configuration says where nothing was said here.
    #[must_use]
    pub fn choice(self, settings: &Settings) -> Choice {
        Choice {
            worker: self.worker.or_else(|| settings.worker.clone()).filter(|command| !command.is_empty()),
            libtorch: self
                .libtorch
                .or_else(|| settings.libtorch.clone())
                .filter(|folder| !folder.as_os_str().is_empty()),
            device: self.device.or_else(|| settings.device.clone()).unwrap_or_else(|| "auto".into()),
        }
    }
}

fn device(text: &str) -> Result<String, String> {
    if is_device(text) { Ok(text.to_owned()) } else { Err("use auto, cpu or cuda:N".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_go_before_the_configuration() {
        let settings = Settings {
            worker: Some("from-settings".into()),
            libtorch: Some("/from/settings".into()),
            ..Settings::default()
        };
        let arguments = WorkerArguments { worker: Some("from-arguments".into()), ..WorkerArguments::default() };
        let choice = arguments.choice(&settings);
        assert_eq!(choice.worker.as_deref(), Some("from-arguments"));
        assert_eq!(choice.libtorch, Some(PathBuf::from("/from/settings")));
        assert_eq!(choice.device, "auto");
    }

    #[test]
    fn a_device_that_cannot_be_is_refused() {
        assert!(device("cuda:1").is_ok() && device("cpu").is_ok());
        assert!(device("cuda").is_err() && device("cuda:-1").is_err() && device("gpu").is_err());
    }
}
