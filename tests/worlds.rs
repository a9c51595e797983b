//! Random worlds for the laws: a caller, a request, its context and the policies around it.

use leastwise::catalog::ControlClass;
use leastwise::estate::Policy;
use leastwise::estate::PolicyText;
use leastwise::evaluate::Caller;
use leastwise::evaluate::CallerKind;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Formula;
use leastwise::evaluate::Guardrails;
use leastwise::evaluate::Level;
use leastwise::evaluate::Outcome;
use leastwise::evaluate::PolicyStack;
use leastwise::evaluate::Request;
use leastwise::evaluate::RequestContext;
use leastwise::evaluate::Target;
use leastwise::evaluate::decide;
use leastwise::ident::Action;
use leastwise::policy::ConditionOperator;
use leastwise::policy::PolicyType;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use serde_json::json;

const ACCOUNT: &str = "111122223333";
const USER: &str = "arn:aws:iam::111122223333:user/ops/Ann";
const ROLE: &str = "arn:aws:iam::111122223333:role/app/Dev";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Dev/s1";
const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/Fay";

/// Actions with a resource each; `*` is no resource.
const REQUESTS: [(&str, &str); 8] = [
    (
        "ec2:TerminateInstances",
        "arn:aws:ec2:us-east-1:111122223333:instance/i-0aaa1111bbbb2222c",
    ),
    ("ecs:DeleteService", "arn:aws:ecs:us-east-1:111122223333:service/prod/web"),
    ("ecs:DeleteService", "arn:aws:ecs:us-east-1:111122223333:service/web"),
    ("s3:GetObject", "arn:aws:s3:::example-bucket/Ann/key"),
    ("sts:AssumeRole", ROLE),
    ("sts:AssumeRole", "arn:aws:iam::444455556666:role/Other"),
    ("iam:CreateUser", "arn:aws:iam::111122223333:user/new"),
    ("ec2:DescribeInstances", "*"),
];

const ACTIONS: [&str; 12] = [
    "*",
    "ec2:TerminateInstances",
    "EC2:terminate*",
    "ec2:Terminate?nstances",
    "ec2:*",
    "ecs:DeleteService",
    "s3:*",
    "sts:AssumeRole",
    "iam:Create*",
    "*:*",
    " ec2:*",
    "e?2:Describe*",
];

const RESOURCES: [&str; 14] = [
    "*",
    "arn:aws:ec2:us-east-1:111122223333:instance/i-0aaa1111bbbb2222c",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:ec2:*:*:inst*",
    "arn:aws:ec2",
    "arn:aws:*:*:111122223333:*/*",
    "arn:aws:ecs:*:*:service/prod/*",
    "arn:aws:ecs:*:*:service/web",
    "arn:aws:s3:::example-bucket/*",
    "arn:aws:s3:::example-bucket/${aws:username}/*",
    "arn:aws:s3:::${aws:PrincipalTag/team, 'example-bucket'}/*",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::444455556666:role/${aws:PrincipalTag/team}",
    "arn:aws:s3:::example-bucket/${aws:username",
];

/// Keys of every type, single-valued and multivalued.
const KEYS: [&str; 13] = [
    "aws:ResourceTag/team",
    "aws:PrincipalTag/team",
    "aws:username",
    "aws:PrincipalArn",
    "aws:userid",
    "aws:SourceIp",
    "aws:CurrentTime",
    "aws:SecureTransport",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:TagKeys",
    "aws:CalledVia",
    "ecs:cluster",
];

const TEXTS: [&str; 22] = [
    "blue",
    "Blue",
    "b*",
    "bl?e",
    "*",
    "",
    "${aws:PrincipalTag/team}",
    "${aws:ResourceTag/team, 'blue'}",
    "x${aws:TagKeys}",
    "${*}",
    "true",
    "false",
    "10",
    "10.0",
    "ten",
    "2026-01-01T00:00:00Z",
    "2020",
    "203.0.113.0/24",
    "0.0.0.0/0",
    "arn:aws:iam::111122223333:role/app/*",
    "arn:aws:ecs:us-east-1:111122223333:cluster/prod",
    "arn:aws:iam",
];

const VALUES: [&str; 14] = [
    "blue",
    "Blue",
    "b*",
    "",
    "true",
    "false",
    "10",
    "ten",
    "2026-01-01T00:00:00Z",
    "203.0.113.9",
    "2001:db8::1",
    ROLE,
    "arn:aws:ecs:us-east-1:111122223333:cluster/prod",
    "AROADEV:s1",
];

/// A policy of a world: statements, or a gap.
#[derive(Debug, Clone)]
pub enum Doc {
    Statements { is_2012: bool, statements: Vec<Value> },
    Missing,
    Invalid,
}

/// Guardrails of a world, level by level.
pub type Levels = Option<Vec<Vec<Doc>>>;

/// Everything that a decision depends on.
#[derive(Debug, Clone)]
pub struct World {
    pub caller: Caller,
    pub request: usize,
    pub context: Vec<(&'static str, ContextValue)>,
    pub identity: Vec<Doc>,
    pub boundary: Option<Doc>,
    pub session: Option<Doc>,
    pub resource: Option<Doc>,
    pub scps: Levels,
    pub scps_are_collected: bool,
    pub rcps: Levels,
    pub endpoint: Option<Doc>,
}

/// The documents of a world as texts, by layer; a law may rewrite each of them.
pub type Rewrite<'r> = &'r dyn Fn(&Value) -> String;

impl World {
    /// Decides the request.
    pub fn decide(&self) -> (Outcome, Formula) {
        self.decide_rewritten(&ToString::to_string)
    }

    /// Decides the request, every document written by `rewrite`.
    pub fn decide_rewritten(&self, rewrite: Rewrite<'_>) -> (Outcome, Formula) {
        let (action, resource) = REQUESTS[self.request];
        let action: Action = action.parse().unwrap();
        let resource_type = self.resource_type();
        let one = |doc: &Option<Doc>, policy_type| doc.as_ref().map(|doc| doc.parse("policy", policy_type, rewrite));
        let levels = |levels: &Levels, policy_type| -> Vec<Vec<Policy>> {
            let level = |docs: &Vec<Doc>| docs.iter().map(|doc| doc.parse("policy", policy_type, rewrite)).collect();
            levels.iter().flatten().map(level).collect()
        };
        let identity: Vec<Policy> = self
            .identity
            .iter()
            .map(|doc| doc.parse("policy", PolicyType::Identity, rewrite))
            .collect();
        let boundary = one(&self.boundary, PolicyType::PermissionsBoundary);
        let session = one(&self.session, PolicyType::Session);
        let resource_policy = one(&self.resource, resource_type);
        let endpoint = one(&self.endpoint, PolicyType::Endpoint);
        let scps = levels(&self.scps, PolicyType::ServiceControl);
        let rcps = levels(&self.rcps, PolicyType::ResourceControl);
        let stack = PolicyStack {
            identity: identity.iter().collect(),
            boundary: boundary.as_ref(),
            session: session.as_ref().map(|policy| vec![policy]),
            resource: resource_policy.as_ref(),
            scps: if self.scps_are_collected {
                guardrails(&scps)
            } else {
                Guardrails::NotCollected("not collected".into())
            },
            rcps: guardrails(&rcps),
            endpoint: endpoint.as_ref().map(|policy| vec![policy]),
            identity_gaps: Vec::new(),
        };
        let mut context = RequestContext::new();
        for (key, value) in &self.context {
            context.set(key, value.clone());
        }
        let target = match resource {
            "*" => Target::nothing_for(&action),
            arn => Target::resource(arn.parse().unwrap()),
        };
        let request = Request {
            caller: &self.caller,
            action: &action,
            target,
            context,
        };
        let decision = decide(&stack, &request);
        (decision.outcome, decision.residual)
    }

    /// The type of the resource's policy: a role's is its trust policy.
    pub fn resource_type(&self) -> PolicyType {
        if REQUESTS[self.request].0.starts_with("sts:") {
            PolicyType::Trust
        } else {
            PolicyType::Resource
        }
    }

    /// Every document, with the policy type that it has.
    pub fn docs_mut(&mut self) -> Vec<(PolicyType, &mut Doc)> {
        let resource_type = self.resource_type();
        let mut docs: Vec<(PolicyType, &mut Doc)> = self.identity.iter_mut().map(|doc| (PolicyType::Identity, doc)).collect();
        docs.extend(self.boundary.as_mut().map(|doc| (PolicyType::PermissionsBoundary, doc)));
        docs.extend(self.session.as_mut().map(|doc| (PolicyType::Session, doc)));
        docs.extend(self.resource.as_mut().map(|doc| (resource_type, doc)));
        docs.extend(self.endpoint.as_mut().map(|doc| (PolicyType::Endpoint, doc)));
        let scps = self.scps.iter_mut().flatten().flatten();
        docs.extend(scps.map(|doc| (PolicyType::ServiceControl, doc)));
        let rcps = self.rcps.iter_mut().flatten().flatten();
        docs.extend(rcps.map(|doc| (PolicyType::ResourceControl, doc)));
        docs
    }
}

fn guardrails(levels: &[Vec<Policy>]) -> Guardrails<'_> {
    if levels.is_empty() {
        return Guardrails::None;
    }
    let levels = levels.iter().map(|policies| Level {
        target: "level".into(),
        policies: Some(policies.iter().collect()),
    });
    Guardrails::Levels(levels.collect())
}

impl Doc {
    fn parse(&self, name: &str, policy_type: PolicyType, rewrite: Rewrite<'_>) -> Policy {
        let text = |text: String| PolicyText {
            text: text.into(),
            file: "a law".into(),
            ..PolicyText::default()
        };
        match self {
            Self::Missing => Policy::missing(name, policy_type, "not collected"),
            Self::Invalid => Policy::parse(name, policy_type, text("{}".to_owned())),
            Self::Statements { .. } => {
                let policy = Policy::parse(name, policy_type, text(rewrite(&self.json(policy_type))));
                assert!(policy.parsed().is_some(), "{:?}\n{}", policy.document, policy.text.text);
                policy
            }
        }
    }

    /// The document of the type: principals and resources only where the type has them.
    pub fn json(&self, policy_type: PolicyType) -> Value {
        let Self::Statements { is_2012, statements } = self else {
            return Value::Null;
        };
        let statements: Vec<Value> = statements.iter().map(|statement| fit(statement, policy_type)).collect();
        let version = if *is_2012 { "2012-10-17" } else { "2008-10-17" };
        json!({"Version": version, "Statement": statements})
    }

    /// The document with one more statement; a gap stays a gap.
    pub fn push(&mut self, statement: Value) {
        if let Self::Statements { statements, .. } = self {
            statements.push(statement);
        }
    }
}

/// Takes out of a statement what its policy type cannot hold.
fn fit(statement: &Value, policy_type: PolicyType) -> Value {
    let mut statement = statement.clone();
    let members = statement.as_object_mut().unwrap();
    let is_deny = members["Effect"] == "Deny";
    match policy_type {
        PolicyType::Resource | PolicyType::Endpoint if is_deny => {}
        PolicyType::Resource | PolicyType::Trust | PolicyType::Endpoint => {
            if let Some(principal) = members.remove("NotPrincipal") {
                members.insert("Principal".to_owned(), principal);
            }
        }
        PolicyType::ResourceControl => {
            members.remove("NotPrincipal");
            members.insert("Principal".to_owned(), "*".into());
        }
        PolicyType::Identity | PolicyType::PermissionsBoundary | PolicyType::ServiceControl | PolicyType::Session => {
            members.remove("NotPrincipal");
            members.remove("Principal");
        }
    }
    if policy_type == PolicyType::Trust {
        members.remove("Resource");
        members.remove("NotResource");
    }
    if policy_type == PolicyType::Session {
        for name in ["Resource", "NotResource"] {
            for text in members.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
                if text == "arn:aws:ec2" {
                    *text = "arn:aws:ec2:*:*:*".into();
                }
            }
        }
    }
    statement
}

fn callers() -> Vec<Caller> {
    let of = |kind, arn: Option<&str>| Caller {
        account: ACCOUNT.parse().ok(),
        arn: arn.map(|arn| arn.parse().unwrap()),
        ..Caller::new(kind)
    };
    let user = of(CallerKind::IamUser, Some(USER));
    let session = Caller {
        role_arn: ROLE.parse().ok(),
        ..of(CallerKind::RoleSession, Some(SESSION))
    };
    vec![
        user.clone(),
        Caller {
            is_in_management_account: true,
            ..user
        },
        session.clone(),
        Caller {
            is_service_linked: true,
            ..session
        },
        unnamed_session(),
        of(CallerKind::AccountRoot, Some("arn:aws:iam::111122223333:root")),
        Caller {
            user_arn: USER.parse().ok(),
            ..of(CallerKind::FederatedUser, Some(FEDERATED))
        },
        Caller {
            service: Some("ec2.amazonaws.com".into()),
            ..Caller::new(CallerKind::Service)
        },
        Caller::new(CallerKind::Anonymous),
        Caller {
            account: "444455556666".parse().ok(),
            arn: "arn:aws:iam::444455556666:user/Bo".parse().ok(),
            ..Caller::new(CallerKind::IamUser)
        },
    ]
}

/// A session of the role of which the name is not known.
fn unnamed_session() -> Caller {
    Caller {
        account: ACCOUNT.parse().ok(),
        arn: ROLE.parse().ok(),
        role_arn: ROLE.parse().ok(),
        ..Caller::new(CallerKind::RoleSession)
    }
}

fn principal() -> impl Strategy<Value = Value> {
    let names = vec![
        "*",
        USER,
        ROLE,
        SESSION,
        FEDERATED,
        ACCOUNT,
        "arn:aws:iam::444455556666:root",
        "arn:aws:iam::111122223333:user/*",
    ];
    prop_oneof![
        1 => Just(json!("*")),
        1 => Just(json!({"Service": "ec2.amazonaws.com"})),
        6 => vec(select(names), 1..4).prop_map(|names| json!({"AWS": names})),
    ]
}

fn operator() -> impl Strategy<Value = String> {
    let qualifier = prop_oneof![3 => Just(""), 1 => Just("ForAllValues:"), 1 => Just("ForAnyValue:")];
    (select(ConditionOperator::ALL.to_vec()), qualifier, any::<bool>()).prop_map(|(operator, qualifier, if_exists)| {
        let suffix = if if_exists && operator != ConditionOperator::Null {
            "IfExists"
        } else {
            ""
        };
        format!("{qualifier}{}{suffix}", operator.as_str())
    })
}

fn condition() -> impl Strategy<Value = Value> {
    let test = (operator(), select(KEYS.to_vec()), vec(select(TEXTS.to_vec()), 0..4));
    vec(test, 0..3).prop_map(|tests| {
        let mut block = serde_json::Map::new();
        for (operator, key, values) in tests {
            let keys = block.entry(operator).or_insert_with(|| json!({}));
            keys[key] = json!(values);
        }
        Value::Object(block)
    })
}

/// A statement with everything that some type of policy can hold.
pub fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    (
        prop_oneof![6 => Just("Action"), 1 => Just("NotAction")],
        vec(select(ACTIONS.to_vec()), 1..3),
        prop_oneof![6 => Just("Resource"), 1 => Just("NotResource")],
        vec(select(RESOURCES.to_vec()), 1..3),
        prop_oneof![6 => Just("Principal"), 1 => Just("NotPrincipal")],
        principal(),
        option::weighted(0.6, condition()),
    )
        .prop_map(move |(action, actions, resource, resources, who, principal, condition)| {
            let mut statement = json!({"Effect": effect, action: actions, resource: resources});
            let who = if effect == "Allow" { "Principal" } else { who };
            statement[who] = principal;
            if let Some(condition) = condition.filter(|block| block != &json!({})) {
                statement["Condition"] = condition;
            }
            statement
        })
}

/// Allows nearly everything, so that the other statements decide.
fn broad() -> Value {
    json!({"Effect": "Allow", "Action": ["*"], "Resource": ["*"], "Principal": "*"})
}

pub fn doc() -> impl Strategy<Value = Doc> {
    let any = prop_oneof![
        4 => statement("Allow"),
        1 => Just(broad()),
        1 => statement("Deny"),
    ];
    let statements =
        (proptest::bool::weighted(0.9), vec(any, 1..4)).prop_map(|(is_2012, statements)| Doc::Statements { is_2012, statements });
    prop_oneof![20 => statements, 1 => Just(Doc::Missing), 1 => Just(Doc::Invalid)]
}

fn guard_doc() -> impl Strategy<Value = Doc> {
    let all = Doc::Statements {
        is_2012: true,
        statements: vec![broad()],
    };
    prop_oneof![2 => Just(all), 1 => doc()]
}

pub fn levels() -> impl Strategy<Value = Levels> {
    option::weighted(0.3, vec(vec(guard_doc(), 1..3), 1..3))
}

/// A value that is known.
pub fn known_value() -> impl Strategy<Value = ContextValue> {
    prop_oneof![
        1 => Just(ContextValue::Absent),
        4 => select(VALUES.to_vec()).prop_map(ContextValue::single),
        1 => vec(select(VALUES.to_vec()), 0..3).prop_map(ContextValue::many),
    ]
}

/// A value that may be known in part, or not at all.
fn value() -> impl Strategy<Value = ContextValue> {
    let class = select(vec![
        ControlClass::Identity,
        ControlClass::Resource,
        ControlClass::Network,
        ControlClass::Session,
    ]);
    prop_oneof![
        6 => known_value(),
        2 => class.prop_map(ContextValue::Unknown),
        1 => Just(ContextValue::Prefix("AROADEV:".into())),
        1 => Just(ContextValue::MfaNotProven),
        1 => Just(ContextValue::MfaAgeNotProven),
        1 => Just(ContextValue::OneOf(["blue".into(), "Blue".into()].into())),
    ]
}

fn context() -> impl Strategy<Value = Vec<(&'static str, ContextValue)>> {
    vec((select(KEYS.to_vec()), value()), 0..8)
}

prop_compose! {
    pub fn world()(
        caller in select(callers()),
        request in 0..REQUESTS.len(),
        context in context(),
        identity in vec(doc(), 0..3),
        boundary in option::weighted(0.3, guard_doc()),
        session in option::weighted(0.3, guard_doc()),
        resource in option::weighted(0.5, doc()),
        scps in levels(),
        scps_are_collected in proptest::bool::weighted(0.95),
        rcps in levels(),
        endpoint in option::weighted(0.1, guard_doc()),
    ) -> World {
        World { caller, request, context, identity, boundary, session, resource, scps, scps_are_collected, rcps, endpoint }
    }
}
