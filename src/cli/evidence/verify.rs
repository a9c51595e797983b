//! `evidence verify`.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use leastwise::evidence::EvidenceError;
use leastwise::evidence::FileHash;
use leastwise::evidence::Manifest;
use leastwise::evidence::PublicKey;
use leastwise::evidence::Staging;
use leastwise::evidence::Verified;

use crate::evidence::args::Verify;
use crate::evidence::documents;
use crate::evidence::documents::Documents;
use crate::evidence::inputs;
use crate::evidence::inputs::BASELINE;
use crate::evidence::inputs::FRAMEWORKS;
use crate::evidence::inputs::INPUTS;
use crate::evidence::inputs::RULES;
use crate::evidence::run_facts;
use crate::evidence::run_facts::RUN;
use crate::evidence::run_facts::RunFile;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::output;

pub(crate) fn run(asked: &Verify) -> Result<ExitCode, Failure> {
    match verified(asked) {
        Err(Failure::Evidence(difference @ EvidenceError::Differs { .. })) => {
            output::remark(&difference.to_string());
            Ok(ExitCode::Found)
        }
        Err(failure) => Err(failure),
        Ok(words) => {
            output::lines(&words)?;
            Ok(ExitCode::Done)
        }
    }
}

fn verified(asked: &Verify) -> Result<String, Failure> {
    let key = PublicKey::read(&asked.public_key)?;
    let verified = leastwise::evidence::verify(&asked.bundle, &key)?;
    let files = verified.manifest.files.len();
    let facts = facts(&verified, &asked.bundle)?;
    let mut words = format!("{files} files are as key {} signed them\n", key.id());
    if asked.replay {
        replay(asked, &facts, &verified.manifest)?;
        let again = facts.derived.len().to_string();
        words.extend(["the audit of the inputs gives the same ", &again, " files again\n"]);
    }
    Ok(words)
}

/// The facts of the run, which stand in the signature and in `run.json`.
fn facts(verified: &Verified, bundle: &Path) -> Result<RunFile, Failure> {
    let path = bundle.join(RUN);
    let listed = verified.manifest.files.iter().any(|file| file.name == RUN);
    if !listed {
        return Err(differs(RUN, "is missing, and was when this was signed".into()).into());
    }
    let text = fs::read(&path).map_err(|error| output::file_failure(&path, error))?;
    let facts: RunFile =
        serde_json::from_slice(&text).map_err(|error| differs(RUN, format!("holds no facts of a run: {error}")))?;
    if serde_json::to_value(&facts).ok().as_ref() != Some(&verified.predicate) {
        return Err(differs(RUN, "says something else than the statement that was signed".into()).into());
    }
    Ok(facts)
}

/// What was signed has to be the whole of what a replay compares: a report that it leaves out could say anything.
fn is_whole(facts: &RunFile, manifest: &Manifest, documents: &Documents) -> Result<(), EvidenceError> {
    let derived: BTreeSet<&str> = facts.derived.iter().map(String::as_str).collect();
    let mut files = manifest.files.iter().map(|file| file.name.as_str());
    if let Some(name) = files.find(|name| *name != RUN && !inputs::is_given(name) && !derived.contains(name)) {
        return Err(differs(
            name,
            "is neither an input nor, as run.json has it, what the audit gives".into(),
        ));
    }
    let of_inputs: Vec<&FileHash> = manifest
        .files
        .iter()
        .filter(|file| inputs::is_inside(Path::new(&file.name), INPUTS))
        .collect();
    if !facts.redacted && of_inputs != facts.inputs.iter().collect::<Vec<_>>() {
        return Err(differs(RUN, "lists other inputs than the bundle holds".into()));
    }
    let written = documents.names();
    if let Some(name) = derived.iter().find(|name| !written.iter().any(|known| known == *name)) {
        return Err(differs(name, "this version does not write such a file".into()));
    }
    let is_same_tool = facts.tool == env!("CARGO_PKG_VERSION");
    if let Some(name) = written.iter().find(|name| is_same_tool && !derived.contains(name.as_str())) {
        return Err(differs(name, "is missing: the audit gives it, too".into()));
    }
    Ok(())
}

fn replay(asked: &Verify, facts: &RunFile, manifest: &Manifest) -> Result<(), Failure> {
    let is_other = facts.tool != env!("CARGO_PKG_VERSION");
    if is_other {
        output::remark(&format!(
            "the evidence is of version {}, this is {}: a report may differ for that alone",
            facts.tool,
            env!("CARGO_PKG_VERSION")
        ));
    } else if facts.catalog != run_facts::catalog() || facts.built_in != run_facts::built_in() {
        output::remark("the evidence is of a build with another catalog or other rules: a report may differ for that alone");
    }
    let bundle = inputs::absolute(&asked.bundle)?;
    let staged = if facts.redacted {
        Some(staged(asked, facts, manifest, &bundle)?)
    } else {
        None
    };
    if staged.is_none() && !asked.sources.is_empty() {
        return Err(Failure::Usage(
            "the bundle holds its inputs; --source is for one that does not".into(),
        ));
    }
    inputs::enter(staged.as_ref().map_or(&bundle, Staging::path))?;
    let audit = documents::parse(&facts.arguments, facts.suppressions)?;
    let is_inside = |paths: &[PathBuf], folder| paths.iter().all(|path| inputs::is_inside(path, folder));
    let baseline = audit.reporting.baseline.as_deref();
    let is_file = |name: &&String| inputs::is_framework_file(name);
    let own: Vec<PathBuf> = facts.controls.iter().filter(is_file).map(PathBuf::from).collect();
    if !is_inside(&audit.sources.sources, INPUTS)
        || !is_inside(&audit.reporting.rules, RULES)
        || !is_inside(&own, FRAMEWORKS)
        || baseline.is_some_and(|path| path != Path::new(BASELINE))
    {
        return Err(differs("run.json", "its arguments name files outside of the bundle".into()).into());
    }
    let opened = Inputs::open(&audit.sources.sources, &audit.sources.reading)?;
    let documents = Documents::of(audit, opened, &documents::frameworks(&facts.controls)?)?;
    is_whole(facts, manifest, &documents)?;
    for name in &facts.derived {
        let path = bundle.join(name);
        let file = fs::File::open(&path).map_err(|error| output::file_failure(&path, error))?;
        let mut comparing = Comparing {
            expected: BufReader::new(file),
            at: 0,
        };
        let unknown = || differs(name, "this version does not write such a file".into());
        let done = documents.write(name, &mut comparing).ok_or_else(unknown)?;
        let done = done.and_then(|()| comparing.finish());
        done.map_err(|error| {
            if error.kind() == io::ErrorKind::InvalidData {
                Failure::Evidence(differs(name, format!("the audit gives something else, {error}")))
            } else {
                output::file_failure(&path, error)
            }
        })?;
    }
    // Files are removed from the directory before that itself goes.
    inputs::enter(&bundle)
}

/// The inputs of a bundle that holds only their hashes, brought together from where they are.
fn staged(asked: &Verify, facts: &RunFile, manifest: &Manifest, bundle: &Path) -> Result<Staging, Failure> {
    if asked.sources.is_empty() {
        return Err(Failure::Usage(
            "the bundle holds only the hashes of its inputs: name them with --source to replay".into(),
        ));
    }
    let paths: Result<Vec<PathBuf>, Failure> = asked.sources.iter().map(|path| inputs::absolute(path)).collect();
    let taken = inputs::sources(&paths?)?;
    let staging = Staging::new(&std::env::temp_dir(), "leastwise-replay")?;
    let mut hashes = Vec::new();
    for input in &taken.files {
        copy(&mut *input.reader()?, &staging.path().join(&input.name))?;
        hashes.push(input.hash()?);
    }
    hashes.sort();
    let mut expected = facts.inputs.clone();
    expected.sort();
    if let Some(name) = first_difference(&expected, &hashes) {
        return Err(differs(&name, "is not the input that was audited".into()).into());
    }
    let given = manifest.files.iter().map(|file| &file.name);
    for name in given.filter(|name| inputs::is_given(name) && !inputs::is_inside(Path::new(name), INPUTS)) {
        let path = bundle.join(name);
        let mut file = fs::File::open(&path).map_err(|error| output::file_failure(&path, error))?;
        copy(&mut file, &staging.path().join(name))?;
    }
    Ok(staging)
}

fn copy(reader: &mut dyn Read, path: &Path) -> Result<(), Failure> {
    let copied = path.parent().map_or(Ok(()), fs::create_dir_all);
    let copied = copied.and_then(|()| io::copy(reader, &mut fs::File::create_new(path)?));
    copied.map(drop).map_err(|error| output::file_failure(path, error))
}

fn first_difference(expected: &[FileHash], found: &[FileHash]) -> Option<String> {
    let missing = expected.iter().filter(|file| !found.contains(file));
    let added = found.iter().filter(|file| !expected.contains(file));
    missing.chain(added).map(|file| file.name.clone()).min()
}

fn differs(file: &str, problem: String) -> EvidenceError {
    EvidenceError::Differs {
        file: file.to_owned(),
        problem,
    }
}

/// A writer that fails at the first byte that is not the next one of a file.
struct Comparing<R> {
    expected: R,
    at: u64,
}

impl<R: Read> Comparing<R> {
    fn finish(&mut self) -> io::Result<()> {
        let mut rest = [0];
        match self.expected.read(&mut rest)? {
            0 => Ok(()),
            _ => Err(self.other()),
        }
    }

    fn other(&self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, format!("from byte {} on", self.at))
    }
}

impl<R: Read> Write for Comparing<R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut expected = vec![0; bytes.len()];
        let mut filled = 0;
        while let Some(rest) = expected.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.expected.read(rest)? {
                0 => break,
                read => filled += read,
            }
        }
        expected.truncate(filled);
        let same = bytes.iter().zip(&expected).take_while(|(one, other)| one == other).count();
        self.at = self.at.saturating_add(u64::try_from(same).unwrap_or(u64::MAX));
        if same == bytes.len() { Ok(same) } else { Err(self.other()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
