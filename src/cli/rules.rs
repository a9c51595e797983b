//! `rules list|show|check`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use leastwise::report::visible;
use leastwise::rules::Rule;
use leastwise::rules::RuleSet;

use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules.
    List {
        /// A rule file or a folder of them, beside the built-in rules (repeatable).
        #[arg(long = "rules", value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Show a rule's manual page.
    Show {
        /// The rule's id.
        id: String,
        /// A rule file or a folder of them, beside the built-in rules (repeatable).
        #[arg(long = "rules", value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Check rule files.
    Check {
        /// Rule files or folders of them.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

pub(crate) fn run(rules: &Rules) -> Result<ExitCode, Failure> {
    match &rules.command {
        RulesCommand::List { rules } => list(rules),
        RulesCommand::Show { id, rules } => show(id, rules),
        RulesCommand::Check { paths } => check(paths),
    }
}

fn read(paths: &[PathBuf]) -> Result<RuleSet, Failure> {
    let mut rules = RuleSet::builtin()?;
    for path in paths {
        rules.read(path)?;
    }
    Ok(rules)
}

fn list(paths: &[PathBuf]) -> Result<ExitCode, Failure> {
    let mut text = String::new();
    for rule in read(paths)?.iter() {
        let actions: Vec<&str> = rule.actions.iter().map(|action| action.action.as_str()).collect();
        let _ = writeln!(text, "{}  {}\n    {}", rule.id, visible(&rule.title), actions.join(", "));
    }
    output::lines(&text)?;
    Ok(ExitCode::Done)
}

fn show(id: &str, paths: &[PathBuf]) -> Result<ExitCode, Failure> {
    let rules = read(paths)?;
    let Some(rule) = rules.iter().find(|rule| rule.id.to_string() == id) else {
        return Err(Failure::Usage(format!(
            "there is no rule `{id}`; `leastwise rules list` names them"
        )));
    };
    output::lines(&page(rule))?;
    Ok(ExitCode::Done)
}

/// The manual page of a rule.
fn page(rule: &Rule) -> String {
    let mut text = format!("{}: {}\n", rule.id, visible(&rule.title));
    if let Some(attack) = &rule.attack {
        let _ = writeln!(
            text,
            "ATT&CK {} (version {}), tactic {}",
            attack.id, attack.version, attack.tactic
        );
    }
    for action in &rule.actions {
        let _ = writeln!(
            text,
            "{} on {}: impact {}, {}",
            action.action, action.resource_type, action.impact, action.loss
        );
    }
    let parts = [
        ("What it finds", &rule.text.finds),
        ("Why it matters", &rule.text.matters),
        ("Example", &rule.text.example),
        ("Fix", &rule.text.fix),
    ];
    for (heading, body) in parts {
        let shown: Vec<String> = body.trim().lines().map(|line| visible(line).into_owned()).collect();
        let _ = writeln!(text, "\n{heading}\n\n{}", shown.join("\n"));
    }
    text.push('\n');
    for reference in &rule.references {
        let _ = writeln!(text, "{}: {}", visible(&reference.title), visible(&reference.url));
    }
    text
}

fn check(paths: &[PathBuf]) -> Result<ExitCode, Failure> {
    let mut rules = RuleSet::new();
    for path in paths {
        rules.read(path)?;
    }
    output::lines(&format!("{} rules are valid\n", rules.len()))?;
    Ok(ExitCode::Done)
}
