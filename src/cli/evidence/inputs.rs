//! Brings sources and rule files to their places in a bundle, so that reports name them as everyone will find them.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use leastwise::evidence::EvidenceError;
use leastwise::evidence::FileHash;
use leastwise::snapshot::Source;

use crate::exit::Failure;
use crate::output;

/// The folder of the sources in a bundle.
pub(crate) const INPUTS: &str = "inputs";

/// The folder of rule files in a bundle.
pub(crate) const RULES: &str = "rules";

/// The configuration file in a bundle.
pub(crate) const CONFIG: &str = "config/leastwise.toml";

/// The earlier report in a bundle.
pub(crate) const BASELINE: &str = "baseline/report.json";

/// The folder of the asker's own frameworks of controls.
pub(crate) const FRAMEWORKS: &str = "frameworks";

/// Whether a file is one that a replay starts from, and not one that it gives.
pub(crate) fn is_given(name: &str) -> bool {
    let folders = [INPUTS, RULES, FRAMEWORKS];
    [CONFIG, BASELINE].contains(&name) || folders.iter().any(|folder| is_inside(Path::new(name), folder))
}

/// One file to take.
pub(crate) struct Input {
    /// Its name in the bundle.
    pub(crate) name: String,
    /// Where it is; `-` for standard input.
    pub(crate) path: PathBuf,
}

/// What to take, and the arguments that name it inside the bundle.
#[derive(Default)]
pub(crate) struct Taken {
    pub(crate) files: Vec<Input>,
    pub(crate) arguments: Vec<String>,
}

impl Input {
    pub(crate) fn reader(&self) -> Result<Box<dyn Read>, Failure> {
        if self.path == Path::new("-") {
            return Ok(Box::new(std::io::stdin().lock()));
        }
        let file = fs::File::open(&self.path).map_err(|error| output::file_failure(&self.path, error))?;
        Ok(Box::new(file))
    }

    pub(crate) fn hash(&self) -> Result<FileHash, Failure> {
        FileHash::of(&self.name, &mut *self.reader()?).map_err(|error| output::file_failure(&self.path, error))
    }
}

/// The files of the sources: `inputs/1/…` is the first source.
pub(crate) fn sources(paths: &[PathBuf]) -> Result<Taken, Failure> {
    let mut taken = Taken::default();
    for (index, path) in paths.iter().enumerate() {
        let folder = format!("{INPUTS}/{}", index + 1);
        if path == Path::new("-") {
            taken.add(format!("{folder}/standard-input.json"), path.clone());
            continue;
        }
        let source = Source::of_path(path)?;
        let files = source.files()?;
        if matches!(source, Source::Directory(_)) {
            taken.arguments.push(folder.clone());
            for (name, path) in files {
                taken.files.push(Input {
                    name: format!("{folder}/{name}"),
                    path,
                });
            }
        } else {
            for (name, path) in files {
                taken.add(format!("{folder}/{name}"), path);
            }
        }
    }
    Ok(taken)
}

/// The rule files: `rules/1/…` is the first path of `--rules`.
pub(crate) fn rules(paths: &[PathBuf]) -> Result<Taken, Failure> {
    let mut taken = Taken::default();
    for (index, path) in paths.iter().enumerate() {
        let folder = format!("{RULES}/{}", index + 1);
        let name_of = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !path.is_dir() {
            taken.add(format!("{folder}/{}", name_of(path)), path.clone());
            continue;
        }
        taken.arguments.push(folder.clone());
        let entries = fs::read_dir(path).map_err(|error| output::file_failure(path, error))?;
        for entry in entries {
            let path = entry.map_err(|error| output::file_failure(path, error))?.path();
            let is_rule = path.extension().is_some_and(|ending| ending == "md") && name_of(&path) != "README.md";
            if is_rule {
                let name = format!("{folder}/{}", name_of(&path));
                taken.files.push(Input { name, path });
            }
        }
    }
    taken.files.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(taken)
}

/// The frameworks of controls: a file as `frameworks/1/NAME`, where it is the first of `--controls`; built-in ones by name.
pub(crate) fn frameworks(names: &[String]) -> Result<Taken, Failure> {
    let mut taken = Taken::default();
    for (index, name) in names.iter().enumerate() {
        let path = Path::new(name);
        if !is_framework_file(name) {
            taken.arguments.push(name.clone());
            continue;
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        taken.add(format!("{FRAMEWORKS}/{}/{file}", index + 1), absolute(path)?);
    }
    Ok(taken)
}

/// Whether `--controls` names a file and not a built-in framework.
pub(crate) fn is_framework_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == "toml")
}

impl Taken {
    fn add(&mut self, name: String, path: PathBuf) {
        self.arguments.push(name.clone());
        self.files.push(Input { name, path });
    }
}

/// Whether a path of the signed arguments stays in its folder of the bundle.
pub(crate) fn is_inside(path: &Path, folder: &str) -> bool {
    let mut steps = path.components();
    let is_there = steps.next().is_some_and(|step| step.as_os_str() == folder);
    is_there && steps.all(|step| matches!(step, std::path::Component::Normal(_)))
}

/// Makes paths of the asker's working directory good in any other.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    if path == Path::new("-") {
        return Ok(path.to_path_buf());
    }
    std::path::absolute(path).map_err(|error| Failure::Evidence(io_failure(path, error)))
}

/// Goes to a directory: names of files in reports are those inside it.
pub(crate) fn enter(directory: &Path) -> Result<(), Failure> {
    std::env::set_current_dir(directory).map_err(|error| Failure::Evidence(io_failure(directory, error)))
}

fn io_failure(path: &Path, error: std::io::Error) -> EvidenceError {
    EvidenceError::Io {
        path: path.display().to_string(),
        error,
    }
}
