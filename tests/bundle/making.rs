//! What a bundle holds, and that there is none when something goes wrong.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::bundle::Desk;
use crate::bundle::files;
use crate::command::SAMPLE;
use crate::command::command;
use crate::command::leastwise;
use crate::command::names_in;

const DUMP: &str = "fixtures/estates/sample/accounts/333344445555/account-authorization-details.json";

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_bundle_holds_inputs_reports_population_questions_and_the_sheet() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    let names = files(&bundle);
    for name in [
        "envelope.dsse.json",
        "inputs/1/accounts/333344445555/account-authorization-details.json",
        "inputs/1/organization.json",
        "manifest.json",
        "population.json",
        "questions.json",
        "reports/report.csv",
        "reports/report.json",
        "reports/report.txt",
        "review.csv",
        "run.json",
    ] {
        assert!(names.iter().any(|found| found == name), "{name}");
    }
    // The manifest lists every file but itself and the signature.
    let listed = json(&bundle.join("manifest.json"));
    let listed: Vec<&str> = listed["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].as_str().unwrap())
        .collect();
    let others: Vec<&String> = names
        .iter()
        .filter(|name| !["envelope.dsse.json", "manifest.json"].contains(&name.as_str()))
        .collect();
    assert_eq!(listed, others);
    // The inputs are those of the source, byte for byte.
    for name in names.iter().filter_map(|name| name.strip_prefix("inputs/1/")) {
        let original = fs::read(format!("{SAMPLE}/{name}")).unwrap();
        assert_eq!(fs::read(bundle.join("inputs/1").join(name)).unwrap(), original, "{name}");
    }
    // The population is that of the report, with the organization's list and the credential report beside it.
    let population = json(&bundle.join("population.json"));
    let report = leastwise(&["audit", SAMPLE, "--format", "json"]).json();
    assert_eq!(population["totals"], report["facts"]);
    assert_eq!(population["findings"], report["findings"].as_array().unwrap().len());
    assert_eq!(
        population["gaps"].as_array().unwrap().len(),
        report["gaps"].as_array().unwrap().len()
    );
    assert_eq!(population["accounts"]["listed_by_organization"].as_array().unwrap().len(), 6);
    let accounts = population["per_account"].as_array().unwrap();
    let identities: u64 = accounts
        .iter()
        .map(|account| 1 + account["users"].as_u64().unwrap() + account["roles"].as_u64().unwrap())
        .sum();
    assert_eq!(report["facts"]["identities"], identities);
    let unread = accounts.iter().find(|account| account["account"] == "666677778888").unwrap();
    assert_eq!(
        (&unread["users_by_credential_report"], &unread["instances"]),
        (&Value::Null, &Value::Null)
    );
    // The run can be typed again.
    let run = json(&bundle.join("run.json"));
    assert_eq!(
        run["arguments"],
        serde_json::json!(["audit", "--as-of=2026-11-01T06:00:00Z", "--", "inputs/1"])
    );
    let mut again = command(&["audit", "--as-of=2026-11-01T06:00:00Z", "--format", "csv", "--", "inputs/1"]);
    let again = again.current_dir(&bundle).output().unwrap();
    assert_eq!(again.stdout, fs::read(bundle.join("reports/report.csv")).unwrap());
}

#[test]
fn the_population_has_the_count_of_aws_beside_ours() {
    let desk = Desk::new();
    let account = desk.path("source/accounts/333344445555");
    fs::create_dir_all(&account).unwrap();
    fs::copy(DUMP, account.join("account-authorization-details.json")).unwrap();
    fs::write(desk.path("source/manifest.json"), r#"{"schema": "leastwise-snapshot/1"}"#).unwrap();
    let dump = json(Path::new(DUMP));
    let count = |name: &str| dump[name].as_array().unwrap().len();
    let (users, roles) = (count("UserDetailList"), count("RoleDetailList"));
    for (name, counted, agrees) in [("all", roles, true), ("more", roles + 1, false)] {
        let summary = serde_json::json!({"AccountAliases": [], "SummaryMap": {"Users": users, "Roles": counted}});
        fs::write(account.join("account-summary.json"), summary.to_string()).unwrap();
        desk.create(name, &desk.at("source"), &[]).ends(3);
        assert!(files(&desk.path(name)).contains(&"inputs/1/accounts/333344445555/account-summary.json".to_owned()));
        let population = json(&desk.path(name).join("population.json"));
        let summary = &population["per_account"][0]["account_summary"];
        assert_eq!(
            (&summary["roles"], &summary["agrees"]),
            (&Value::from(counted), &Value::from(agrees))
        );
        assert_eq!(summary["groups"], Value::Null);
        desk.verify(&desk.path(name), &["--replay"]).ends(0);
    }
}

#[test]
fn controls_in_a_bundle_are_those_of_the_audit() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &["--controls", "soc-2", "--controls", "pci-dss-4.0.1"]);
    for name in ["soc-2", "pci-dss-4.0.1"] {
        for (format, ending) in [("csv", "csv"), ("json", "json"), ("oscal", "oscal.json")] {
            let printed = leastwise(&["audit", SAMPLE, "--controls", name, "--format", format]).out;
            let mut kept = fs::read_to_string(bundle.join(format!("controls/{name}.{ending}"))).unwrap();
            if format == "oscal" {
                // Its names hold hashes of the whole, places included.
                let findings = |text: &str| text.split("\"findings\":").nth(1).unwrap().matches("\"target-id\"").count();
                assert_eq!(findings(&kept), findings(&printed));
                assert!(kept.contains(&format!("\"value\":\"{name}\"")));
                continue;
            }
            // Gaps name their files, which have another place here.
            kept = kept.replace("inputs/1", SAMPLE);
            assert_eq!(kept, printed, "{name} {format}");
        }
    }
    let run = desk.verify(&bundle, &["--replay"]).ends(0);
    assert!(run.out.contains("files again"), "{}", run.out);
    for (wrong, words) in [
        (&["--controls", "soc"][..], "pci-dss-4.0.1"),
        (&["--controls", "soc-2", "--controls", "soc-2"], "has the id `soc-2`, too"),
    ] {
        let run = desk.create("other", SAMPLE, wrong).ends(2);
        assert!(run.err.contains(words), "{}", run.err);
    }
}

#[test]
fn accepted_findings_are_marked_and_replayed_with_the_file_that_accepts_them() {
    let desk = Desk::new();
    let text = "[[suppressions]]\nidentity = \"*\"\nowner = \"jo\"\nreason = \"r\"\nexpires = 2999-01-01\n";
    fs::write(desk.path("ours.toml"), text).unwrap();
    let config = desk.at("ours.toml");
    let options = ["--standalone", "--config", &config, "--controls", "soc-2"];
    for (name, more) in [("whole", &[][..]), ("hashes", &["--redact"])] {
        desk.create(name, DUMP, &[&options[..], more].concat());
        let bundle = desk.path(name);
        let report = json(&bundle.join("reports/report.json"));
        let findings = report["findings"].as_array().unwrap();
        assert!(!findings.is_empty() && findings.iter().all(|finding| finding["suppression"]["owner"] == "jo"));
        assert_eq!(fs::read_to_string(bundle.join("config/leastwise.toml")).unwrap(), text);
    }
    desk.verify(&desk.path("whole"), &["--replay"]).ends(0);
    desk.verify(&desk.path("hashes"), &["--replay", "--source", DUMP]).ends(0);
    fs::write(desk.path("ours.toml"), "owner = 1").unwrap();
    desk.create("wrong", DUMP, &options).ends(2);
    assert!(!desk.path("wrong").exists());
}

#[test]
fn the_sheet_has_a_row_a_finding_and_nothing_decided() {
    let desk = Desk::new();
    let bundle = desk.of_sample("bundle", &[]);
    let mut sheet = csv::Reader::from_path(bundle.join("review.csv")).unwrap();
    let header = sheet.headers().unwrap().clone();
    let report = json(&bundle.join("reports/report.json"));
    let findings = report["findings"].as_array().unwrap();
    let rows: Vec<_> = sheet.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), findings.len());
    for (row, finding) in rows.iter().zip(findings) {
        let cell = |name: &str| row.get(header.iter().position(|column| column == name).unwrap()).unwrap();
        assert_eq!(cell("id"), finding["id"]);
        assert_eq!(cell("principal"), finding["identity"]["principal"]);
        for empty in [
            "reviewer",
            "reviewer_role",
            "decision",
            "date",
            "reason",
            "ticket",
            "exception_expires",
        ] {
            assert_eq!(cell(empty), "");
        }
    }
}

#[test]
fn a_replay_gives_the_same_bytes_of_files_own_rules_and_chosen_rows() {
    let desk = Desk::new();
    let rule = fs::read_to_string("rules/T1578.003.md").unwrap();
    let rule = rule.replace("id = \"T1578.003\"", "id = \"ours\"");
    fs::create_dir(desk.path("rules")).unwrap();
    fs::write(desk.path("rules/ours.md"), rule).unwrap();
    let rules = desk.at("rules");
    let options = [
        "--standalone",
        "--all",
        "--principal",
        "*role*",
        "--severity",
        "low",
        "--rules",
        &rules,
    ];
    desk.create("rows", DUMP, &options).ends(0);
    desk.verify(&desk.path("rows"), &["--replay"]).ends(0);
    let report = json(&desk.path("rows/reports/report.json"));
    assert_eq!(report["facts"]["rules"].as_array().unwrap().len(), 2);
    // Redacted, with the rules still in the bundle.
    desk.create("hashes", DUMP, &[&options[..], &["--redact"]].concat()).ends(0);
    desk.verify(&desk.path("hashes"), &["--replay", "--source", DUMP]).ends(0);
}

#[test]
fn a_redacted_bundle_holds_hashes_of_inputs_only_and_is_replayed_with_the_inputs() {
    let desk = Desk::new();
    let source = desk.path("source");
    fs::create_dir(&source).unwrap();
    let dump = source.join("account-authorization-details.json");
    fs::copy(DUMP, &dump).unwrap();
    let bundle = desk.path("bundle");
    let source = source.display().to_string();
    desk.create("bundle", &source, &["--redact"]).ends(3);
    assert!(!bundle.join("inputs").exists());
    let run = json(&bundle.join("run.json"));
    assert_eq!(run["inputs"][0]["name"], "inputs/1/account-authorization-details.json");
    assert_eq!(run["inputs"][0]["size"], fs::metadata(&dump).unwrap().len());
    desk.verify(&bundle, &[]).ends(0);
    assert!(desk.verify(&bundle, &["--replay"]).ends(2).err.contains("--source"));
    desk.verify(&bundle, &["--replay", "--source", &source]).ends(0);
    let mut bytes = fs::read(&dump).unwrap();
    bytes.push(b'\n');
    fs::write(&dump, bytes).unwrap();
    let run = desk.verify(&bundle, &["--replay", "--source", &source]).ends(1);
    assert!(
        run.err
            .contains("inputs/1/account-authorization-details.json: is not the input that was audited"),
        "{}",
        run.err
    );
}

#[test]
fn a_run_that_fails_leaves_nothing_and_nothing_is_overwritten() {
    let desk = Desk::new();
    let before = ["broken.json", "key.pem", "pub.pem"];
    fs::write(desk.path("broken.json"), "{").unwrap();
    for (source, more) in [
        ("nowhere", &[][..]),
        (&desk.at("broken.json"), &[]),
        (DUMP, &["--account", "999988887777"]),
        (DUMP, &["--rules", "nowhere"]),
    ] {
        let run = desk.create("bundle", source, more).ends(2);
        assert!(!run.err.is_empty());
        assert_eq!(names_in(desk.folder.path()), before, "{source} {more:?}");
    }
    fs::create_dir(desk.path("bundle")).unwrap();
    assert!(desk.create("bundle", DUMP, &[]).ends(2).err.contains("never overwritten"));
    assert!(names_in(&desk.path("bundle")).is_empty());
}

#[test]
fn a_run_that_is_killed_leaves_no_bundle() {
    let desk = Desk::new();
    // Standard input that does not end holds the run in the middle of its work.
    let arguments = [
        "evidence",
        "create",
        DUMP,
        "-",
        "--key",
        &desk.at("key.pem"),
        "--output",
        &desk.at("bundle"),
    ];
    let mut child = command(&arguments).stdin(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    let is_begun = || {
        let names = names_in(desk.folder.path());
        names
            .iter()
            .any(|name| name.starts_with(".bundle") && !files(&desk.path(name)).is_empty())
    };
    while !is_begun() {
        assert!(started.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!desk.path("bundle").exists());
    // What the killed run left is no bundle, and the next run removes it; what is not surely left it only names.
    let left = || -> Vec<String> {
        let names = names_in(desk.folder.path());
        names.into_iter().filter(|name| name.starts_with(".bundle")).collect()
    };
    assert_eq!(left().len(), 1);
    let unlocked = desk.path(".bundle.77-0.tmp");
    fs::create_dir(&unlocked).unwrap();
    fs::write(unlocked.join("mine"), "").unwrap();
    let elsewhere = desk.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join(".lock"), "").unwrap();
    std::os::unix::fs::symlink(&elsewhere, desk.path(".bundle.78-0.tmp")).unwrap();
    fs::create_dir(desk.path(".bundle.notes.tmp")).unwrap();
    fs::write(desk.path(".bundle.notes.tmp/.lock"), "").unwrap();
    let run = desk.create("bundle", DUMP, &[]).ends(3);
    assert_eq!(left(), [".bundle.77-0.tmp", ".bundle.78-0.tmp", ".bundle.notes.tmp"]);
    assert!(unlocked.join("mine").exists() && elsewhere.join(".lock").exists());
    assert_eq!(run.err.matches("left by a run that was stopped").count(), 1, "{}", run.err);
    assert!(run.err.contains(".bundle.77-0.tmp: left by a run"), "{}", run.err);
    desk.verify(&desk.path("bundle"), &[]).ends(0);
}

#[test]
fn a_run_that_is_at_work_is_left_alone() {
    let desk = Desk::new();
    let (key, output) = (desk.at("key.pem"), desk.at("bundle"));
    let arguments = ["evidence", "create", "-", "--key", &key, "--output", &output];
    let mut child = command(&arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let hidden = || -> Vec<String> {
        let names = names_in(desk.folder.path());
        names
            .into_iter()
            .filter(|name| name.starts_with(".bundle") && name.contains(".tmp"))
            .collect()
    };
    while hidden().is_empty() {
        assert!(started.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(5));
    }
    // The same name, and yet nothing of the other run goes: the second is done first.
    let run = desk.create("bundle", DUMP, &[]).ends(3);
    assert!(!run.err.contains("left by a run"), "{}", run.err);
    assert_eq!(hidden().len(), 1);
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &fs::read(DUMP).unwrap()).unwrap();
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), Some(2), "the name is taken by now");
    assert!(hidden().is_empty());
    desk.verify(&desk.path("bundle"), &[]).ends(0);
}

#[test]
fn a_bundle_carries_its_baseline_and_replays_against_it() {
    let desk = Desk::new();
    let earlier = leastwise(&["audit", SAMPLE, "--format", "json", "--as-of", "2026-10-01T00:00:00Z"]).out;
    let mut earlier: Value = serde_json::from_str(&earlier).unwrap();
    let rows = earlier["findings"].as_array_mut().unwrap();
    let new = rows.remove(0);
    let mut gone = rows[0].clone();
    gone["identity"]["principal"] = Value::from("arn:aws:iam::333344445555:role/left-us");
    rows.push(gone);
    fs::write(desk.path("earlier.json"), earlier.to_string()).unwrap();
    let baseline = desk.at("earlier.json");
    let bundle = desk.of_sample("bundle", &["--baseline", &baseline]);
    assert_eq!(
        fs::read(bundle.join("baseline/report.json")).unwrap(),
        fs::read(&baseline).unwrap()
    );
    let report = json(&bundle.join("reports/report.json"));
    let row = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == new["id"])
        .unwrap();
    assert_eq!(row["change"], "new");
    assert_eq!(report["baseline"]["gone"].as_array().unwrap().len(), 1);
    fs::remove_file(&baseline).unwrap();
    desk.verify(&bundle, &["--replay"]).ends(0);
    // With hashes of the inputs only, the baseline is there all the same.
    fs::write(desk.path("earlier.json"), earlier.to_string()).unwrap();
    let redacted = desk.of_sample("redacted", &["--baseline", &baseline, "--redact"]);
    desk.verify(&redacted, &["--replay", "--source", SAMPLE]).ends(0);
    // What is no report makes no bundle.
    fs::write(desk.path("earlier.json"), "{}").unwrap();
    let run = desk.create("none", SAMPLE, &["--baseline", &baseline]).ends(2);
    assert!(run.err.contains(&*baseline) && !desk.path("none").exists(), "{}", run.err);
}

#[test]
fn frameworks_of_the_askers_own_are_in_the_bundle_and_replayed() {
    let desk = Desk::new();
    let own = |id: &str| {
        let control =
            "purpose = \"nobody keeps what they do not use\"\nquestions = [\"LP\", \"UNUSED\"]\nstatus = \"verified\"\n";
        format!("id = \"{id}\"\ntitle = \"House\"\nversion = \"3\"\n[[controls]]\nid = \"HR-7\"\n{control}")
    };
    fs::write(desk.path("house.toml"), own("house-rules")).unwrap();
    let house = desk.at("house.toml");
    let options = ["--controls", "soc-2", "--controls", &house];
    let bundle = desk.of_sample("bundle", &options);
    assert_eq!(
        fs::read_to_string(bundle.join("frameworks/2/house.toml")).unwrap(),
        own("house-rules")
    );
    assert_eq!(
        json(&bundle.join("run.json"))["controls"],
        serde_json::json!(["soc-2", "frameworks/2/house.toml"])
    );
    let told = leastwise(&["audit", SAMPLE, "--controls", &house, "--format", "csv"]).out;
    assert_eq!(fs::read_to_string(bundle.join("controls/house-rules.csv")).unwrap(), told);
    let redacted = desk.of_sample("redacted", &[&options[..], &["--redact"]].concat());
    // The replay takes the file in the bundle and no other.
    fs::write(&house, own("else")).unwrap();
    desk.verify(&bundle, &["--replay"]).ends(0);
    desk.verify(&redacted, &["--replay", "--source", SAMPLE]).ends(0);
    for id in ["../out", "a/b", "", ".hidden", "a b", "SOC-2", "\\u001b"] {
        fs::write(&house, own(id)).unwrap();
        let run = desk.create("none", SAMPLE, &options).ends(2);
        assert!(
            run.err.contains("house.toml") && !run.err.contains('\u{1b}'),
            "{id}: {}",
            run.err
        );
        assert!(!desk.path("none").exists());
    }
    desk.create("none", SAMPLE, &["--controls", "soc-2", "--controls", "soc-2"])
        .ends(2);
    desk.create("none", SAMPLE, &["--controls", "nist"]).ends(2);
}
