//! The identity of a question with its policies, and the evaluator's decision of a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use leastwise::estate::Attachment;
use leastwise::estate::Policy;
use leastwise::estate::PolicyText;
use leastwise::estate::Principal;
use leastwise::estate::PrincipalKind;
use leastwise::estate::Tags;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Caller;
use leastwise::evaluate::CallerKind;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Credentials;
use leastwise::evaluate::DerivedFacts;
use leastwise::evaluate::Guardrails;
use leastwise::evaluate::Level;
use leastwise::evaluate::Outcome;
use leastwise::evaluate::PolicyStack;
use leastwise::evaluate::Request;
use leastwise::evaluate::Subject;
use leastwise::evaluate::Target;
use leastwise::evaluate::decide;
use leastwise::evaluate::derive_context;
use leastwise::ident::Action;
use leastwise::policy::PolicyType;
use serde_json::Value;

use crate::oracle::answers::Asked;
use crate::oracle::answers::Requested;

const ACCOUNT: &str = "111122223333";

/// From when on requests count; `theory.py` holds the same.
pub fn as_of() -> Timestamp {
    "2026-10-01T00:00:00Z".parse().unwrap()
}

/// The policies of a question, and the identity that holds them.
pub struct Policies {
    principal: Principal,
    scps: Vec<Vec<Policy>>,
    resource: Option<Policy>,
}

impl Policies {
    pub fn of(question: &Asked) -> Self {
        let kind = if question.is_role { "role" } else { "user" };
        let attachments = question.identity.iter().map(|document| Attachment {
            policy: Arc::new(policy(document, PolicyType::Identity)),
            group: None,
        });
        // Nobody but the account may assume a role, and without session tags.
        let trust = serde_json::json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]});
        let boundary = question.boundary.as_ref();
        let principal = Principal {
            kind: if question.is_role {
                PrincipalKind::IamRole
            } else {
                PrincipalKind::IamUser
            },
            arn: format!("arn:aws:iam::{ACCOUNT}:{kind}/app/{}", question.name)
                .parse()
                .unwrap(),
            unique_id: Some(
                if question.is_role {
                    "AROADEV0000000000001"
                } else {
                    "AIDAANN00000000000001"
                }
                .into(),
            ),
            tags: Some(tags(&question.tags).into()),
            created: Some("2024-01-01T00:00:00Z".parse().unwrap()),
            attachments: attachments.collect(),
            boundary: boundary.map(|document| Arc::new(policy(document, PolicyType::PermissionsBoundary))),
            trust: question.is_role.then(|| Arc::new(policy(&trust, PolicyType::Trust))),
            role_last_used: None,
            password_last_used: None,
            gaps: Vec::new(),
        };
        let level = |level: &Vec<Value>| {
            level
                .iter()
                .map(|document| policy(document, PolicyType::ServiceControl))
                .collect()
        };
        Self {
            principal,
            scps: question.scps.iter().map(level).collect(),
            resource: question
                .action
                .starts_with("s3:")
                .then(|| policy(&of_another_bucket(), PolicyType::Resource)),
        }
    }

    /// A bucket's policy that says nothing of the question: without one it would be open what the bucket's own says.
    pub fn of_resource(&self) -> Option<&Policy> {
        self.resource.as_ref()
    }

    pub fn subject(&self, question: &Asked) -> Subject<'_> {
        let principal = &self.principal;
        let (kind, credentials) = if question.is_role {
            (CallerKind::RoleSession, Credentials::Other)
        } else {
            (CallerKind::IamUser, Credentials::LongTermKey)
        };
        let caller = Caller {
            account: Some(ACCOUNT.parse().unwrap()),
            arn: Some(principal.arn.clone()),
            role_arn: question.is_role.then(|| principal.arn.clone()),
            unique_id: principal.unique_id.clone(),
            tags: principal.tags.clone(),
            credentials,
            ..Caller::new(kind)
        };
        let levels = self.scps.iter().map(|level| Level {
            target: "level".into(),
            policies: Some(level.iter().collect()),
        });
        let stack = PolicyStack {
            identity: principal.attachments.iter().map(|attachment| &*attachment.policy).collect(),
            boundary: principal.boundary.as_deref(),
            scps: if self.scps.is_empty() {
                Guardrails::None
            } else {
                Guardrails::Levels(levels.collect())
            },
            ..PolicyStack::default()
        };
        Subject {
            principal,
            caller,
            stack,
        }
    }
}

fn of_another_bucket() -> Value {
    serde_json::json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"},
        "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::other"}]})
}

fn policy(document: &Value, policy_type: PolicyType) -> Policy {
    let text = PolicyText {
        text: document.to_string().into(),
        file: "a question".into(),
        ..PolicyText::default()
    };
    let policy = Policy::parse("p", policy_type, text);
    assert!(policy.parsed().is_some(), "{:?}\n{document}", policy.document);
    policy
}

fn tags(tags: &BTreeMap<String, String>) -> Tags {
    tags.iter()
        .map(|(key, value)| (key.as_str().into(), value.as_str().into()))
        .collect()
}

/// What the evaluator says of the request.
pub fn decide_request(subject: &Subject<'_>, question: &Asked, asked: &Requested) -> Outcome {
    let action: Action = question.action.parse().unwrap();
    let caller = Caller {
        credentials: match asked.credentials.as_str() {
            "key" => Credentials::LongTermKey,
            "token" => Credentials::SessionToken,
            "mfa" => Credentials::SessionTokenWithMfa,
            _ => Credentials::Other,
        },
        ..subject.caller.clone()
    };
    let target = Target::resource(asked.resource.parse().unwrap());
    let tags = tags(&asked.tags);
    let facts = DerivedFacts {
        time: Timestamp::from_second(asked.now).unwrap(),
        region: Some(&asked.region),
        resource_tags: Some(&tags),
        resource_organization: None,
    };
    let mut context = derive_context(&caller, &ActionFacts::of(&action), &target, &facts);
    for (key, value) in &asked.keys {
        context.set(key, context_value(key, value));
    }
    let request = Request {
        caller: &caller,
        action: &action,
        target,
        context,
    };
    decide(&subject.stack, &request).outcome
}

fn context_value(key: &str, value: &Value) -> ContextValue {
    match value {
        Value::Array(values) => ContextValue::many(values.iter().map(|value| value.as_str().unwrap())),
        Value::Number(seconds) if matches!(key, "aws:currenttime" | "aws:tokenissuetime") => {
            ContextValue::single(Timestamp::from_second(seconds.as_i64().unwrap()).unwrap().to_string())
        }
        Value::Number(number) => ContextValue::single(number.to_string()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Object(_) => ContextValue::single(value.as_str().unwrap()),
    }
}
