//! Instances of several Regions, as a build with the feature `ec2` reads them.

use serde_json::Value;
use serde_json::json;

use super::ACCOUNT;
use super::Desk;
use super::SECRET;
use super::calls;
use super::code;
use super::emulator::Emulator;
use super::emulator::run;
use super::errors;
use super::report;
use super::text;

#[test]
fn instances_are_read_with_tags_state_and_protection_and_the_report_counts_them() {
    let emulator = Emulator::start();
    let ids = run("instances.py", &[&emulator.endpoint()]);
    let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
    let done = desk.collect(&["--regions", "us-east-1,eu-west-1"]);
    assert_eq!(code(&done), 0, "{}", errors(&done));
    assert_eq!(
        calls(&desk, "ec2:DescribeInstanceAttribute"),
        6,
        "two attributes of each instance that is not gone, the account's first one included"
    );

    let file = desk.json(&format!("accounts/{ACCOUNT}/inventory-ec2-instances.json"));
    let instance = |name: &str| -> Value {
        let mut found = file["Instances"].as_array().unwrap().iter();
        found.find(|found| found["InstanceId"] == ids[name]).unwrap().clone()
    };
    let (protected, plain, gone) = (instance("protected"), instance("plain"), instance("gone"));
    let arn = |region: &str, name: &str| format!("arn:aws:ec2:{region}:{ACCOUNT}:instance/{}", text(&ids[name]));
    assert_eq!(protected["Arn"], arn("us-east-1", "protected"));
    assert_eq!(protected["Tags"], json!([{"Key": "team", "Value": "é 100% a+b \"q\" &"}]));
    assert_eq!(protected["DisableApiTermination"], true);
    assert_eq!(plain["Arn"], arn("eu-west-1", "plain"));
    assert_eq!(plain["DisableApiTermination"], false);
    assert_eq!(plain["InstanceInitiatedShutdownBehavior"], "terminate");
    assert_eq!(gone["State"]["Name"], "terminated");
    assert_eq!(gone.get("DisableApiTermination"), None);

    let report = report(&desk);
    assert_eq!(report["gaps"], json!([]));
    let reach = |name: &str| {
        let arn = format!("arn:aws:iam::{ACCOUNT}:{name}");
        let mut found = report["findings"].as_array().unwrap().iter();
        let found = found
            .find(|finding| finding["identity"]["principal"] == *arn && finding["action"] == "ec2:TerminateInstances")
            .unwrap();
        (found["verdict"].clone(), found["resources"].clone())
    };
    let (verdict, resources) = reach("user/alice");
    assert_eq!(verdict, "allowed");
    assert_eq!(
        (&resources["total"], &resources["reachable"], &resources["protected"]),
        (&json!(3), &json!(3), &json!(1)),
        "{resources}"
    );
    // Those that are tagged for it.
    let (_, resources) = reach("role/runner");
    assert_eq!(
        (&resources["total"], &resources["reachable"]),
        (&json!(3), &json!(2)),
        "{resources}"
    );
    let sample = resources["sample"].to_string();
    assert!(
        sample.contains(text(&ids["protected"])) && !sample.contains(text(&ids["plain"])),
        "{sample}"
    );
}
