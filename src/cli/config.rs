//! `config check`: every mistake in a configuration file.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use jiff::Timestamp;
use leastwise::report::visible;

use crate::args::CONFIG_FILE;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;
use crate::settings::checked;
use crate::settings::listed;

#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Name every mistake in a configuration file, with its line and column.
    Check {
        /// The file.
        #[arg(value_name = "FILE", default_value = CONFIG_FILE)]
        file: PathBuf,
    },
}

pub(crate) fn run(config: &Config) -> Result<ExitCode, Failure> {
    match &config.command {
        ConfigCommand::Check { file } => check(file),
    }
}

fn check(file: &Path) -> Result<ExitCode, Failure> {
    let (config, mistakes) = checked(file)?;
    if !mistakes.is_empty() {
        return Err(Failure::Config(listed(&mistakes)));
    }
    let name = file.display().to_string();
    let entries = &config.suppressions.entries;
    let mut text = format!(
        "{} is valid: settings: {}, suppressions: {}\n",
        visible(&name),
        config.settings.len(),
        entries.len()
    );
    let now = Timestamp::now();
    for entry in entries.iter().filter(|entry| entry.is_expired(now)) {
        let line = format!(
            "{}: over since {}, owner {}",
            entry.place, entry.suppression.expires, entry.suppression.owner
        );
        text.push_str(&visible(&line));
        text.push('\n');
    }
    output::lines(&text)?;
    Ok(ExitCode::Done)
}
