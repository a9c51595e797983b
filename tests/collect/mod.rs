//! `collect` reads an account whole, or says what it could not read. Real SDK, real sockets, an emulated AWS.
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test may panic, its helpers too")]

mod access;
mod big_organization;
mod checks;
mod doctor;
mod emulator;
mod enforcement;
mod faults;
#[cfg(feature = "ec2")]
mod instances;
mod latency;
mod organization;
mod policy;
mod replay;
mod usage;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use emulator::Emulator;
use emulator::policy_file;
use leastwise::collect::ACCOUNT_ACTIONS;
use leastwise::collect::ORGANIZATION_ACTIONS;
use leastwise::policy::ActionClause;
use leastwise::policy::Effect;
use leastwise::policy::PolicyDocument;
use leastwise::policy::PolicyType;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

const ACCOUNT: &str = "123456789012";
const SECRET: &str = "a-secret-that-nobody-may-see";

/// A place to collect into, and an environment of its own: no test reads the developer's profiles.
struct Desk {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let environment = vec![
            ("HOME", path("home")),
            ("AWS_CONFIG_FILE", path("config")),
            ("AWS_SHARED_CREDENTIALS_FILE", path("credentials")),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ];
        Self { folder, environment }
    }

    /// The caller with this key, at the emulator that the tests share.
    fn with_key(key: &str) -> Self {
        Self::at(&Emulator::shared().endpoint(), key, SECRET)
    }

    fn at(endpoint: &str, key: &str, secret: &str) -> Self {
        Self::new()
            .with("AWS_ENDPOINT_URL", endpoint)
            .with("AWS_ACCESS_KEY_ID", key)
            .with("AWS_SECRET_ACCESS_KEY", secret)
    }

    fn without(mut self, name: &str) -> Self {
        self.environment.retain(|(found, _)| *found != name);
        self
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("snapshot")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_leastwise"))
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap()
    }

    fn collect(&self, more: &[&str]) -> Output {
        let output = self.output();
        let mut arguments = vec!["collect", "--output", output.to_str().unwrap()];
        arguments.extend(more);
        self.run(&arguments)
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.output().join(name)).unwrap()).unwrap()
    }

    fn details(&self) -> PathBuf {
        self.output()
            .join("accounts")
            .join(ACCOUNT)
            .join("account-authorization-details.json")
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The gaps in the manifest.
fn gaps(desk: &Desk) -> Vec<Value> {
    desk.json("manifest.json")["gaps"].as_array().unwrap().clone()
}

/// How often a call was answered, as the manifest says.
fn calls(desk: &Desk, call: &str) -> u64 {
    let manifest = desk.json("manifest.json");
    let calls = manifest["calls"].as_array().unwrap();
    calls
        .iter()
        .filter(|found| found["call"] == call)
        .map(|found| found["count"].as_u64().unwrap())
        .sum()
}

/// The actions that reading the account of the credentials needs.
fn own_actions() -> BTreeSet<&'static str> {
    let mut actions = BTreeSet::from(ACCOUNT_ACTIONS);
    actions.insert("organizations:DescribeOrganization");
    actions
}

#[test]
fn an_account_of_several_pages_is_collected_as_the_aws_cli_prints_it() {
    let desk = Desk::with_key("testing");
    let done = desk.collect(&[]);
    assert_eq!(code(&done), 0, "{}", errors(&done));
    assert_eq!(calls(&desk, "iam:GetAccountAuthorizationDetails"), 7);
    let mut details: Value = serde_json::from_slice(&fs::read(desk.details()).unwrap()).unwrap();
    let cut = details.as_object_mut().unwrap().remove("IsTruncated");
    assert_eq!(cut, Some(json!(false)));
    assert_eq!(details, Emulator::shared().seed.details);
}

#[test]
fn the_manifest_says_when_and_from_which_calls() {
    let desk = Desk::with_key("testing");
    assert_eq!(code(&desk.collect(&[])), 0);
    let manifest = desk.json("manifest.json");
    assert_eq!(manifest["schema"], "leastwise-snapshot/1");
    let time: jiff::Timestamp = manifest["collected_at"].as_str().unwrap().parse().unwrap();
    assert!(jiff::Timestamp::now().duration_since(time).as_secs() < 60);
    let sources: BTreeSet<&str> = manifest["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source.as_str().unwrap())
        .collect();
    let mut expected = own_actions();
    expected.insert("sts:GetCallerIdentity");
    // AWS answers that there is none, which is an error to it.
    expected.remove("organizations:DescribeOrganization");
    expected.retain(|call| !NOT_BUILT.iter().any(|service| call.starts_with(service)));
    assert_eq!(sources, expected);
    assert_eq!(manifest["is_complete"], true);
    assert_eq!(gaps(&desk), [] as [Value; 0]);
}

#[test]
fn what_was_collected_opens_without_gaps_and_can_be_audited() {
    let desk = Desk::with_key("testing");
    assert_eq!(code(&desk.collect(&[])), 0);
    let snapshot = Snapshot::open(vec![Source::of_path(&desk.output()).unwrap()]).unwrap();
    assert_eq!(snapshot.gaps(), []);
    let files = snapshot.accounts()[0].read();
    let records = files.records();
    assert_eq!(records.gaps, []);
    // Three users, and a collector with the whole policy or without one of its actions.
    assert_eq!(records.users.unwrap().len(), 4 + own_actions().len());
    assert!(records.credential_report.is_some());

    let output = desk.output();
    let audit = desk.run(&["audit", output.to_str().unwrap(), "--format", "json"]);
    assert_eq!(code(&audit), 0, "{}", errors(&audit));
    let report: Value = serde_json::from_slice(&audit.stdout).unwrap_or_else(|_| panic!("{}", errors(&audit)));
    let limits: Vec<&str> = report["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| text(&gap["source"]))
        .collect();
    let left_out: &[&str] = if cfg!(feature = "ec2") {
        &[]
    } else {
        &["ec2:DescribeInstances"]
    };
    assert_eq!(limits, left_out, "what the build cannot read is told, and no failure");
    let found = report["findings"].to_string();
    for name in ["user/alice", "user/staff/bob", "role/runner"] {
        assert!(found.contains(name), "{name} in {found}");
    }
}

fn who_can(desk: &Desk, action: &str) -> Vec<(String, String)> {
    let output = desk.output();
    let asked = desk.run(&["who-can", action, output.to_str().unwrap(), "--format", "json"]);
    let answers: Value = serde_json::from_slice(&asked.stdout).unwrap_or_else(|_| panic!("{}", errors(&asked)));
    let mut found: Vec<(String, String)> = answers["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| {
            let word = |name: &str| answer[name].as_str().unwrap().to_owned();
            (word("principal"), word("verdict"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn the_collected_policies_answer_who_can() {
    let desk = Desk::with_key("testing");
    assert_eq!(code(&desk.collect(&[])), 0);
    let known = |principal: &str, verdict: &str| (format!("arn:aws:iam::{ACCOUNT}:{principal}"), verdict.to_owned());
    // It needs a tag, which the instance is known to have where instances are read.
    let runner = if cfg!(feature = "ec2") { "allowed" } else { "conditional" };
    assert_eq!(
        who_can(&desk, "ec2:TerminateInstances"),
        [
            known("role/runner", runner),
            known("root", "allowed"),
            known("user/alice", "allowed"),
        ]
    );
    assert_eq!(
        who_can(&desk, "ecs:DeleteService"),
        [known("root", "allowed"), known("user/staff/bob", "allowed")]
    );
}

#[test]
fn a_refused_report_is_a_gap_that_names_call_and_code() {
    for (key, code_and_status) in [
        ("NOREPORT", "AccessDenied (HTTP 403): User:"),
        ("BARE403", "AccessDenied (HTTP 403);"),
    ] {
        let desk = Desk::with_key(key);
        let done = desk.collect(&[]);
        assert_eq!(code(&done), 3, "{}", errors(&done));
        let gaps = gaps(&desk);
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0]["account"], ACCOUNT);
        assert_eq!(gaps[0]["subject"], "iam:GenerateCredentialReport");
        let detail = gaps[0]["detail"].as_str().unwrap();
        assert!(detail.starts_with(code_and_status), "{detail}");
        assert!(errors(&done).contains(detail));
        assert!(desk.details().exists());
        let output = desk.output();
        let audit = desk.run(&["audit", output.to_str().unwrap(), "--format", "json"]);
        assert_eq!(code(&audit), 3, "the gap travels into the report");
        assert!(String::from_utf8_lossy(&audit.stdout).contains("iam:GenerateCredentialReport"));
    }
}

#[test]
fn details_that_cannot_be_read_whole_are_a_gap_and_no_file() {
    for (key, expected) in [("NODETAILS", "AccessDenied (HTTP 403)"), ("SAMEMARKER", "RepeatedMarker:")] {
        let desk = Desk::with_key(key);
        let done = desk.collect(&[]);
        assert_eq!(code(&done), 3, "{}", errors(&done));
        let gaps = gaps(&desk);
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0]["subject"], "iam:GetAccountAuthorizationDetails");
        assert!(gaps[0]["detail"].as_str().unwrap().starts_with(expected), "{gaps:?}");
        assert!(!desk.details().exists());
        assert!(desk.details().with_file_name("credential-report.csv").exists());
    }
}

#[test]
fn a_throttled_page_is_asked_for_again() {
    let desk = Desk::with_key("THROTTLED");
    let done = desk.collect(&[]);
    assert_eq!(code(&done), 0, "{}", errors(&done));
    assert_eq!(calls(&desk, "iam:GetAccountAuthorizationDetails"), 7);
}

#[test]
fn the_documented_policy_allows_just_the_calls_made() {
    assert_eq!(
        allowed(&policy_file()),
        own_actions().into_iter().map(str::to_owned).collect()
    );
    let mut expected = BTreeSet::from(ORGANIZATION_ACTIONS);
    expected.insert("sts:AssumeRole");
    let file = policy_file().with_file_name("organization-policy.json");
    assert_eq!(allowed(&file), expected.into_iter().map(str::to_owned).collect());
}

/// The actions that a policy allows.
fn allowed(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap();
    let policy = PolicyDocument::parse(&text, PolicyType::Identity).unwrap();
    let mut allowed = BTreeSet::new();
    for statement in &policy.statements {
        assert_eq!(statement.effect, Effect::Allow);
        let ActionClause::Only(actions) = &statement.action else {
            panic!("a list of actions expected");
        };
        allowed.extend(actions.iter().map(ToString::to_string));
    }
    allowed
}

/// What a build does not call.
const NOT_BUILT: &[&str] = if cfg!(feature = "ec2") { &[] } else { &["ec2:"] };

#[test]
fn the_documented_policy_suffices_and_each_action_of_it_is_needed() {
    let emulator = Emulator::enforcing();
    for (user, (key, secret)) in &emulator.seed.keys {
        let desk = Desk::at(&emulator.endpoint(), key, secret);
        let done = desk.collect(&[]);
        let subjects: Vec<String> = gaps(&desk)
            .iter()
            .map(|gap| gap["subject"].as_str().unwrap().to_owned())
            .collect();
        let missing = user.strip_prefix("collector-without-").map(|action| action.replace('.', ":"));
        let missing = missing.filter(|action| NOT_BUILT.iter().all(|service| !action.starts_with(service)));
        match missing {
            None => {
                assert_eq!((code(&done), subjects), (0, vec![]), "{}", errors(&done));
                assert_eq!(doctor::denied(&desk, &[]), [].into());
            }
            Some(action) => {
                assert_eq!(doctor::denied(&desk, &[]), [action.clone()].into(), "doctor says it before");
                let permission = gaps(&desk)[0]["permission"].clone();
                let subjects: BTreeSet<String> = subjects.into_iter().collect();
                assert_eq!((code(&done), subjects), (3, [action.clone()].into()));
                assert_eq!(permission, action);
            }
        }
        assert_no_secret(&desk, &done, secret);
    }
}

fn assert_no_secret(desk: &Desk, done: &Output, secret: &str) {
    let mut texts = vec![done.stdout.clone(), done.stderr.clone()];
    texts.extend(files(&desk.output()).iter().map(|file| fs::read(file).unwrap()));
    for text in texts {
        assert!(!String::from_utf8_lossy(&text).contains(secret));
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_snapshot() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let desk = Desk::with_key("testing");
    let done = desk.collect(&[]);
    assert_eq!(code(&done), 0);
    let found = files(&desk.output());
    assert!(found.len() > 5, "{found:?}");
    for file in found {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
        assert_eq!(mode(file.parent().unwrap()), 0o700);
    }
    assert_no_secret(&desk, &done, SECRET);
}

#[test]
fn a_directory_with_something_in_it_is_left_alone() {
    let desk = Desk::with_key("testing");
    fs::create_dir(desk.output()).unwrap();
    fs::write(desk.output().join("notes.txt"), "mine").unwrap();
    let done = desk.collect(&[]);
    assert_eq!(code(&done), 2);
    assert!(errors(&done).contains("is not empty"), "{}", errors(&done));
    assert_eq!(files(&desk.output()).len(), 1);
}

/// Collects the organization with the role `reader`.
const ORGANIZATION: [&str; 3] = ["--organization", "--role-name", "reader"];

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn report(desk: &Desk) -> Value {
    let output = desk.output();
    let audit = desk.run(&["audit", output.to_str().unwrap(), "--format", "json"]);
    serde_json::from_slice(&audit.stdout).unwrap_or_else(|_| panic!("{}", errors(&audit)))
}

/// The paths of all files inside, with their bytes; times, which differ from run to run, are made equal.
fn contents(desk: &Desk) -> Vec<(String, String)> {
    let output = desk.output();
    let mut found: Vec<(String, String)> = files(&output)
        .iter()
        .map(|file| {
            let name = file.strip_prefix(&output).unwrap().display().to_string();
            let text = fs::read_to_string(file).unwrap();
            let is_ours = name.ends_with("collected.json") || name == "manifest.json";
            // Entering a role counts as its last use.
            let of_the_run = ["LastUsedDate", "\"sha256\"", "\"JobCreationDate\"", "\"JobCompletionDate\""];
            let is_fact = |line: &&str| !of_the_run.iter().any(|name| line.contains(name));
            let text = if is_ours { timeless(&text) } else { text };
            (name, text.lines().filter(is_fact).collect::<Vec<_>>().join("\n"))
        })
        .collect();
    found.sort();
    found
}

fn timeless(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    if let Some(head) = value.get_mut("collection") {
        head["runs"] = json!([]);
        value["collected_at"] = json!("");
    } else {
        for part in value.as_object_mut().unwrap().values_mut() {
            part["at"] = json!("");
        }
    }
    serde_json::to_string_pretty(&value).unwrap()
}
