//! Virtual environments for what the tests need from Python, made at the first use.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// The interpreter of an environment with these requirements, by pip's own file; other test runs wait meanwhile. An
/// error, in words, where Python or a package index is not to be had; `what` says what needs them.
pub fn environment(name: &str, requirements: &Path, what: &str) -> Result<PathBuf, String> {
    let wanted = fs::read_to_string(requirements).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let environment = folder.join("venv");
    let python = environment.join("bin/python");
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(python);
    }
    run(
        Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment),
        what,
    )?;
    run(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(requirements),
        what,
    )?;
    fs::write(installed, wanted).unwrap();
    Ok(python)
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let needs = format!("{what} need python3 (3.10 or newer, with venv and pip) and a package index, once");
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "{needs}; {command:?} failed:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )),
        Err(error) => Err(format!("{needs}; {command:?}: {error}")),
    }
}
