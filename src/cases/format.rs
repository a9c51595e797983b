//! The lines of a case file as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// One case.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Always `iamcase/1`.
    pub format: String,
    /// Unique and stable.
    pub id: String,
    pub(super) principal: CasePrincipal,
    #[serde(default)]
    pub(super) identity_policies: Vec<CasePolicy>,
    #[serde(default)]
    pub(super) permission_boundary: Option<CasePolicy>,
    #[serde(default)]
    pub(super) session_policy: Option<CasePolicy>,
    #[serde(default, deserialize_with = "guardrails")]
    pub(super) scps: Option<CaseGuardrails>,
    #[serde(default, deserialize_with = "guardrails")]
    pub(super) rcps: Option<CaseGuardrails>,
    #[serde(default)]
    pub(super) resource_policy: Option<CasePolicy>,
    #[serde(default)]
    pub(super) endpoint_policies: Option<Vec<CasePolicy>>,
    pub(super) request: CaseRequest,
    /// What the case expects; a case without expectation only runs.
    #[serde(default)]
    pub expect: Option<CaseExpectation>,
}

/// What a case expects.
#[derive(Debug, Clone, Deserialize)]
pub struct CaseExpectation {
    /// `allowed`, `explicit_deny`, `implicit_deny`, `denied`, `conditional` or `invalid`.
    pub decision: String,
    /// The layers that stop the request, where the case says it.
    #[serde(default)]
    pub denied_by: Vec<String>,
    /// The open points that decide, where the case says it.
    #[serde(default)]
    pub open: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CasePrincipal {
    pub(super) kind: String,
    pub(super) arn: Option<String>,
    pub(super) account: Option<String>,
    pub(super) service: Option<String>,
    pub(super) tags: Option<BTreeMap<Box<str>, Box<str>>>,
    #[serde(default)]
    pub(super) service_linked: bool,
    pub(super) credentials: Option<String>,
    pub(super) id: Option<String>,
    pub(super) role_arn: Option<String>,
    #[serde(default)]
    pub(super) session_tags: BTreeMap<Box<str>, Box<str>>,
    pub(super) user_arn: Option<String>,
    pub(super) organization: Option<CaseOrganization>,
    #[serde(default)]
    pub(super) management_account: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct CaseOrganization {
    pub(super) id: Box<str>,
    pub(super) path: Box<str>,
}

/// A policy: a document, its versions, or the bare fact that it applies.
#[derive(Debug, Deserialize)]
pub(super) struct CasePolicy {
    #[serde(default)]
    pub(super) name: String,
    pub(super) document: Option<Box<RawValue>>,
    pub(super) versions: Option<Vec<CaseVersion>>,
    #[serde(default)]
    pub(super) missing: bool,
}

/// A version of a managed policy, as AWS lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CaseVersion {
    pub(super) is_default_version: bool,
    pub(super) document: Box<RawValue>,
}

/// Levels, or the words `not_collected`.
#[derive(Debug)]
pub(super) enum CaseGuardrails {
    Levels(Vec<CaseLevel>),
    NotCollected,
}

/// Through the raw text, so that documents keep theirs.
fn guardrails<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<CaseGuardrails>, D::Error> {
    let Some(raw) = Option::<Box<RawValue>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    match raw.get() {
        "\"not_collected\"" => Ok(Some(CaseGuardrails::NotCollected)),
        levels => serde_json::from_str(levels)
            .map(CaseGuardrails::Levels)
            .map(Some)
            .map_err(serde::de::Error::custom),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct CaseLevel {
    pub(super) target: String,
    #[serde(default)]
    pub(super) policies: Vec<CasePolicy>,
    #[serde(default)]
    pub(super) missing: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct CaseRequest {
    #[serde(flatten)]
    pub(super) tuple: CaseTuple,
    #[serde(default)]
    pub(super) derive: bool,
    pub(super) time: Option<String>,
    pub(super) region: Option<String>,
    #[serde(default)]
    pub(super) also: Vec<CaseTuple>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CaseTuple {
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) resource_account: Option<String>,
    pub(super) resource_created: Option<String>,
    #[serde(default)]
    pub(super) context: BTreeMap<String, CaseValue>,
    #[serde(default)]
    pub(super) wildcard_only_action: bool,
    #[serde(default, deserialize_with = "written")]
    #[expect(clippy::option_option, reason = "absent and null are two things")]
    pub(super) resource_tags: Option<Option<CaseTags>>,
}

/// The tags of a resource.
pub(super) type CaseTags = BTreeMap<Box<str>, Box<str>>;

/// `null` and absence are two things.
#[expect(clippy::option_option, reason = "absent and null are two things")]
fn written<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<CaseTags>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

/// A context value: one, several, or not known.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum CaseValue {
    One(String),
    Many(Vec<String>),
    NotKnown,
}

/// A line that is no case.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCase {
    /// Not JSON, or not of the format's shape.
    #[error("not a case in the format iamcase/1: {0}")]
    Shape(#[from] serde_json::Error),
    /// Another format.
    #[error("format `{0}` is not iamcase/1")]
    Format(String),
    /// A value that does not parse.
    #[error("case {id}: {what}")]
    Value {
        /// The case.
        id: String,
        /// What is wrong, and with which value.
        what: String,
    },
}

/// The members that the format knows, by the object they stand in; what is inside policies and contexts is free.
const MEMBERS: [(&str, &[&str]); 4] = [
    (
        "",
        &[
            "format",
            "id",
            "name",
            "source",
            "truth",
            "principal",
            "identity_policies",
            "permission_boundary",
            "session_policy",
            "scps",
            "rcps",
            "resource_policy",
            "endpoint_policies",
            "request",
            "expect",
            "note",
            "features",
            "rules",
        ],
    ),
    (
        "principal",
        &[
            "kind",
            "arn",
            "account",
            "service",
            "tags",
            "service_linked",
            "credentials",
            "id",
            "role_arn",
            "session_tags",
            "user_arn",
            "organization",
            "management_account",
            "created",
        ],
    ),
    (
        "request",
        &[
            "action",
            "resource",
            "resource_account",
            "resource_created",
            "resource_tags",
            "context",
            "wildcard_only_action",
            "derive",
            "time",
            "region",
            "also",
        ],
    ),
    ("expect", &["decision", "denied_by", "open", "reason"]),
];

/// The members of a line that the format does not know: most likely misspelt, and then without effect.
#[must_use]
pub fn unknown_members(line: &str) -> Vec<String> {
    let Ok(case) = serde_json::from_str::<serde_json::Value>(line) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (object, known) in MEMBERS {
        let value = if object.is_empty() { Some(&case) } else { case.get(object) };
        let members = value
            .and_then(serde_json::Value::as_object)
            .into_iter()
            .flat_map(serde_json::Map::keys);
        let dot = if object.is_empty() { "" } else { "." };
        found.extend(
            members
                .filter(|member| !known.contains(&member.as_str()))
                .map(|member| format!("{object}{dot}{member}")),
        );
    }
    found
}

impl Case {
    /// Reads one line.
    ///
    /// # Errors
    /// The line is not JSON, or not a case.
    pub fn parse(line: &str) -> Result<Self, InvalidCase> {
        let case: Self = serde_json::from_str(line)?;
        if case.format == "iamcase/1" {
            Ok(case)
        } else {
            Err(InvalidCase::Format(case.format))
        }
    }
}
