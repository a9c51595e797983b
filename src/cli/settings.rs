//! The arguments, with what the configuration file and the environment say.
//!
//! A flag of the command line wins over its variable, that over the file, and the file over the default. What neither
//! command line nor environment says is taken from the file as if it had been typed, so that the rules about flags are
//! the same wherever they come from.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use clap::Arg;
use clap::ArgAction;
use clap::ArgMatches;
use clap::CommandFactory as _;
use clap::FromArgMatches as _;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use leastwise::config::ConfigFile;
use leastwise::config::Mistake;
use leastwise::config::Setting;
use leastwise::report::visible;

use crate::args::Arguments;
use crate::args::CONFIG_FILE;
use crate::args::Command;
use crate::exit::Failure;
use crate::output::file_failure;

/// Why there are no arguments.
pub(crate) enum Refusal {
    /// Wrong usage, or help was asked for.
    Usage(clap::Error),
    /// The configuration file.
    Config(Failure),
}

impl From<clap::Error> for Refusal {
    fn from(error: clap::Error) -> Self {
        Self::Usage(error)
    }
}

/// The subcommands that the file and the environment speak of.
const CONFIGURED: [&str; 2] = ["audit", "demo"];

/// What the run was asked to do.
pub(crate) fn arguments() -> Result<Arguments, Refusal> {
    let mut told: Vec<OsString> = std::env::args_os().collect();
    let command = with_environment(Arguments::command());
    let first = command.clone().ignore_errors(true).try_get_matches_from(&told);
    let mut config = ConfigFile::default();
    if let Some((name, matches)) = first.as_ref().ok().and_then(|first| first.subcommand())
        && CONFIGURED.contains(&name)
        && let Some(path) = config_path(name, matches)
    {
        config = read(&path).map_err(Refusal::Config)?;
        if let Some(at) = told.iter().skip(1).position(|word| *word == *name) {
            let (flags, sources) = words(&config.settings, &command, name, matches);
            told.splice(at + 2..at + 2, flags);
            told.extend(sources);
        }
    }
    let matches = command.try_get_matches_from(told)?;
    let mut arguments = Arguments::from_arg_matches(&matches)?;
    if let Command::Audit(audit) = &mut arguments.command {
        audit.reporting.suppressions = config.suppressions;
    } else if let Command::Demo(demo) = &mut arguments.command {
        demo.reporting.suppressions = config.suppressions;
    }
    Ok(arguments)
}

/// The file that is named, or for an audit the one that lies in the working directory.
fn config_path(name: &str, matches: &ArgMatches) -> Option<PathBuf> {
    let named = matches.try_get_one::<PathBuf>("config").ok().flatten().cloned();
    named.or_else(|| {
        let found = PathBuf::from(CONFIG_FILE);
        (name == "audit" && found.exists()).then_some(found)
    })
}

/// Reads a file in which nothing is wrong.
pub(crate) fn read(path: &Path) -> Result<ConfigFile, Failure> {
    let (config, mistakes) = checked(path)?;
    if mistakes.is_empty() {
        return Ok(config);
    }
    Err(Failure::Config(listed(&mistakes)))
}

/// A line each.
pub(crate) fn listed(mistakes: &[Mistake]) -> String {
    let lines = mistakes.iter().map(|mistake| visible(&mistake.to_string()).into_owned());
    let lines: Vec<String> = lines.collect();
    lines.join("\n")
}

/// Reads a file and finds all that is wrong in it, in order of the places.
pub(crate) fn checked(path: &Path) -> Result<(ConfigFile, Vec<Mistake>), Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| file_failure(path, error))?;
    Ok(checked_text(path, &text))
}

/// The same for a text that is not in the file yet.
pub(crate) fn checked_text(path: &Path, text: &str) -> (ConfigFile, Vec<Mistake>) {
    let (config, mut mistakes) = ConfigFile::parse(&path.display().to_string(), text);
    let command = Arguments::command();
    for setting in &config.settings {
        check(setting, &command, &mut mistakes);
    }
    mistakes.sort_by_key(|mistake| (mistake.place.line, mistake.place.column));
    (config, mistakes)
}

fn check(setting: &Setting, command: &clap::Command, mistakes: &mut Vec<Mistake>) {
    let mut wrong = |place: &leastwise::finding::Place, words: String| {
        mistakes.push(Mistake {
            place: place.clone(),
            words,
        });
    };
    let key = &setting.key;
    let Some(arg) = flag_of(key, command, "audit") else {
        let known = settable(command, "audit").map(key_of);
        let mut known: Vec<String> = known.chain(["suppressions".to_owned()]).collect();
        known.sort();
        let known: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
        wrong(
            &setting.place,
            format!("`{key}` is no setting; the settings are {}", known.join(", ")),
        );
        return;
    };
    let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
    if setting.is_list && !matches!(arg.get_action(), ArgAction::Append) {
        wrong(&setting.place, format!("`{key}` is one value, not a list"));
        return;
    }
    for value in &setting.values {
        if is_switch != value.is_bool {
            let expected = if is_switch { "true or false" } else { "a text or a number" };
            wrong(&value.place, format!("`{key}` is {expected}"));
            continue;
        }
        let typed = ["leastwise".to_owned(), "audit".to_owned()];
        let typed = typed.into_iter().chain(word(arg, &value.text));
        let Err(error) = command.clone().try_get_matches_from(typed) else {
            continue;
        };
        // That one flag needs another is seen when all are together.
        if !matches!(error.kind(), ErrorKind::MissingRequiredArgument | ErrorKind::ArgumentConflict) {
            wrong(&value.place, format!("`{key}`: {}", what(&error)));
        }
    }
}

/// What clap says, without its frame.
fn what(error: &clap::Error) -> String {
    let told = error.to_string();
    let told = told.strip_prefix("error: ").unwrap_or(&told);
    let end = told.find("\n\nFor more").unwrap_or(told.len());
    let words: Vec<&str> = told.get(..end).unwrap_or(told).split_whitespace().collect();
    words.join(" ")
}

/// The flags and the sources of the file, as one would type them; not those that the command line or the environment says.
fn words(settings: &[Setting], command: &clap::Command, name: &str, matches: &ArgMatches) -> (Vec<OsString>, Vec<OsString>) {
    let (mut flags, mut sources) = (Vec::new(), Vec::new());
    for setting in settings {
        let Some(arg) = flag_of(&setting.key, command, name) else {
            continue;
        };
        let source = matches.value_source(arg.get_id().as_str());
        if matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable)) {
            continue;
        }
        for value in &setting.values {
            let words = word(arg, &value.text).map(OsString::from);
            if arg.is_positional() {
                sources.extend(words);
            } else {
                flags.extend(words);
            }
        }
    }
    // Sources that begin with a hyphen are none of the flags; standard input is.
    if !sources.is_empty() {
        sources.insert(0, "--".into());
    }
    (flags, sources)
}

/// How a value is typed; a switch that is off is not typed at all.
fn word(arg: &Arg, value: &str) -> Option<String> {
    let Some(long) = arg.get_long() else {
        return Some(value.to_owned());
    };
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return (value == "true").then(|| format!("--{long}"));
    }
    Some(format!("--{long}={value}"))
}

/// The flag or the positional that a setting stands for.
fn flag_of<'c>(key: &str, command: &'c clap::Command, name: &str) -> Option<&'c Arg> {
    settable(command, name).find(|arg| key_of(arg) == key)
}

/// All that a file may set: everything but where the file is.
fn settable<'c>(command: &'c clap::Command, name: &str) -> impl Iterator<Item = &'c Arg> {
    let arguments = command
        .find_subcommand(name)
        .into_iter()
        .flat_map(clap::Command::get_arguments);
    arguments.filter(|arg| !matches!(arg.get_id().as_str(), "config" | "help" | "version"))
}

fn key_of(arg: &Arg) -> String {
    arg.get_long().unwrap_or(arg.get_id().as_str()).replace('-', "_")
}

/// Every flag also as a variable: `--fail-on` as `LEASTWISE_FAIL_ON`. One that can be repeated takes a value a line.
fn with_environment(command: clap::Command) -> clap::Command {
    CONFIGURED.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |subcommand| subcommand.mut_args(with_variable))
    })
}

fn with_variable(arg: Arg) -> Arg {
    let Some(long) = arg.get_long().filter(|long| !matches!(*long, "help" | "version")) else {
        return arg;
    };
    let variable = format!("LEASTWISE_{}", long.replace('-', "_").to_uppercase());
    let is_repeated = matches!(arg.get_action(), ArgAction::Append) && arg.get_value_delimiter().is_none();
    let arg = arg.env(variable).hide_env_values(true);
    if is_repeated { arg.value_delimiter('\n') } else { arg }
}
