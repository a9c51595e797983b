//! What the guides say is so: commands parse, pasted output is what the program prints, named paths exist.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::command;

const README: &str = include_str!("../README.md");
const CONTRIBUTING: &str = include_str!("../.github/CONTRIBUTING.md");
const GUIDES: [&str; 12] = [
    "README.md",
    "CHANGELOG.md",
    ".github/CONTRIBUTING.md",
    "docs/catalog.md",
    "docs/configuration.md",
    "docs/csv.md",
    "docs/policy-tests.md",
    "docs/ranking.md",
    "docs/snapshot.md",
    "docs/verdicts.md",
    "docs/verification.md",
    "rules/README.md",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The words of a command line; quotes hold a word together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// The command lines of a guide: indented, or after a prompt.
fn command_lines(guide: &str) -> impl Iterator<Item = &str> {
    guide.lines().filter_map(|line| {
        let line = line.strip_prefix("    ").or_else(|| line.strip_prefix("$ "))?;
        let line = line.split(" #").next()?.trim();
        line.strip_prefix("leastwise ").filter(|rest| !rest.contains('…'))
    })
}

#[test]
fn every_command_line_parses() {
    let mut count = 0;
    for guide in GUIDES {
        let text = fs::read_to_string(root().join(guide)).unwrap();
        for line in command_lines(&text) {
            let mut arguments = words(line);
            arguments.push("--help".to_owned());
            let output = command(&arguments).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{guide}: leastwise {line}\n{said}");
            count += 1;
        }
    }
    assert!(count >= 10, "{count}");
}

/// The `console` blocks of the README: the command line, and what stands below it.
fn sessions() -> Vec<(&'static str, &'static str)> {
    let blocks = README.split("```console\n$ leastwise ").skip(1);
    blocks
        .map(|block| {
            let (block, _) = block.split_once("```").unwrap();
            block.split_once('\n').unwrap()
        })
        .collect()
}

#[test]
fn pasted_output_is_what_the_program_prints() {
    let sessions = sessions();
    assert!(!sessions.is_empty());
    let mut right = README.to_owned();
    for (line, pasted) in sessions {
        let output = command(&words(line)).env("COLUMNS", "90").output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        right = right.replace(&format!("{line}\n{pasted}```"), &format!("{line}\n{printed}```"));
    }
    if right != README {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("README.md");
        fs::write(&kept, right).unwrap();
        panic!(
            "the program prints something else; if {} is right, copy it to README.md",
            kept.display()
        );
    }
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_help() {
    let help = String::from_utf8(command(&["--help"]).output().unwrap().stdout).unwrap();
    let codes = help.lines().skip_while(|line| *line != "Exit codes:").skip(1);
    let mut count = 0;
    for line in codes {
        let (code, words) = line.trim().split_once("  ").unwrap();
        let row = format!("| {code} | {words} |");
        assert!(README.replace('`', "").contains(&row), "{row}");
        count += 1;
    }
    assert_eq!(count, 4);
}

#[test]
fn links_lead_somewhere() {
    for guide in GUIDES {
        let path = root().join(guide);
        let text = fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("https://") {
                continue;
            }
            assert!(path.parent().unwrap().join(link).exists(), "{guide}: {link}");
        }
    }
}

#[test]
fn named_paths_exist() {
    let is_path = |text: &str| {
        ["src/", "docs/", "tests/", "rules/", "fixtures/", ".ci/"]
            .iter()
            .any(|start| text.starts_with(start))
    };
    for guide in GUIDES {
        let text = fs::read_to_string(root().join(guide)).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let path = quoted.split(' ').next().unwrap();
            if is_path(path) && !path.contains(['<', '*']) {
                assert!(root().join(path).exists(), "{guide}: {path}");
            }
        }
    }
    assert!(CONTRIBUTING.matches('`').count() > 40);
}

#[test]
fn ci_runs_the_test_command_of_the_readme() {
    let script = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(README.contains("\n    cargo test\n"));
    assert!(script.contains("cargo test --locked\n"));
    if Path::new("/bin/bash").exists() {
        let status = Command::new("/bin/bash")
            .arg("-n")
            .arg(root().join(".ci/run"))
            .status()
            .unwrap();
        assert!(status.success());
    }
}

#[test]
fn cargo_run_needs_no_name() {
    // README says `cargo run`, and the package has a second program.
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    assert_eq!(manifest["package"]["default-run"].as_str(), Some("leastwise"));
}
