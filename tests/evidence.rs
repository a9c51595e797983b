//! Evidence: each way of not knowing stays apart, and no analyzer finding gets lost.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use leastwise::estate::AccessFindings;
use leastwise::estate::AccountEstate;
use leastwise::finding::AnalyzerEvidence;
use leastwise::finding::LastUse;
use leastwise::finding::Usage;
use leastwise::ident::AccountId;
use leastwise::ident::Action;
use leastwise::rules::analyzer_evidence;
use leastwise::rules::service_only_trust;
use leastwise::rules::unjoined;
use leastwise::rules::unjoined_of_organization;
use leastwise::rules::usage;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;

const AS_OF: &str = "2026-11-01T00:00:00Z";

const DETAILS: &str = r#"{
  "UserDetailList": [
    {"Arn": "arn:aws:iam::111122223333:user/ann", "CreateDate": "2020-01-01T00:00:00Z",
     "GroupList": [], "AttachedManagedPolicies": [], "PasswordLastUsed": "2026-10-01T00:00:00Z"},
    {"Arn": "arn:aws:iam::111122223333:user/bob", "CreateDate": "2020-01-01T00:00:00Z",
     "GroupList": [], "AttachedManagedPolicies": []},
    {"Arn": "arn:aws:iam::111122223333:user/cat", "CreateDate": "2013-01-01T00:00:00Z",
     "GroupList": [], "AttachedManagedPolicies": []},
    {"Arn": "arn:aws:iam::111122223333:user/anew", "CreateDate": "2026-10-31T00:00:00Z",
     "GroupList": [], "AttachedManagedPolicies": []}
  ],
  "GroupDetailList": [],
  "RoleDetailList": [
    {"Arn": "arn:aws:iam::111122223333:role/used", "CreateDate": "2020-01-01T00:00:00Z", "AttachedManagedPolicies": [],
     "RoleLastUsed": {"LastUsedDate": "2026-10-30T08:00:00Z", "Region": "eu-west-1"},
     "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
       {"Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}, "Action": "sts:AssumeRole"},
       {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}},
    {"Arn": "arn:aws:iam::111122223333:role/old", "CreateDate": "2020-01-01T00:00:00Z", "AttachedManagedPolicies": [],
     "RoleLastUsed": {},
     "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
       {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
       {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}]}},
    {"Arn": "arn:aws:iam::111122223333:role/young", "CreateDate": "2026-10-20T00:00:00Z", "AttachedManagedPolicies": [],
     "RoleLastUsed": {},
     "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
       {"Effect": "Deny", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}},
    {"Arn": "arn:aws:iam::111122223333:role/silent", "CreateDate": "2020-01-01T00:00:00Z", "AttachedManagedPolicies": []},
    {"Arn": "arn:aws:iam::111122223333:role/junk", "CreateDate": "2020-01-01T00:00:00Z", "AttachedManagedPolicies": [],
     "RoleLastUsed": {"LastUsedDate": "yesterday"},
     "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
       {"Effect": "Allow", "NotPrincipal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}
  ],
  "Policies": []
}"#;

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active,\
    access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
    access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date\n";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn used(text: &str) -> LastUse {
    LastUse::Used { at: time(text) }
}

fn not_used_since(text: &str) -> LastUse {
    LastUse::NotUsed { since: Some(time(text)) }
}

fn asked() -> Vec<Action> {
    ["ec2:TerminateInstances", "ecs:DeleteService"]
        .map(|action| action.parse().unwrap())
        .into()
}

/// The estate of account 111122223333 in a directory of these files.
fn estate_of(files: &[(&str, &str)]) -> AccountEstate {
    let directory = tempfile::tempdir().unwrap();
    let account = directory.path().join("accounts/111122223333");
    std::fs::create_dir_all(&account).unwrap();
    for (name, text) in files {
        std::fs::write(account.join(name), text).unwrap();
    }
    let snapshot = Snapshot::open(vec![Source::of_path(directory.path()).unwrap()]).unwrap();
    let files = snapshot.accounts().first().unwrap().read();
    AccountEstate::of(&files.records(), None)
}

fn usage_of(estate: &AccountEstate, name: &str) -> Usage {
    let arn = format!("arn:aws:iam::111122223333:{name}").parse().unwrap();
    usage(estate.principal(&arn).unwrap(), estate, time(AS_OF))
}

fn with_report(rows: &str) -> AccountEstate {
    let report = format!("{HEADER}{rows}");
    estate_of(&[
        ("account-authorization-details.json", DETAILS),
        ("credential-report.csv", &report),
    ])
}

#[test]
fn a_role_is_unused_only_in_the_period_that_aws_watched_it() {
    let estate = estate_of(&[("account-authorization-details.json", DETAILS)]);
    let role = |name: &str| usage_of(&estate, &format!("role/{name}")).role_last_used;
    assert_eq!(role("used"), used("2026-10-30T08:00:00Z"));
    assert_eq!(
        role("old"),
        not_used_since("2025-09-27T00:00:00Z"),
        "400 days before the report"
    );
    assert_eq!(role("young"), not_used_since("2026-10-20T00:00:00Z"));
    assert_eq!(role("silent"), LastUse::NotCollected);
    assert_eq!(role("junk"), LastUse::NotCollected);
    assert!(estate.problems.iter().any(|problem| problem.detail.contains("`yesterday`")));
    let other = usage_of(&estate, "role/used");
    assert_eq!(other.password_last_used, LastUse::NotApplicable);
    assert_eq!(
        (other.password_enabled, other.keys.as_deref()),
        (Some(false), Some([].as_slice()))
    );
}

#[test]
fn without_a_report_only_the_dump_tells() {
    let estate = estate_of(&[("account-authorization-details.json", DETAILS)]);
    let ann = usage_of(&estate, "user/ann");
    assert_eq!(ann.password_last_used, used("2026-10-01T00:00:00Z"));
    assert_eq!((ann.keys, ann.mfa_active, ann.password_enabled), (None, None, None));
    assert_eq!(ann.role_last_used, LastUse::NotApplicable);
    let bob = usage_of(&estate, "user/bob");
    assert_eq!(bob.password_last_used, LastUse::NotCollected);
    assert_eq!(usage_of(&estate, "root").password_last_used, LastUse::NotCollected);
    assert_eq!(bob.created, Some(time("2020-01-01T00:00:00Z")));
}

#[test]
fn a_report_tells_each_state_apart() {
    let estate = with_report(
        "<root_account>,arn:aws:iam::111122223333:root,2012-05-05T00:00:00+00:00,not_supported,no_information,not_supported,TRUE,\
         false,N/A,N/A,false,N/A,N/A\n\
         ann,arn:aws:iam::111122223333:user/ann,2020-01-01T00:00:00+00:00,true,2026-09-01T00:00:00+00:00,N/A,false,\
         true,2021-01-01T00:00:00+00:00,2026-10-02T00:00:00+00:00,false,2022-01-01T00:00:00+00:00,N/A\n\
         bob,arn:aws:iam::111122223333:user/bob,2020-01-01T00:00:00+00:00,false,N/A,N/A,false,\
         false,N/A,N/A,false,N/A,N/A\n\
         cat,arn:aws:iam::111122223333:user/cat,2013-01-01T00:00:00+00:00,true,no_information,2026-10-01T00:00:00+00:00,true,\
         true,2013-02-01T00:00:00+00:00,no_information,not_supported,N/A,N/A\n\
         anew,arn:aws:iam::111122223333:user/anew,2019-01-01T00:00:00+00:00,true,2020-01-01T00:00:00+00:00,N/A,true,\
         true,2019-01-01T00:00:00+00:00,N/A,false,N/A,N/A\n",
    );
    let root = usage_of(&estate, "root");
    assert_eq!(
        root.password_last_used,
        not_used_since("2014-10-20T00:00:00Z"),
        "AWS keeps track since then"
    );
    assert_eq!((root.password_enabled, root.mfa_active), (None, Some(true)));
    assert_eq!(root.keys.as_deref(), Some([].as_slice()));
    assert_eq!(root.created, Some(time("2012-05-05T00:00:00Z")));
    let ann = usage_of(&estate, "user/ann");
    assert_eq!(
        ann.password_last_used,
        used("2026-10-01T00:00:00Z"),
        "the dump saw a later use"
    );
    let keys = ann.keys.unwrap();
    assert!(keys[0].active && !keys[1].active);
    assert_eq!(keys[0].last_used, used("2026-10-02T00:00:00Z"));
    assert_eq!(keys[1].last_used, not_used_since("2022-01-01T00:00:00Z"));
    let bob = usage_of(&estate, "user/bob");
    assert_eq!(
        (bob.password_enabled, bob.password_last_used),
        (Some(false), LastUse::NotApplicable)
    );
    assert_eq!(bob.keys.as_deref(), Some([].as_slice()));
    let cat = usage_of(&estate, "user/cat");
    assert_eq!(
        cat.password_last_used,
        not_used_since("2026-10-01T00:00:00Z"),
        "a password of that day"
    );
    assert_eq!(cat.keys, None, "the second key is not told, and must not look like none");
    let anew = usage_of(&estate, "user/anew");
    assert_eq!(anew.keys, None, "the row is about an earlier user of that name");
    assert_eq!(anew.password_last_used, LastUse::NotCollected);
}

#[test]
fn the_period_of_a_key_starts_with_aws_keeping_track() {
    let estate = with_report(
        "cat,arn:aws:iam::111122223333:user/cat,2013-01-01T00:00:00+00:00,true,not_supported,N/A,true,\
         true,2013-02-01T00:00:00+00:00,N/A,true,2016-01-01T00:00:00+00:00,not_supported\n",
    );
    let cat = usage_of(&estate, "user/cat");
    assert_eq!(cat.password_last_used, LastUse::NotTracked);
    let keys = cat.keys.unwrap();
    assert_eq!(keys[0].last_used, not_used_since("2015-04-22T00:00:00Z"));
    assert_eq!(keys[1].last_used, LastUse::NotTracked);
}

#[test]
fn junk_and_missing_columns_are_not_told() {
    let estate = with_report(
        "bob,arn:aws:iam::111122223333:user/bob,nineteen,maybe,32/13/2026,,perhaps,true,never,whenever,false,N/A,N/A\n\
         bob,arn:aws:iam::111122223333:user/bob,2020-01-01T00:00:00+00:00,false,N/A,N/A,true,false,N/A,N/A,false,N/A,N/A\n\
         cat,arn:aws:iam::111122223333:user/cat,2013\n",
    );
    let bob = usage_of(&estate, "user/bob");
    assert_eq!((bob.password_enabled, bob.mfa_active), (None, None));
    assert_eq!(bob.password_last_used, LastUse::NotCollected);
    let keys = bob.keys.unwrap();
    assert_eq!((keys.len(), keys[0].active, keys[0].rotated), (1, true, None));
    assert_eq!(keys[0].last_used, LastUse::NotCollected);
    assert!(
        estate
            .problems
            .iter()
            .any(|problem| problem.detail.contains("`nineteen` as user_creation_time, `32/13/2026` as"))
    );
    assert_eq!(
        usage_of(&estate, "user/cat").keys,
        None,
        "a row of the wrong width is set aside"
    );

    let bare = estate_of(&[
        ("account-authorization-details.json", DETAILS),
        ("credential-report.csv", "user,arn\nbob,arn:aws:iam::111122223333:user/bob\n"),
    ]);
    let bob = usage_of(&bare, "user/bob");
    assert_eq!((bob.keys, bob.mfa_active), (None, None));
    assert_eq!(bob.password_last_used, LastUse::NotCollected);
    assert!(bare.credentials.is_some_and(|credentials| credentials.len() == 1));
}

#[test]
fn service_only_means_every_allow_names_services() {
    let estate = estate_of(&[("account-authorization-details.json", DETAILS)]);
    let only = |name: &str| {
        let arn = format!("arn:aws:iam::111122223333:role/{name}").parse().unwrap();
        service_only_trust(estate.principal(&arn).unwrap())
    };
    assert!(only("used"));
    assert!(!only("old"), "an account too");
    assert!(!only("young"), "nobody at all");
    assert!(!only("silent"), "not known");
    assert!(!only("junk"), "everyone but a service");
}

const FINDINGS: &str = r#"{
  "analyzers": [
    {"arn": "arn:aws:access-analyzer:eu-west-1:111122223333:analyzer/ext", "type": "ACCOUNT", "status": "ACTIVE"},
    {"arn": "arn:aws:access-analyzer:eu-west-1:111122223333:analyzer/one", "type": "ACCOUNT_UNUSED_ACCESS", "status": "ACTIVE"},
    {"arn": "arn:aws:access-analyzer:eu-west-1:111122223333:analyzer/two", "type": "ORGANIZATION_UNUSED_ACCESS", "status": "FAILED"}
  ],
  "findings": [
    {"id": "bare", "findingType": "UnusedIAMRole", "status": "ACTIVE", "createdAt": "2025-01-01T00:00:00Z",
     "resource": "arn:aws:iam::111122223333:role/old", "resourceType": "AWS::IAM::Role"},
    {"id": "gone", "findingType": "ExternalAccess", "status": "RESOLVED", "createdAt": "2025-01-01T00:00:00Z",
     "resource": "arn:aws:iam::111122223333:role/old", "resourceType": "AWS::IAM::Role"},
    {"id": "new-kind", "findingType": "QuantumAccess", "status": "PONDERING",
     "resource": "arn:aws:iam::111122223333:role/old", "resourceType": "AWS::IAM::Role"},
    {"id": "bucket", "findingType": "ExternalAccess", "status": "ACTIVE",
     "resource": "arn:aws:s3:::shop-covers", "resourceType": "AWS::S3::Bucket", "resourceOwnerAccount": "111122223333"},
    {"id": "pathless", "findingType": "UnusedIAMRole", "status": "ACTIVE",
     "resource": "arn:aws:iam::111122223333:role/teams/old", "resourceType": "AWS::IAM::Role"},
    {"id": "foreign", "findingType": "UnusedIAMRole", "status": "ACTIVE",
     "resource": "arn:aws:iam::444455556666:role/old", "resourceType": "AWS::IAM::Role"},
    {"id": "nothing"}
  ],
  "findingDetails": [
    {"id": "open", "findingType": "ExternalAccess", "status": "ARCHIVED", "createdAt": "2025-01-01T00:00:00Z",
     "resource": "arn:aws:iam::111122223333:role/used", "resourceType": "AWS::IAM::Role", "findingDetails": [
       {"externalAccessDetails": {"action": ["sts:AssumeRole"], "condition": {"sts:ExternalId": "x"}, "isPublic": true,
        "principal": {"AWS": "*"}, "resourceControlPolicyRestriction": "APPLICABLE"}}]},
    {"id": "before", "findingType": "UnusedIAMRole", "status": "ACTIVE", "createdAt": "2026-01-01T00:00:00Z",
     "resource": "arn:aws:iam::111122223333:role/young", "resourceType": "AWS::IAM::Role", "findingDetails": [
       {"unusedIamRoleDetails": {"lastAccessed": "2025-06-01T00:00:00Z"}}]},
    {"id": "key", "findingType": "UnusedIAMUserAccessKey", "status": "ACTIVE", "createdAt": "2025-01-01T00:00:00Z",
     "resource": "arn:aws:iam::111122223333:user/bob", "resourceType": "AWS::IAM::User", "findingDetails": [
       {"unusedIamUserAccessKeyDetails": {"accessKeyId": "AKIAEXAMPLE"}}]},
    {"id": "rights", "findingType": "UnusedPermission", "status": "ACTIVE", "createdAt": "2025-01-01T00:00:00Z",
     "resource": "arn:aws:iam::111122223333:user/bob", "resourceType": "AWS::IAM::User", "findingDetails": [
       {"unusedPermissionDetails": {"serviceNamespace": "ec2", "actions": [
         {"action": "RunInstances"}, {"action": "terminateinstances"}]}},
       {"unusedPermissionDetails": {"serviceNamespace": "ecs", "lastAccessed": "2025-02-01T00:00:00Z"}},
       {"unusedPermissionDetails": {"serviceNamespace": "s3", "lastAccessed": "soon", "actions": [{"action": "GetObject"}]}},
       {"telepathyDetails": {}}]},
    {"id": "inside", "findingType": "InternalAccess", "status": "ACTIVE", "createdAt": "2025-01-01T00:00:00Z",
     "resource": "arn:aws:s3:::shop-covers", "resourceType": "AWS::S3::Bucket", "findingDetails": [
       {"internalAccessDetails": {"action": ["s3:GetObject"], "principal": {"AWS": "arn:aws:iam::111122223333:role/used"},
        "serviceControlPolicyRestriction": "FAILED_TO_EVALUATE_SCP"}}]}
  ]
}"#;

fn with_findings() -> AccountEstate {
    estate_of(&[
        ("account-authorization-details.json", DETAILS),
        ("access-analyzer-findings.json", FINDINGS),
    ])
}

fn evidence_of(estate: &AccountEstate, name: &str) -> Vec<AnalyzerEvidence> {
    let arn = format!("arn:aws:iam::111122223333:{name}").parse().unwrap();
    analyzer_evidence(estate.principal(&arn).unwrap(), estate, &asked()).into()
}

#[test]
fn findings_join_by_whole_arns_whatever_their_status() {
    let estate = with_findings();
    let ids = |name: &str| -> Vec<_> { evidence_of(&estate, name).iter().map(|one| one.id.to_string()).collect() };
    assert_eq!(ids("role/old"), ["bare", "new-kind", "gone"]);
    assert_eq!(ids("role/used"), ["inside", "open"]);
    assert_eq!(ids("user/bob"), ["key", "rights"]);
    assert!(ids("role/junk").is_empty());
    let old = evidence_of(&estate, "role/old");
    assert_eq!(&*old[0].detail, "details not collected");
    assert!(old[0].is_active() && !old[2].is_active() && !old[1].is_active());
    assert_eq!(old[0].analyzer, None, "two analyzers could have made it");
    assert_eq!(
        old[2].analyzer.as_deref(),
        Some("arn:aws:access-analyzer:eu-west-1:111122223333:analyzer/ext")
    );
    assert!(
        estate.problems.iter().any(|problem| problem.detail.contains("FAILED")),
        "that analyzer is silent"
    );
}

#[test]
fn details_are_put_in_words() {
    let estate = with_findings();
    let details = |name: &str| -> Vec<_> { evidence_of(&estate, name).iter().map(|one| one.detail.to_string()).collect() };
    assert_eq!(
        details("role/used"),
        [
            "AWS arn:aws:iam::111122223333:role/used from inside may call s3:GetObject on arn:aws:s3:::shop-covers, \
             SCPs could not be evaluated, so it may be less",
            "anyone from outside may call sts:AssumeRole, if sts:ExternalId = x, RCPs not looked at, so it may be less",
        ]
    );
    assert_eq!(
        details("user/bob"),
        [
            "access key AKIAEXAMPLE not used in the tracking period",
            "ec2:terminateinstances unused, besides ec2:RunInstances; \
             all of ecs, ecs:DeleteService included, unused since 2025-02-01T00:00:00Z; \
             s3:GetObject unused (s3 itself last called at a time that cannot be read: soon); \
             details of a kind not known here: telepathyDetails",
        ]
    );
    let open = &evidence_of(&estate, "role/used")[1];
    assert!(open.is_public && open.is_archived());
}

#[test]
fn a_finding_older_than_its_role_is_about_an_earlier_one() {
    let estate = with_findings();
    let young = evidence_of(&estate, "role/young");
    assert_eq!(
        &*young[0].detail,
        "about an earlier role of this name; role unused since 2025-06-01T00:00:00Z"
    );
    assert_eq!(&*young[0].status, "ACTIVE");
    assert!(young[0].is_about_earlier && !young[0].is_active());
}

#[test]
fn what_joins_nothing_is_listed_with_its_reason() {
    let estate = with_findings();
    let rows = BTreeSet::from(["arn:aws:iam::111122223333:role/old", "arn:aws:iam::111122223333:user/bob"]);
    let mut reasons: Vec<_> = unjoined(&estate, &rows, &asked())
        .into_iter()
        .map(|finding| (finding.evidence.id.to_string(), finding.reason.to_string()))
        .collect();
    reasons.sort();
    let expected = [
        ("before", "the identity cannot delete anything, so it has no row"),
        ("bucket", "the resource is not an identity"),
        ("foreign", "the identity lives in another account"),
        ("inside", "the identity cannot delete anything, so it has no row"),
        ("nothing", "it does not say about whom it is"),
        ("open", "the identity cannot delete anything, so it has no row"),
        ("pathless", "no identity of this ARN in the dump"),
    ];
    assert_eq!(reasons, expected.map(|(id, reason)| (id.to_owned(), reason.to_owned())));
}

#[test]
fn findings_of_the_organization_go_to_the_account_they_are_about() {
    let directory = tempfile::tempdir().unwrap();
    let account = directory.path().join("accounts/111122223333");
    std::fs::create_dir_all(&account).unwrap();
    std::fs::write(account.join("account-authorization-details.json"), DETAILS).unwrap();
    std::fs::write(directory.path().join("access-analyzer-findings.json"), FINDINGS).unwrap();
    let snapshot = Snapshot::open(vec![Source::of_path(directory.path()).unwrap()]).unwrap();
    let organization = snapshot.read_organization();
    let records = organization.records();
    let findings = AccessFindings::of(records.access_analyzer.as_ref().unwrap());
    assert_eq!(findings.problems.len(), 1);
    let account: AccountId = "111122223333".parse().unwrap();
    let files = snapshot.accounts()[0].read();
    let estate = AccountEstate::of(&files.records(), Some(&findings));
    assert_eq!(evidence_of(&estate, "role/used").len(), 2);
    let outside = unjoined_of_organization(&findings, &BTreeSet::from([account]), &asked());
    let told: Vec<_> = outside.iter().map(|one| (&*one.evidence.id, &*one.reason)).collect();
    assert_eq!(
        told,
        [
            ("nothing", "it does not say which account it is about"),
            ("foreign", "its account was not read"),
        ]
    );
    let all = estate.access_findings.unwrap().len() + outside.len();
    assert_eq!(all, 12, "none is lost, none counts twice");
}

#[test]
fn a_finding_of_two_files_counts_once_and_the_later_state_stands() {
    let of = |status: &str, updated: &str, details: &str| {
        format!(
            r#"{{"findings": [{{"id": "1", "findingType": "UnusedIAMRole", "status": "{status}", "updatedAt": "{updated}",
               "resource": "arn:aws:iam::111122223333:role/old"{details}}}]}}"#
        )
    };
    let first = of(
        "ACTIVE",
        "2026-01-01T00:00:00Z",
        r#", "findingDetails": [{"unusedIamRoleDetails": {}}]"#,
    );
    let second = of("RESOLVED", "2026-02-01T00:00:00Z", "");
    let estate = estate_of(&[
        ("account-authorization-details.json", DETAILS),
        ("access-analyzer-findings-1.json", &second),
        ("access-analyzer-findings-2.json", &first),
    ]);
    let old = evidence_of(&estate, "role/old");
    assert_eq!(old.len(), 1);
    assert_eq!(&*old[0].status, "RESOLVED");
    assert_eq!(&*old[0].detail, "role not used in the tracking period");
}

/// Each finding of each account is joined or listed, with every identity or none having a row.
fn assert_none_lost(directory: &Path) -> (usize, usize) {
    let snapshot = Snapshot::open(vec![Source::of_path(directory).unwrap()]).unwrap();
    let (mut joined, mut listed) = (0, 0);
    for entry in snapshot.accounts() {
        let files = entry.read();
        let records = files.records();
        let of_file = records.access_analyzer.as_ref().map_or(&[][..], |found| &found.findings);
        let ids: BTreeSet<_> = of_file.iter().map(|finding| finding.id.to_string()).collect();
        let estate = AccountEstate::of(&records, None);
        for share in [1, 2, usize::MAX] {
            let with_row: Vec<_> = estate.principals.iter().step_by(share).collect();
            let rows = with_row.iter().map(|principal| principal.arn.as_str()).collect();
            let of_rows = with_row
                .iter()
                .flat_map(|principal| analyzer_evidence(principal, &estate, &asked()));
            let mut found: Vec<_> = of_rows.map(|evidence| evidence.id.to_string()).collect();
            let with_rows = found.len();
            found.extend(
                unjoined(&estate, &rows, &asked())
                    .iter()
                    .map(|one| one.evidence.id.to_string()),
            );
            assert_eq!(found.len(), ids.len(), "{}: none twice", entry.id());
            assert_eq!(
                found.iter().cloned().collect::<BTreeSet<_>>(),
                ids,
                "{}: none lost",
                entry.id()
            );
            if share == 1 {
                joined += with_rows;
                listed += found.len() - with_rows;
            }
        }
        for principal in &estate.principals {
            let usage = usage(principal, &estate, time(AS_OF));
            assert!(
                records.credential_report.is_none() || usage.keys.is_some(),
                "{}",
                principal.arn
            );
        }
    }
    (joined, listed)
}

#[test]
fn no_finding_of_the_sample_is_lost() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates/sample");
    assert_eq!(
        assert_none_lost(&root),
        (8, 2),
        "the bucket and the deleted role join nothing"
    );
}
