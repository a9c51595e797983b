//! The answer over all requests against thousands of single requests: no request succeeds where the answer is
//! "denied", and where it is "allowed" some request of the holder's own choice does.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use leastwise::estate::AccountEstate;
use leastwise::estate::Organization;
use leastwise::estate::Resource;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Credentials;
use leastwise::evaluate::DerivedFacts;
use leastwise::evaluate::Outcome;
use leastwise::evaluate::Request;
use leastwise::evaluate::RequestContext;
use leastwise::evaluate::Subject;
use leastwise::evaluate::Target;
use leastwise::evaluate::decide;
use leastwise::evaluate::derive_context;
use leastwise::ident::Action;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use leastwise::solve::Answer;
use leastwise::solve::Question;
use leastwise::solve::Scope;
use leastwise::solve::Verdict;
use leastwise::solve::ask;

/// Small, fast and the same everywhere (splitmix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = usize::try_from(self.next() % from.len() as u64).unwrap();
        &from[index]
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

const VALUES: [&str; 12] = [
    "true",
    "false",
    "storefront",
    "payments",
    "platform",
    "prod",
    "dev",
    "search",
    "orders",
    "yes",
    "",
    "x",
];
const TAG_KEYS: [&str; 6] = ["team", "critical", "env", "Environment", "Team", "owner"];

/// A request that nobody thought about: any credentials the kind can have, any place, any time ahead, any tags.
pub fn random_request<'r>(
    random: &mut Random,
    subject: &'r Subject<'r>,
    facts: &'r ActionFacts<'r>,
    resource: Option<&Resource>,
) -> (Credentials, Target, RequestContext) {
    let is_role = subject.caller.role_arn.is_some();
    let credentials = if is_role {
        Credentials::Other
    } else {
        *random.pick(&[
            Credentials::LongTermKey,
            Credentials::SessionToken,
            Credentials::SessionTokenWithMfa,
            Credentials::Console,
            Credentials::ConsoleWithMfa,
        ])
    };
    let account = subject.caller.account.unwrap();
    let region = random.pick(&["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"]);
    let target = match resource {
        Some(resource) => Target::resource(resource.arn.clone()),
        None if facts.action.service() == "ec2" => Target::resource(
            format!("arn:aws:ec2:{region}:{account}:instance/i-{:017x}", random.next() >> 4)
                .parse()
                .unwrap(),
        ),
        None => {
            let (cluster, service) = (
                random.pick(&["shop", "search", "shop-payments", "x"]),
                random.pick(&["web", "api", "ledger", "checkout"]),
            );
            Target::resource(
                format!("arn:aws:ecs:{region}:{account}:service/{cluster}/{service}")
                    .parse()
                    .unwrap(),
            )
        }
    };
    let mut tags = BTreeMap::new();
    for key in TAG_KEYS {
        if random.chance(40) {
            tags.insert(Box::from(key), Box::from(*random.pick(&VALUES)));
        }
    }
    let times = [
        "2026-11-01T06:00:00Z",
        "2026-12-31T23:59:59Z",
        "2027-01-01T00:00:01Z",
        "2031-05-05T05:05:05Z",
    ];
    let time: Timestamp = random.pick(&times).parse().unwrap();
    let mut caller = subject.caller.clone();
    caller.credentials = credentials;
    let derived = DerivedFacts {
        time,
        region: None,
        resource_tags: resource.map_or(Some(&tags), |resource| resource.tags.as_ref()),
        resource_organization: caller.organization.as_ref(),
    };
    let mut context = derive_context(&caller, facts, &target, &derived);
    if random.chance(70) {
        let addresses = ["203.0.113.7", "198.51.100.9", "10.1.2.3", "8.8.8.8", "2001:db8::1"];
        context.set("aws:SourceIp", ContextValue::single(*random.pick(&addresses)));
    } else {
        context.set("aws:SourceVpc", ContextValue::single("vpc-1"));
        context.set("aws:SourceVpce", ContextValue::single("vpce-1"));
        context.set("aws:VpcSourceIp", ContextValue::single("10.0.0.9"));
    }
    if is_role && random.chance(50) {
        let trust = subject.principal.trust.as_ref().and_then(|trust| trust.parsed());
        let tag_session: Action = "sts:TagSession".parse().unwrap();
        let passes_tags = trust.is_some_and(|trust| {
            trust
                .statements
                .iter()
                .any(|s| s.action.matches(&tag_session) == leastwise::ident::Ternary::Yes)
        });
        if passes_tags {
            for key in TAG_KEYS {
                if random.chance(40) {
                    context.set(
                        &format!("aws:PrincipalTag/{key}"),
                        ContextValue::single(*random.pick(&VALUES)),
                    );
                }
            }
        }
    }
    (credentials, target, context)
}

#[test]
fn no_request_succeeds_where_the_answer_is_denied() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates/sample");
    let snapshot = Snapshot::open(vec![Source::of_path(&root).unwrap()]).unwrap();
    let files = snapshot.read_organization();
    let organization = Organization::of(files.records().organization.as_ref().unwrap());
    let as_of: Timestamp = "2026-11-01T06:00:00Z".parse().unwrap();
    let mut random = Random(7);
    let mut asked = 0;
    for entry in snapshot.accounts() {
        let files = entry.read();
        let estate = AccountEstate::of(&files.records(), None);
        let scope = AccountScope::of(Some(&organization), estate.account);
        for principal in &estate.principals {
            let subject = Subject::of(principal, &estate, &scope);
            for (action, kind) in [("ec2:TerminateInstances", "instance"), ("ecs:DeleteService", "service")] {
                let action: Action = action.parse().unwrap();
                let facts = ActionFacts::of(&action);
                let counted = estate
                    .inventory
                    .as_ref()
                    .and_then(|inventory| inventory.of_type(action.service(), kind));
                let scope = counted.map_or(Scope::Any, Scope::Counted);
                let question = Question {
                    scope,
                    ..Question::about(&subject, &facts, as_of)
                };
                let answer = ask(&question);
                let (mut allowed, mut open) = (0, 0);
                for _ in 0..150 {
                    let resource = counted
                        .filter(|counted| !counted.is_empty())
                        .map(|counted| random.pick(counted).clone());
                    let (credentials, target, context) = random_request(&mut random, &subject, &facts, resource.as_ref());
                    let mut caller = subject.caller.clone();
                    caller.credentials = credentials;
                    let request = Request {
                        caller: &caller,
                        action: &action,
                        target,
                        context,
                    };
                    match decide(&subject.stack, &request).outcome {
                        Outcome::Allow => allowed += 1,
                        Outcome::Undetermined => open += 1,
                        Outcome::ExplicitDeny | Outcome::ImplicitDeny => {}
                    }
                    asked += 1;
                }
                let name = format!(
                    "{} {action}: {} but {allowed} of 150 requests succeed",
                    principal.arn, answer.verdict
                );
                match answer.verdict {
                    Verdict::Denied => assert_eq!((allowed, open), (0, 0), "{name}, {open} open"),
                    Verdict::Undetermined => assert_eq!(allowed, 0, "{name}"),
                    Verdict::Allowed => assert!(allowed > 0, "{name}"),
                    Verdict::Conditional => {}
                }
            }
        }
    }
    assert!(asked > 10_000);
}

/// Conditions around which answers go wrong: presence, negation, two families of addresses, time, MFA, tags, Regions.
pub const CONDITIONS: [(&str, &str, &str); 44] = [
    ("StringEquals", "aws:ResourceTag/team", "\"payments\""),
    ("StringNotEquals", "aws:ResourceTag/team", "\"payments\""),
    ("StringEquals", "aws:ResourceTag/team", "\"${aws:PrincipalTag/team}\""),
    ("StringNotEquals", "ec2:ResourceTag/team", "\"${aws:PrincipalTag/team}\""),
    ("Null", "aws:ResourceTag/critical", "\"true\""),
    ("Null", "aws:ResourceTag/critical", "\"false\""),
    ("StringLike", "aws:ResourceTag/env", "[\"p*\", \"dev\"]"),
    ("StringEqualsIfExists", "aws:ResourceTag/env", "\"dev\""),
    ("StringEquals", "aws:PrincipalTag/team", "\"payments\""),
    ("StringNotEquals", "aws:PrincipalTag/team", "\"payments\""),
    ("Null", "aws:PrincipalTag/owner", "\"false\""),
    ("Bool", "aws:MultiFactorAuthPresent", "\"true\""),
    ("Bool", "aws:MultiFactorAuthPresent", "\"false\""),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "\"true\""),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "\"false\""),
    ("Null", "aws:MultiFactorAuthPresent", "\"true\""),
    ("Null", "aws:TokenIssueTime", "\"true\""),
    ("Null", "aws:TokenIssueTime", "\"false\""),
    ("NumericLessThan", "aws:MultiFactorAuthAge", "\"3600\""),
    ("NumericGreaterThanIfExists", "aws:MultiFactorAuthAge", "\"3600\""),
    ("IpAddress", "aws:SourceIp", "\"203.0.113.0/24\""),
    ("NotIpAddress", "aws:SourceIp", "[\"203.0.113.0/24\", \"198.51.100.0/24\"]"),
    ("IpAddress", "aws:SourceIp", "\"0.0.0.0/0\""),
    ("NotIpAddress", "aws:SourceIp", "\"0.0.0.0/0\""),
    ("IpAddressIfExists", "aws:SourceIp", "\"203.0.113.0/24\""),
    ("StringEquals", "aws:SourceVpce", "\"vpce-1\""),
    ("StringNotEquals", "aws:SourceVpce", "\"vpce-1\""),
    ("Null", "aws:SourceVpc", "\"true\""),
    ("DateLessThan", "aws:CurrentTime", "\"2026-12-01T00:00:00Z\""),
    ("DateGreaterThan", "aws:CurrentTime", "\"2027-01-01T00:00:00Z\""),
    ("DateLessThan", "aws:CurrentTime", "\"2020-01-01T00:00:00Z\""),
    ("NumericGreaterThan", "aws:EpochTime", "\"1798761600\""),
    ("StringEquals", "aws:RequestedRegion", "[\"eu-west-1\", \"eu-central-1\"]"),
    ("StringNotEquals", "aws:RequestedRegion", "\"us-east-1\""),
    ("StringLike", "ec2:Region", "\"eu-*\""),
    ("StringEquals", "aws:PrincipalType", "\"User\""),
    ("ArnLike", "aws:PrincipalArn", "\"arn:aws:iam::*:role/app/*\""),
    ("StringNotLike", "aws:userid", "\"AROADEV0000000000001:*\""),
    ("StringEquals", "aws:username", "\"Ann\""),
    ("Bool", "aws:SecureTransport", "\"true\""),
    ("Bool", "aws:ViaAWSService", "\"false\""),
    ("StringEquals", "aws:RequestTag/x", "\"y\""),
    ("ForAllValues:StringEquals", "aws:TagKeys", "\"x\""),
    ("StringEquals", "aws:SourceAccount", "\"111122223333\""),
];

const RESOURCES: [&str; 7] = [
    "*",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:ec2:eu-west-1:*:instance/*",
    "arn:aws:ec2:*:111122223333:instance/i-0*",
    "arn:aws:ec2:*:*:volume/*",
    "arn:aws:ec2:us-east-1:444455556666:instance/*",
    "arn:aws:ec2",
];

fn random_statement(random: &mut Random, effect: &str) -> String {
    let action = random.pick(&["ec2:TerminateInstances", "ec2:*", "*", "ec2:Describe*"]);
    let element = if random.chance(10) { "NotResource" } else { "Resource" };
    let mut by_operator: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for _ in 0..random.next() % 4 {
        let (operator, key, values) = *random.pick(&CONDITIONS);
        by_operator.entry(operator).or_default().insert(key, values);
    }
    let operators: Vec<String> = by_operator
        .iter()
        .map(|(operator, keys)| {
            let keys: Vec<String> = keys.iter().map(|(key, values)| format!("\"{key}\": {values}")).collect();
            format!("\"{operator}\": {{{}}}", keys.join(", "))
        })
        .collect();
    let condition = if operators.is_empty() {
        String::new()
    } else {
        format!(", \"Condition\": {{{}}}", operators.join(", "))
    };
    format!(
        "{{\"Effect\": \"{effect}\", \"Action\": \"{action}\", \"{element}\": \"{}\"{condition}}}",
        random.pick(&RESOURCES)
    )
}

pub fn random_document(random: &mut Random, allows: u64, denies: u64) -> String {
    let mut statements: Vec<String> = (0..=random.next() % allows)
        .map(|_| random_statement(random, "Allow"))
        .collect();
    statements.extend((0..random.next() % denies).map(|_| random_statement(random, "Deny")));
    format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}]}}", statements.join(", "))
}

/// A user and a role with the same random policies, as the AWS CLI prints an account.
pub fn random_account(random: &mut Random) -> String {
    let document = random_document(random, 3, 3);
    let boundary = random_document(random, 2, 2);
    let bounded = random.chance(30);
    let boundary_of = if bounded {
        ", \"PermissionsBoundary\": {\"PermissionsBoundaryType\": \"Policy\", \"PermissionsBoundaryArn\": \"arn:aws:iam::111122223333:policy/B\"}"
    } else {
        ""
    };
    let trusted = if random.chance(50) {
        "[\"sts:AssumeRole\", \"sts:TagSession\"]"
    } else {
        "\"sts:AssumeRole\""
    };
    let tags = if random.chance(50) {
        "[{\"Key\": \"team\", \"Value\": \"payments\"}]"
    } else {
        "[]"
    };
    format!(
        r#"{{"UserDetailList": [{{"Path": "/ops/", "UserName": "Ann", "UserId": "AIDAANN00000000000001", "Arn": "arn:aws:iam::111122223333:user/ops/Ann",
  "CreateDate": "2024-01-01T00:00:00Z", "UserPolicyList": [{{"PolicyName": "p", "PolicyDocument": {document}}}], "GroupList": [], "AttachedManagedPolicies": [], "Tags": {tags}{boundary_of}}}],
 "GroupDetailList": [],
 "RoleDetailList": [{{"Path": "/app/", "RoleName": "Dev", "RoleId": "AROADEV0000000000001", "Arn": "arn:aws:iam::111122223333:role/app/Dev",
  "CreateDate": "2024-01-01T00:00:00Z", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "111122223333"}}, "Action": {trusted}}}]}},
  "InstanceProfileList": [], "RolePolicyList": [{{"PolicyName": "p", "PolicyDocument": {document}}}], "AttachedManagedPolicies": [], "Tags": {tags}, "RoleLastUsed": {{}}{boundary_of}}}],
 "Policies": [{{"PolicyName": "B", "PolicyId": "ANPAB0000000000000001", "Arn": "arn:aws:iam::111122223333:policy/B", "Path": "/", "DefaultVersionId": "v1",
  "PolicyVersionList": [{{"Document": {boundary}, "VersionId": "v1", "IsDefaultVersion": true}}]}}], "IsTruncated": false}}"#
    )
}

/// What can be done shows a complete request that the evaluator allows.
pub fn assert_witness(subject: &Subject<'_>, action: &Action, answer: &Answer<'_>) {
    let can = matches!(answer.verdict, Verdict::Allowed | Verdict::Conditional);
    assert_eq!(answer.witness.is_some(), can, "{}", answer.verdict);
    let Some(witness) = &answer.witness else { return };
    let mut caller = subject.caller.clone();
    caller.credentials = witness.credentials;
    let open = witness
        .context
        .iter()
        .find(|(_, value)| matches!(value, ContextValue::Unknown(_) | ContextValue::Prefix(_)));
    assert_eq!(open, None, "a witness leaves nothing open");
    let request = Request {
        caller: &caller,
        action,
        target: witness.target.clone(),
        context: witness.context.clone(),
    };
    assert_eq!(
        decide(&subject.stack, &request).outcome,
        Outcome::Allow,
        "{:?}",
        witness.context
    );
}

#[test]
fn random_policies_agree_with_random_requests() {
    let as_of: Timestamp = "2026-11-01T06:00:00Z".parse().unwrap();
    let action: Action = "ec2:TerminateInstances".parse().unwrap();
    let facts = ActionFacts::of(&action);
    let mut random = Random(11);
    let mut seen: BTreeMap<Verdict, usize> = BTreeMap::new();
    for _ in 0..120 {
        let text = random_account(&mut random);
        let snapshot = Snapshot::open(vec![Source::Stdin(text.clone().into_bytes())]).unwrap();
        let files = snapshot.accounts()[0].read();
        let estate = AccountEstate::of(&files.records(), None);
        assert!(estate.problems.is_empty(), "{:?}", estate.problems);
        let scope = AccountScope::standalone();
        for principal in estate.principals.iter().filter(|principal| !principal.attachments.is_empty()) {
            let subject = Subject::of(principal, &estate, &scope);
            let question = Question::about(&subject, &facts, as_of);
            let answer = ask(&question);
            *seen.entry(answer.verdict).or_default() += 1;
            assert_witness(&subject, &action, &answer);
            for _ in 0..60 {
                let (credentials, target, context) = random_request(&mut random, &subject, &facts, None);
                let mut caller = subject.caller.clone();
                caller.credentials = credentials;
                let request = Request {
                    caller: &caller,
                    action: &action,
                    target,
                    context,
                };
                let outcome = decide(&subject.stack, &request).outcome;
                let contradicts = match answer.verdict {
                    Verdict::Denied => matches!(outcome, Outcome::Allow | Outcome::Undetermined),
                    Verdict::Undetermined => outcome == Outcome::Allow,
                    Verdict::Allowed | Verdict::Conditional => false,
                };
                assert!(
                    !contradicts,
                    "{} is {}, yet {outcome:?} for {:?} {:?}\n{text}",
                    principal.arn, answer.verdict, request.target, request.context
                );
            }
        }
    }
    assert!(seen.len() >= 3, "{seen:?}");
}
