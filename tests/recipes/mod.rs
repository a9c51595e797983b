//! The files of `docs/recipes/` do what they say, as far as that can be run without AWS, GitHub and root.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use tempfile::TempDir;

use crate::command::SAMPLE;
use crate::command::leastwise;
use crate::command::names_in;
use crate::python::environment;

fn recipes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes")
}

fn text(name: &str) -> String {
    fs::read_to_string(recipes().join(name)).unwrap()
}

fn told(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The commands of a recipe, with the lines that go on put together.
fn calls(name: &str) -> Vec<Vec<String>> {
    let joined = text(name).replace("\\\n#", "").replace("\\\n", "");
    let lines = joined.lines().filter(|line| !line.contains("iam-policy"));
    let words = |line: &str| {
        line.split_whitespace()
            .map(|word| word.trim_matches('"').to_owned())
            .collect()
    };
    lines.map(words).collect()
}

/// What follows the program's name in a line, up to the next command.
fn arguments(words: &[String]) -> Option<&[String]> {
    let is_program = |word: &String| ["$leastwise", "leastwise", "`leastwise"].contains(&word.as_str());
    let from = words.iter().position(is_program)? + 1;
    let subcommands = ["collect", "audit", "evidence"];
    subcommands.contains(&words.get(from)?.as_str()).then(|| &words[from..])
}

#[test]
fn every_flag_and_format_of_the_recipes_is_one_of_the_command() {
    let mut seen = BTreeSet::new();
    let formats = leastwise(&["audit", "--report", "nothing=x"]).ends(2).err;
    for name in names_in(&recipes()) {
        for words in calls(&name) {
            let given = match arguments(&words) {
                Some(arguments) => arguments,
                // The arguments of nightly.sh are those of `collect`.
                None if words.iter().any(|word| word.ends_with("/nightly.sh")) => &words,
                None => continue,
            };
            let subcommand = if given == words.as_slice() {
                "collect"
            } else {
                given[0].as_str()
            };
            if subcommand == "collect" && cfg!(not(feature = "live")) {
                continue;
            }
            let help = match subcommand {
                "evidence" => leastwise(&["evidence", &given[1], "--help"]).ends(0).out,
                other => leastwise(&[other, "--help"]).ends(0).out,
            };
            for flag in given.iter().filter(|word| word.starts_with("--")) {
                let flag = flag.trim_end_matches('`');
                assert!(
                    help.split_whitespace().any(|word| word == flag),
                    "{name}: {subcommand} has no {flag}"
                );
                seen.insert(flag.to_owned());
            }
            for pair in given.windows(2).filter(|pair| pair[0] == "--report") {
                let (format, _) = pair[1].split_once('=').unwrap();
                assert!(formats.contains(format), "{name}: no format {format}");
            }
        }
    }
    for flag in ["--fail-on", "--report"] {
        assert!(seen.contains(flag), "{flag}");
    }
}

#[test]
fn the_guide_lists_every_recipe_and_each_script_is_one() {
    let guide = text("README.md");
    for name in names_in(&recipes()) {
        assert!(name == "README.md" || guide.contains(&format!("]({name})")), "{name}");
        if Path::new(&name).extension().is_some_and(|ending| ending == "sh") {
            let checked = Command::new("sh").arg("-n").arg(recipes().join(&name)).output().unwrap();
            assert!(checked.status.success(), "{name}: {}", told(&checked));
            let mode = fs::metadata(recipes().join(&name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "{name} cannot be run");
        }
    }
}

/// Runs nightly.sh with the real program; `collect`, which would ask AWS, copies the sample and ends with `code`.
fn nightly(folder: &TempDir, code: i32) -> Output {
    let program = folder.path().join("program");
    let real = env!("CARGO_BIN_EXE_leastwise");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join(SAMPLE);
    script(
        &program,
        &format!(
            "#!/bin/sh\nif [ \"$1\" = collect ]; then echo \"$@\" > '{}'; cp -r '{}' \"$3\"; exit {code}; fi\nexec '{real}' \"$@\"\n",
            folder.path().join("asked").display(),
            sample.display()
        ),
    );
    Command::new(recipes().join("nightly.sh"))
        .args(["--organization", "--role-name", "leastwise-collector"])
        .env("AUDIT_PROGRAM", program)
        .env("SNAPSHOTS", folder.path().join("snapshots"))
        .env("REPORTS", folder.path().join("reports"))
        .output()
        .unwrap()
}

#[test]
fn a_nightly_run_keeps_reports_and_passes_the_exit_code_on() {
    for code in [0, 3] {
        let folder = tempfile::tempdir().unwrap();
        let run = nightly(&folder, code);
        assert_eq!(run.status.code(), Some(1), "the sample has critical findings: {}", told(&run));
        let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
        assert!(
            asked.starts_with("collect --output ") && asked.ends_with(" --organization --role-name leastwise-collector\n"),
            "{asked}"
        );
        let reports = names_in(&folder.path().join("reports"));
        assert_eq!(reports.len(), 6, "{reports:?}");
        assert!(
            told(&run).contains("critical findings that were not there before: "),
            "{}",
            told(&run)
        );
        let latest = fs::read(folder.path().join("reports/latest.csv")).unwrap();
        assert_eq!(latest, fs::read(folder.path().join("reports").join(&reports[0])).unwrap());
        let rows = leastwise(&["audit", SAMPLE, "--format", "csv"]).out.lines().count();
        assert_eq!(String::from_utf8(latest).unwrap().lines().count(), rows);
        let mode = fs::metadata(folder.path().join("reports/latest.csv"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0);
    }
    // The night after alarms on nothing: all is known. What the night before did not know is an alarm.
    let folder = tempfile::tempdir().unwrap();
    nightly(&folder, 0);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let run = nightly(&folder, 0);
    assert_eq!(run.status.code(), Some(3), "{}", told(&run));
    assert!(!told(&run).contains("critical findings"), "{}", told(&run));
    let latest = folder.path().join("reports/latest.json");
    let text = fs::read_to_string(&latest).unwrap();
    assert!(text.contains("\"change\":\"known\""));
    let mut report: serde_json::Value = serde_json::from_str(&text).unwrap();
    report["findings"].as_array_mut().unwrap().remove(0);
    fs::write(&latest, report.to_string()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let run = nightly(&folder, 0);
    assert_eq!(run.status.code(), Some(1), "{}", told(&run));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(nightly(&folder, 2).status.code(), Some(2));
    assert!(names_in(&folder.path().join("reports")).is_empty());
}

#[test]
fn systemd_takes_the_units_and_finds_little_exposed() {
    let is_there = Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_there {
        eprintln!("skipped: no systemd-analyze here");
        return;
    }
    // The unit names a program that is not installed here: its place is that of the recipe for the check.
    let folder = tempfile::tempdir().unwrap();
    for name in ["leastwise.service", "leastwise.timer"] {
        let place = recipes().join("nightly.sh").display().to_string();
        let text = text(name);
        assert!(name != "leastwise.service" || text.contains("ExecStart=/usr/local/lib/leastwise/nightly.sh "));
        fs::write(
            folder.path().join(name),
            text.replace("/usr/local/lib/leastwise/nightly.sh", &place),
        )
        .unwrap();
    }
    let units = ["leastwise.service", "leastwise.timer"].map(|name| folder.path().join(name));
    let verify = |units: &[PathBuf]| {
        Command::new("systemd-analyze")
            .args(["verify", "--man=no", "--recursive-errors=no"])
            .args(units)
            .output()
            .unwrap()
    };
    let checked = verify(&units);
    assert!(checked.status.success() && told(&checked).is_empty(), "{}", told(&checked));
    let security = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=20", "--no-pager"])
        .arg(&units[0])
        .output()
        .unwrap();
    assert!(security.status.success(), "{}", told(&security));
    // The check finds a word that systemd does not know.
    let wrong = fs::read_to_string(&units[0]).unwrap().replace("PrivateTmp=", "PrivateTemp=");
    fs::write(&units[0], wrong).unwrap();
    assert!(told(&verify(&units)).contains("PrivateTemp"));
}

#[test]
fn the_schedules_are_well_formed() {
    let cron = text("leastwise.cron");
    let jobs: Vec<&str> = cron
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    assert_eq!(jobs.len(), 1);
    let fields: Vec<&str> = jobs[0].split_whitespace().collect();
    assert_eq!((&fields[..5], fields[5]), (&["17", "3", "*", "*", "*"][..], "leastwise"));
    // A percent sign would end the command.
    assert!(!jobs[0].contains('%'));
    let workflow = text("github-actions.yml");
    for needed in [
        "permissions: {}",
        "id-token: write",
        "security-events: write",
        "role-to-assume: arn:aws:iam::",
        "sarif_file: ${{ runner.temp }}/leastwise.sarif",
    ] {
        assert!(workflow.contains(needed), "{needed}");
    }
    for secret in ["AWS_SECRET", "secrets.", "AKIA"] {
        assert!(!workflow.contains(secret), "{secret}");
    }
}

#[test]
fn the_container_file_copies_what_the_build_needs() {
    let container = text("Containerfile");
    for line in container
        .lines()
        .filter(|line| line.starts_with("COPY ") && !line.contains("--from"))
    {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let (_, sources) = words.split_last().unwrap();
        for source in sources {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(source).exists(), "{source}");
        }
    }
    let manifest = fs::read_to_string("Cargo.toml").unwrap();
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .unwrap();
    assert!(container.contains(&format!("rust:{}-", version.trim_matches('"'))));
    assert!(container.contains("\nUSER 65532:65532\n"));
}

#[test]
fn the_aws_cli_takes_the_calls_of_the_senders() {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recipes/requirements.txt");
    let python = match environment("recipes", &requirements, "the tests of the recipes") {
        Ok(python) => python,
        Err(problem) => {
            eprintln!("skipped: {problem}");
            return;
        }
    };
    let aws = python.with_file_name("aws");
    let folder = tempfile::tempdir().unwrap();
    let (bin, log) = (folder.path().join("bin"), folder.path().join("log"));
    fs::create_dir(&bin).unwrap();
    // The real CLI reads and checks the arguments; the last word keeps it from calling AWS.
    let stand_in = format!(
        "#!/bin/sh\necho \"$@\" >> '{log}'\nif [ \"$1\" = s3 ]; then exec '{aws}' \"$@\" --dryrun; fi\n'{aws}' \"$@\" --generate-cli-skeleton output > '{log}.check' || exit 9\necho \"${{FAILED:-0}}\"\n",
        log = log.display(),
        aws = aws.display()
    );
    script(&bin.join("aws"), &stand_in);
    let run = |name: &str, arguments: &[&str], failed: &str| {
        let path = format!("{}:/usr/bin:/bin", bin.display());
        let mut command = Command::new(recipes().join(name));
        command.args(arguments).env("PATH", path).env("FAILED", failed);
        command
            .env("AWS_ACCESS_KEY_ID", "none")
            .env("AWS_SECRET_ACCESS_KEY", "none")
            .env("AWS_DEFAULT_REGION", "eu-central-1");
        command.output().unwrap()
    };
    let report = folder.path().join("report.csv");
    fs::write(&report, "rank\r\n").unwrap();
    let sent = run(
        "send-csv-to-s3.sh",
        &[&report.display().to_string(), "s3://bucket/reports/", "alias/reports"],
        "0",
    );
    assert!(sent.status.success(), "{}", told(&sent));
    assert!(
        fs::read_to_string(&log)
            .unwrap()
            .contains(" s3://bucket/reports/report.csv --sse aws:kms ")
    );

    let finding = r#"{"Findings":[{"SchemaVersion":"2018-10-08","Id":"1","ProductArn":"p","GeneratorId":"g","AwsAccountId":"111122223333","CreatedAt":"2026-01-01T00:00:00Z","UpdatedAt":"2026-01-01T00:00:00Z","Title":"it's $HOME","Description":"d","Resources":[{"Type":"Other","Id":"r"}]}]}"#;
    let findings = folder.path().join("findings.jsonl");
    fs::write(&findings, format!("{finding}\n{finding}\n")).unwrap();
    fs::write(&log, "").unwrap();
    let file = findings.display().to_string();
    let sent = run("send-asff-to-security-hub.sh", &[&file], "0");
    assert!(sent.status.success(), "{}", told(&sent));
    assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 2, "a call a line");
    let sent = run("send-asff-to-security-hub.sh", &[&file], "3");
    assert!(
        !sent.status.success() && told(&sent).contains("6 findings were not imported"),
        "{}",
        told(&sent)
    );
    // What is no call is refused, and the script does not go on.
    fs::write(&findings, "{\"Finding\":[]}\n").unwrap();
    assert!(!run("send-asff-to-security-hub.sh", &[&file], "0").status.success());
}
