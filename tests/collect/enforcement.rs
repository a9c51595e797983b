//! With policies enforced, what `iam-policy` prints suffices for a whole organization; without any one action of it, the
//! gap names that action, and what depends on it is undetermined or missing with a gap, never `denied` or as before.
//!
//! The emulator checks actions of users and roles, and the resource of AssumeRole. It does not check: trust policies and
//! external ids of roles in other accounts, session policies, and Region by Region.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::ACCOUNT;
use super::Desk;
use super::ORGANIZATION;
use super::assert_no_secret;
use super::code;
use super::doctor::denied;
use super::emulator::Emulator;
use super::emulator::policy_file;
use super::emulator::run;
use super::errors;
use super::gaps;
use super::text;
use super::who_can;

/// The verdict on a principal, if the answer knows it.
fn verdict(desk: &Desk, principal: &str) -> Option<String> {
    let found = who_can(desk, "ec2:TerminateInstances");
    found
        .into_iter()
        .find(|(name, _)| name == principal)
        .map(|(_, verdict)| verdict)
}

#[test]
fn the_printed_policies_suffice_for_an_organization_and_each_action_is_missed() {
    let (emulator, ids) = Emulator::organization();
    let account = |name: &str| text(&ids["accounts"][name]);
    let folder = tempfile::tempdir().unwrap();
    let printed = crate::command::leastwise(&["iam-policy", "--organization", "--role-name", "reader"]).ends(0);
    let organization = folder.path().join("organization.json");
    fs::write(&organization, printed.out).unwrap();
    let callers = run(
        "callers.py",
        &[
            &emulator.endpoint(),
            policy_file().to_str().unwrap(),
            organization.to_str().unwrap(),
            account("shop"),
            account("billing"),
            account("sandbox"),
        ],
    );
    emulator.enforce();
    let alice = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    let operator = format!("arn:aws:iam::{}:user/operator", account("shop"));
    let callers = callers.as_object().unwrap();
    assert_eq!(callers.len(), 11);
    for (missing, key) in callers {
        let desk = Desk::at(&emulator.endpoint(), text(&key[0]), text(&key[1]));
        let done = desk.collect(&[&ORGANIZATION[..], &["--usage", "none"]].concat());
        assert_eq!(code(&done), 3, "{}", errors(&done));
        let mut gaps: Vec<Value> = gaps(&desk);
        gaps.retain(|gap| gap["code"] != "SUSPENDED");
        let permissions: BTreeSet<&str> = gaps.iter().map(|gap| text(&gap["permission"])).collect();
        let expected: BTreeSet<&str> = [&**missing].into_iter().filter(|missing| !missing.is_empty()).collect();
        assert_eq!(permissions, expected, "{gaps:?}");
        let predicted = denied(&desk, &[&ORGANIZATION[..], &["--usage", "none"]].concat());
        assert_eq!(
            predicted.iter().map(String::as_str).collect::<BTreeSet<&str>>(),
            expected,
            "by doctor"
        );
        let found = (verdict(&desk, &alice), verdict(&desk, &operator));
        let (of_management, of_member) = match missing.strip_prefix("organizations:").unwrap_or(missing) {
            // Delegation opens nothing that the rules ask about.
            "" | "ListDelegatedAdministrators" | "ListDelegatedServicesForAccount" => ("allowed", Some("allowed")),
            // The guardrails are open; nothing restricts the management account.
            "DescribePolicy" | "ListPolicies" | "ListTargetsForPolicy" => ("allowed", Some("undetermined")),
            // The other accounts are not known, or nobody enters them.
            "ListRoots" | "ListOrganizationalUnitsForParent" | "ListAccountsForParent" | "AssumeRole" | "sts:AssumeRole" => {
                ("allowed", None)
            }
            "DescribeOrganization" => ("undetermined", None),
            other => panic!("{other} is expected to leave nothing open"),
        };
        let expected = (Some(of_management.to_owned()), of_member.map(str::to_owned));
        assert_eq!(found, expected, "without {missing}");
        let output = desk.output();
        let audit = desk.run(&["audit", output.to_str().unwrap(), "--format", "json"]);
        assert_eq!(code(&audit), 3, "{}", errors(&audit));
        assert!(String::from_utf8_lossy(&audit.stdout).contains(missing.as_str()));
        assert_no_secret(&desk, &done, text(&key[1]));
    }
}
