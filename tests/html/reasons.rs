//! What a row unfolds to about the policies: their text, what decides in it, and what can be changed.

use std::fs;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use super::assert_quiet;
use super::browser::WIDE;
use super::browser::is_skipped;
use super::browser::look;
use super::js;
use crate::command::leastwise;

const MANAGED: &str = "arn:aws:iam::111122223333:policy/operate";

fn role(name: &str, more: &Value) -> Value {
    let mut role = json!({
        "Path": "/", "RoleName": name, "RoleId": format!("AROA{name}"), "Arn": format!("arn:aws:iam::111122223333:role/{name}"),
        "CreateDate": "2025-01-01T00:00:00Z", "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [],
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ]}
    });
    role.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    role
}

/// The statement that a role holds inline.
fn inline() -> Value {
    json!({"Sid": "Ops", "Effect": "Allow", "Action": ["ec2:Describe*", "EC2:*"], "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "StringLike": {"aws:UserAgent": "*"}}})
}

fn account(folder: &Path) -> String {
    let many = (0..400).map(|number| format!("s3:GetThing{number}"));
    let many: Vec<String> = many.chain(["ec2:Terminate*".to_owned()]).collect();
    let long = json!({"Effect": "Allow", "Action": many, "Resource": "*"});
    let managed = |statement: Value| json!({"Version": "2012-10-17", "Statement": [statement]});
    let document = managed(json!({"Sid": "Operate", "Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}));
    let group = json!({"GroupName": "ops", "Path": "/", "GroupId": "AGPA1", "Arn": "arn:aws:iam::111122223333:group/ops",
        "CreateDate": "2025-01-01T00:00:00Z", "AttachedManagedPolicies": [{"PolicyName": "operate", "PolicyArn": MANAGED}],
        "GroupPolicyList": []});
    let user = json!({"UserName": "ann", "Path": "/", "UserId": "AIDA1", "Arn": "arn:aws:iam::111122223333:user/ann",
        "CreateDate": "2025-01-01T00:00:00Z", "GroupList": ["ops"], "AttachedManagedPolicies": [], "UserPolicyList": []});
    let details = json!({
        "UserDetailList": [user], "GroupDetailList": [group],
        "RoleDetailList": [
            role("inline", &json!({"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": managed(inline())}]})),
            role("long", &json!({"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": managed(long)}]})),
            role("managed", &json!({"AttachedManagedPolicies": [{"PolicyName": "operate", "PolicyArn": MANAGED}]})),
        ],
        "Policies": [{"PolicyName": "operate", "PolicyId": "ANPA1", "Arn": MANAGED, "Path": "/", "DefaultVersionId": "v1",
            "AttachmentCount": 2, "IsAttachable": true, "CreateDate": "2025-01-01T00:00:00Z", "UpdateDate": "2025-01-01T00:00:00Z",
            "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "CreateDate": "2025-01-01T00:00:00Z",
                "Document": document}]}],
    });
    let file = folder.join("account.json");
    fs::write(&file, serde_json::to_string_pretty(&details).unwrap()).unwrap();
    file.display().to_string()
}

/// Of the row of this identity and action: texts of policies, marks in them, lines of the fix.
fn row(name: &str) -> Value {
    js(&format!(
        "(() => {{ const row = document.querySelector('#rows > details[data-identity=\"{name}\"][data-action=\"ec2:TerminateInstances\"]'); \
         row.open = true; const all = (what) => Array.from(row.querySelectorAll(what), (node) => node.textContent); \
         const fix = []; for (let node = Array.from(row.querySelectorAll('dt')).find((dt) => dt.textContent === 'fix').nextSibling; \
         node?.tagName === 'DD'; node = node.nextSibling) fix.push(node.textContent); \
         return [all('pre'), all('pre mark'), fix, all('p.quiet').join()]; }})()"
    ))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn a_row_shows_the_statement_with_what_decides_marked_and_where_to_change_it() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = account(folder.path());
    let file = folder.path().join("report.html");
    let told = format!("html={}", file.display());
    let run = leastwise(&[
        "audit",
        &source,
        "--standalone",
        "--as-of",
        "2026-01-01T00:00:00Z",
        "--report",
        &told,
    ]);
    assert!(matches!(run.code, Some(0 | 3)), "{}", run.err);
    let names = ["role inline", "role long", "role managed", "user ann", "root user"];
    let mut steps: Vec<Value> = names.iter().map(|name| row(name)).collect();
    steps.push(json!({"click": "#rows > details[open] a[href='#fix-0']"}));
    steps.push(json!({"until": "document.querySelector('#fix-0 details').open"}));
    steps.push(js("document.querySelector('#fix-0').textContent"));
    let seen = look(&file, "", WIDE, &steps);
    assert_quiet(&seen, &file);

    let [of_inline, of_long, of_managed, of_user, of_root] = [0, 1, 2, 3, 4].map(|row| seen.values[row].as_array().unwrap());
    let shown = texts(&of_inline[0]);
    assert_eq!(shown.len(), 1);
    assert_eq!(serde_json::from_str::<Value>(shown[0]).unwrap(), inline());
    assert!(shown[0].contains("\n  \"Effect\": \"Allow\""), "{}", shown[0]);
    let marks = [
        "\"Allow\"",
        "\"EC2:*\"",
        "\"*\"",
        "\"IpAddress\"",
        "\"aws:SourceIp\"",
        "\"203.0.113.0/24\"",
    ];
    let mut marked = texts(&of_inline[1]);
    // The holder chooses the user agent, which the row says, too.
    marked.retain(|mark| marks.contains(mark));
    marked.dedup();
    let mut expected = marks.to_vec();
    expected.sort_unstable();
    marked.sort_unstable();
    marked.dedup();
    assert_eq!(marked, expected);
    assert!(!texts(&of_inline[1]).contains(&"\"ec2:Describe*\""));
    let fix = texts(&of_inline[2]);
    assert!(
        fix[0].starts_with("edit statement Ops of inline policy p of arn:aws:iam::111122223333:role/inline"),
        "{fix:?}"
    );
    assert!(fix[0].contains("account.json:"), "{fix:?}");

    let long = texts(&of_long[0])[0];
    assert!(long.len() < 2_000 && long.contains("…"), "{long}");
    assert!(texts(&of_long[1]).contains(&"\"ec2:Terminate*\""));
    assert!(of_long[3].as_str().unwrap().contains("Cut: "), "{}", of_long[3]);

    assert!(texts(&of_managed[1]).contains(&"\"NotAction\""));
    let fix = texts(&of_managed[2]);
    assert!(
        fix[0].contains("for all who hold it, or detach it from role managed"),
        "{fix:?}"
    );
    let fix = texts(&of_user[2]);
    assert!(fix[0].contains("of group ops, or take user ann out of the group"), "{fix:?}");
    assert_eq!(texts(&of_root[0]), [""; 0]);
    let fix = texts(&of_root[2]);
    assert!(fix[0].contains("a service control policy above the account does"), "{fix:?}");
    let advice = seen.values[7].as_str().unwrap();
    assert!(
        advice.contains("Name the actions.") && advice.contains("\"Sid\": \"TerminateOwnInstances\""),
        "{advice}"
    );
}
