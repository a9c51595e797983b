//! Documents that are built to be hard: an answer comes, in bounded time and memory.

use std::fs;
use std::process::Command;

use serde_json::Value;
use serde_json::json;

const STATEMENTS: u64 = 300;

/// The condition of one of many statements: grants and denials take turns.
type Condition = fn(u64) -> Value;

/// Keys, operators and numbers of values that make much to tell apart.
const HARD: [(&str, Condition); 5] = [
    ("windows of time", |number| {
        let (month, day) = (number / 28 % 12 + 1, number % 28 + 1);
        let until = if number.is_multiple_of(2) { 2027 } else { 2029 };
        json!({"DateGreaterThan": {"aws:CurrentTime": format!("2026-{month:02}-{day:02}T00:00:00Z")},
            "DateLessThan": {"aws:CurrentTime": format!("{until}-{month:02}-{day:02}T12:00:00Z")}})
    }),
    ("ages of MFA", |number| {
        let most = number * 10 + if number.is_multiple_of(2) { 5 } else { 10_000 };
        json!({"NumericGreaterThan": {"aws:MultiFactorAuthAge": (number * 10).to_string()},
            "NumericLessThan": {"aws:MultiFactorAuthAge": most.to_string()}})
    }),
    ("ranges of addresses", |number| {
        json!({"IpAddress": {"aws:SourceIp": format!("20.{}.{}.0/24", number / 250, number % 250)},
            "NotIpAddress": {"aws:SourceIp": format!("20.{}.{}.0/25", number / 250, (number + 1) % 250)}})
    }),
    ("patterns of one key", |number| {
        json!({"StringLike": {"aws:UserAgent": format!("*{}*{}*", number * 7 % 1000, number * 3 % 100)},
            "StringNotLike": {"aws:UserAgent": format!("*{}*", number * 11 % 100)}})
    }),
    ("many tags", |number| {
        json!({"StringLike": {format!("aws:ResourceTag/t{}", number % 40): format!("*{}*", number * 13 % 1000)},
            "StringNotEquals": {format!("aws:ResourceTag/u{}", number % 37): (number * 17 % 100).to_string()}})
    }),
];

#[test]
fn a_hard_document_gets_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    for (what, condition) in HARD {
        let statements = (0..STATEMENTS).map(|number| {
            let effect = if number.is_multiple_of(2) { "Allow" } else { "Deny" };
            json!({"Effect": effect, "Action": "ec2:TerminateInstances", "Resource": "*", "Condition": condition(number)})
        });
        let document = json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()});
        let user = json!({"Path": "/", "UserName": "hard", "UserId": "AIDA1", "Arn": "arn:aws:iam::111122223333:user/hard",
            "CreateDate": "2024-01-01T00:00:00Z", "GroupList": [], "AttachedManagedPolicies": [], "Tags": [],
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": document}]});
        let details = json!({"UserDetailList": [user], "GroupDetailList": [], "RoleDetailList": [], "Policies": []});
        let file = folder.path().join("details.json");
        fs::write(&file, details.to_string()).unwrap();
        // Whoever forgets a budget waits for hours: the limit stands for that, not for a speed.
        let output = Command::new("sh")
            .args(["-c", "ulimit -t 600 -v 2000000; exec \"$@\"", "sh"])
            .arg(env!("CARGO_BIN_EXE_leastwise"))
            .args([
                "audit",
                "--standalone",
                "--all",
                "--as-of",
                "2026-11-01T00:00:00Z",
                "--format",
                "json",
            ])
            .arg(&file)
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{what}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rows = report["findings"].as_array().unwrap().iter();
        let row = rows
            .filter(|row| row["identity"]["principal"] == "arn:aws:iam::111122223333:user/hard")
            .find(|row| row["action"] == "ec2:TerminateInstances")
            .unwrap();
        match row["verdict"].as_str().unwrap() {
            "allowed" | "conditional" => assert!(!row["witness"].is_null(), "{what}"),
            "undetermined" => assert_ne!(row["unknowns"], json!([]), "{what}"),
            "denied" => assert!(!row["blockers"].is_null(), "{what}"),
            other => panic!("{what}: {other}"),
        }
    }
}
