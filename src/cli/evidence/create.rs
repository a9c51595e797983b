//! `evidence create`.

use leastwise::baseline::EarlierReport;
use leastwise::evidence::Bundle;
use leastwise::evidence::FileHash;
use leastwise::evidence::PrivateKey;

use crate::evidence::args::Create;
use crate::evidence::documents;
use crate::evidence::documents::Documents;
use crate::evidence::inputs;
use crate::evidence::inputs::BASELINE;
use crate::evidence::inputs::CONFIG;
use crate::evidence::inputs::INPUTS;
use crate::evidence::inputs::Input;
use crate::evidence::run_facts;
use crate::evidence::run_facts::RUN;
use crate::evidence::run_facts::RunFile;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::inputs::now;
use crate::output;

pub(crate) fn run(asked: &Create) -> Result<ExitCode, Failure> {
    let started = now();
    if asked.sources.sources.is_empty() {
        return Err(Failure::Usage(
            "no source given: name a snapshot directory, which `leastwise collect` makes, or files".into(),
        ));
    }
    // Told before the work begins; those in the bundle are read for it.
    documents::frameworks(&asked.controls)?;
    let frameworks = inputs::frameworks(&asked.controls)?;
    let key = PrivateKey::read(&asked.key)?;
    let all_absolute =
        |paths: &[std::path::PathBuf]| paths.iter().map(|path| inputs::absolute(path)).collect::<Result<Vec<_>, _>>();
    let sources = inputs::sources(&all_absolute(&asked.sources.sources)?)?;
    let rules = inputs::rules(&all_absolute(&asked.rules)?)?;
    let mut bundle = Bundle::new(&asked.output)?;
    for path in bundle.left() {
        output::remark(&format!(
            "{}: left by a run that was stopped, or made by one that is at work; remove it if none is",
            path.display()
        ));
    }
    let config = asked.config.as_deref().map(inputs::absolute).transpose()?;
    let config = config.map(|path| Input {
        name: CONFIG.to_owned(),
        path,
    });
    if let Some(path) = &asked.baseline {
        // What is wrong with it is told of the file as it was named.
        EarlierReport::open(path)?;
    }
    let baseline = asked.baseline.as_deref().map(inputs::absolute).transpose()?;
    let baseline = baseline.map(|path| Input {
        name: BASELINE.to_owned(),
        path,
    });
    let given = [&sources.files, &rules.files, &frameworks.files];
    for input in given.into_iter().flatten().chain(&config).chain(&baseline) {
        bundle.copy(&input.name, &input.path, &mut *input.reader()?, &key)?;
    }
    inputs::enter(bundle.directory())?;
    let mut arguments = arguments(asked, &rules.arguments);
    arguments.extend(sources.arguments);
    let audit = documents::parse(&arguments, config.is_some())?;
    let opened = Inputs::open(&audit.sources.sources, &audit.sources.reading)?;
    let as_of = opened.as_of;
    // Without it a replay of bare files would answer for the day of the replay.
    if asked.sources.reading.as_of.is_none() {
        arguments.insert(1, format!("--as-of={as_of}"));
    }
    let documents = Documents::of(audit, opened, &documents::frameworks(&frameworks.arguments)?)?;
    for name in documents.names() {
        bundle.write(&name, |out| documents.write(&name, out).unwrap_or(Ok(())))?;
    }
    let inputs: Vec<FileHash> = bundle.files_in(INPUTS).cloned().collect();
    if asked.redact {
        bundle.remove(INPUTS)?;
    }
    let facts = RunFile {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        catalog: run_facts::catalog(),
        built_in: run_facts::built_in(),
        arguments,
        controls: frameworks.arguments,
        suppressions: config.is_some(),
        redacted: asked.redact,
        started,
        finished: now(),
        as_of,
        collections: run_facts::collections(&documents.inputs.snapshot),
        inputs,
        derived: documents.names(),
    };
    bundle.write(RUN, |out| documents::json(&facts, out))?;
    let predicate = serde_json::to_value(&facts).map_err(|error| output::file_failure(&asked.output, error.into()))?;
    bundle.seal(predicate, &key)?;
    output::lines(&format!("signed by key {}\n", key.public().id()))?;
    Ok(if documents.is_incomplete {
        output::remark("something could not be read; population.json lists the gaps");
        ExitCode::Incomplete
    } else {
        ExitCode::Done
    })
}

/// The audit as one would type it in the bundle's directory, the sources left out.
fn arguments(asked: &Create, rules: &[String]) -> Vec<String> {
    let mut arguments = vec!["audit".to_owned()];
    let mut add = |flag: &str, value: String| arguments.extend([format!("{flag}={value}")]);
    let reading = &asked.sources.reading;
    for account in &reading.accounts {
        add("--account", account.to_string());
    }
    if let Some(as_of) = reading.as_of {
        add("--as-of", as_of.to_string());
    }
    for principal in &asked.principals {
        add("--principal", principal.clone());
    }
    if let Some(severity) = asked.severity {
        add("--severity", severity.word().to_owned());
    }
    for path in rules {
        add("--rules", path.clone());
    }
    if asked.baseline.is_some() {
        add("--baseline", BASELINE.to_owned());
    }
    let flags = [("--standalone", reading.standalone), ("--all", asked.all)];
    let flags = flags.iter().filter(|(_, is_set)| *is_set);
    arguments.extend(flags.map(|(flag, _)| (*flag).to_owned()));
    arguments.push("--".to_owned());
    arguments
}
