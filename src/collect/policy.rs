//! The policies that let `collect` read, and nothing else, as IAM takes them.

use serde_json::Value;
use serde_json::json;

use crate::collect::actions::ACCOUNT_ACTIONS;
use crate::collect::actions::ORGANIZATION_ACTIONS;
use crate::collect::organization;

/// The role's name in what we print, unless another is asked for.
pub const DEFAULT_ROLE: &str = "leastwise-collector";

/// What reading an account needs: for the caller, or with an organization for the role of each account.
#[must_use]
pub fn account_policy() -> Value {
    let mut actions = ACCOUNT_ACTIONS.to_vec();
    actions.push(organization::DESCRIBE);
    actions.sort_unstable();
    document(&[json!({"Sid": "LeastwiseReadsAnAccount", "Effect": "Allow", "Action": actions, "Resource": "*"})])
}

/// What the caller needs besides to read an organization and to enter its accounts through the role; `role` may begin
/// with a path.
#[must_use]
pub fn organization_policy(partition: &str, role: &str) -> Value {
    let mut actions = ORGANIZATION_ACTIONS.to_vec();
    actions.sort_unstable();
    let role = format!("arn:{partition}:iam::*:role/{}", role.trim_start_matches('/'));
    document(&[
        json!({"Sid": "LeastwiseReadsTheOrganization", "Effect": "Allow", "Action": actions, "Resource": "*"}),
        json!({"Sid": "LeastwiseEntersAccounts", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}),
    ])
}

/// What a session in an account is limited to, whatever the role may do: the same actions in as few characters as
/// possible, since AWS takes 2,048.
pub(super) fn session_policy() -> String {
    let statement = json!({"Effect": "Allow", "Action": ACCOUNT_ACTIONS, "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A document as IAM and people read it: members in the usual order, one action a line, no newline at the end.
#[must_use]
pub fn policy_text(document: &Value) -> String {
    let mut text = String::new();
    write(document, 0, &mut text);
    text
}

/// The usual order of members; `serde_json` sorts them.
const ORDER: [&str; 6] = ["Version", "Statement", "Sid", "Effect", "Action", "Resource"];

fn write(value: &Value, depth: usize, text: &mut String) {
    let inner = "  ".repeat(depth + 1);
    let outer = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            text.push_str("{\n");
            let names = ORDER.iter().filter_map(|name| Some((name, members.get(*name)?)));
            for (index, (name, member)) in names.enumerate() {
                text.push_str(if index == 0 { "" } else { ",\n" });
                text.extend([inner.as_str(), "\"", name, "\": "]);
                write(member, depth + 1, text);
            }
            text.extend(["\n", outer.as_str(), "}"]);
        }
        Value::Array(items) => {
            text.push_str("[\n");
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ",\n" });
                text.push_str(&inner);
                write(item, depth + 1, text);
            }
            text.extend(["\n", outer.as_str(), "]"]);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_document() {
        for document in [account_policy(), organization_policy("aws", "/team/reader")] {
            let read: Value = serde_json::from_str(&policy_text(&document)).unwrap();
            assert_eq!(read, document);
        }
        assert!(
            organization_policy("aws-cn", "/team/reader")
                .to_string()
                .contains("arn:aws-cn:iam::*:role/team/reader")
        );
    }

    #[test]
    fn the_session_policy_fits_into_a_call() {
        assert!(session_policy().len() <= 2048);
    }
}
