//! Input as the world gives it: broken, hostile, huge. Each ends in a clear error, a row or a gap.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use leastwise::report::is_hidden;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::command::Run;
use crate::command::leastwise;
use crate::command::names_in;
use crate::command::wide;

const ACCOUNT: &str = "111122223333";

/// A folder for one test, and what the command says about a file in it.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Audits a source in every format; whatever the end, no file is half written and nothing panics.
    fn audit(source: &Path) -> Run {
        let source = source.to_str().unwrap();
        let codes: Vec<Option<i32>> = ["csv", "json"]
            .iter()
            .map(|format| {
                let target = tempfile::tempdir().unwrap();
                let report = target.path().join("report");
                let text = report.to_str().unwrap();
                let run = leastwise(&["audit", source, "--format", format, "--output", text, "--standalone"]);
                assert!(matches!(run.code, Some(0 | 2 | 3)), "{:?}: {}", run.code, run.err);
                let expected: &[&str] = if run.code == Some(2) { &[] } else { &["report"] };
                assert_eq!(names_in(target.path()), expected);
                if run.code != Some(2) && *format == "json" {
                    serde_json::from_slice::<Value>(&fs::read(&report).unwrap()).unwrap();
                }
                run.code
            })
            .collect();
        let run = wide(&["audit", source, "--standalone", "--limit", "0"]);
        assert!(codes.iter().all(|code| *code == run.code), "{codes:?}");
        assert!(
            !run.out.chars().any(|c| is_hidden(c) && c != '\n'),
            "hidden characters: {}",
            run.out
        );
        assert!(
            !run.err.chars().any(|c| is_hidden(c) && c != '\n'),
            "hidden characters: {}",
            run.err
        );
        run
    }

    fn audit_text(&self, text: impl AsRef<[u8]>) -> Run {
        Self::audit(&self.write("dump.json", text))
    }
}

fn allow() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]})
}

fn user(name: &str, document: &Value) -> Value {
    json!({
        "UserName": name, "Path": "/", "UserId": "AIDAEXAMPLE", "Arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        "CreateDate": "2024-01-01T00:00:00Z", "GroupList": [], "AttachedManagedPolicies": [], "Tags": [],
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": document}],
    })
}

fn dump(users: &[Value]) -> String {
    json!({"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [], "Policies": []}).to_string()
}

fn one(document: &Value) -> String {
    dump(&[user("kim", document)])
}

/// A dump whose one policy is this text, which no JSON value can hold.
fn with_policy_text(policy: &str) -> String {
    let mark = json!("the policy");
    one(&mark).replace("\"the policy\"", policy)
}

#[test]
fn nothing_at_all() {
    let bench = Bench::new();
    for text in ["", " \n\t"] {
        let run = bench.audit_text(text).ends(2);
        assert!(run.err.contains("is empty"), "{}", run.err);
    }
    let folder = bench.folder.path().join("folder");
    fs::create_dir_all(folder.join("accounts")).unwrap();
    for path in [folder.join("accounts"), folder] {
        let run = Bench::audit(&path).ends(2);
        assert!(run.err.contains("holds no accounts: expected accounts/<id>/"), "{}", run.err);
    }
}

#[test]
fn truncated_json_is_told_with_its_place() {
    let bench = Bench::new();
    let text = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&one(&allow())).unwrap()).unwrap();
    for share in 1..10 {
        let end = text.len() * share / 10;
        let half: String = text.chars().take(end).collect();
        let run = bench.audit_text(&half);
        let told = format!("{}{}", run.out, run.err);
        assert!(matches!(run.code, Some(2 | 3)), "{told}");
        if run.code == Some(3) {
            assert!(told.contains("not valid JSON: the text ends"), "{told}");
        } else {
            assert!(run.err.contains("dump.json"), "{told}");
        }
    }
    let path = bench.write(
        &format!("estate/accounts/{ACCOUNT}/account-authorization-details.json"),
        text.get(..40).unwrap(),
    );
    let estate = path.ancestors().nth(3).unwrap();
    let run = Bench::audit(estate).ends(3);
    assert!(run.out.contains("not valid JSON: the text ends"), "{}", run.out);
}

#[test]
fn wrong_shapes_are_gaps_or_errors() {
    let bench = Bench::new();
    for (text, words) in [
        (
            "[1, 2, 3]",
            "is not the output of `aws iam get-account-authorization-details`",
        ),
        ("{\"UserDetailList\": 7}", "does not tell its account"),
        ("\"text\"", "is not the output"),
        ("not json", "is not JSON"),
        ("{\"a\": 1", "is not JSON"),
    ] {
        let run = bench.audit_text(text).ends(2);
        assert!(run.err.contains(words), "{text}: {}", run.err);
    }
    let odd = json!({"UserDetailList": [3, null, "x", {"UserName": 5}, user("kim", &json!(17))], "RoleDetailList": {"a": 1},
        "GroupDetailList": false, "Policies": [[[]]]});
    let run = bench.audit_text(odd.to_string()).ends(3);
    assert!(
        run.out.contains("undetermined") && run.out.contains("wrong shape"),
        "{}",
        run.out
    );
}

#[test]
fn fifty_megabytes_of_brackets_end_soon() {
    let bench = Bench::new();
    let brackets = "[".repeat(50_000_000);
    let run = bench.audit_text(&brackets).ends(2);
    assert!(run.err.contains("is not JSON: nested more than"), "{}", run.err);
    let path = bench.write(
        &format!("estate/accounts/{ACCOUNT}/account-authorization-details.json"),
        &brackets,
    );
    Bench::audit(path.ancestors().nth(3).unwrap()).ends(3);
}

#[test]
fn deep_nesting_inside_a_policy_is_an_invalid_policy() {
    let bench = Bench::new();
    let deep = "[".repeat(100_000);
    for policy in [
        format!(
            "{{\"Version\": \"2012-10-17\", \"Statement\": {deep}{}}}",
            "]".repeat(100_000)
        ),
        format!("\"{deep}\""),
    ] {
        let run = bench.audit_text(with_policy_text(&policy)).ends(3);
        assert!(run.out.contains("kim") || run.out.contains("nested"), "{}", run.out);
        assert!(run.out.contains("Gaps: "), "{}", run.out);
    }
}

#[test]
fn a_duplicate_key_makes_its_holder_undetermined() {
    let bench = Bench::new();
    let policy = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";
    let run = bench.audit_text(with_policy_text(policy)).ends(3);
    assert!(run.out.contains("`Effect` stands twice in one object"), "{}", run.out);
    let path = bench.folder.path().join("dump.json");
    let who = leastwise(&[
        "who-can",
        "ec2:TerminateInstances",
        path.to_str().unwrap(),
        "--standalone",
        "--format",
        "csv",
    ]);
    assert!(
        who.out.contains("user/kim") && who.out.contains("undetermined"),
        "{}",
        who.out
    );
}

#[test]
fn hostile_names_are_shown_and_not_obeyed() {
    let bench = Bench::new();
    let long = "L".repeat(10_000);
    let names = [
        "a\u{1b}[31mred\u{1b}[0m\n\u{0}b",
        "<script>alert(1)</script>",
        "=cmd|'/c calc'!A1",
        "x\u{202e}gpj.exe",
        "日本語の名前",
        &long,
    ];
    let users: Vec<Value> = names.iter().map(|name| user(name, &allow())).collect();
    let run = bench.audit_text(dump(&users)).ends(0);
    for shown in [
        "\\u{1b}[31mred",
        "<script>alert(1)</script>",
        "x\\u{202e}gpj.exe",
        "日本語の名前",
        "more characters)",
    ] {
        assert!(run.out.contains(shown), "no `{shown}` in {}", run.out);
    }
    assert!(run.out.len() < 100_000, "a long name takes few lines");
    let path = bench.folder.path().join("dump.json");
    let path = path.to_str().unwrap();
    let csv = leastwise(&["who-can", "ec2:TerminateInstances", path, "--standalone", "--format", "csv"]).ends(0);
    assert!(csv.out.contains(&long), "the CSV has the whole name");
    let kim = format!("arn:aws:iam::{ACCOUNT}:user/x\u{202e}gpj.exe");
    let run = leastwise(&["explain", &kim, "ec2:TerminateInstances", path, "--standalone"]);
    assert!(run.out.contains("\\u{202e}") && !run.out.contains('\u{202e}'), "{}", run.out);
}

#[test]
fn very_many_conditions_end_soon() {
    let bench = Bench::new();
    let tags: serde_json::Map<String, Value> = (0..2_000)
        .map(|n| (format!("aws:RequestTag/k{n}"), json!([n.to_string(), "x"])))
        .collect();
    let tests = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": tags}}]});
    bench.audit_text(one(&tests)).ends(0);
    let statement = |n: u32| {
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
            "StringNotEquals": {format!("aws:ResourceTag/k{n}"): "v"}, "IpAddress": {"aws:SourceIp": format!("10.{}.0.0/16", n % 250)}}})
    };
    let statements: Vec<Value> = (0..200).map(statement).collect();
    let run = bench
        .audit_text(one(&json!({"Version": "2012-10-17", "Statement": statements})))
        .ends(0);
    assert!(run.out.len() < 20_000, "a long condition is cut in the table");
}

#[test]
fn wrong_encodings_and_archives_are_errors() {
    let bench = Bench::new();
    let run = bench.audit_text(b"{\"UserDetailList\": \"\xff\"}").ends(2);
    assert!(
        run.err.contains("is not UTF-8 text: byte 20, line 1, column 21"),
        "{}",
        run.err
    );
    let run = Bench::audit(&bench.write("dump.json.gz", b"\x1f\x8b\x08\x00\x00")).ends(2);
    assert!(run.err.contains("does not decompress as gzip"), "{}", run.err);
    let run = Bench::audit(&bench.write("dump.json.zst", b"\x28\xb5\x2f\xfd\x00")).ends(2);
    assert!(run.err.contains("does not decompress as zstd"), "{}", run.err);
}

#[test]
fn broken_files_beside_a_good_one_are_gaps() {
    let bench = Bench::new();
    let account = |name: &str| format!("estate/accounts/{ACCOUNT}/{name}");
    let path = bench.write(&account("account-authorization-details.json"), one(&allow()));
    let estate = path.ancestors().nth(3).unwrap();
    bench.write(&account("inventory.json"), "{\"Instances\": 7}");
    bench.write(&account("credential-report.csv"), "foo\nbar");
    bench.write(&account("access-analyzer-findings.json"), "\"x\"");
    bench.write("estate/organization.json", "{\"Roots\": 5");
    bench.write("estate/manifest.json", "{bad");
    let run = Bench::audit(estate).ends(3);
    for text in [
        "user kim",
        "inventory.json",
        "credential-report.csv",
        "findings.json",
        "organization.json",
        "manifest.json",
    ] {
        assert!(run.out.contains(text), "no {text} in {}", run.out);
    }
    bench.write("estate/manifest.json", "{\"schema\": \"leastwise-snapshot/9\"}");
    let run = Bench::audit(estate).ends(2);
    assert!(run.err.contains("has the schema `leastwise-snapshot/9`"), "{}", run.err);
}
