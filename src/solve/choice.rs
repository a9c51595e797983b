//! What a holder chooses about a call, and what he does not (the control classes of E340).

use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::catalog::GLOBAL_KEYS;
use crate::catalog::Support;
use crate::catalog::control_class;
use crate::estate::DocumentState;
use crate::estate::Principal;
use crate::evaluate::CallerKind;
use crate::evaluate::ContextValue;
use crate::evaluate::Credentials;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::ident::Action;
use crate::ident::OpenPoint;
use crate::ident::Ternary;
use crate::policy::Effect;
use crate::policy::PolicyDocument;
use crate::policy::PrincipalClause;
use crate::policy::PrincipalEntry;
use crate::policy::Statement;
use crate::solve::Condition;
use crate::solve::Question;
use crate::solve::mentions::Mentions;
use jiff::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;

/// One way to make the call.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) credentials: Credentials,
    pub(super) time: Timestamp,
    pub(super) issued: Issued,
    pub(super) network: Network,
    pub(super) session: Session,
    pub(super) is_forwarded: bool,
    pub(super) free: Vec<(Box<str>, ContextValue)>,
    pub(super) fixed: Fixed,
}

/// When the session was issued that makes the call (E351); a call without a session has no such time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Issued {
    /// With the call.
    Then,
    /// Earlier, as any holder can choose: he asks for a session, and waits.
    Before(Timestamp),
    /// Before the report, or longer before the call than every session lasts: somebody has to hold it.
    Held(Timestamp),
}

/// What the asker fixed, so that the keys tied to it follow (E351) and nobody needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed {
    mfa: bool,
    pub(super) network: bool,
    forwarding: bool,
}

impl Fixed {
    pub(super) fn of(question: &Question<'_>) -> Self {
        let is_given = |key: &&str| question.given.iter().any(|(given, _)| given.lower() == *key);
        Self {
            mfa: ["aws:multifactorauthpresent", "aws:multifactorauthage"].iter().any(is_given),
            network: is_given(&"aws:sourceip") || ENDPOINT_KEYS.iter().any(is_given),
            forwarding: FORWARDING_KEYS.iter().any(is_given),
        }
    }
}

/// Where the call comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    /// A public address that no policy names.
    Elsewhere(IpAddr),
    /// A VPC endpoint of the holder's own.
    OwnEndpoint,
    /// A public address that must be found.
    SomePublic,
    /// A VPC endpoint that must be found.
    SomeEndpoint,
}

/// How the role session was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    /// With nothing passed.
    Plain,
    /// With tags and attributes that must be found.
    Attributed,
}

/// The keys of a VPC endpoint, in lower case.
pub(super) const ENDPOINT_KEYS: [&str; 7] = [
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// The keys of MFA, in lower case.
const MFA_KEYS: [&str; 2] = ["aws:multifactorauthpresent", "aws:multifactorauthage"];

/// The keys of a call that an AWS service forwards, in lower case.
pub(super) const FORWARDING_KEYS: [&str; 7] = [
    "aws:viaawsservice",
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:calledviaawsmcp",
    "aws:viaawsmcpservice",
    "aws:ismcpserviceaction",
];

impl Choice {
    /// Whether the holder needs nothing that he does not choose himself.
    pub(super) fn is_bare(&self) -> bool {
        self.needs() == 0
    }

    /// How many things he needs beside his own choice; what the asker fixed is nobody's need.
    pub(super) fn needs(&self) -> usize {
        let network = matches!(self.network, Network::SomePublic | Network::SomeEndpoint) && !self.fixed.network;
        let session = self.session == Session::Attributed;
        let free = self.free.iter().any(|(_, value)| matches!(value, ContextValue::Unknown(_)));
        let forwarded = self.is_forwarded && !self.fixed.forwarding;
        let held = matches!(self.issued, Issued::Held(_));
        [self.needs_mfa(), network, session, forwarded, free, held]
            .into_iter()
            .filter(|needed| *needed)
            .count()
    }

    fn needs_mfa(&self) -> bool {
        let with_mfa = matches!(
            self.credentials,
            Credentials::SessionTokenWithMfa | Credentials::ConsoleWithMfa
        );
        with_mfa && !self.fixed.mfa
    }

    /// What he needs or waits for, in words.
    pub(super) fn conditions(&self, as_of: Timestamp) -> Vec<Condition> {
        let condition = |words: String, key: &str, class| Condition {
            words: words.into(),
            key: Arc::from(key),
            class,
        };
        let mut found = Vec::new();
        if self.needs_mfa() {
            found.push(condition(
                "with the user's MFA device".to_owned(),
                "aws:MultiFactorAuthPresent",
                ControlClass::Choice,
            ));
        }
        if self.is_forwarded && !self.fixed.forwarding {
            let words = "through an AWS service that calls with the identity's credentials".to_owned();
            found.push(condition(words, "aws:CalledVia", ControlClass::Choice));
        }
        if let Issued::Held(issued) = self.issued {
            let words = format!("with a session that was issued on {issued}");
            found.push(condition(words, "aws:TokenIssueTime", ControlClass::Session));
        }
        if self.time > as_of {
            found.push(condition(
                format!("from {} on", self.time),
                "aws:CurrentTime",
                ControlClass::Time,
            ));
        }
        found
    }

    /// Puts the choice's keys into a context that was derived with its credentials and time.
    pub(super) fn apply(&self, context: &mut RequestContext, question: &Question<'_>, mentions: &Mentions<'_>) {
        self.network_keys(context, question.action.action);
        if let Issued::Before(issued) | Issued::Held(issued) = self.issued
            && context.is_set("aws:tokenissuetime")
        {
            context.set("aws:tokenissuetime", ContextValue::single(issued.to_string()));
        }
        if self.session == Session::Attributed {
            session_keys(context, question, mentions);
        }
        if self.is_forwarded {
            let [via_service, others @ ..] = FORWARDING_KEYS;
            context.set(via_service, ContextValue::single("true"));
            for key in others {
                context.set(key, ContextValue::Unknown(ControlClass::Choice));
            }
        }
        for (key, value) in &self.free {
            context.set(key, value.clone());
        }
    }

    /// E351: an address, or an endpoint's keys, never both.
    fn network_keys(&self, context: &mut RequestContext, action: &Action) {
        let wanted: Vec<&str> = ENDPOINT_KEYS.into_iter().filter(|key| context.wants(key)).collect();
        let is_filled = |key: &&str| {
            let entry = Catalog::bundled().action(action.service(), action.name());
            wanted.contains(key)
                && entry.is_none_or(|entry| Catalog::bundled().action_supports_key(entry, None, key) != Support::No)
        };
        match self.network {
            Network::Elsewhere(address) if context.wants("aws:sourceip") => {
                context.set("aws:sourceip", ContextValue::single(address.to_string()));
            }
            Network::Elsewhere(_) => {}
            Network::SomePublic => context.set("aws:SourceIp", ContextValue::Unknown(ControlClass::Network)),
            Network::SomeEndpoint => {
                for key in ENDPOINT_KEYS.iter().filter(|key| is_filled(key)) {
                    context.set(key, ContextValue::Unknown(ControlClass::Network));
                }
            }
            Network::OwnEndpoint => {
                let values = [
                    ContextValue::single("vpc-0a1b2c3d4e5f60718"),
                    ContextValue::single("vpce-0a1b2c3d4e5f60718"),
                    ContextValue::single("100.64.77.7"),
                    ContextValue::single("arn:aws:ec2:us-east-1:999999999999:vpc/vpc-0a1b2c3d4e5f60718"),
                    ContextValue::single("999999999999"),
                    ContextValue::Absent,
                    ContextValue::Absent,
                ];
                for (key, value) in ENDPOINT_KEYS.iter().zip(values).filter(|(key, _)| is_filled(key)) {
                    context.set(key, value);
                }
            }
        }
    }
}

/// Keys that the action's request may carry and that nobody in the room decides: the resource's, and unknown ones.
pub(super) fn open_keys(question: &Question<'_>, mentions: &Mentions<'_>, row: Option<&str>) -> Vec<(Box<str>, ContextValue)> {
    let catalog = Catalog::bundled();
    let entry = catalog.action(question.action.action.service(), question.action.action.name());
    let value = |key: &str| match entry.map_or(Support::Unknown, |entry| catalog.action_supports_key(entry, row, key)) {
        Support::Yes => Some(ContextValue::Unknown(ControlClass::Resource)),
        Support::No => None,
        Support::Unknown => Some(ContextValue::Open(OpenPoint::GlobalKeySupport)),
    };
    let open = mentions.asked().filter(|key| is_open(key));
    open.filter_map(|key| Some((key.into(), value(key)?))).collect()
}

/// Whether what the key holds is the resource's or the service's to say, or nobody knows whose.
pub(super) fn is_open(key: &str) -> bool {
    matches!(
        control_class(key),
        None | Some(ControlClass::Resource | ControlClass::Request)
    )
}

/// Whether it matters of which type a resource is: the action lists several, and some test looks at a key that one may
/// carry and another not.
pub(super) fn tells_types(question: &Question<'_>, mentions: &Mentions<'_>) -> bool {
    let action = question.action.action;
    let entry = Catalog::bundled().action(action.service(), action.name());
    entry.is_some_and(|entry| entry.resource_types.len() > 1) && mentions.asked().any(is_open)
}

/// The type of a resource, for the row of the action that it stands for (E293).
pub(super) fn row_of(question: &Question<'_>, target: &Target) -> Option<&'static str> {
    let service = Catalog::bundled().service(question.action.action.service())?;
    service.types_of(target.arn.as_ref()?.as_str()).first().map(|kind| kind.name)
}

/// Gives up every choice: a call that is denied with nothing known of what the holder chooses is denied whatever he chooses.
pub(super) fn forget_choices(context: &mut RequestContext, question: &Question<'_>, mentions: &Mentions<'_>) {
    // A role session has no MFA to choose (E246).
    let has_mfa = matches!(question.subject.caller.kind, CallerKind::IamUser | CallerKind::AccountRoot);
    let is_chosen = |key: &str| is_chosen(key) || (has_mfa && MFA_KEYS.contains(&key));
    // As free keys, since of those nothing follows: no address, no MFA.
    forget(context, question, mentions, is_chosen, ControlClass::Free);
}

/// Gives up what follows from the resource, in the same way.
pub(super) fn forget_resource(context: &mut RequestContext, question: &Question<'_>, mentions: &Mentions<'_>) {
    let follows = |key: &str| {
        matches!(
            control_class(key),
            None | Some(ControlClass::Resource | ControlClass::Request)
        )
    };
    forget(context, question, mentions, follows, ControlClass::Resource);
}

fn forget(
    context: &mut RequestContext,
    question: &Question<'_>,
    mentions: &Mentions<'_>,
    is_meant: impl Fn(&str) -> bool,
    class: ControlClass,
) {
    let is_given = |key: &str| question.given.iter().any(|(given, _)| given.lower() == key);
    for key in mentions.keys().filter(|key| is_meant(key) && !is_given(key)) {
        context.set(key, ContextValue::Unknown(class));
    }
}

/// Whether choices may differ in the key.
pub(super) fn is_chosen(key: &str) -> bool {
    let by_class = matches!(
        control_class(key),
        Some(ControlClass::Free | ControlClass::Choice | ControlClass::Network | ControlClass::Time | ControlClass::Session)
    );
    (by_class && !MFA_KEYS.contains(&key))
        || key.starts_with("aws:principaltag/")
        || ENDPOINT_KEYS.contains(&key)
        || FORWARDING_KEYS.contains(&key)
        || ["aws:securetransport", "aws:tokenissuetime", "aws:sourceidentity"].contains(&key)
}

/// What the trust policy of a role lets its sessions carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SessionRights {
    tags: Option<ContextValue>,
    source_identity: Option<ContextValue>,
}

pub(super) fn session_rights(principal: &Principal) -> SessionRights {
    let trust = principal.trust.as_deref().map(|policy| &policy.document);
    let value = |action: &str| match trust {
        Some(DocumentState::Parsed(document)) => allows(document, action).then_some(ContextValue::Unknown(ControlClass::Session)),
        // E184: what the trust policy allows is not known.
        Some(DocumentState::Invalid(_) | DocumentState::Missing(_)) => Some(ContextValue::Unknown(ControlClass::Identity)),
        None => None,
    };
    SessionRights {
        tags: value("sts:TagSession"),
        source_identity: value("sts:SetSourceIdentity"),
    }
}

/// What a session may carry by its trust policy: tags, a source identity, attributes of the service that issued it.
fn session_keys(context: &mut RequestContext, question: &Question<'_>, mentions: &Mentions<'_>) {
    let rights = session_rights(question.subject.principal);
    if let Some(value) = rights.tags {
        for key in mentions.keys().filter(|key| key.starts_with("aws:principaltag/")) {
            context.set(key, value.clone());
        }
    }
    if let Some(value) = rights.source_identity {
        context.set("aws:SourceIdentity", value);
    }
    let attributes = GLOBAL_KEYS.iter().filter(|key| key.class == ControlClass::Session);
    for key in attributes.filter(|key| !matches!(key.name, "aws:SourceIdentity" | "aws:TokenIssueTime" | "aws:AssumedRoot")) {
        context.set(key.name, ContextValue::Unknown(ControlClass::Session));
    }
}

fn allows(trust: &PolicyDocument, action: &str) -> bool {
    let Ok(action) = action.parse::<Action>() else { return false };
    let speak = |effect, matched: fn(Ternary) -> bool| {
        let statements = trust.statements.iter().filter(move |statement| statement.effect == effect);
        statements
            .filter(|statement| matched(statement.action.matches(&action)))
            .collect::<Vec<_>>()
    };
    let denies_all = |statement: &&Statement| {
        let everyone =
            matches!(&statement.principal, Some(PrincipalClause::Only(entries)) if entries.contains(&PrincipalEntry::Everyone));
        everyone && statement.condition.tests.is_empty() && !statement.condition.has_empty_part
    };
    let is_denied = speak(Effect::Deny, |matched| matched == Ternary::Yes).iter().any(denies_all);
    !is_denied && !speak(Effect::Allow, |matched| matched != Ternary::No).is_empty()
}
