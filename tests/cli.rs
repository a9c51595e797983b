//! The command from outside: exit codes, contracts that scripts rely on, sources, formats.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;

use leastwise::report::column_names;
use serde_json::Value;

use crate::command::BARE;
use crate::command::SAMPLE;
use crate::command::command;
use crate::command::fed;
use crate::command::leastwise;
use crate::command::names_in;

pub const INSTANCE: &str = "arn:aws:ec2:eu-central-1:333344445555:instance/i-0e89e0d13b489c035";

fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records();
    rows.map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect()).collect()
}

fn column(name: &str) -> usize {
    column_names().position(|column| column == name).unwrap()
}

pub fn text_of(value: &Value, member: &str) -> String {
    value.get(member).unwrap().as_str().unwrap().to_owned()
}

// Exit codes.

#[test]
fn zero_when_all_is_done() {
    leastwise(&["demo"]).ends(0);
    leastwise(&["audit", BARE, "--standalone", "--format", "csv"]).ends(0);
}

#[test]
fn one_when_a_finding_reaches_the_threshold() {
    for severity in ["low", "medium", "high", "critical"] {
        leastwise(&["demo", "--fail-on", severity]).ends(1);
    }
    leastwise(&[
        "audit",
        SAMPLE,
        "--fail-on",
        "critical",
        "--principal",
        "*:role/shop-web-instance",
    ])
    .ends(3);
    leastwise(&["demo", "--fail-on", "critical", "--principal", "*:role/shop-web-instance"]).ends(0);
}

#[test]
fn what_is_not_known_counts_unless_told_otherwise() {
    // Both rows of this role are undetermined, those of the other are not.
    let demo = |role: &str, more: &[&str]| {
        let principal = format!("*:role/{role}");
        let run = leastwise(&[&["demo", "--fail-on", "low", "--principal", &principal], more].concat());
        (run.code, run.out.contains(role))
    };
    assert_eq!(demo("night-shift", &[]), (Some(1), true));
    assert_eq!(demo("night-shift", &["--undetermined", "count"]), (Some(1), true));
    assert_eq!(demo("night-shift", &["--undetermined", "ignore"]), (Some(0), true));
    assert_eq!(demo("vendor-ops", &["--undetermined", "ignore"]), (Some(1), true));
    leastwise(&["demo", "--undetermined", "hide"]).ends(2);
}

#[test]
fn two_on_wrong_usage_and_broken_sources() {
    for arguments in [
        &[][..],
        &["who-can", "ec2:TerminateInstances"],
        &["audit", "nowhere"],
        &["audit", "Cargo.toml"],
        &["audit", SAMPLE, "--severity", "awful"],
        &["audit", SAMPLE, "--as-of", "yesterday"],
        &["audit", SAMPLE, "--account", "999988887777"],
        &["audit", SAMPLE, "--rules", "nowhere"],
        &["audit", SAMPLE, "--output", "nowhere/report"],
        &["who-can", "ec2:*", SAMPLE],
        &["who-can", "TerminateInstances", SAMPLE],
        &["explain", "vendor-ops", "ec2:TerminateInstances", SAMPLE],
        &["rules", "show", "T0"],
        &["test", "nowhere"],
        &["completions", "tcsh"],
    ] {
        let run = leastwise(arguments).ends(2);
        assert!(run.out.is_empty(), "{arguments:?}: {}", run.out);
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn three_when_something_was_not_read() {
    let run = leastwise(&["audit", SAMPLE]).ends(3);
    assert!(run.out.contains("Gaps: "));
    leastwise(&["audit", BARE]).ends(3);
    let run = leastwise(&["who-can", "ec2:TerminateInstances", SAMPLE]).ends(3);
    assert!(run.err.contains("gaps: something could not be read"), "{}", run.err);
}

#[test]
fn help_names_the_exit_codes() {
    for arguments in [
        &["--help"][..],
        &["audit", "--help"],
        &["who-can", "-h"],
        &["what-can", "--help"],
        &["explain", "--help"],
        &["test", "--help"],
        &["demo", "--help"],
    ] {
        let run = leastwise(arguments).ends(0);
        for line in [
            "Exit codes:",
            "  0  done",
            "  1  findings",
            "  2  wrong usage",
            "  3  the run is incomplete",
        ] {
            assert!(run.out.contains(line), "{arguments:?}: {}", run.out);
        }
    }
    assert!(leastwise(&["--version"]).ends(0).out.contains(env!("CARGO_PKG_VERSION")));
}

// Results.

#[test]
fn output_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.csv");
    let text = path.to_str().unwrap();
    let run = leastwise(&["demo", "--format", "csv", "--output", text]).ends(0);
    assert!(run.out.is_empty());
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        leastwise(&["demo", "--format", "csv"]).out
    );
    assert_eq!(names_in(folder.path()), ["report.csv"]);

    let before = fs::read(&path).unwrap();
    leastwise(&["audit", "nowhere", "--output", text]).ends(2);
    leastwise(&["demo", "--rules", "nowhere", "--output", text]).ends(2);
    assert_eq!(fs::read(&path).unwrap(), before, "a run that fails leaves the older file");
    let missing = folder.path().join("no/such/folder/report");
    leastwise(&["demo", "--output", missing.to_str().unwrap()]).ends(2);
    leastwise(&["demo", "--output", folder.path().to_str().unwrap()]).ends(2);
    assert_eq!(names_in(folder.path()), ["report.csv"], "no temporary file stays");
}

#[test]
fn one_run_writes_several_reports_and_a_failed_one_loses_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let report = |format: &str, name: &str| format!("--report={format}={}", path(name).display());
    let run = leastwise(&["demo", &report("csv", "a.csv"), &report("json", "a.json")]).ends(0);
    assert_eq!(run.out, "");
    let csv = leastwise(&["demo", "--format", "csv"]).ends(0).out;
    assert_eq!(fs::read_to_string(path("a.csv")).unwrap(), csv);
    let json = leastwise(&["demo", "--format", "json"]).ends(0).out;
    assert_eq!(fs::read_to_string(path("a.json")).unwrap(), json);

    let run = leastwise(&["demo", &report("csv", "none/b.csv"), &report("json", "b.json")]).ends(2);
    assert!(run.err.contains("none/b.csv"), "{}", run.err);
    assert_eq!(fs::read_to_string(path("b.json")).unwrap(), json);
    assert_eq!(names_in(directory.path()), ["a.csv", "a.json", "b.json"]);

    let run = leastwise(&["demo", &report("csv", "c"), &report("json", "c")]).ends(2);
    assert!(run.err.contains("two reports"), "{}", run.err);
    let same = format!("--report=csv={}/./a.csv", directory.path().display());
    let run = leastwise(&["demo", &report("json", "a.csv"), &same]).ends(2);
    assert!(run.err.contains("two reports"), "{}", run.err);
    let run = leastwise(&["demo", "--report", "xml=c"]).ends(2);
    assert!(run.err.contains("table, csv, json"), "{}", run.err);
}

#[test]
fn a_reader_that_goes_away_changes_nothing_of_how_the_run_ended() {
    let mut child = command(&["demo", "--format", "json", "--fail-on", "low"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for format in ["table", "csv", "json"] {
        let run = |threads: &str| {
            leastwise(&["audit", SAMPLE, "--format", format, "--threads", threads])
                .ends(3)
                .out
        };
        let one = run("1");
        assert_eq!(one, run("2"));
        assert_eq!(one, run("4"));
    }
    let who = |threads: &str| leastwise(&["who-can", "ecs:DeleteService", SAMPLE, "--threads", threads]).out;
    assert_eq!(who("1"), who("4"));
}

#[test]
fn table_csv_and_json_tell_the_same_numbers() {
    let json = leastwise(&["audit", SAMPLE, "--format", "json"]).json();
    let rows = records(&leastwise(&["audit", SAMPLE, "--format", "csv"]).out);
    let table = leastwise(&["audit", SAMPLE, "--limit", "0"]).out;
    let findings = json.get("findings").unwrap().as_array().unwrap();
    assert_eq!(rows.len(), findings.len());
    for (row, finding) in rows.iter().zip(findings) {
        let cell = |name: &str| row.get(column(name)).unwrap().as_str();
        let identity = finding.get("identity").unwrap();
        assert_eq!(cell("rank"), finding.get("rank").unwrap().to_string());
        assert_eq!(cell("action"), text_of(finding, "action"));
        assert_eq!(cell("verdict"), text_of(finding, "verdict"));
        assert_eq!(cell("principal"), text_of(identity, "principal"));
        let score: f64 = finding.pointer("/score/total").unwrap().as_f64().unwrap();
        assert_eq!(cell("score"), format!("{score:.1}"));
        let line = format!("{:>3} {}", cell("rank"), cell("score"));
        assert!(
            table.lines().any(|shown| shown.starts_with(&line)),
            "the table has no row `{line}`"
        );
    }
    let verdicts = json.pointer("/facts/verdicts").unwrap();
    let count = |word: &str| format!("{} {word}", verdicts.get(word).unwrap());
    for word in ["allowed", "conditional", "undetermined", "denied"] {
        assert!(table.contains(&count(word)), "{}", count(word));
    }
    let gaps = json.get("gaps").unwrap().as_array().unwrap().len();
    assert!(table.contains(&format!("Gaps: {gaps}")));
}

#[test]
fn json_of_a_run_fits_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for arguments in [
        &["demo", "--format", "json"][..],
        &["demo", "--format", "json", "--all"],
        &["audit", BARE, "--format", "json"],
    ] {
        let value = leastwise(arguments).json();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
    }
}

#[test]
fn the_demo_is_the_audit_of_the_shipped_sample() {
    for format in ["csv", "json", "table"] {
        let demo = leastwise(&["demo", "--format", format]).ends(0);
        assert_eq!(demo.out, leastwise(&["audit", SAMPLE, "--format", format]).ends(3).out);
    }
}

#[test]
fn tables_keep_to_the_width() {
    for width in [80_usize, 200] {
        for arguments in [
            &["demo", "--all", "--limit", "0"][..],
            &["who-can", "ec2:TerminateInstances", SAMPLE, "--all"],
        ] {
            let output = command(arguments).env("COLUMNS", width.to_string()).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            for line in text.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
                assert_eq!(line.trim_end(), line);
            }
            assert!(!text.contains("credentials not collected; credentials not collected"));
            assert!(!text.contains("\n\n----"), "an empty cell line");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_enough_is_no_error() {
    use std::io::Read as _;
    for format in ["csv", "json"] {
        let mut child = command(&["audit", SAMPLE, "--all", "--format", format])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut some = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut some).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        // The pipe may hold it all before it closes.
        assert!([Some(0), Some(3)].contains(&output.status.code()), "{:?}", output.status);
    }
}

// Sources.

#[test]
fn a_dump_is_read_from_standard_input_and_compressed() {
    let text = fs::read(BARE).unwrap();
    let rows = |run: crate::command::Run| {
        let without_place = |row: Vec<String>| (row.get(column("principal")).cloned(), row.get(column("score")).cloned());
        records(&run.ends(0).out).into_iter().map(without_place).collect::<Vec<_>>()
    };
    let options = ["--standalone", "--format", "csv", "--as-of", "2026-11-01T06:00:00Z"];
    let audit = |source: &str, input: &[u8]| rows(fed(&[&["audit", source][..], &options].concat(), input));
    let plain = audit(BARE, b"");
    assert!(!plain.is_empty());
    assert_eq!(audit("-", &text), plain);

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&text).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(&*text, ruzstd::encoding::CompressionLevel::Fastest);
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("dump.json.gz", &gzip), ("dump.json.zst", &zstd)] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert_eq!(audit(path.to_str().unwrap(), b""), plain, "{name}");
        assert_eq!(audit("-", bytes), plain, "{name} on standard input");
    }
}

#[test]
fn several_bare_files_are_one_audit() {
    let other = "fixtures/estates/sample/accounts/444455556666/account-authorization-details.json";
    let run = leastwise(&["audit", BARE, other, "--standalone", "--format", "csv"]).ends(3);
    let accounts: BTreeSet<String> = records(&run.out)
        .iter()
        .map(|row| row.get(column("account")).unwrap().clone())
        .collect();
    assert_eq!(accounts.into_iter().collect::<Vec<_>>(), ["333344445555", "444455556666"]);
}

#[test]
fn without_organization_and_standalone_differ() {
    let allowed = |arguments: &[&str]| {
        let run = leastwise(&[&["audit", BARE, "--format", "csv"][..], arguments].concat());
        let rows = records(&run.out).into_iter();
        let rows = rows.filter(|row| row.get(column("verdict")).unwrap() == "allowed");
        rows.map(|row| row.get(column("principal")).unwrap().clone())
            .collect::<BTreeSet<_>>()
    };
    // No SCP binds a service-linked role, so that one is allowed whether or not there are any.
    let without = allowed(&[]);
    assert!(
        without.iter().all(|principal| principal.contains(":role/aws-service-role/")),
        "{without:?}"
    );
    assert!(allowed(&["--standalone"]).len() > without.len());
}

// What is reported.

#[test]
fn rows_are_chosen_by_principal_severity_and_account() {
    let rows = |arguments: &[&str]| records(&leastwise(&[&["demo", "--format", "csv"][..], arguments].concat()).ends(0).out);
    let all = rows(&[]);
    let vendor = rows(&["--principal", "arn:aws:iam::*:role/vendor-*"]);
    assert!(!vendor.is_empty() && vendor.len() < all.len());
    assert!(
        vendor
            .iter()
            .all(|row| row.get(column("principal")).unwrap().contains(":role/vendor-"))
    );
    let critical = rows(&["--severity", "critical"]);
    assert!(!critical.is_empty() && critical.len() < all.len());
    assert!(critical.iter().all(|row| row.get(column("severity")).unwrap() == "critical"));
    assert!(rows(&["--principal", "nobody"]).is_empty());
    let denied = rows(&["--all"]);
    assert!(denied.iter().any(|row| row.get(column("verdict")).unwrap() == "denied"));
    let run = leastwise(&["audit", SAMPLE, "--account", "555566667777", "--format", "csv"]);
    assert!(
        records(&run.out)
            .iter()
            .all(|row| row.get(column("account")).unwrap() == "555566667777")
    );
    assert!(leastwise(&["demo", "--principal", "nobody"]).out.contains("No findings."));
}

// Rules.

const RULE: &str = "+++\nid = \"stop-instances\"\ntitle = \"Identities that can stop instances\"\nstatus = \"assumed\"\n\n\
[[actions]]\naction = \"ec2:StopInstances\"\nresource_type = \"instance\"\nimpact = \"low\"\nloss = \"interruption\"\n+++\n\n\
## What it finds\nThose.\n## Why it matters\nIt does.\n## Example\nNone.\n## Fix\nNo.\n";

#[test]
fn a_users_rule_is_asked_beside_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stop.md");
    fs::write(&path, RULE).unwrap();
    let path = path.to_str().unwrap();
    for place in [path, folder.path().to_str().unwrap()] {
        let run = leastwise(&["demo", "--rules", place, "--format", "csv"]).ends(0);
        let rules: BTreeSet<String> = records(&run.out)
            .iter()
            .map(|row| row.get(column("rule")).unwrap().clone())
            .collect();
        assert_eq!(rules.into_iter().collect::<Vec<_>>(), ["T1578.003", "stop-instances"]);
    }
    assert!(leastwise(&["rules", "check", path]).ends(0).out.contains("valid"));
    let listed = leastwise(&["rules", "list", "--rules", path]).ends(0).out;
    assert!(listed.contains("T1578.003") && listed.contains("stop-instances") && listed.contains("ec2:StopInstances"));
    let page = leastwise(&["rules", "show", "stop-instances", "--rules", path]).ends(0).out;
    assert!(page.contains("What it finds\n\nThose."), "{page}");
}

#[test]
fn a_broken_rule_is_an_error_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.md");
    let place = path.to_str().unwrap();
    for (text, line) in [
        (RULE.replace("ec2:StopInstances", "ec2:StopInstancez"), 7),
        (RULE.replace("\"low\"", "\"nice\""), 9),
        (RULE.replace("status = ", "colour = "), 4),
        (RULE.replace("id = \"stop-instances\"", "id = "), 2),
        ("no rule".to_owned(), 1),
    ] {
        fs::write(&path, &text).unwrap();
        for arguments in [&["demo", "--rules", place][..], &["rules", "check", place]] {
            let run = leastwise(arguments).ends(2);
            let start = format!("leastwise: {place}:{line}:");
            assert!(run.err.starts_with(&start), "{}", run.err);
        }
    }
    fs::write(&path, RULE.replace("stop-instances", "T1578.003")).unwrap();
    let run = leastwise(&["demo", "--rules", place]).ends(2);
    assert!(run.err.contains("T1578.003"), "{}", run.err);
}

#[test]
fn the_built_in_rules_are_listed_and_shown() {
    assert!(leastwise(&["rules", "list"]).ends(0).out.starts_with("T1578.003"));
    let page = leastwise(&["rules", "show", "T1578.003"]).ends(0).out;
    for heading in [
        "What it finds",
        "Why it matters",
        "Example",
        "Fix",
        "ec2:TerminateInstances",
        "https://",
    ] {
        assert!(page.contains(heading), "{heading}");
    }
    leastwise(&["rules", "check", "rules/T1578.003.md"]).ends(0);
}

// Policy tests.

fn case(id: &str, decision: &str) -> String {
    format!(
        "{}\n",
        serde_json::json!({
            "format": "iamcase/1", "id": id, "name": "a user terminates",
            "source": {"suite": "ours", "repo": null, "path": "cli.rs"}, "truth": "none",
            "principal": {"kind": "user", "arn": "arn:aws:iam::111122223333:user/kim", "account": "111122223333", "tags": {}},
            "identity_policies": [{"name": "p", "document": {"Version": "2012-10-17", "Statement":
                [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]}}],
            "permission_boundary": null, "session_policy": null, "scps": null, "rcps": null,
            "resource_policy": null, "endpoint_policies": null,
            "request": {"action": "ec2:TerminateInstances", "resource": "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
                "resource_account": "111122223333", "context": {}},
            "expect": {"decision": decision}, "features": []
        })
    )
}

#[test]
fn a_misspelt_expectation_is_remarked_on() {
    let misspelt = case("a", "explicit_deny").replace("\"expect\"", "\"expects\"");
    let run = fed(&["test", "-"], misspelt.as_bytes()).ends(0);
    assert!(
        run.err.contains("no member `expects`") && run.err.contains("which cannot fail: 1"),
        "{}",
        run.err
    );
}

#[test]
fn policy_tests_pass_fail_and_break() {
    let passing = case("a", "allowed");
    let failing = case("b", "explicit_deny");
    let run = fed(&["test", "-"], passing.as_bytes()).ends(0);
    assert_eq!(run.out, "1 passed, 0 failed\n");
    let run = fed(&["test", "-"], format!("{passing}{failing}").as_bytes()).ends(1);
    assert!(run.out.contains("FAIL b (standard input:2)") && run.out.contains("expected explicit_deny, got allowed"));
    assert!(run.out.ends_with("1 passed, 1 failed\n"), "{}", run.out);
    let run = fed(&["test", "-"], format!("{passing}\n{{broken\n{failing}").as_bytes()).ends(2);
    assert!(run.err.contains("standard input:3: "), "{}", run.err);

    let run = fed(&["test", "-", "--format", "json"], format!("{passing}{failing}").as_bytes()).ends(1);
    let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for (line, (id, expected)) in lines.iter().zip([("a", "allowed"), ("b", "explicit_deny")]) {
        let members: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["actual", "expected", "id", "reason"]);
        assert_eq!((&*text_of(line, "id"), &*text_of(line, "expected")), (id, expected));
        assert_eq!(text_of(line, "actual"), "allowed");
    }
    fed(&["test", "-", "--format", "csv"], passing.as_bytes()).ends(2);
    leastwise(&["test", "fixtures/decisions/traps.jsonl", "fixtures/decisions/trust.jsonl"]).ends(0);
}

// Completions, explanations.

#[test]
fn shells_get_completions() {
    for (shell, mark) in [
        ("bash", "complete -F _leastwise"),
        ("zsh", "#compdef leastwise"),
        ("fish", "complete -c leastwise"),
    ] {
        let run = leastwise(&["completions", shell]).ends(0);
        assert!(run.out.contains(mark) && run.out.contains("who-can"), "{shell}");
    }
}

fn explained(principal: &str, action: &str) -> crate::command::Run {
    leastwise(&["explain", principal, action, SAMPLE])
}

#[test]
fn explain_says_why_and_why_not() {
    let run = explained("arn:aws:iam::333344445555:role/vendor-ops", "ec2:TerminateInstances").ends(0);
    assert!(
        run.out
            .starts_with("allowed: arn:aws:iam::333344445555:role/vendor-ops ec2:TerminateInstances on ")
    );
    for text in [
        "identity policies: allows",
        "Allow applies: statement 1 of arn:aws:iam::333344445555:policy/VendorOps",
        "account-authorization-details.json:731:15",
        "\"ec2:TerminateInstances\"",
        "service control policies at r-pm01: allows",
        "Deny does not apply to this request",
    ] {
        assert!(run.out.contains(text), "no `{text}` in {}", run.out);
    }
    let run = explained("arn:aws:iam::222233334444:root", "ecs:DeleteService").ends(0);
    assert!(
        run.out.starts_with("denied: ") && run.out.contains(": denies\n"),
        "{}",
        run.out
    );
    let run = explained("arn:aws:iam::555566667777:root", "ecs:DeleteService").ends(0);
    assert!(
        run.out
            .contains("ou-pm01-sbx00001: does not allow\n  no statement speaks of ecs:DeleteService")
    );
    let run = explained("arn:aws:iam::444455556666:role/data-science", "ec2:TerminateInstances").ends(3);
    assert!(
        run.out.starts_with("undetermined: ") && run.out.contains("not known: "),
        "{}",
        run.out
    );
    assert!(run.out.contains("stands twice"), "{}", run.out);
    let run = explained("arn:aws:iam::333344445555:user/people/ines.duarte", "ec2:TerminateInstances");
    assert!(run.out.contains("condition: only with MFA"), "{}", run.out);
}

#[test]
fn explain_names_what_it_cannot_find() {
    let run = explained("arn:aws:iam::444455556666:role/nobody", "ec2:TerminateInstances").ends(2);
    assert!(run.err.contains("role/nobody is in none of the sources"), "{}", run.err);
    explained("arn:aws:iam::999988887777:role/nobody", "ec2:TerminateInstances").ends(2);
    explained("arn:aws:s3:::bucket", "ec2:TerminateInstances").ends(2);
}

#[test]
fn explain_takes_a_resource_and_writes_json() {
    let principal = "arn:aws:iam::333344445555:role/vendor-ops";
    let run = leastwise(&[
        "explain",
        principal,
        "ec2:TerminateInstances",
        INSTANCE,
        SAMPLE,
        "--format",
        "json",
    ]);
    let value = run.json();
    assert_eq!(text_of(&value, "principal"), principal);
    assert_eq!(text_of(&value, "resource"), INSTANCE);
    assert_eq!(text_of(&value, "verdict"), "allowed");
    let layers = value.get("layers").unwrap().as_array().unwrap();
    assert!(layers.len() > 3);
    leastwise(&["explain", principal, "ec2:TerminateInstances", SAMPLE, "--format", "csv"]).ends(2);
}
