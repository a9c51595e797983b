//! An organization: its guardrails, who cannot be entered, and runs that go on where others stopped.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use super::ACCOUNT;
use super::Desk;
use super::ORGANIZATION;
use super::SECRET;
use super::code;
use super::contents;
use super::emulator::Emulator;
use super::errors;
use super::files;
use super::gaps;
use super::report;
use super::text;
use super::who_can;

#[test]
fn an_organization_is_collected_with_its_guardrails_and_what_cannot_be_entered_is_named() {
    let (emulator, ids) = Emulator::organization();
    let account = |name: &str| text(&ids["accounts"][name]).to_owned();
    let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
    let done = desk.collect(&ORGANIZATION);
    assert_eq!(code(&done), 3, "{}", errors(&done));
    let gaps = gaps(&desk);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(
        (text(&gaps[0]["account"]), text(&gaps[0]["code"])),
        (&*account("closed"), "SUSPENDED")
    );

    let organization = desk.json("organization.json");
    let names = |list: &str| -> BTreeSet<String> {
        let list = organization[list].as_array().unwrap();
        list.iter().map(|found| text(&found["Name"]).to_owned()).collect()
    };
    assert_eq!(
        names("OrganizationalUnits"),
        ["Production", "Sandbox", "Workloads"].map(str::to_owned).into()
    );
    assert!(names("Accounts").is_superset(&["billing", "shop", "sandbox", "closed"].map(str::to_owned).into()));
    assert_eq!(text(&organization["DelegatedAdministrators"][0]["Id"]), account("billing"));
    let scps = &organization["PoliciesForTarget"]["SERVICE_CONTROL_POLICY"];
    assert_eq!(scps[text(&ids["units"]["production"])].as_array().unwrap().len(), 2);
    assert_eq!(scps[account("shop")], json!(["p-FullAWSAccess"]));

    let report = report(&desk);
    let verdict = |name: &str, action: &str| {
        let arn = format!("arn:aws:iam::{}:user/operator", account(name));
        let output = desk.output();
        let path = output.to_str().unwrap();
        let asked = desk.run(&["who-can", action, path, "--all", "--format", "json"]);
        let answers: Value = serde_json::from_slice(&asked.stdout).unwrap();
        let answers = answers["answers"].as_array().unwrap();
        let found = answers.iter().find(|answer| answer["principal"] == arn);
        text(&found.unwrap_or_else(|| panic!("{arn} in {answers:?}"))["verdict"]).to_owned()
    };
    assert_eq!(verdict("shop", "ecs:DeleteService"), "denied");
    assert_eq!(verdict("shop", "ec2:TerminateInstances"), "allowed");
    assert_eq!(verdict("sandbox", "ecs:DeleteService"), "allowed");
    assert!(!report["findings"].as_array().unwrap().is_empty());
}

#[test]
fn a_run_goes_on_where_another_stopped_and_ends_the_same() {
    let (emulator, ids) = Emulator::organization();
    let shop = text(&ids["accounts"]["shop"]).to_owned();
    let whole = Desk::at(&emulator.endpoint(), "testing", SECRET);
    assert_eq!(code(&whole.collect(&ORGANIZATION)), 3);
    let expected = contents(&whole);

    let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
    assert_eq!(code(&desk.collect(&ORGANIZATION)), 3);
    // What a run that was killed may leave: half of an account, a changed file, a temporary one, no end in the manifest.
    let folder = desk.output().join("accounts").join(&shop);
    fs::remove_file(folder.join("collected.json")).unwrap();
    fs::remove_file(folder.join("credential-report.csv")).unwrap();
    let details = folder.join("account-authorization-details.json");
    fs::write(&details, "{").unwrap();
    fs::write(folder.join(".credential-report.csv.77-0.tmp"), "half").unwrap();
    let other = desk.output().join("accounts").join(text(&ids["accounts"]["sandbox"]));
    fs::write(other.join("credential-report.csv"), "changed").unwrap();
    let again = desk.collect(&ORGANIZATION);
    assert_eq!(code(&again), 3, "{}", errors(&again));
    assert!(String::from_utf8_lossy(&again.stdout).contains("files kept from earlier runs"));
    for (found, expected) in contents(&desk).iter().zip(&expected) {
        assert_eq!(found.0, expected.0);
        let differing = found.1.lines().zip(expected.1.lines()).find(|(one, other)| one != other);
        assert_eq!(differing, None, "{}", found.0);
    }
    assert_eq!(contents(&desk).len(), expected.len());
    let runs = desk.json("manifest.json")["collection"]["runs"].as_array().unwrap().len();
    assert!(runs <= 2);

    let other_choice = desk.collect(&[&ORGANIZATION[..], &["--exclude", &shop]].concat());
    assert_eq!(code(&other_choice), 2);
    assert!(
        errors(&other_choice).contains("holds another collection (exclude: none there"),
        "{}",
        errors(&other_choice)
    );
    let fresh = desk.collect(&[&ORGANIZATION[..], &["--exclude", &shop, "--refresh"]].concat());
    assert_eq!(code(&fresh), 3, "{}", errors(&fresh));
    assert!(!details.exists(), "what the earlier run left is gone");
}

#[test]
fn a_role_that_lets_nobody_in_is_a_gap_of_each_account() {
    let (emulator, ids) = Emulator::organization();
    let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
    let production = text(&ids["units"]["production"]);
    let done = desk.collect(&["--organization", "--role-name", "closed-door", "--ou", production]);
    assert_eq!(code(&done), 3, "{}", errors(&done));
    let gaps = gaps(&desk);
    let accounts: BTreeSet<&str> = gaps.iter().map(|gap| text(&gap["account"])).collect();
    assert_eq!(accounts, ["billing", "shop"].map(|name| text(&ids["accounts"][name])).into());
    assert!(gaps.iter().all(|gap| gap["permission"] == "sts:AssumeRole"), "{gaps:?}");
}

#[test]
fn an_unknown_account_or_unit_is_named_and_nothing_is_collected() {
    let (emulator, _) = Emulator::organization();
    let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
    let done = desk.collect(&[&ORGANIZATION[..], &["--ou", "ou-none-12345678"]].concat());
    assert_eq!(code(&done), 2);
    assert!(
        errors(&done).contains("`ou-none-12345678` is no account, unit or root"),
        "{}",
        errors(&done)
    );
    assert!(!desk.output().join("accounts").exists());
}

#[test]
fn analyzers_are_read_in_every_region_with_details_and_those_of_the_organization_stand_apart() {
    let (emulator, _) = Emulator::organization();
    let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
    assert_eq!(code(&desk.collect(&ORGANIZATION)), 3);
    let found = desk.json(&format!("accounts/{ACCOUNT}/access-analyzer-findings.json"));
    assert_eq!(found["analyzers"].as_array().unwrap().len(), 4);
    let ids: Vec<&str> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| text(&found["id"]))
        .collect();
    assert_eq!(ids, ["eu-west-1-open", "permission", "key", "us-east-1-open"]);
    let details = found["findingDetails"].as_array().unwrap();
    let of = |id: &str| details.iter().find(|found| found["id"] == id).unwrap()["findingDetails"].clone();
    assert_eq!(of("permission").as_array().unwrap().len(), 2, "both pages");
    assert_eq!(
        of("key")[0]["unusedIamUserAccessKeyDetails"]["accessKeyId"],
        "AKIAIOSFODNN7EXAMPLE"
    );
    let organization = desk.json(&format!("access-analyzer-findings-{ACCOUNT}.json"));
    assert_eq!(organization["findings"][0]["id"], "elsewhere");
    let services = desk.json(&format!("accounts/{ACCOUNT}/inventory-ecs-services.json"));
    assert_eq!(services["services"][0]["tags"], json!([{"key": "env", "value": "prod"}]));
}

#[test]
fn the_guardrails_of_a_member_account_alone_stay_open_and_the_management_account_has_none() {
    let (emulator, ids) = Emulator::organization();
    let key = |index: usize| text(&ids["shop"][index]);
    let member = Desk::at(&emulator.endpoint(), key(0), key(1)).with("AWS_SESSION_TOKEN", key(2));
    let done = member.collect(&[]);
    assert_eq!(code(&done), 0, "{}", errors(&done));
    let shop = text(&ids["accounts"]["shop"]);
    let operator = format!("arn:aws:iam::{shop}:user/operator");
    let found = who_can(&member, "ec2:TerminateInstances");
    assert!(found.contains(&(operator, "undetermined".into())), "{found:?}");

    let management = Desk::at(&emulator.endpoint(), "testing", SECRET);
    assert_eq!(code(&management.collect(&[])), 0);
    let alice = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    let found = who_can(&management, "ec2:TerminateInstances");
    assert!(found.contains(&(alice, "allowed".into())), "{found:?}");
}

/// A signal in the middle of a run.
#[cfg(unix)]
#[test]
fn an_interrupted_run_says_so_and_the_next_one_ends_it() {
    let (emulator, _) = Emulator::organization();
    let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
    let output = desk.output();
    let child = Command::new(env!("CARGO_BIN_EXE_leastwise"))
        .args(["collect", "--output", output.to_str().unwrap(), "--max-rate", "12"])
        .args(ORGANIZATION)
        .env_clear()
        .envs(desk.environment.iter().map(|(name, value)| (name, value)))
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let accounts = output.join("accounts");
    let started = Instant::now();
    let is_one_read = || accounts.exists() && files(&accounts).iter().any(|file| file.ends_with("credential-report.csv"));
    while !is_one_read() && started.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let stopped = child.wait_with_output().unwrap();
    assert_eq!(code(&stopped), 3, "{}", errors(&stopped));
    assert!(errors(&stopped).contains("marked incomplete"));
    assert_eq!(desk.json("manifest.json")["is_complete"], false);
    let audit = desk.run(&["audit", output.to_str().unwrap()]);
    let report = String::from_utf8_lossy(&audit.stdout).into_owned();
    assert!(report.contains("did not come to its end"), "{report}");

    assert_eq!(code(&desk.collect(&ORGANIZATION)), 3);
    let manifest = desk.json("manifest.json");
    assert_eq!(manifest["is_complete"], true);
    assert_eq!(gaps(&desk).len(), 1, "the closed account");
}

#[test]
fn an_audit_without_a_source_reads_aws_first_and_says_the_same() {
    let desk = Desk::with_key("testing");
    assert_eq!(code(&desk.collect(&[])), 0);
    let expected = report(&desk);
    let kept = desk.folder.path().join("kept");
    for more in [&["--snapshot", kept.to_str().unwrap()][..], &[]] {
        let audit = desk.run(&[&["audit", "--format", "json"], more].concat());
        let found: Value = serde_json::from_slice(&audit.stdout).unwrap_or_else(|_| panic!("{}", errors(&audit)));
        assert_eq!(
            found["findings"].as_array().unwrap().len(),
            expected["findings"].as_array().unwrap().len()
        );
        assert_eq!(found["run"]["accounts"], expected["run"]["accounts"]);
    }
    assert!(kept.join("manifest.json").exists());
    let refused = Desk::with_key("EXPIRED").run(&["audit"]);
    assert_eq!(code(&refused), 2);
    assert!(errors(&refused).contains("have expired"), "{}", errors(&refused));
}

#[test]
fn an_organization_that_may_not_be_read_leaves_guardrails_open_and_the_rest_is_collected() {
    let (emulator, _) = Emulator::organization();
    let desk = Desk::at(&emulator.endpoint(), "NOORGANIZATION", SECRET);
    let done = desk.collect(&ORGANIZATION);
    assert_eq!(code(&done), 3, "{}", errors(&done));
    let missing: BTreeSet<String> = gaps(&desk).iter().map(|gap| text(&gap["permission"]).to_owned()).collect();
    let expected = ["ListRoots", "ListPolicies", "ListDelegatedAdministrators"];
    assert_eq!(missing, expected.map(|name| format!("organizations:{name}")).into());
    let organization = desk.json("organization.json");
    for list in ["Roots", "Accounts", "OrganizationalUnits", "Policies"] {
        assert!(organization.get(list).is_none(), "{list} is not known");
    }
    assert!(desk.details().exists());
}
