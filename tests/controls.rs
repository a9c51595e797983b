//! Controls: framework files that are right, and answers in which what is not known is never a pass.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use leastwise::controls::BUILTIN;
use leastwise::controls::Framework;
use leastwise::controls::MappingStatus;
use leastwise::controls::Outcome;
use leastwise::controls::Question;
use leastwise::controls::Tally;
use leastwise::controls::assess;
use leastwise::finding::AccessKey;
use leastwise::finding::Finding;
use leastwise::finding::Identity;
use leastwise::finding::LastUse;
use leastwise::finding::PrincipalKind;
use leastwise::finding::Report;
use leastwise::finding::Suppression;
use leastwise::finding::Verdict;
use serde_json::Value;

use crate::command::SAMPLE;
use crate::command::leastwise;
use crate::sample_report;

const ONE_QUESTION: &str = r#"
id = "ours"
title = "Ours"
version = "1"
[[controls]]
id = "C"
purpose = "one question"
status = "verified"
unused_days = 45
"#;

/// The outcome and the counts of one question over findings in a report without gaps.
fn asked(question: &str, findings: Vec<Finding>) -> (Outcome, Tally) {
    let mut report = sample_report::sample_report();
    report.findings = findings;
    report.gaps.clear();
    report.facts.verdicts.denied = 0;
    of_report(question, &report, false)
}

fn of_report(question: &str, report: &Report, is_chosen: bool) -> (Outcome, Tally) {
    let text = format!("{ONE_QUESTION}questions = [\"{question}\"]\n");
    let framework = Framework::parse("ours.toml", &text).unwrap();
    let control = assess(&framework, report, is_chosen).controls.remove(0);
    assert_eq!(control.outcome, control.questions[0].outcome);
    let question = control.questions.into_iter().next().unwrap();
    assert_eq!(question.outcome == Outcome::Pass, question.reasons.is_empty());
    let tally = question.tally;
    assert_eq!(
        tally.population,
        tally.pass + tally.fail + tally.accepted + tally.not_determined
    );
    (control.outcome, tally)
}

/// As of 2026-09-30 in the sample report.
fn used(at: &str) -> LastUse {
    LastUse::Used { at: at.parse().unwrap() }
}

fn unused(since: &str) -> LastUse {
    LastUse::NotUsed {
        since: Some(since.parse().unwrap()),
    }
}

fn role() -> Identity {
    sample_report::identity(PrincipalKind::IamRole, "arn:aws:iam::111122223333:role/r")
}

fn right(last: LastUse) -> Finding {
    let mut finding = sample_report::finding(role(), "ec2:TerminateInstances");
    finding.action_last_used = last;
    finding
}

fn accepted(mut finding: Finding) -> Finding {
    finding.suppression = Some(Arc::new(Suppression {
        owner: "ops".into(),
        reason: "break glass".into(),
        expires: "2027-01-01".parse().unwrap(),
    }));
    finding
}

#[test]
fn a_right_passes_only_when_it_is_used_or_denied() {
    use Outcome::{Fail, NotDetermined, Pass};
    let recent = "2026-09-29T00:00:00Z";
    let long_ago = "2025-08-26T00:00:00Z";
    for (last, outcome) in [
        (used(recent), Pass),
        (used(long_ago), Fail),
        (unused(long_ago), Fail),
        // Watched for a day only.
        (unused(recent), NotDetermined),
        (LastUse::NotUsed { since: None }, NotDetermined),
        (LastUse::NotCollected, NotDetermined),
        (LastUse::NotTracked, NotDetermined),
    ] {
        assert_eq!(asked("LP", vec![right(last)]).0, outcome, "{last:?}");
    }
    let undetermined = Finding {
        verdict: Verdict::Undetermined,
        ..right(used(recent))
    };
    assert_eq!(asked("LP", vec![undetermined]).0, NotDetermined);
    let denied = Finding {
        verdict: Verdict::Denied,
        ..right(LastUse::NotCollected)
    };
    assert_eq!(asked("LP", vec![denied]).0, Pass);
    // One unused right among used ones fails, and is the finding that is named.
    let bad = right(unused(long_ago));
    let (outcome, tally) = asked("LP", vec![right(used(recent)), bad.clone()]);
    assert_eq!((outcome, tally.pass, tally.fail), (Fail, 1, 1));
    assert_eq!(tally.findings, [bad.id()]);
    // Accepted for a time it is no failure and no pass.
    let (outcome, tally) = asked("LP", vec![accepted(bad)]);
    assert_eq!((outcome, tally.accepted, tally.fail), (NotDetermined, 1, 0));
    // A role that nobody used in all that time needs no right, whatever is known of the action.
    let mut idle = role();
    idle.usage.role_last_used = unused(long_ago);
    assert_eq!(
        asked("LP", vec![sample_report::finding(idle, "ec2:TerminateInstances")]).0,
        Fail
    );
}

#[test]
fn unused_credentials_fail_and_unknown_ones_do_not_pass() {
    use Outcome::{Fail, NotDetermined, Pass};
    let (recent, long_ago) = ("2026-09-29T00:00:00Z", "2025-08-26T00:00:00Z");
    let user = |password: Option<bool>, last: LastUse, keys: Option<&[(bool, LastUse)]>| {
        let mut user = sample_report::identity(PrincipalKind::IamUser, "arn:aws:iam::111122223333:user/u");
        user.usage.password_enabled = password;
        user.usage.password_last_used = last;
        let key = |(active, last_used): &(bool, LastUse)| AccessKey {
            active: *active,
            rotated: None,
            last_used: *last_used,
        };
        user.usage.keys = keys.map(|keys| keys.iter().map(key).collect());
        asked("UNUSED", vec![sample_report::finding(user, "ec2:TerminateInstances")]).0
    };
    assert_eq!(user(Some(true), used(recent), Some(&[])), Pass);
    assert_eq!(user(Some(false), LastUse::NotApplicable, Some(&[(true, used(recent))])), Pass);
    assert_eq!(user(Some(true), used(recent), Some(&[(true, unused(long_ago))])), Fail);
    assert_eq!(user(Some(true), used(recent), Some(&[(false, unused(long_ago))])), Pass);
    assert_eq!(user(Some(true), used(long_ago), None), Fail);
    assert_eq!(user(None, LastUse::NotCollected, Some(&[])), NotDetermined);
    assert_eq!(user(Some(false), LastUse::NotApplicable, None), NotDetermined);
    assert_eq!(
        user(Some(true), used(recent), Some(&[(true, LastUse::NotTracked)])),
        NotDetermined
    );

    let role = |last: LastUse, evidence: &[&str]| {
        let mut role = role();
        role.usage.role_last_used = last;
        let status = evidence
            .iter()
            .map(|status| sample_report::evidence("1", "UnusedIAMRole", status, ""));
        role.access_analyzer = status.collect();
        asked("UNUSED", vec![sample_report::finding(role, "ec2:TerminateInstances")]).0
    };
    assert_eq!(role(used(recent), &[]), Pass);
    assert_eq!(role(unused(long_ago), &[]), Fail);
    assert_eq!(role(LastUse::NotCollected, &[]), NotDetermined);
    assert_eq!(role(LastUse::NotCollected, &["ACTIVE"]), Fail);
    assert_eq!(role(used(recent), &["ARCHIVED"]), Pass);
    // An identity counts once, whatever it can do.
    let both = ["ec2:TerminateInstances", "ecs:DeleteService"].map(|action| {
        let mut role = self::role();
        role.usage.role_last_used = used(recent);
        sample_report::finding(role, action)
    });
    assert_eq!(asked("UNUSED", both.to_vec()).1.population, 1);
}

#[test]
fn a_list_is_reviewed_when_somebody_answers_for_every_row() {
    let recent = right(used("2026-09-29T00:00:00Z"));
    let mut other = accepted(recent.clone());
    other.action = "ecs:DeleteService".into();
    assert_eq!(asked("WHO", vec![recent.clone(), other.clone()]).0, Outcome::NotDetermined);
    assert_eq!(asked("WHO", vec![accepted(recent), other]).0, Outcome::Pass);
}

#[test]
fn gaps_chosen_rows_and_empty_runs_never_pass() {
    let good = || {
        let mut report = sample_report::sample_report();
        report.findings = vec![accepted(right(used("2026-09-29T00:00:00Z")))];
        report.findings[0].identity = Arc::new(Identity {
            usage: leastwise::finding::Usage {
                role_last_used: used("2026-09-29T00:00:00Z"),
                ..Default::default()
            },
            ..role()
        });
        report.gaps.clear();
        report
    };
    let gap = sample_report::sample_report().gaps.remove(0);
    for question in ["LP", "WHO", "UNUSED"] {
        assert_eq!(of_report(question, &good(), false).0, Outcome::Pass, "{question}");
        assert_eq!(of_report(question, &good(), true).0, Outcome::NotDetermined, "{question}");
        let mut with_gap = good();
        with_gap.gaps.push(gap.clone());
        assert_eq!(of_report(question, &with_gap, false).0, Outcome::NotDetermined, "{question}");
        let mut empty = good();
        empty.findings.clear();
        assert_eq!(of_report(question, &empty, false).0, Outcome::Pass, "nobody can, {question}");
        empty.facts.accounts = 0;
        assert_eq!(of_report(question, &empty, false).0, Outcome::NotDetermined, "{question}");
    }
    // What no rule asks is never answered.
    for question in ["SOD", "ADMIN", "LOG", "DETECT", "CHANGE", "RECOVER"] {
        assert_eq!(of_report(question, &good(), false).0, Outcome::NotDetermined, "{question}");
    }
}

#[test]
fn one_failing_question_fails_the_control_and_one_open_question_opens_it() {
    let assessed = |questions: &str, extent: &str| {
        let text = format!("{ONE_QUESTION}questions = [{questions}]\n{extent}");
        let mut report = sample_report::sample_report();
        report.gaps.clear();
        report.findings = vec![right(unused("2025-08-26T00:00:00Z"))];
        assess(&Framework::parse("ours.toml", &text).unwrap(), &report, false)
            .controls
            .remove(0)
    };
    assert_eq!(assessed("\"LP\", \"LOG\"", "").outcome, Outcome::Fail);
    assert_eq!(assessed("\"LOG\", \"LP\"", "").outcome, Outcome::Fail);
    let context = assessed("\"LP\"", "extent = \"context\"");
    assert_eq!(
        (context.outcome, context.questions[0].tally.fail),
        (Outcome::NotDetermined, 1)
    );
}

#[test]
fn every_framework_file_is_compiled_in_and_right() {
    let on_disk: BTreeSet<String> = fs::read_dir("rules/controls")
        .unwrap()
        .map(|entry| format!("rules/controls/{}", entry.unwrap().file_name().into_string().unwrap()))
        .collect();
    assert_eq!(
        BUILTIN.iter().map(|(file, _)| (*file).to_owned()).collect::<BTreeSet<_>>(),
        on_disk
    );
    let guide = fs::read_to_string("docs/controls.md").unwrap();
    let mut questions = BTreeSet::new();
    for name in Framework::names() {
        let framework = Framework::find(name).unwrap();
        assert_eq!(framework.id, name);
        assert!(guide.contains(&format!("| `{name}` |")), "docs/controls.md lacks {name}");
        questions.extend(
            framework
                .controls
                .iter()
                .flat_map(|control| control.questions.iter().copied()),
        );
    }
    assert_eq!(questions.len(), 9);
    let status = |framework: &str, control: &str| {
        let framework = Framework::find(framework).unwrap();
        framework.controls.iter().find(|known| known.id == control).unwrap().status
    };
    assert_eq!(status("nist-800-53r5", "AC-6(10)"), MappingStatus::Verified);
    assert_eq!(status("iso-27001-2022", "8.13"), MappingStatus::Unverified);
    assert_eq!(status("fedramp-rev5", "AC-6"), MappingStatus::Unverified);
    let unused = |version: &str| {
        let framework = Framework::find(&format!("cis-aws-{version}")).unwrap();
        let is_unused = |control: &&leastwise::controls::Control| control.unused_days == 45;
        framework
            .controls
            .iter()
            .find(is_unused)
            .map(|control| (control.id.clone(), control.questions.clone()))
    };
    for (version, id) in [("4.0.1", "1.12"), ("5.0", "1.11"), ("6.0", "2.11"), ("7.0", "2.11")] {
        assert_eq!(unused(version), Some((id.to_owned(), vec![Question::Unused])));
    }
}

#[test]
fn wrong_framework_files_are_refused_with_their_place() {
    let one = |more: &str| format!("{ONE_QUESTION}{more}\n");
    let two = "questions = [\"LP\"]\n[[controls]]\nid = \"C\"\npurpose = \"p\"\nstatus = \"verified\"\nquestions = [\"LP\"]";
    for (text, place, words) in [
        (String::new(), "1:1", "missing field `id`"),
        (one("questions = []"), "5:1", "has no question"),
        (one("questions = [\"SLEEP\"]"), "10:14", "SLEEP"),
        (one("questions = [\"LP\", \"WHO\", \"LP\"]"), "5:1", "asks LP twice"),
        (one("questions = [\"LP\"]\ncolour = 1"), "11:1", "colour"),
        (
            one("questions = [\"LP\"]").replace("45", "0"),
            "5:1",
            "`unused_days` is one at least",
        ),
        (one("questions = [\"LP\"]").replace("45", "-1"), "9:15", "-1"),
        (
            one("questions = [\"LP\"]").replace("\"C\"", "\" \""),
            "5:1",
            "an `id` and a `purpose`",
        ),
        (
            one("questions = [\"LP\"]").replace("\"Ours\"", "\"\""),
            "3:9",
            "`title` is empty",
        ),
        (one(two), "11:1", "stands twice"),
        (
            "id = \"a\"\ntitle = \"t\"\nversion = \"1\"\n".to_owned(),
            "1:1",
            "has no controls",
        ),
        (format!("a={}", "[".repeat(100_000)), "1:83", "recur"),
        ("id = \"\u{1b}[31m".to_owned(), "1:12", "invalid basic string"),
    ] {
        let error = Framework::parse("ours.toml", &text).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("ours.toml:{place}: ")) && error.contains(words),
            "{error}"
        );
        assert!(error.lines().count() == 1 && error.len() < 200, "{error}");
    }
}

#[test]
fn the_command_gives_the_same_counts_in_table_csv_and_json() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (csv_report, json_report) = (format!("csv={}", at("c.csv")), format!("json={}", at("c.json")));
    let arguments = [
        "audit",
        SAMPLE,
        "--controls",
        "nist-800-53r5",
        "--format",
        "table",
        "--report",
        &csv_report,
        "--report",
        &json_report,
    ];
    let run = leastwise(&arguments).ends(3);
    assert!(
        run.out.starts_with("NIST SP 800-53 Revision 5, as of 2026-11-01T06:00:00Z"),
        "{}",
        run.out
    );
    let json: Value = serde_json::from_slice(&fs::read(at("c.json")).unwrap()).unwrap();
    let mut rows = csv::Reader::from_path(at("c.csv")).unwrap();
    let header = rows.headers().unwrap().clone();
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    let mut number = 0;
    for control in json["controls"].as_array().unwrap() {
        assert!(run.out.contains(control["id"].as_str().unwrap()));
        for question in control["questions"].as_array().unwrap() {
            let cell = |name: &str| {
                rows[number]
                    .get(header.iter().position(|column| column == name).unwrap())
                    .unwrap()
            };
            assert_eq!(
                (cell("control"), cell("outcome")),
                (control["id"].as_str().unwrap(), control["outcome"].as_str().unwrap())
            );
            for count in ["population", "pass", "fail", "accepted", "not_determined"] {
                assert_eq!(cell(count), question[count].to_string(), "{count}");
            }
            // The sample has gaps: nothing passes.
            assert_ne!(cell("question_outcome"), "pass");
            assert_eq!(
                cell("findings").split_whitespace().count(),
                question["findings"].as_array().unwrap().len()
            );
            number += 1;
        }
    }
    assert_eq!(number, rows.len());
    // The population of "is each right needed" is every answer of the audit; the failing ids are rows of the report.
    let verdicts = &json["facts"]["verdicts"];
    let total: u64 = ["allowed", "conditional", "undetermined", "denied"]
        .iter()
        .map(|word| verdicts[word].as_u64().unwrap())
        .sum();
    let control = json["controls"]
        .as_array()
        .unwrap()
        .iter()
        .find(|control| control["id"] == "AC-6")
        .unwrap();
    assert_eq!(control["questions"][0]["population"], total);
    assert_eq!(control["outcome"], "fail");
    let report = leastwise(&["audit", SAMPLE, "--format", "json"]).json();
    let findings = report["findings"].as_array().unwrap();
    let ids: BTreeSet<&str> = findings.iter().map(|finding| finding["id"].as_str().unwrap()).collect();
    let failing = control["questions"][0]["findings"].as_array().unwrap();
    assert!(!failing.is_empty() && failing.iter().all(|id| ids.contains(id.as_str().unwrap())));
    // Rows are the same whether or not denied ones are shown.
    let all = leastwise(&["audit", SAMPLE, "--controls", "nist-800-53r5", "--format", "json", "--all"]).json();
    assert_eq!(all["controls"], json["controls"]);
    // A name that is none says which there are.
    let run = leastwise(&["audit", SAMPLE, "--controls", "nist"]).ends(2);
    assert!(run.err.contains("pci-dss-4.0.1") && run.out.is_empty(), "{}", run.err);
    leastwise(&["demo", "--controls", "nowhere.toml"]).ends(2);
}
