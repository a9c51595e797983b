//! The witness of a "can" as something to run again: a policy test, and a call of AWS's own simulator.

use leastwise::catalog::Catalog;
use leastwise::catalog::ValueType;
use leastwise::estate::DocumentState;
use leastwise::estate::Policy;
use leastwise::evaluate::Caller;
use leastwise::evaluate::CallerKind;
use leastwise::evaluate::Guardrails;
use leastwise::evaluate::Subject;
use leastwise::finding::Interner;
use leastwise::finding::SignedBy;
use leastwise::ident::Action;
use leastwise::rules::witness;
use leastwise::solve::DecidedRequest;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

/// A request that the evaluator allows.
#[derive(Debug, Serialize)]
pub(crate) struct Witness {
    /// The resource; none for actions that take none.
    resource: Option<String>,
    /// Every condition key that some statement looks at, and its value; keys that are not here are absent.
    context: Value,
    /// The request with all policies, as a line for `leastwise test`.
    case: Value,
    /// The request as a call of AWS's simulator, which knows identity policies and the boundary only.
    command: String,
}

impl Witness {
    pub(crate) fn of(subject: &Subject<'_>, action: &Action, request: &DecidedRequest, resource_policy: Option<&Policy>) -> Self {
        let witness = witness(request, &mut Interner::new(), &mut Interner::new());
        let resource = witness.resource.as_deref().map(str::to_owned);
        let context = serde_json::to_value(witness.keys()).unwrap_or_default();
        Self {
            case: case(subject, action, request, witness.credentials, &context, resource_policy),
            command: command(subject, action, resource.as_deref(), &context),
            resource,
            context,
        }
    }

    /// The keys and values, one a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let resource = self.resource.iter().map(|resource| format!("resource = {resource}"));
        let keys = self.context.as_object().into_iter().flatten();
        let line = |(key, value): (&String, &Value)| match value.as_str() {
            Some(text) => format!("{key} = {text}"),
            None => format!("{key} = {value}"),
        };
        resource.chain(keys.map(line)).collect()
    }

    pub(crate) fn into_context(self) -> Value {
        self.context
    }

    pub(crate) fn command(&self) -> &str {
        &self.command
    }

    pub(crate) fn case(&self) -> String {
        self.case.to_string()
    }
}

fn document(policy: &Policy) -> Value {
    match &policy.document {
        DocumentState::Parsed(document) => json!({"name": policy.name, "document": document.to_json()}),
        DocumentState::Invalid(_) => json!({"name": policy.name, "document": policy.text.text}),
        DocumentState::Missing(_) => json!({"name": policy.name, "missing": true}),
    }
}

fn guardrails(levels: &Guardrails<'_>) -> Value {
    match levels {
        Guardrails::None => Value::Null,
        Guardrails::NotCollected(_) => json!("not_collected"),
        Guardrails::Levels(levels) => levels
            .iter()
            .map(|level| match &level.policies {
                Some(policies) => {
                    json!({"target": level.target, "policies": policies.iter().map(|policy| document(policy)).collect::<Vec<_>>()})
                }
                None => json!({"target": level.target, "missing": true}),
            })
            .collect(),
    }
}

fn case(
    subject: &Subject<'_>,
    action: &Action,
    request: &DecidedRequest,
    credentials: SignedBy,
    context: &Value,
    resource_policy: Option<&Policy>,
) -> Value {
    let (caller, stack) = (&subject.caller, &subject.stack);
    json!({
        "format": "iamcase/1",
        "id": format!("witness/{}/{action}", subject.principal.arn),
        "name": format!("{} can call {action}", subject.principal.arn),
        "source": {"suite": "witness", "repo": null, "path": ""},
        "truth": "none",
        "principal": principal(subject, caller, credentials),
        "identity_policies": stack.identity.iter().map(|policy| document(policy)).collect::<Vec<_>>(),
        "permission_boundary": stack.boundary.map(document),
        "session_policy": null,
        "resource_policy": resource_policy.map(document),
        "scps": guardrails(&stack.scps),
        "rcps": guardrails(&stack.rcps),
        "endpoint_policies": null,
        "request": {
            "action": action.to_string(),
            "resource": request.target.arn.as_ref().map_or_else(|| "*".to_owned(), ToString::to_string),
            "resource_account": request.target.account.or(caller.account).map(|account| account.to_string()),
            "context": context,
        },
        "expect": {"decision": "allowed"},
        "features": [],
    })
}

fn principal(subject: &Subject<'_>, caller: &Caller, credentials: SignedBy) -> Value {
    let kind = match caller.kind {
        CallerKind::AccountRoot => "root",
        CallerKind::IamUser => "user",
        CallerKind::RoleSession => "role",
        CallerKind::FederatedUser => "federated_user",
        CallerKind::Service => "service",
        CallerKind::Anonymous => "anonymous",
    };
    let mut principal = json!({
        "kind": kind,
        "arn": subject.principal.arn.to_string(),
        "account": caller.account.map(|account| account.to_string()),
        "tags": caller.tags,
        "service_linked": caller.is_service_linked,
        "management_account": caller.is_in_management_account,
    });
    let signed_by = Some(credentials.word()).filter(|_| credentials != SignedBy::RoleSession);
    let optional = [
        ("id", caller.unique_id.as_deref().map(|id| json!(id))),
        ("credentials", signed_by.map(|credentials| json!(credentials))),
        (
            "organization",
            caller
                .organization
                .as_ref()
                .map(|organization| json!({"id": organization.id, "path": organization.path})),
        ),
    ];
    if let Value::Object(members) = &mut principal {
        for (name, value) in optional {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        }
    }
    principal
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn command(subject: &Subject<'_>, action: &Action, resource: Option<&str>, context: &Value) -> String {
    let parsed = |policies: &[&Policy]| -> Vec<String> {
        let documents = policies.iter().filter_map(|policy| policy.parsed());
        documents.map(|document| quoted(&document.to_json().to_string())).collect()
    };
    let mut words = vec![
        "aws iam simulate-custom-policy --action-names".to_owned(),
        quoted(&action.to_string()),
    ];
    if let Some(resource) = resource {
        words.extend(["--resource-arns".to_owned(), quoted(resource)]);
    }
    words.push("--policy-input-list".to_owned());
    words.extend(parsed(&subject.stack.identity));
    let boundary: Vec<&Policy> = subject.stack.boundary.into_iter().collect();
    if !boundary.is_empty() {
        words.push("--permissions-boundary-policy-input-list".to_owned());
        words.extend(parsed(&boundary));
    }
    let entries: Vec<Value> = context.as_object().into_iter().flatten().map(entry).collect();
    if !entries.is_empty() {
        words.extend(["--context-entries".to_owned(), quoted(&Value::Array(entries).to_string())]);
    }
    words.join(" ")
}

/// A key in the simulator's own types, by the type that the catalog knows.
fn entry((key, value): (&String, &Value)) -> Value {
    let prefix = key.split(':').next().unwrap_or_default();
    let known = Catalog::bundled().condition_key_type(prefix, key);
    let kind = match known.map_or(ValueType::String, |known| known.value) {
        ValueType::String | ValueType::Arn => "string",
        ValueType::Bool => "boolean",
        ValueType::Date => "date",
        ValueType::Numeric => "numeric",
        ValueType::IpAddress => "ip",
        ValueType::Binary => "binary",
    };
    let (values, suffix) = match value {
        Value::Array(values) => (values.clone(), "List"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => (vec![value.clone()], ""),
    };
    json!({"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": format!("{kind}{suffix}")})
}
