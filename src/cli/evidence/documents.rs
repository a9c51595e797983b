//! The files of a bundle that follow from its inputs: the reports, the population, the questions, the reviewer's sheet.

use std::collections::BTreeSet;
use std::io;
use std::io::Write;
use std::path::Path;

use clap::Parser as _;
use clap::ValueEnum as _;
use leastwise::baseline::EarlierReport;
use leastwise::controls::Assessment;
use leastwise::controls::Framework;
use leastwise::controls::assess;
use leastwise::finding::Report;
use leastwise::rank::Weights;
use leastwise::report::CsvOptions;
use leastwise::report::write_controls_csv;
use leastwise::report::write_controls_json;
use leastwise::report::write_oscal;
use leastwise::report::write_review;
use leastwise::rules::RuleSet;
use serde::Serialize;

use crate::args::Arguments;
use crate::args::Command;
use crate::audit;
use crate::audit::Needs;
use crate::audit::args::Audit;
use crate::audit::args::ReportFile;
use crate::audit::args::ReportFormat;
use crate::evidence::inputs::CONFIG;
use crate::evidence::population;
use crate::evidence::population::Population;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::reports;
use crate::settings;

/// The width of the table, whatever terminal the run had.
const WIDTH: u16 = 160;

/// The formats of what is said of a framework's controls.
const CONTROLS_ENDINGS: [&str; 3] = ["csv", "json", "oscal.json"];

/// An audit and what is written of it.
pub(crate) struct Documents {
    audit: Audit,
    pub(crate) inputs: Inputs,
    report: Report,
    population: Population,
    questions: Vec<Question>,
    assessments: Vec<Assessment>,
    pub(crate) is_incomplete: bool,
}

/// A rule that was asked, with its actions.
#[derive(Serialize)]
struct Question {
    rule: String,
    title: String,
    status: &'static str,
    attack: Option<String>,
    asked_about: Vec<Asked>,
    references: Vec<String>,
}

#[derive(Serialize)]
struct Asked {
    action: String,
    resource_type: String,
    impact: &'static str,
    loss: &'static str,
}

/// The arguments of an audit, in the directory that holds its files; with the suppressions of its configuration file.
pub(crate) fn parse(arguments: &[String], is_configured: bool) -> Result<Audit, Failure> {
    let words = std::iter::once("leastwise").chain(arguments.iter().map(String::as_str));
    let parsed = Arguments::try_parse_from(words).map_err(|error| Failure::Usage(error.to_string()))?;
    let Command::Audit(mut audit) = parsed.command else {
        return Err(Failure::Usage("the arguments are of no audit".into()));
    };
    // Every format: what a report has to have been asked for is asked for.
    audit.reporting.reports = ReportFormat::value_variants()
        .iter()
        .map(|format| ReportFile {
            format: *format,
            path: Some(file(*format).into()),
        })
        .collect();
    audit.reporting.limit = 0;
    if is_configured {
        audit.reporting.suppressions = settings::read(Path::new(CONFIG))?.suppressions;
    }
    Ok(*audit)
}

/// The name of a report in the bundle.
fn file(format: ReportFormat) -> String {
    let word = format.to_possible_value();
    let word = word.as_ref().map_or("", clap::builder::PossibleValue::get_name);
    match word {
        "table" => "reports/report.txt".to_owned(),
        "markdown" => "reports/report.md".to_owned(),
        "csv" | "json" | "html" => format!("reports/report.{word}"),
        // A JSON document a line.
        "asff" | "ocsf" => format!("reports/report.{word}.jsonl"),
        _ => format!("reports/report.{word}.json"),
    }
}

impl Documents {
    /// Audits the inputs.
    pub(crate) fn of(audit: Audit, inputs: Inputs, frameworks: &[Framework]) -> Result<Self, Failure> {
        let rules = audit::rules(&audit.reporting.rules)?;
        let weights = Weights::builtin()?;
        let baseline = audit.reporting.baseline.as_deref();
        let baseline = baseline.map(EarlierReport::open).transpose()?;
        let needs = Needs::default();
        let audited = audit::audited(&inputs, &rules, &weights, &audit.reporting, baseline.as_ref(), &needs)?;
        let report = audited.report;
        let population = population::of(&inputs, &report, &audit.sources.sources)?;
        let is_chosen = report.facts.chosen_rows.is_some();
        let assessments = frameworks.iter().map(|framework| assess(framework, &report, is_chosen));
        Ok(Self {
            assessments: assessments.collect(),
            questions: questions(&rules),
            audit,
            inputs,
            report,
            population,
            is_incomplete: audited.is_incomplete,
        })
    }

    /// The names of the files.
    pub(crate) fn names(&self) -> Vec<String> {
        let fixed = ["population.json", "questions.json", "review.csv"].map(str::to_owned);
        let reports = self.audit.reporting.reports.iter().map(|report| file(report.format));
        let controls = self.assessments.iter().flat_map(|assessment| {
            let name = &assessment.framework;
            CONTROLS_ENDINGS.map(|ending| format!("controls/{name}.{ending}"))
        });
        fixed.into_iter().chain(reports).chain(controls).collect()
    }

    /// Writes the file of this name; none when there is none.
    pub(crate) fn write(&self, name: &str, out: &mut dyn Write) -> Option<io::Result<()>> {
        Some(match name {
            "population.json" => json(&self.population, out),
            "questions.json" => json(&self.questions, out),
            "review.csv" => write_review(&self.report, out),
            _ if name.starts_with("controls/") => {
                let rest = name.strip_prefix("controls/")?;
                let ending = |assessment: &Assessment| rest.strip_prefix(&*assessment.framework)?.strip_prefix('.');
                let is_one =
                    |assessment: &&Assessment| ending(assessment).is_some_and(|ending| CONTROLS_ENDINGS.contains(&ending));
                let assessment = self.assessments.iter().find(is_one)?;
                match ending(assessment)? {
                    "csv" => write_controls_csv(assessment, &self.report, CsvOptions::default(), out),
                    "json" => write_controls_json(assessment, &self.report, out),
                    _ => write_oscal(&self.report, Some(assessment), out),
                }
            }
            _ => {
                let format = ReportFormat::value_variants().iter().find(|format| file(**format) == name)?;
                reports::render(&self.report, *format, &self.audit.reporting, WIDTH, out)
            }
        })
    }
}

/// The frameworks of these names, built-in or files in the bundle, each once.
pub(crate) fn frameworks(names: &[String]) -> Result<Vec<Framework>, Failure> {
    let mut seen = BTreeSet::new();
    let mut frameworks = Vec::new();
    for name in names {
        let framework = Framework::find(name)?;
        let id = &framework.id;
        // It becomes the name of two files.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if !id.starts_with(|c: char| c.is_ascii_alphanumeric()) || !id.bytes().all(is_plain) {
            return Err(Failure::Usage(format!(
                "--controls {name}: its id `{id}` names files in the bundle, and may only have letters, digits, `.`, `-` and `_`"
            )));
        }
        if !seen.insert(id.to_ascii_lowercase()) {
            return Err(Failure::Usage(format!(
                "--controls {name}: another framework that was named has the id `{id}`, too"
            )));
        }
        frameworks.push(framework);
    }
    Ok(frameworks)
}

fn questions(rules: &RuleSet) -> Vec<Question> {
    let of_rule = |rule: &leastwise::rules::Rule| Question {
        rule: rule.id.as_str().to_owned(),
        title: rule.title.to_string(),
        status: match rule.status {
            leastwise::rules::Status::Confirmed => "confirmed",
            leastwise::rules::Status::Assumed => "assumed",
        },
        attack: rule
            .attack
            .as_ref()
            .map(|attack| format!("{} v{}", attack.id, attack.version)),
        asked_about: rule
            .actions
            .iter()
            .map(|action| Asked {
                action: action.action.to_string(),
                resource_type: action.resource_type.to_string(),
                impact: action.impact.word(),
                loss: action.loss.word(),
            })
            .collect(),
        references: rule.references.iter().map(|reference| reference.url.to_string()).collect(),
    };
    rules.iter().map(of_rule).collect()
}

pub(crate) fn json<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}
