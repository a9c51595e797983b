//! The keys that caller, action and resource fix (E240–E251, E303, E323, E341, E345, E351).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::catalog::Support;
use crate::catalog::global_service_region;
use crate::evaluate::Caller;
use crate::evaluate::CallerKind;
use crate::evaluate::ContextValue;
use crate::evaluate::Credentials;
use crate::evaluate::OrganizationMembership;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::ident::Action;
use crate::ident::Arn;
use crate::ident::OpenPoint;
use crate::policy::ContextKey;

/// What the catalog says of an action's keys, looked up once.
#[derive(Debug, Clone)]
pub struct ActionFacts<'a> {
    /// The action.
    pub action: &'a Action,
    /// The prefixes under which the resource's tags stand in the context (E118, E303).
    tag_prefixes: Vec<String>,
}

impl<'a> ActionFacts<'a> {
    /// Looks an action up.
    #[must_use]
    pub fn of(action: &'a Action) -> Self {
        let catalog = Catalog::bundled();
        let entry = catalog.action(action.service(), action.name());
        // The resource of sts:AssumeRole is a role of IAM (E277).
        let names: &[&str] = if action.service() == "sts" {
            &["aws", "sts", "iam"]
        } else {
            &["aws", action.service()]
        };
        let is_carried = |prefix: &String| match entry {
            Some(entry) => catalog.action_supports_key(entry, None, &format!("{prefix}x")) != Support::No,
            None => true,
        };
        let tag_prefixes = names
            .iter()
            .map(|name| format!("{name}:resourcetag/"))
            .filter(is_carried)
            .collect();
        Self { action, tag_prefixes }
    }

    /// Keys that somebody fixes, with those that follow from them (E303, E351): a tag under its other prefix, and the
    /// first and last service of the way. What is fixed itself stays as it is.
    #[must_use]
    pub fn with_linked(&self, given: Vec<(ContextKey, ContextValue)>) -> Vec<(ContextKey, ContextValue)> {
        let mut linked: Vec<(String, ContextValue)> = Vec::new();
        for (key, value) in &given {
            if let Some((_, tag)) = key.lower().split_once(":resourcetag/") {
                linked.extend(
                    self.tag_prefixes
                        .iter()
                        .map(|prefix| (format!("{prefix}{tag}"), value.clone())),
                );
            }
            if let ("aws:calledvia", ContextValue::Many(services)) = (key.lower(), value) {
                let ends = [
                    ("aws:CalledViaFirst", services.first()),
                    ("aws:CalledViaLast", services.last()),
                ];
                linked.extend(
                    ends.into_iter()
                        .filter_map(|(key, end)| Some((key.to_owned(), ContextValue::Single(end?.clone())))),
                );
            }
        }
        let mut found = given;
        for (key, value) in linked {
            let key = ContextKey::new(&key);
            if found.iter().all(|(known, _)| *known != key) {
                found.push((key, value));
            }
        }
        found
    }
}

/// What the derivation needs beside caller, action and resource.
#[derive(Debug, Clone)]
pub struct DerivedFacts<'f> {
    /// The time of the call.
    pub time: Timestamp,
    /// The Region of the client, where neither resource nor service says it.
    pub region: Option<&'f str>,
    /// The resource's tags; `None`: not collected.
    pub resource_tags: Option<&'f BTreeMap<Box<str>, Box<str>>>,
    /// The organization of the account that owns the resource, if it is in one.
    pub resource_organization: Option<&'f OrganizationMembership>,
}

/// The context that caller, action and resource fix. Keys of the network and of the call's parameters stay absent.
#[must_use]
pub fn derive_context(caller: &Caller, action: &ActionFacts<'_>, target: &Target, facts: &DerivedFacts<'_>) -> RequestContext {
    let mut context = RequestContext::new();
    derive_into(&mut context, caller, action, target, facts);
    context
}

/// The same, into a context that may take some keys only.
pub fn derive_into(
    context: &mut RequestContext,
    caller: &Caller,
    action: &ActionFacts<'_>,
    target: &Target,
    facts: &DerivedFacts<'_>,
) {
    call_keys(context, caller, facts.time);
    principal_keys(context, caller);
    session_keys(context, caller, facts.time);
    region_keys(context, action, target, facts.region, caller.partition());
    resource_keys(context, caller, action, target, facts);
}

/// Ties keys that were set one by one to those that follow from them (E351): a service that calls with the
/// caller's credentials sets `aws:ViaAWSService`, and then AWS pages differ on `aws:SourceIp` (C9).
pub fn link_keys(context: &mut RequestContext) {
    let called_via = matches!(context.get_lower("aws:calledvia"), ContextValue::Many(services) if !services.is_empty());
    if !called_via {
        return;
    }
    context.put("aws:viaawsservice", ContextValue::single("true"));
    if matches!(context.get_lower("aws:sourceip"), ContextValue::Single(_)) {
        context.put("aws:sourceip", ContextValue::Open(OpenPoint::SourceIpInForwardAccess));
    }
}

fn call_keys(context: &mut RequestContext, caller: &Caller, time: Timestamp) {
    context.put_with("aws:currenttime", || ContextValue::single(time.to_string()));
    context.put_with("aws:epochtime", || ContextValue::single(time.as_second().to_string()));
    context.put("aws:securetransport", ContextValue::single("true"));
    if caller.kind != CallerKind::Anonymous {
        context.put("aws:viaawsservice", ContextValue::single("false"));
    }
}

fn principal_keys(context: &mut RequestContext, caller: &Caller) {
    match caller.kind {
        CallerKind::Service => {
            context.put("aws:principalisawsservice", ContextValue::single("true"));
            if let Some(service) = &caller.service {
                context.put("aws:principalservicename", ContextValue::single(service.clone()));
            }
            for key in ["aws:principalarn", "aws:principaltype", "aws:userid", "aws:principalaccount"] {
                context.put(key, ContextValue::Open(OpenPoint::GlobalKeySupport));
            }
            return;
        }
        CallerKind::Anonymous => {
            context.put("aws:principalaccount", ContextValue::single("anonymous"));
            context.put("aws:principaltype", ContextValue::single("Anonymous"));
            context.put("aws:principalarn", ContextValue::Absent);
            context.put("aws:userid", ContextValue::single("anonymous"));
            return;
        }
        CallerKind::AccountRoot | CallerKind::IamUser | CallerKind::RoleSession | CallerKind::FederatedUser => {}
    }
    context.put_with("aws:principaltype", || ContextValue::single(principal_type(caller.kind)));
    context.put_with("aws:principalarn", || principal_arn(caller));
    context.put_with("aws:userid", || user_id(caller));
    context.put_with("aws:principalisawsservice", || ContextValue::single("false"));
    context.put_with("aws:principalaccount", || account_of(caller));
    if caller.kind == CallerKind::IamUser
        && let Some(arn) = &caller.arn
    {
        context.put_with("aws:username", || ContextValue::single(arn.name()));
    }
    organization_keys(
        context,
        ["aws:principalorgid", "aws:principalorgpaths"],
        caller.organization.as_ref(),
    );
    if !caller.is_organization_known {
        for key in [
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:resourceorgid",
            "aws:resourceorgpaths",
        ] {
            context.put(key, ContextValue::Unknown(ControlClass::Identity));
        }
    }
    principal_tags(context, caller);
}

/// E240.
fn principal_type(kind: CallerKind) -> &'static str {
    match kind {
        CallerKind::AccountRoot => "Account",
        CallerKind::IamUser => "User",
        CallerKind::RoleSession => "AssumedRole",
        CallerKind::FederatedUser => "FederatedUser",
        CallerKind::Service => "Service",
        CallerKind::Anonymous => "Anonymous",
    }
}

fn account_of(caller: &Caller) -> ContextValue {
    let account = caller.account.as_ref();
    account.map_or(ContextValue::Unknown(ControlClass::Identity), |account| {
        ContextValue::single(account.as_str())
    })
}

/// The ARN of a session is that of its role.
fn principal_arn(caller: &Caller) -> ContextValue {
    let role = caller.role_arn.as_ref().filter(|_| caller.kind == CallerKind::RoleSession);
    role.or(caller.arn.as_ref())
        .map_or(ContextValue::Unknown(ControlClass::Identity), |arn| {
            ContextValue::single(arn.as_str())
        })
}

fn user_id(caller: &Caller) -> ContextValue {
    let known = |id: Option<&str>| id.map_or(ContextValue::Unknown(ControlClass::Identity), ContextValue::single);
    match caller.kind {
        CallerKind::AccountRoot => account_of(caller),
        CallerKind::IamUser => known(caller.unique_id.as_deref()),
        CallerKind::RoleSession => session_user_id(caller),
        CallerKind::FederatedUser => {
            let name = caller.arn.as_ref().map(Arn::name).unwrap_or_default();
            let account = caller.account.as_ref().map(crate::ident::AccountId::as_str);
            ContextValue::single(format!("{}:{name}", account.unwrap_or_default()))
        }
        CallerKind::Service | CallerKind::Anonymous => ContextValue::Absent,
    }
}

/// E240: the role's id, a colon and the session's name, of which a role alone fixes only the first part.
fn session_user_id(caller: &Caller) -> ContextValue {
    let Some(id) = &caller.unique_id else {
        return ContextValue::Unknown(ControlClass::Identity);
    };
    match caller.arn.as_ref().filter(|arn| arn.service() == "sts") {
        Some(session) => ContextValue::single(format!("{id}:{}", session.name())),
        None => ContextValue::Prefix(format!("{id}:").into()),
    }
}

fn organization_keys(
    context: &mut RequestContext,
    [id_key, paths_key]: [&'static str; 2],
    membership: Option<&OrganizationMembership>,
) {
    if let Some(OrganizationMembership { id, path }) = membership {
        context.put_with(id_key, || ContextValue::single(&**id));
        context.put_with(paths_key, || ContextValue::many([&**path]));
    }
}

/// E245: session tags override tags of the same key, case ignored.
fn principal_tags(context: &mut RequestContext, caller: &Caller) {
    if !context.wants_family("aws:principaltag/") {
        return;
    }
    let own = match caller.kind {
        CallerKind::IamUser | CallerKind::RoleSession | CallerKind::FederatedUser => caller.tags.as_deref(),
        CallerKind::AccountRoot | CallerKind::Service | CallerKind::Anonymous => return,
    };
    if let Some(tags) = own {
        tag_family(context, "aws:PrincipalTag/", tags);
    } else {
        context.set_family("aws:PrincipalTag/", ContextValue::Unknown(ControlClass::Identity));
    }
    for (key, value) in &caller.session_tags {
        context.set(&format!("aws:PrincipalTag/{key}"), ContextValue::single(value.clone()));
    }
}

/// One key per tag, and no other; two tags that differ only in case are one of the two (E114).
fn tag_family(context: &mut RequestContext, prefix: &str, tags: &BTreeMap<Box<str>, Box<str>>) {
    context.set_family(prefix, ContextValue::Absent);
    let mut by_key: BTreeMap<String, Vec<Box<str>>> = BTreeMap::new();
    for (tag, value) in tags {
        let mut key = [prefix, tag].concat();
        key.make_ascii_lowercase();
        if context.wants(&key) {
            by_key.entry(key).or_default().push(value.clone());
        }
    }
    for (key, mut values) in by_key {
        let value = if values.len() == 1 {
            ContextValue::Single(values.remove(0))
        } else {
            ContextValue::OneOf(values.into())
        };
        context.set(&key, value);
    }
}

/// E240, E242, E246.
fn session_keys(context: &mut RequestContext, caller: &Caller, time: Timestamp) {
    let mut issued = || context.put_with("aws:tokenissuetime", || ContextValue::single(time.to_string()));
    let with_mfa = match (caller.kind, caller.credentials) {
        (CallerKind::RoleSession, _) => {
            issued();
            context.put("aws:multifactorauthpresent", ContextValue::MfaNotProven);
            context.put("aws:multifactorauthage", ContextValue::MfaAgeNotProven);
            return;
        }
        (CallerKind::FederatedUser, _) => return issued(),
        (CallerKind::Service | CallerKind::Anonymous, _)
        | (CallerKind::AccountRoot | CallerKind::IamUser, Credentials::LongTermKey | Credentials::Other) => return,
        (CallerKind::AccountRoot | CallerKind::IamUser, Credentials::SessionToken | Credentials::Console) => false,
        (CallerKind::AccountRoot | CallerKind::IamUser, Credentials::SessionTokenWithMfa | Credentials::ConsoleWithMfa) => true,
    };
    issued();
    context.put(
        "aws:multifactorauthpresent",
        ContextValue::single(if with_mfa { "true" } else { "false" }),
    );
    if with_mfa {
        context.put("aws:multifactorauthage", ContextValue::single("1"));
    }
}

/// E345: the ARN's Region, the one Region of a global service, or the client's.
fn region_keys(
    context: &mut RequestContext,
    action: &ActionFacts<'_>,
    target: &Target,
    client: Option<&str>,
    partition: Option<&str>,
) {
    let of_arn = target.arn.as_ref().map(Arn::region).filter(|region| !region.is_empty());
    let global = global_service_region(partition.unwrap_or("aws"), action.action.service());
    if let Some(region) = global.or(of_arn).or(client) {
        context.put_with("aws:requestedregion", || ContextValue::single(region));
        if action.action.service() == "ec2" {
            context.put_with("ec2:region", || ContextValue::single(region));
        }
    }
}

fn resource_keys(
    context: &mut RequestContext,
    caller: &Caller,
    action: &ActionFacts<'_>,
    target: &Target,
    facts: &DerivedFacts<'_>,
) {
    let Some(arn) = &target.arn else { return };
    if let Some(owner) = target.account.or_else(|| arn.account()).or(caller.account) {
        context.put_with("aws:resourceaccount", || ContextValue::single(owner.as_str()));
    }
    organization_keys(
        context,
        ["aws:resourceorgid", "aws:resourceorgpaths"],
        facts.resource_organization,
    );
    for prefix in &action.tag_prefixes {
        if !context.wants_family(prefix) {
            continue;
        }
        match facts.resource_tags {
            Some(tags) => tag_family(context, prefix, tags),
            // E330: services of the old ARN format cannot be tagged.
            None if arn.service() == "ecs" && is_old_service(arn) => context.set_family(prefix, ContextValue::Absent),
            None => context.set_family(prefix, ContextValue::Unknown(ControlClass::Resource)),
        }
    }
    match (arn.service(), arn.resource().split_once('/')) {
        ("ec2", Some(("instance", id))) => context.put_with("ec2:instanceid", || ContextValue::single(id)),
        ("ecs", Some(("service", name))) => context.put_with("ecs:cluster", || cluster_of(arn, name)),
        _ => {}
    }
}

/// E321: `service/NAME`, without a cluster.
fn is_old_service(arn: &Arn) -> bool {
    let name = arn.resource().strip_prefix("service/");
    name.is_some_and(|name| !name.contains('/'))
}

/// E323: the ARN of the cluster that the service lives in; an old service ARN does not tell it.
fn cluster_of(arn: &Arn, name: &str) -> ContextValue {
    let Some((cluster, _)) = name.split_once('/') else {
        return ContextValue::Unknown(ControlClass::Resource);
    };
    let (partition, region, account) = (arn.partition(), arn.region(), arn.account_field());
    ContextValue::single(format!("arn:{partition}:ecs:{region}:{account}:cluster/{cluster}"))
}
