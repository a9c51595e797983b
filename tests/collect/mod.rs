//! `collect` reads an account whole, or says what it could not read. Real SDK, real sockets, an emulated AWS.
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test may panic, its helpers too")]

mod doctor;
mod big_organization;
mod emulator;
mod enforcement;
mod faults;
mod latency;
mod organization;
mod policy;
mod usage;

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::time::Duration;
use std::time::Instant;

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
    assert_eq!(
        who_can(&desk, "ec2:TerminateInstances"),
        [
            known("role/runner", "conditional"),
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

/// Runs, and expects an error with these words at once and no directory.
fn fails_fast(desk: &Desk, more: &[&str], words: &[&str]) {
    let output = desk.output();
    let output = output.to_str().unwrap();
    for command in [
        &["collect", "--output", output][..],
        &["audit", "--snapshot", output],
        &["doctor"],
    ] {
        ends_fast(desk, &[command, more].concat(), words);
    }
}

fn ends_fast(desk: &Desk, arguments: &[&str], words: &[&str]) {
    let start = Instant::now();
    let done = desk.run(arguments);
    let took = start.elapsed();
    let errors = errors(&done);
    assert_eq!(code(&done), 2, "{errors}");
    for word in words {
        assert!(errors.contains(word), "`{word}` in {errors}");
    }
    assert!(!errors.contains(SECRET));
    assert!(!errors.contains("\\n"), "one line expected: {errors}");
    assert!(took < Duration::from_secs(3), "took {took:?}: {errors}");
    assert!(!desk.output().exists());
}

#[test]
fn without_credentials_it_says_what_was_tried_and_what_to_do() {
    fails_fast(
        &Desk::new(),
        &[],
        &[
            "no AWS credentials found; tried AWS_ACCESS_KEY_ID",
            "--profile",
            "aws sso login",
        ],
    );
}

#[test]
fn a_metadata_service_that_says_nothing_is_not_waited_for() {
    // It takes connections, which the system does for it, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let desk = Desk::new()
        .without("AWS_EC2_METADATA_DISABLED")
        .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &address);
    fails_fast(
        &desk,
        &[],
        &["no AWS credentials found; tried AWS_ACCESS_KEY_ID", "aws sso login"],
    );
}

#[test]
fn a_login_that_is_missing_or_over_says_how_to_log_in() {
    let session = "[sso-session ours]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n";
    let profile =
        "[profile work]\nsso_session = ours\nsso_account_id = 111122223333\nsso_role_name = audit\nregion = eu-west-1\n";
    let desk = Desk::new();
    fs::write(desk.folder.path().join("config"), format!("{session}{profile}")).unwrap();
    fails_fast(
        &desk,
        &["--profile", "work"],
        &["profile `work` gives no credentials", "aws sso login --profile work"],
    );
    let desk = desk.with("AWS_PROFILE", "work");
    fails_fast(
        &desk,
        &[],
        &["the AWS credentials cannot be loaded", "SSO", "run `aws sso login`"],
    );

    let desk_of_login = Desk::new();
    let profile = "[profile new]\nlogin_session = arn:aws:iam::111122223333:user/ann\n";
    fs::write(desk_of_login.folder.path().join("config"), profile).unwrap();
    fails_fast(&desk_of_login, &["--profile", "new"], &["`aws configure export-credentials"]);

    // What is left of yesterday's login; its name is the SHA-1 of the session's.
    let cache = desk.folder.path().join("home/.aws/sso/cache");
    fs::create_dir_all(&cache).unwrap();
    let token = json!({"accessToken": SECRET, "expiresAt": "2026-01-01T00:00:00Z", "startUrl": "https://example.awsapps.com/start",
        "region": "eu-west-1"});
    fs::write(cache.join("48537f613ab85111413f2369616ae97481429bd1.json"), token.to_string()).unwrap();
    fails_fast(&desk, &[], &["the AWS credentials cannot be loaded", "run `aws sso login`"]);
}

#[test]
fn credentials_that_expired_or_are_unknown_are_told_apart() {
    fails_fast(
        &Desk::with_key("EXPIRED"),
        &[],
        &["have expired (ExpiredToken)", "log in again"],
    );
    fails_fast(
        &Desk::with_key("UNKNOWNKEY"),
        &["--region", "eu-central-1"],
        &["rejects the credentials in Region eu-central-1 (InvalidClientTokenId)"],
    );
}

#[test]
fn a_profile_that_does_not_exist_is_named() {
    let words = [
        "profile `nobody` gives no credentials: it is not defined",
        "aws configure list-profiles",
    ];
    fails_fast(&Desk::with_key("testing"), &["--profile", "nobody"], &words);

    let desk = Desk::with_key("testing");
    fs::write(desk.folder.path().join("config"), "[profile other]\nregion = eu-west-1\n").unwrap();
    let words = ["profile `nobody` gives no credentials", "profile `nobody` was not defined"];
    fails_fast(&desk, &["--profile", "nobody"], &words);

    let words = [
        "no AWS credentials found",
        "AWS_PROFILE names `nobody`",
        "aws configure list-profiles",
    ];
    fails_fast(&Desk::new().with("AWS_PROFILE", "nobody"), &[], &words);
}

#[test]
fn a_profile_comes_before_the_keys_of_the_environment() {
    let desk = Desk::with_key("EXPIRED");
    let profile = format!("[audit]\naws_access_key_id = testing\naws_secret_access_key = {SECRET}\n");
    fs::write(desk.folder.path().join("credentials"), profile).unwrap();
    let done = desk.collect(&["--profile", "audit"]);
    assert_eq!(code(&done), 0, "{}", errors(&done));
}

#[test]
fn a_region_that_nobody_serves_is_named() {
    // Without the emulator's address the name has to be looked up, and it is none.
    let desk = Desk::new()
        .with("AWS_ACCESS_KEY_ID", "testing")
        .with("AWS_SECRET_ACCESS_KEY", SECRET);
    fails_fast(
        &desk,
        &["--region", "xx-nowhere-1"],
        &["does not answer in Region xx-nowhere-1", "--region"],
    );
}

#[test]
fn an_endpoint_where_nobody_listens_fails_at_once() {
    fails_fast(
        &Desk::at("http://127.0.0.1:9", "testing", SECRET),
        &[],
        &["does not answer in Region us-east-1"],
    );
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
