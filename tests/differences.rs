//! Two days of the sample with one edit between them: what is new and gone, and why.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::Run;
use crate::command::SAMPLE;
use crate::command::leastwise;
use crate::command::wide;

const DUMP: &str = "accounts/333344445555/account-authorization-details.json";
const VENDOR: &str = "arn:aws:iam::333344445555:role/vendor-ops";
const VENDOR_OPS: &str = "identity policy arn:aws:iam::333344445555:policy/VendorOps";
const ATTACHED: &str = r#"[{"PolicyName": "VendorOps", "PolicyArn": "arn:aws:iam::333344445555:policy/VendorOps"}]"#;

/// The sample with one text put in the place of another, which it has once.
fn edited(file: &str, old: &str, new: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(SAMPLE), folder.path());
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{file}: {old}");
    fs::write(&path, text.replace(old, new)).unwrap();
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn path(folder: &TempDir) -> &str {
    folder.path().to_str().unwrap()
}

/// All differences as change, identity's name, action and causes.
fn told(run: &Run) -> Vec<(String, String, String, Vec<String>)> {
    let value = run.json();
    let list = value.get("differences").unwrap().as_array().unwrap();
    let text = |one: &Value, key: &str| one.get(key).unwrap().as_str().unwrap().to_owned();
    list.iter()
        .map(|one| {
            let causes = one.get("causes").unwrap().as_array().unwrap();
            (
                text(one, "change"),
                text(one, "principal"),
                text(one, "action"),
                causes.iter().map(|cause| cause.as_str().unwrap().to_owned()).collect(),
            )
        })
        .collect()
}

fn diff(old: &str, new: &str, code: i32) -> Vec<(String, String, String, Vec<String>)> {
    told(&leastwise(&["diff", old, new, "--format", "json"]).ends(code))
}

#[test]
fn an_edited_policy_is_the_cause() {
    let day = edited(
        DUMP,
        r#""Action": ["ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances"],"#,
        r#""Action": ["ec2:StartInstances", "ec2:StopInstances"],"#,
    );
    let forth = diff(SAMPLE, path(&day), 3);
    let [(change, principal, action, causes)] = &forth[..] else {
        panic!("{forth:?}")
    };
    assert_eq!(
        (&**change, &**principal, &**action),
        ("gone", VENDOR, "ec2:TerminateInstances")
    );
    assert_eq!(causes[0], format!("{VENDOR_OPS} was edited"));
    assert_eq!(causes[1], format!("no longer: {VENDOR_OPS}, statement 1 allows"));
    let back = diff(path(&day), SAMPLE, 1);
    assert_eq!(back.len(), 1);
    assert_eq!((&*back[0].0, &*back[0].1), ("new", VENDOR));
    assert_eq!(back[0].3[0], format!("{VENDOR_OPS} was edited"));
    assert!(diff(path(&day), path(&day), 3).is_empty());
}

#[test]
fn an_attachment_is_the_cause() {
    let day = edited(DUMP, ATTACHED, "[]");
    let forth = diff(SAMPLE, path(&day), 3);
    assert_eq!(forth.len(), 1);
    assert_eq!((&*forth[0].0, &*forth[0].1), ("gone", VENDOR));
    assert_eq!(forth[0].3[0], format!("{VENDOR_OPS} was detached"));
    let back = diff(path(&day), SAMPLE, 1);
    assert_eq!(back[0].3[0], format!("{VENDOR_OPS} was attached"));
}

#[test]
fn a_service_control_policy_is_the_cause_of_all_that_it_denies() {
    let day = edited(
        "organization.json",
        r#"cloudtrail:DeleteTrail\""#,
        r#"ec2:TerminateInstances\""#,
    );
    let forth = diff(SAMPLE, path(&day), 3);
    assert!(forth.len() > 20, "{forth:?}");
    for (change, principal, action, causes) in &forth {
        assert_eq!((&**change, &**action), ("gone", "ec2:TerminateInstances"), "{principal}");
        // SCPs do not hold for the management account.
        assert!(!principal.contains("::111122223333:"), "{principal}");
        let scp = "service control policy Guardrails (p-pmscp001) at r-pm01";
        assert_eq!(causes[0], format!("{scp} was edited"));
        assert_eq!(causes[1], format!("now: {scp}, statement KeepTheTrail denies"));
    }
    assert_eq!(diff(path(&day), SAMPLE, 1).len(), forth.len());
}

#[test]
fn a_tag_is_the_cause_of_the_identity_and_of_the_resource() {
    let day = edited(
        DUMP,
        r#""Tags": [{"Key": "team", "Value": "storefront"}],"#,
        r#""Tags": [{"Key": "team", "Value": "\u001b[31m"}],"#,
    );
    let forth = diff(SAMPLE, path(&day), 3);
    assert_eq!(forth.len(), 1);
    assert!(forth[0].1.ends_with(":role/shop-web-instance"));
    assert_eq!(forth[0].3[0], "tag team was `storefront`, is `\u{1b}[31m`");
    for format in ["table", "csv", "json"] {
        let out = leastwise(&["diff", SAMPLE, path(&day), "--format", format]).ends(3).out;
        assert!(!out.contains('\u{1b}'), "{out}");
        assert!(out.contains("team was"), "{out}");
    }

    let day = edited(
        "accounts/333344445555/inventory.json",
        r#"{"Key": "Name", "Value": "orders-worker"},"#,
        r#"{"Key": "Name", "Value": "orders-worker"}, {"Key": "critical", "Value": "true"},"#,
    );
    let instance = "arn:aws:ec2:eu-west-1:333344445555:instance/i-0c8e7ae3a10d7aecb";
    let forth = diff(SAMPLE, path(&day), 3);
    assert!(!forth.is_empty());
    for (change, principal, _, causes) in &forth {
        assert!(change == "better" || change == "gone", "{principal}");
        assert_eq!(causes[0], format!("tag critical of {instance} was not set, is `true`"));
        assert!(causes.contains(&format!("reaches no longer {instance}")), "{causes:?}");
    }
}

#[test]
fn two_reports_tell_what_their_rows_hold() {
    let day = edited(DUMP, ATTACHED, "[]");
    let folder = tempfile::tempdir().unwrap();
    let report = |source: &str, name: &str, more: &[&str]| {
        let file = folder.path().join(name).display().to_string();
        leastwise(&[&["audit", source, "--format", "json", "--output", &file], more].concat()).ends(3);
        file
    };
    let (old, new) = (report(SAMPLE, "old", &[]), report(path(&day), "new", &[]));
    let all = report(path(&day), "all", &["--all"]);
    let some = diff(&old, &new, 3);
    assert_eq!(some.len(), 1);
    assert_eq!((&*some[0].0, &*some[0].1), ("gone", VENDOR));
    assert_eq!(some[0].3[0], format!("it was: {VENDOR_OPS}, statement 1 allows"));
    assert!(some[0].3[1].contains("--all tells what denies it"));
    let full = diff(&old, &all, 3);
    assert_eq!(full.len(), 1, "denied rows are no findings");
    assert_eq!(full[0].3[0], format!("no longer: {VENDOR_OPS}, statement 1 allows"));
    assert!(
        full[0].3.contains(&"now: identity policies: nothing allows it".to_owned()),
        "{full:?}"
    );
    // A report and a source are compared, too.
    assert_eq!(diff(SAMPLE, &new, 3).len(), 1);
    assert_eq!(diff(&new, SAMPLE, 1)[0].0, "new");

    // The order of the rows and what else the report holds do not matter.
    let mut value: Value = serde_json::from_str(&fs::read_to_string(&old).unwrap()).unwrap();
    value.get_mut("findings").unwrap().as_array_mut().unwrap().reverse();
    value.as_object_mut().unwrap().remove("remarks");
    let turned = folder.path().join("turned").display().to_string();
    fs::write(&turned, serde_json::to_string_pretty(&value).unwrap()).unwrap();
    assert!(diff(&old, &turned, 3).is_empty());
}

#[test]
fn a_baseline_marks_rows_and_lists_what_is_gone() {
    let day = edited(DUMP, ATTACHED, "[]");
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.json").display().to_string();
    leastwise(&["audit", SAMPLE, "--format", "json", "--output", &old]).ends(3);
    let value: Value = serde_json::from_str(&fs::read_to_string(&old).unwrap()).unwrap();
    let count = value.get("findings").unwrap().as_array().unwrap().len();

    let arguments = ["audit", path(&day), "--baseline", &old, "--fail-on-new", "low"];
    let report = leastwise(&[&arguments[..], &["--format", "json"]].concat()).ends(3).json();
    let gone = report.pointer("/baseline/gone").unwrap().as_array().unwrap();
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].get("principal").unwrap(), VENDOR);
    assert_eq!(gone[0].get("asked_again").unwrap(), true);
    let table = wide(&arguments).ends(3).out;
    let line = format!(": 0 new, 0 worse, 0 better, {} known, 1 gone", count - 1);
    assert!(table.contains(&line), "{table}");
    assert!(table.contains("Gone since the baseline: 1"), "{table}");

    // Looking at less makes nothing gone, and a threshold of the severity neither.
    for more in [
        &["--account", "222233334444"][..],
        &["--principal", "*:role/nobody"],
        &["--severity", "critical", "--account", "444455556666"],
    ] {
        let report = leastwise(&[&["audit", SAMPLE, "--baseline", &old, "--format", "json"][..], more].concat()).json();
        assert_eq!(
            report.pointer("/baseline/gone").unwrap(),
            &Value::Array(Vec::new()),
            "{more:?}"
        );
    }

    // Back again: new, and only that alarms.
    let new = folder.path().join("new.json").display().to_string();
    leastwise(&["audit", path(&day), "--format", "json", "--output", &new]).ends(3);
    let again = ["audit", SAMPLE, "--baseline", &new, "--format", "csv", "--fail-on-new"];
    let csv = leastwise(&[&again[..], &["high"]].concat()).ends(1).out;
    let marked: Vec<&str> = csv.lines().filter(|line| line.contains(",\"new\",")).collect();
    assert_eq!(marked.len(), 1);
    assert!(marked[0].contains(VENDOR));
    leastwise(&[&again[..], &["critical"]].concat()).ends(3);
}

#[test]
fn a_report_of_chosen_rows_says_so_where_it_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let report = |name: &str, more: &[&str]| {
        let path = folder.path().join(name).display().to_string();
        leastwise(&[&["audit", SAMPLE, "--format", "json", "--output", &path], more].concat()).ends(3);
        path
    };
    let (all, some) = (report("all.json", &[]), report("some.json", &["--severity", "critical"]));
    let chosen = serde_json::from_str::<Value>(&fs::read_to_string(&some).unwrap()).unwrap();
    assert_eq!(chosen.pointer("/facts/chosen_rows").unwrap(), "severity critical and above");
    let told = "chosen rows (severity critical and above)";
    let is_told = |arguments: &[&str]| leastwise(arguments).err.contains(told);
    assert!(is_told(&["audit", SAMPLE, "--baseline", &some]));
    assert!(!is_told(&["audit", SAMPLE, "--baseline", &some, "--severity", "critical"]));
    assert!(!is_told(&["audit", SAMPLE, "--baseline", &all, "--severity", "critical"]));
    assert!(is_told(&["diff", &some, &all]) && is_told(&["diff", &all, &some]));
    assert!(!is_told(&["diff", &some, &some]) && !is_told(&["diff", &all, &all]));

    // Numbers of other rows are no trend.
    let page = folder.path().join("page.html").display().to_string();
    let html = format!("html={page}");
    let run = leastwise(&["audit", SAMPLE, "--report", &html, "--trend", &some, "--trend", &all]);
    assert!(
        run.err.contains("some.json: it has other rows than this report"),
        "{}",
        run.err
    );
    assert!(!run.err.contains("all.json"), "{}", run.err);
}

#[test]
fn worse_alarms_and_denied_rows_of_the_baseline_are_never_gone() {
    let day = edited(
        "accounts/333344445555/inventory.json",
        r#"{"Key": "Name", "Value": "orders-worker"},"#,
        r#"{"Key": "Name", "Value": "orders-worker"}, {"Key": "critical", "Value": "true"},"#,
    );
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.json").display().to_string();
    leastwise(&["audit", path(&day), "--all", "--format", "json", "--output", &old]).ends(3);
    let arguments = ["audit", SAMPLE, "--baseline", &old, "--format", "json", "--fail-on-new"];
    let run = leastwise(&[&arguments[..], &["high"]].concat()).ends(1);
    let report = run.json();
    let worse = |value: &&Value| value.get("change").unwrap() == "worse";
    let findings = report.get("findings").unwrap().as_array().unwrap();
    assert!(findings.iter().any(|row| worse(&row)));
    assert_eq!(report.pointer("/baseline/gone").unwrap(), &Value::Array(Vec::new()));
    leastwise(&[&arguments[..], &["critical"]].concat()).ends(3);
}

#[test]
fn what_was_not_asked_again_is_not_called_mended() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.json").display().to_string();
    leastwise(&["audit", SAMPLE, "--format", "json", "--output", &old]).ends(3);
    let day = edited(DUMP, ATTACHED, ATTACHED);
    fs::remove_dir_all(day.path().join("accounts/333344445555")).unwrap();
    let report = leastwise(&["audit", path(&day), "--baseline", &old, "--format", "json"]).json();
    let gone = report.pointer("/baseline/gone").unwrap().as_array().unwrap();
    assert!(!gone.is_empty());
    assert!(gone.iter().all(|one| one.get("asked_again").unwrap() == false));
    let table = wide(&["audit", path(&day), "--baseline", &old]).out;
    assert!(table.contains("not asked this time"), "{table}");
}

#[test]
fn a_broken_report_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("r.json").display().to_string();
    for (text, said) in [
        ("{\"schema\":\"leastwise-report/1\",\n\"facts\":1}", "line 2"),
        (
            "{\"schema\":\"leastwise-report/2\",\"facts\":{\"as_of\":\"2026-09-30T12:00:00Z\",\"rules\":[]},\"findings\":[]}",
            "leastwise-report/2",
        ),
        ("{\"schema\":\"leastwise-report/1\",\"fin", "line 1"),
    ] {
        fs::write(&file, text).unwrap();
        for run in [
            leastwise(&["diff", &file, SAMPLE]).ends(2),
            leastwise(&["audit", SAMPLE, "--baseline", &file]).ends(2),
        ] {
            assert!(run.err.contains(said) && run.err.contains("r.json"), "{}", run.err);
        }
    }
    leastwise(&["diff", "nowhere", SAMPLE]).ends(2);
}

#[test]
fn what_was_not_read_is_no_change_of_anything() {
    let part = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(SAMPLE), part.path());
    fs::remove_dir_all(part.path().join("accounts/333344445555")).unwrap();
    let reports: Vec<String> = [SAMPLE, path(&part)]
        .iter()
        .map(|source| {
            let file = part.path().join(format!("{}.json", source.len()));
            let file = file.to_str().unwrap().to_owned();
            leastwise(&["audit", source, "--format", "json", "--output", &file]).ends(3);
            file
        })
        .collect();
    for (old, new) in [(SAMPLE, path(&part)), (&*reports[0], &*reports[1])] {
        let found = diff(old, new, 3);
        assert!(!found.is_empty());
        for (change, principal, _, causes) in found {
            assert!(principal.contains(":333344445555:"), "{principal}");
            let why = "the new report has no row of account 333344445555: it was not read, or nobody in it can act";
            assert_eq!((&*change, &causes[..]), ("gone", &[why.to_owned()][..]));
        }
    }
}

#[test]
fn an_acceptance_that_is_over_alarms() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let entry = |expires: &str| {
        format!("[[suppressions]]\naccount = \"333344445555\"\nowner = \"ops\"\nreason = \"known\"\nexpires = {expires}\n")
    };
    // The sample is of 2026-11-01.
    fs::write(file("accepted.toml"), entry("2026-11-05")).unwrap();
    fs::write(file("over.toml"), entry("2026-10-31")).unwrap();
    let (accepted, over, old, new) = (file("accepted.toml"), file("over.toml"), file("old.json"), file("new.json"));
    leastwise(&["audit", SAMPLE, "--config", &accepted, "--format", "json", "--output", &old]).ends(3);
    let again = [
        "audit",
        SAMPLE,
        "--baseline",
        &old,
        "--fail-on-new",
        "low",
        "--format",
        "json",
    ];
    leastwise(&[&again[..], &["--config", &accepted]].concat()).ends(3);
    let run = leastwise(&[&again[..], &["--config", &over]].concat()).ends(1);
    fs::write(&new, &run.out).unwrap();
    let report = run.json();
    for finding in report["findings"].as_array().unwrap() {
        let is_over = finding["identity"]["account"] == "333344445555";
        assert_eq!(finding["change"], if is_over { "worse" } else { "known" });
    }
    let found = diff(&old, &new, 1);
    assert!(!found.is_empty());
    for (change, principal, _, causes) in found {
        assert!(principal.contains(":333344445555:"), "{principal}");
        assert_eq!((&*change, &*causes[0]), ("worse", "nobody accepts it any longer"));
    }
}
