//! The details of an Access Analyzer finding in words.

use std::collections::BTreeMap;

use crate::estate::AccessDetail;
use crate::estate::AccessFinding;
use crate::estate::GrantedAccess;
use crate::estate::LastAccess;
use crate::ident::Action;

/// How many actions a list names; more are counted.
const MOST_NAMED: usize = 5;

/// What a finding says. Of unused permissions those for the `asked` actions come first.
pub(super) fn words(finding: &AccessFinding, asked: &[Action], is_about_earlier: bool) -> String {
    let mut parts: Vec<String> = match finding.details.as_deref() {
        None => vec!["details not collected".to_owned()],
        Some([]) => vec!["no details given".to_owned()],
        Some(details) => details.iter().map(|detail| of_detail(detail, finding, asked)).collect(),
    };
    parts.extend(
        finding
            .error
            .as_ref()
            .map(|error| format!("the analyzer met an error: {error}")),
    );
    if is_about_earlier {
        parts.insert(0, format!("about an earlier {} of this name", kind_of(finding)));
    }
    parts.join("; ")
}

fn kind_of(finding: &AccessFinding) -> &'static str {
    let resource = finding.about.as_deref().and_then(|arn| arn.splitn(6, ':').nth(5));
    match resource.and_then(|resource| resource.split('/').next()) {
        Some("role") => "role",
        Some("user") => "user",
        _ => "identity",
    }
}

fn of_detail(detail: &AccessDetail, finding: &AccessFinding, asked: &[Action]) -> String {
    match detail {
        AccessDetail::ExternalAccess(access) => granted(access, "from outside", None),
        AccessDetail::InternalAccess(access) => granted(access, "from inside", Some(&finding.resource)),
        AccessDetail::UnusedIamRole { last_accessed } => format!("role {}", last(last_accessed)),
        AccessDetail::UnusedIamUserAccessKey {
            access_key_id,
            last_accessed,
        } => {
            let id = access_key_id.as_deref().unwrap_or("of an id that is not told");
            format!("access key {id} {}", last(last_accessed))
        }
        AccessDetail::UnusedIamUserPassword { last_accessed } => format!("password {}", last(last_accessed)),
        AccessDetail::UnusedPermission {
            service,
            last_accessed,
            actions,
        } => unused(service.as_deref(), last_accessed, actions, asked),
        AccessDetail::Other(kind) => format!("details of a kind not known here: {kind}"),
    }
}

fn granted(access: &GrantedAccess, whence: &str, resource: Option<&str>) -> String {
    let who = match (access.is_public, access.principal.is_empty()) {
        (Some(true), _) => "anyone".to_owned(),
        (_, true) => "someone not told".to_owned(),
        (_, false) => pairs(&access.principal, " "),
    };
    let actions: Vec<_> = access.actions.iter().map(AsRef::as_ref).collect();
    let actions = if actions.is_empty() {
        "actions not told".to_owned()
    } else {
        listed(&actions)
    };
    let on = resource.map(|resource| format!(" on {resource}")).unwrap_or_default();
    let condition = if access.condition.is_empty() {
        String::new()
    } else {
        format!(", if {}", pairs(&access.condition, " = "))
    };
    let mut words = format!("{who} {whence} may call {actions}{on}{condition}");
    for (policies, word) in [("RCPs", &access.resource_control), ("SCPs", &access.service_control)] {
        words += &restriction(policies, word.as_deref());
    }
    words
}

/// What `resourceControlPolicyRestriction` and `serviceControlPolicyRestriction` mean for the reader.
fn restriction(policies: &str, word: Option<&str>) -> String {
    match word {
        None | Some("NOT_APPLICABLE") => String::new(),
        Some("APPLICABLE") => format!(", {policies} not looked at, so it may be less"),
        Some("APPLIED") => format!(", {policies} taken into account"),
        Some(failed) if failed.starts_with("FAILED_TO_EVALUATE") => {
            format!(", {policies} could not be evaluated, so it may be less")
        }
        Some(other) => format!(", {policies}: {other}"),
    }
}

fn last(last_accessed: &LastAccess) -> String {
    match last_accessed {
        LastAccess::Never => "not used in the tracking period".to_owned(),
        LastAccess::At(at) => format!("unused since {at}"),
        LastAccess::Unreadable(text) => format!("unused since a time that cannot be read: {text}"),
    }
}

fn unused(service: Option<&str>, last_accessed: &LastAccess, actions: &[Box<str>], asked: &[Action]) -> String {
    let service = service.unwrap_or("a service not told");
    let of_service: Vec<_> = asked
        .iter()
        .filter(|action| action.service().eq_ignore_ascii_case(service))
        .collect();
    let last = last(last_accessed);
    if actions.is_empty() {
        let named: Vec<_> = of_service.iter().map(|action| action.as_str()).collect();
        let included = if named.is_empty() {
            String::new()
        } else {
            format!(", {} included", listed(&named))
        };
        return format!("all of {service}{included}, {last}");
    }
    let is_asked = |name: &str| of_service.iter().any(|action| action.name().eq_ignore_ascii_case(name));
    let (first, others): (Vec<&str>, Vec<&str>) = actions.iter().map(AsRef::as_ref).partition(|name| is_asked(name));
    let full = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| format!("{service}:{name}")).collect();
        listed(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let used = match last_accessed {
        LastAccess::Never => String::new(),
        LastAccess::At(at) => format!(" ({service} itself last called {at})"),
        LastAccess::Unreadable(text) => format!(" ({service} itself last called at a time that cannot be read: {text})"),
    };
    match (first.is_empty(), others.is_empty()) {
        (false, false) => format!("{} unused, besides {}{used}", full(&first), full(&others)),
        (false, true) => format!("{} unused{used}", full(&first)),
        (true, _) => format!("{} unused{used}", full(&others)),
    }
}

/// The first names; the others are counted.
fn listed(names: &[&str]) -> String {
    let first: Vec<_> = names.iter().take(MOST_NAMED).copied().collect();
    match names.len().saturating_sub(first.len()) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn pairs(map: &BTreeMap<Box<str>, Box<str>>, between: &str) -> String {
    let pairs: Vec<_> = map.iter().map(|(key, value)| format!("{key}{between}{value}")).collect();
    pairs.join(", ")
}
