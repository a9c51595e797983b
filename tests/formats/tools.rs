//! What checks the formats, fetched at the first use.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde::Deserialize;
use serde_json::Value;

use crate::command::output_of;
use crate::python::environment;

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(name)
}

fn python() -> PathBuf {
    environment("formats", &script("requirements.txt"), "the tests of the formats").unwrap()
}

/// The folder with the schemas.
fn schemas() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formats/schemas-1");
        let output = Command::new(python())
            .arg(script("schemas.py"))
            .arg(&folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    })
}

/// The validator of a schema: `sarif`, `oscal`, `iam_analysis_finding`.
pub fn schema(name: &str) -> Validator {
    let text = fs::read_to_string(schemas().join(format!("{name}.json"))).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
}

/// What the schema says against the value.
pub fn mistakes(validator: &Validator, value: &Value) -> Vec<String> {
    validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// What SARIF's own validator says against the file, with the rules of the specification and of GitHub; lines.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub fn multitool(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.sarif");
    fs::write(&file, text).unwrap();
    let output = Command::new(schemas().join("package/Sarif.Multitool"))
        .args(["validate", "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning"])
        .arg(&file)
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("files scanned"), "{said}");
    let told = said
        .lines()
        .filter(|line| line.contains(": error ") || line.contains(": warning "));
    told.map(ToOwned::to_owned).collect()
}

/// What sending the lines to Security Hub gave.
#[derive(Deserialize)]
pub struct Imported {
    /// What the model, the documentation or the emulator says against them.
    pub mistakes: Vec<String>,
    /// Id, account and severity of what the emulator holds then.
    pub held: Vec<[String; 3]>,
}

/// Checks the batches and sends them to the emulator of Security Hub.
pub fn security_hub(text: &str) -> Imported {
    let mut command = Command::new(python());
    command.arg(script("asff.py")).env("AWS_EC2_METADATA_DISABLED", "true");
    let output = output_of(&mut command, text.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
