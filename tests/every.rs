//! All actions at once: each gets the answer that it would get alone.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;
use leastwise::estate::AccountEstate;
use leastwise::estate::Organization;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Subject;
use leastwise::ident::Action;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use leastwise::solve::EveryAction;
use leastwise::solve::Memo;
use leastwise::solve::Question;
use leastwise::solve::Verdict;
use leastwise::solve::ask;
use leastwise::solve::ask_in;
use leastwise::solve::catalog_actions;
use serde_json::Value;
use serde_json::json;

use crate::agreement::Random;
use crate::command::SAMPLE;

const AS_OF: &str = "2026-11-01T00:00:00Z";

/// Action lists of every kind: names, wildcards, whole services, all but some, blanks, wildcards in the service.
const ACTIONS: [&str; 14] = [
    "*",
    "ec2:*",
    "ec2:Terminate*",
    "EC2:describe*",
    "ecs:?elete*",
    "iam:*",
    "iam:PassRole",
    "s3:Get*",
    "sts:*",
    "lambda:*Function",
    "kms:Create*",
    " ec2:Start*",
    "e*:Delete*",
    "dynamodb:Put?tem",
];

fn random_policy(random: &mut Random) -> Value {
    let mut statements = Vec::new();
    for _ in 0..=random.next() % 3 {
        let field = if random.chance(20) { "NotAction" } else { "Action" };
        let actions: Vec<&str> = (0..=random.next() % 3).map(|_| *random.pick(&ACTIONS)).collect();
        let mut statement = json!({
            "Effect": if random.chance(70) { "Allow" } else { "Deny" },
            "Resource": random.pick(&["*", "arn:aws:ec2:*:*:instance/*", "arn:aws:s3:::data/*", "arn:aws:iam::111122223333:role/app/*"]),
        });
        statement[field] = json!(actions);
        if random.chance(40) {
            statement["Condition"] = random
                .pick(&[
                    json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
                    json!({"StringEquals": {"aws:ResourceTag/team": "a"}}),
                    json!({"StringEquals": {"ec2:ResourceTag/team": "a"}}),
                    json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/r1*"}}),
                    json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
                    json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
                    json!({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
                ])
                .clone();
        }
        statements.push(statement);
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn random_account(random: &mut Random) -> String {
    let pool: Vec<Value> = (0..4).map(|_| random_policy(random)).collect();
    let held = (0..4).map(|_| (0..=random.next() % 2).map(|_| random.pick(&pool).clone()).collect());
    dump(held.collect())
}

/// A dump of roles that hold these documents each.
fn dump(of_roles: Vec<Vec<Value>>) -> String {
    let roles = (0..).zip(of_roles).map(|(number, documents): (u64, _)| {
        let held = (0..)
            .zip(documents)
            .map(|(at, document): (u64, _)| json!({"PolicyName": format!("p{at}"), "PolicyDocument": document}));
        json!({"Path": "/", "RoleName": format!("r{number}"), "RoleId": format!("AROAR{number:016}"),
            "Arn": format!("arn:aws:iam::111122223333:role/r{number}"), "CreateDate": "2024-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement":
                [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "InstanceProfileList": [], "RolePolicyList": held.collect::<Vec<_>>(), "AttachedManagedPolicies": [], "Tags": []})
    });
    let roles: Vec<Value> = roles.collect();
    json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": [], "IsTruncated": false})
        .to_string()
}

/// Asks about all actions, and about some of each class alone.
fn assert_alike(estate: &AccountEstate, scope: &AccountScope, random: &mut Random, most: u64) -> BTreeSet<Verdict> {
    let as_of: Timestamp = AS_OF.parse().unwrap();
    let subjects: Vec<Subject<'_>> = estate
        .principals
        .iter()
        .map(|principal| Subject::of(principal, estate, scope))
        .collect();
    let alone = |subject: &Subject<'_>, action: &Action| {
        let facts = ActionFacts::of(action);
        let question = Question::about(subject, &facts, as_of);
        let answer = ask(&question);
        let words: BTreeSet<_> = answer.conditions.iter().map(|condition| condition.words.clone()).collect();
        (answer.verdict, words, answer.unknowns)
    };
    // How many classes there are changes nothing of what is drawn next.
    let mut sampled = Random::new(random.next());
    let mut verdicts = BTreeSet::new();
    let mut every = EveryAction::default();
    for subject in &subjects {
        let told = every.ask(subject, as_of);
        let counted: usize = told.classes.iter().map(|class| class.actions.len()).sum();
        assert_eq!(counted + told.ungranted.len(), catalog_actions().len(), "each action once");
        for class in &told.classes {
            verdicts.insert(class.told.verdict);
            let words: BTreeSet<_> = class
                .told
                .conditions
                .iter()
                .map(|condition| condition.words.clone())
                .collect();
            let told = (class.told.verdict, words, class.told.unknowns.clone());
            // Where too much is taken for one there are few classes, and large ones.
            let drawn = u64::from(sampled.next() % 100 < most) + class.actions.len() as u64 / 200;
            for _ in 0..drawn {
                let action = *sampled.pick(&class.actions.iter().collect::<Vec<_>>());
                let first = class.actions.iter().next().unwrap();
                assert_eq!(
                    alone(subject, action),
                    told,
                    "{} {action}, like {first}",
                    subject.principal.arn
                );
            }
        }
        for _ in 0..most {
            if !told.ungranted.is_empty() {
                let action = *sampled.pick(&told.ungranted.iter().collect::<Vec<_>>());
                assert_eq!(
                    alone(subject, action).0,
                    Verdict::Denied,
                    "{} {action}",
                    subject.principal.arn
                );
            }
        }
    }
    verdicts
}

/// Operators, keys and values; some calls carry the key, and others do not.
const KEYS: [(&str, &str, &str); 12] = [
    ("StringEquals", "aws:ResourceTag/team", "a"),
    ("StringNotEquals", "aws:RequestTag/team", "a"),
    ("StringNotLikeIfExists", "ec2:ResourceTag/team", "a*"),
    ("StringNotEqualsIfExists", "aws:ResourceOrgID", "o-exampleorg1"),
    ("StringNotEquals", "aws:RequestedRegion", "eu-west-1"),
    ("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/r1*"),
    ("ForAnyValue:StringLike", "aws:TagKeys", "a*"),
    ("StringNotEqualsIfExists", "s3:x-amz-acl", "private"),
    ("StringEquals", "ec2:InstanceType", "t3.micro"),
    ("StringLike", "ecs:cluster", "arn:aws:ecs:*:*:cluster/prod"),
    ("StringNotEqualsIfExists", "aws:VpceOrgID", "o-exampleorg1"),
    ("StringNotEqualsIfExists", "aws:SourceOrgID", "o-exampleorg1"),
];

/// Guardrails over all actions that name resources or keys of some, or the caller.
fn random_guardrail(random: &mut Random) -> Value {
    let resources = [
        json!("*"),
        json!("*"),
        json!("*"),
        json!(["arn:aws:s3:::audit-*", "arn:aws:s3:::audit-*/*"]),
        json!(["arn:*:iam::*:role/r1", "arn:aws:ec2:*:*:instance/*"]),
        json!(["arn:aws:kms:*:*:key/*", "arn:aws:sqs:eu-west-1:*:*"]),
        json!("arn:aws:*:*:*:*prod*"),
        json!("arn:aws:lambda:*:*:function:${aws:PrincipalTag/team}-*"),
    ];
    let actions = random.pick(&["*", "*", "*", "ec2:*", "organizations:LeaveOrganization"]);
    let mut statement = json!({"Effect": "Deny", "Action": actions, "Resource": random.pick(&resources)});
    if random.chance(20) {
        statement.as_object_mut().unwrap().remove("Action");
        statement["NotAction"] = json!(["iam:*", "sts:*", "s3:List*"]);
    }
    for _ in 0..random.next() % 3 {
        let (operator, key, value) = random.pick(&KEYS);
        statement["Condition"][*operator][*key] = json!([value]);
    }
    if statement.get("Condition").is_none() && statement["Resource"] == "*" {
        statement["Condition"] = json!({"StringEquals": {"aws:ResourceTag/team": "a"}});
    }
    statement
}

/// An organization with an account, its root's guardrails of both kinds.
fn random_organization(random: &mut Random) -> Value {
    let full = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let policies = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"].map(|policy_type| {
        let mut statements = vec![full.clone()];
        statements.extend((0..=random.next() % 3).map(|_| random_guardrail(random)));
        if policy_type == "RESOURCE_CONTROL_POLICY" {
            for statement in &mut statements {
                statement["Principal"] = json!("*");
            }
        }
        let content = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        json!({"PolicySummary": {"Id": policy_type, "Name": policy_type, "Type": policy_type,
            "Arn": format!("arn:aws:organizations::999999999999:policy/o-exampleorg1/{policy_type}")}, "Content": content})
    });
    let targets = |id: &str| json!({"r-ab12": [id], "111122223333": [id]});
    json!({
        "Organization": {"Id": "o-exampleorg1", "MasterAccountId": "999999999999", "FeatureSet": "ALL",
            "Arn": "arn:aws:organizations::999999999999:organization/o-exampleorg1"},
        "Roots": [{"Id": "r-ab12", "Name": "Root", "Arn": "arn:aws:organizations::999999999999:root/o-exampleorg1/r-ab12",
            "PolicyTypes": policies.each_ref().map(|policy| json!({"Type": policy["PolicySummary"]["Type"], "Status": "ENABLED"}))}],
        "OrganizationalUnits": [],
        "Accounts": [{"Id": "111122223333", "Name": "a", "Status": "ACTIVE", "ParentId": "r-ab12",
            "Arn": "arn:aws:organizations::999999999999:account/o-exampleorg1/111122223333"}],
        "Policies": policies,
        "PoliciesForTarget": {"SERVICE_CONTROL_POLICY": targets("SERVICE_CONTROL_POLICY"),
            "RESOURCE_CONTROL_POLICY": targets("RESOURCE_CONTROL_POLICY")},
    })
}

#[test]
fn guardrails_over_all_actions_are_asked_about_by_what_they_can_tell() {
    let mut random = Random::new(15);
    let mut verdicts = BTreeSet::new();
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let account = folder.path().join("accounts/111122223333");
        std::fs::create_dir_all(&account).unwrap();
        std::fs::write(
            account.join("account-authorization-details.json"),
            random_account(&mut random),
        )
        .unwrap();
        std::fs::write(
            folder.path().join("organization.json"),
            random_organization(&mut random).to_string(),
        )
        .unwrap();
        let snapshot = Snapshot::open(vec![Source::Directory(folder.path().to_owned())]).unwrap();
        let files = snapshot.read_organization();
        let organization = files.records().organization.as_ref().map(Organization::of);
        let files = snapshot.accounts()[0].read();
        let estate = AccountEstate::of(&files.records(), None);
        let scope = AccountScope::of(organization.as_ref(), estate.account);
        assert!(scope.membership().is_some(), "the guardrails apply");
        verdicts.extend(assert_alike(&estate, &scope, &mut random, 12));
    }
    assert_eq!(verdicts.len(), 4, "{verdicts:?}");
}

/// Asks about all actions for roles with these statements each, and about some alone.
fn assert_alone(random: &mut Random, of_roles: &[Value; 2]) {
    let document = |statements: &Value| vec![json!({"Version": "2012-10-17", "Statement": statements})];
    let text = dump(of_roles.iter().map(document).collect());
    let snapshot = Snapshot::open(vec![Source::Stdin(text.into_bytes())]).unwrap();
    let files = snapshot.accounts()[0].read();
    let estate = AccountEstate::of(&files.records(), None);
    assert_alike(&estate, &AccountScope::standalone(), random, 2);
}

#[test]
fn a_key_that_some_calls_carry_tells_them_from_the_others() {
    let mut random = Random::new(18);
    for (operator, key, value) in KEYS {
        let condition = json!({operator: {key: [value]}});
        let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let with = |effect: &str| json!({"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition});
        assert_alone(&mut random, &[json!([with("Allow")]), json!([everything, with("Deny")])]);
    }
}

/// A wildcard in the second field may run across colons, or not (E53, U3): such a text may name resources of any service.
#[test]
fn a_text_whose_fields_may_move_tells_the_actions_apart_that_it_may_name() {
    let mut random = Random::new(19);
    for text in [
        "arn:*:us-east-1:111122223333:log-group:*",
        "arn:*:111122223333:function:*",
        "arn:aws*:us-east-1:111122223333:*:*",
        "arn:*:example:*:*:*",
        "arn:*:iam::*:role/x",
        "arn:aws:ec2:*:*:*",
    ] {
        let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let with = |effect: &str| json!({"Effect": effect, "Action": "*", "Resource": text});
        assert_alone(&mut random, &[json!([with("Allow")]), json!([everything, with("Deny")])]);
    }
}

#[test]
fn an_action_is_answered_among_all_as_it_is_alone() {
    let mut random = Random::new(16);
    let mut verdicts = BTreeSet::new();
    for _ in 0..4 {
        let text = random_account(&mut random);
        let snapshot = Snapshot::open(vec![Source::Stdin(text.into_bytes())]).unwrap();
        let files = snapshot.accounts()[0].read();
        let estate = AccountEstate::of(&files.records(), None);
        verdicts.extend(assert_alike(&estate, &AccountScope::standalone(), &mut random, 12));
    }
    assert_eq!(verdicts.len(), 4, "{verdicts:?}");
}

#[test]
fn the_same_holds_under_guardrails() {
    let mut random = Random::new(12);
    let snapshot = Snapshot::open(vec![Source::Directory(PathBuf::from(SAMPLE))]).unwrap();
    let files = snapshot.read_organization();
    let organization = files.records().organization.as_ref().map(Organization::of);
    for account in snapshot.accounts().iter().take(3) {
        let files = account.read();
        let estate = AccountEstate::of(&files.records(), None);
        let scope = AccountScope::of(organization.as_ref(), estate.account);
        assert_alike(&estate, &scope, &mut random, 4);
    }
}

/// A user with one statement in a policy of its own, a boundary, and perhaps an attached policy.
fn bounded_user(name: &str, boundary: &str, attached: &[&str]) -> Value {
    let arn = |policy: &str| format!("arn:aws:iam::111122223333:policy/{policy}");
    let attached: Vec<Value> = attached
        .iter()
        .map(|policy| json!({"PolicyName": policy, "PolicyArn": arn(policy)}))
        .collect();
    let grant = json!({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Action": "ec2:TerminateInstances", "Resource": "*"}});
    json!({"Path": "/", "UserName": name, "UserId": format!("AIDA{name:0>16}"),
        "Arn": format!("arn:aws:iam::111122223333:user/{name}"), "CreateDate": "2024-01-01T00:00:00Z",
        "UserPolicyList": [{"PolicyName": "grant", "PolicyDocument": grant}], "GroupList": [],
        "AttachedManagedPolicies": attached, "Tags": [],
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn(boundary)}})
}

#[test]
fn a_policy_that_cannot_be_read_is_no_boundary_where_it_is_attached() {
    let managed = |name: &str, document: Value| {
        json!({"PolicyName": name, "PolicyId": format!("ANPA{name:0>16}"), "Path": "/", "DefaultVersionId": "v1",
            "Arn": format!("arn:aws:iam::111122223333:policy/{name}"), "AttachmentCount": 1, "IsAttachable": true,
            "CreateDate": "2024-01-01T00:00:00Z", "UpdateDate": "2024-01-01T00:00:00Z",
            "PolicyVersionList": [{"Document": document, "VersionId": "v1", "IsDefaultVersion": true,
                "CreateDate": "2024-01-01T00:00:00Z"}]})
    };
    let unreadable = json!({"Version": "2012-10-17", "Statement":
        [{"Effect": "Allow", "Action": "nonsense", "Resource": 5}]});
    let queues = json!({"Version": "2012-10-17", "Statement":
        [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]});
    // The one is stopped by its boundary; of the other's boundary nothing is known.
    let stopped = bounded_user("a", "queues", &["unread"]);
    let unknown = bounded_user("b", "unread", &[]);
    // Whichever is asked about first, in the order of their names.
    let others = [bounded_user("b", "queues", &["unread"]), bounded_user("a", "unread", &[])];
    for users in [[stopped, unknown], others] {
        let text = json!({"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [],
            "Policies": [managed("unread", unreadable.clone()), managed("queues", queues.clone())], "IsTruncated": false})
        .to_string();
        let snapshot = Snapshot::open(vec![Source::Stdin(text.into_bytes())]).unwrap();
        let files = snapshot.accounts()[0].read();
        let estate = AccountEstate::of(&files.records(), None);
        assert_alike(&estate, &AccountScope::standalone(), &mut Random::new(13), 100);
    }
}

#[test]
fn identities_of_two_partitions_are_not_alike() {
    let user = |name: &str, partition: &str| {
        let grant = json!({"Version": "2012-10-17", "Statement":
            {"Effect": "Allow", "Action": "ec2:TerminateInstances", "Resource": "arn:aws:ec2:*:*:instance/*"}});
        json!({"Path": "/", "UserName": name, "UserId": format!("AIDA{name:0>16}"),
            "Arn": format!("arn:{partition}:iam::111122223333:user/{name}"), "CreateDate": "2024-01-01T00:00:00Z",
            "UserPolicyList": [{"PolicyName": "grant", "PolicyDocument": grant}], "GroupList": [],
            "AttachedManagedPolicies": [], "Tags": []})
    };
    let text = json!({"UserDetailList": [user("a", "aws"), user("b", "aws-cn")], "GroupDetailList": [],
        "RoleDetailList": [], "Policies": [], "IsTruncated": false})
    .to_string();
    let snapshot = Snapshot::open(vec![Source::Stdin(text.into_bytes())]).unwrap();
    let files = snapshot.accounts()[0].read();
    let estate = AccountEstate::of(&files.records(), None);
    assert_alike(&estate, &AccountScope::standalone(), &mut Random::new(14), 100);

    // The same for what an audit shares between identities, whichever comes first.
    let scope = AccountScope::standalone();
    let mut subjects = Subject::all_of(&estate, &scope);
    let action = "ec2:TerminateInstances".parse().unwrap();
    let facts = ActionFacts::of(&action);
    let as_of: Timestamp = AS_OF.parse().unwrap();
    for _ in 0..2 {
        let mut memo = Memo::new(false);
        for subject in &subjects {
            let question = Question::about(subject, &facts, as_of);
            let (shared, alone) = (ask_in(&mut memo, &question), ask(&question));
            assert_eq!(shared.verdict, alone.verdict, "{}", subject.principal.arn);
        }
        subjects.reverse();
    }
}
