//! What a holder chooses about a call, and what he does not (the control classes of E340).

use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;

use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::catalog::GLOBAL_KEYS;
use crate::catalog::Support;
use crate::catalog::control_class;
use crate::estate::DocumentState;
use crate::evaluate::CallerKind;
use crate::evaluate::CidrBlock;
use crate::evaluate::ContextValue;
use crate::evaluate::Credentials;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::evaluate::parse_date;
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

/// One way to make the call.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) credentials: Credentials,
    pub(super) time: Timestamp,
    network: Network,
    session: Session,
    is_forwarded: bool,
    free: Vec<(Box<str>, ContextValue)>,
    fixed: Fixed,
}

/// What the asker fixed, so that the keys tied to it follow (E351) and nobody needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fixed {
    mfa: bool,
    network: bool,
    forwarding: bool,
}

impl Fixed {
    fn of(question: &Question<'_>) -> Self {
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
enum Network {
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
enum Session {
    /// With nothing passed.
    Plain,
    /// With tags and attributes that must be found.
    Attributed,
}

/// An outsider's addresses: public, far apart, one of each family.
const ELSEWHERE: [IpAddr; 6] = [
    IpAddr::V4(std::net::Ipv4Addr::new(93, 184, 215, 14)),
    IpAddr::V4(std::net::Ipv4Addr::new(185, 60, 216, 35)),
    IpAddr::V4(std::net::Ipv4Addr::new(23, 192, 228, 80)),
    IpAddr::V4(std::net::Ipv4Addr::new(151, 101, 1, 69)),
    IpAddr::V4(std::net::Ipv4Addr::new(202, 12, 29, 1)),
    IpAddr::V4(std::net::Ipv4Addr::new(41, 77, 112, 1)),
];

/// The keys of a VPC endpoint, in lower case.
const ENDPOINT_KEYS: [&str; 7] = [
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// The keys of a call that an AWS service forwards, in lower case.
const FORWARDING_KEYS: [&str; 7] = [
    "aws:viaawsservice",
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:calledviaawsmcp",
    "aws:viaawsmcpservice",
    "aws:ismcpserviceaction",
];

/// The most combinations of free parameters that are tried.
const MAX_FREE: usize = 48;

/// The most ways to make the call that are tried with each combination of free parameters.
const MAX_CHOICES: usize = 4096;

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
        [self.needs_mfa(), network, session, forwarded, free]
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
    let is_open = |key: &&str| {
        matches!(
            control_class(key),
            None | Some(ControlClass::Resource | ControlClass::Request)
        )
    };
    let open = mentions.keys().filter(is_open);
    open.filter_map(|key| Some((key.into(), value(key)?))).collect()
}

/// Whether the action lists several resource types.
pub(super) fn is_many_typed(question: &Question<'_>) -> bool {
    let action = question.action.action;
    Catalog::bundled()
        .action(action.service(), action.name())
        .is_some_and(|entry| entry.resource_types.len() > 1)
}

/// The type of a resource, for the row of the action that it stands for (E293).
pub(super) fn row_of(question: &Question<'_>, target: &Target) -> Option<&'static str> {
    let service = Catalog::bundled().service(question.action.action.service())?;
    service.types_of(target.arn.as_ref()?.as_str()).first().map(|kind| kind.name)
}

/// Gives up every choice: a call that is denied with nothing known of what the holder chooses is denied whatever he chooses.
pub(super) fn forget_choices(context: &mut RequestContext, question: &Question<'_>, mentions: &Mentions<'_>) {
    forget(context, question, mentions, is_chosen, ControlClass::Choice);
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
fn is_chosen(key: &str) -> bool {
    let by_class = matches!(
        control_class(key),
        Some(ControlClass::Free | ControlClass::Choice | ControlClass::Network | ControlClass::Time | ControlClass::Session)
    );
    by_class
        || key.starts_with("aws:principaltag/")
        || ENDPOINT_KEYS.contains(&key)
        || FORWARDING_KEYS.contains(&key)
        || [
            "aws:multifactorauthpresent",
            "aws:multifactorauthage",
            "aws:tokenissuetime",
            "aws:sourceidentity",
        ]
        .contains(&key)
}

/// What a session may carry by its trust policy: tags, a source identity, attributes of the service that issued it.
fn session_keys(context: &mut RequestContext, question: &Question<'_>, mentions: &Mentions<'_>) {
    let trust = question.subject.principal.trust.as_deref().map(|policy| &policy.document);
    let value = |action: &str| match trust {
        Some(DocumentState::Parsed(document)) => allows(document, action).then_some(ContextValue::Unknown(ControlClass::Session)),
        // E184: what the trust policy allows is not known.
        Some(DocumentState::Invalid(_) | DocumentState::Missing(_)) => Some(ContextValue::Unknown(ControlClass::Identity)),
        None => None,
    };
    if let Some(value) = value("sts:TagSession") {
        for key in mentions.keys().filter(|key| key.starts_with("aws:principaltag/")) {
            context.set(key, value.clone());
        }
    }
    if let Some(value) = value("sts:SetSourceIdentity") {
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

/// All ways that the statements tell apart, those that need the least first.
pub(super) fn choices(question: &Question<'_>, mentions: &Mentions<'_>) -> Vec<Choice> {
    let mut found = Vec::new();
    let fixed = Fixed::of(question);
    let (forwardings, sessions) = (forwardings(question, mentions), sessions(question, mentions));
    let (networks, credentials, times) = (
        networks(question, mentions),
        credentials(question, mentions),
        times(question, mentions),
    );
    let mut frees = free_parameters(question, mentions);
    let others = forwardings.len() * sessions.len() * networks.len() * credentials.len() * times.len();
    // The last leaves all of them open: it stands for what is not tried.
    if frees.len() * others > MAX_CHOICES && frees.len() > 2 {
        frees.drain(1..frees.len() - 1);
    }
    for free in &frees {
        for &is_forwarded in forwardings {
            for &session in sessions {
                for &network in &networks {
                    for &credentials in credentials {
                        for &time in &times {
                            found.push(Choice {
                                credentials,
                                time,
                                network,
                                session,
                                is_forwarded,
                                free: free.clone(),
                                fixed,
                            });
                        }
                    }
                }
            }
        }
    }
    found.sort_by_key(|choice| (choice.needs(), choice.time));
    found
}

/// E343: a user's key, or a session made with it; MFA needs the device.
fn credentials(question: &Question<'_>, mentions: &Mentions<'_>) -> &'static [Credentials] {
    let tested = ["aws:multifactorauthpresent", "aws:multifactorauthage", "aws:tokenissuetime"]
        .iter()
        .any(|key| mentions.has(key));
    let given = |key| given_value(question, key);
    match question.subject.caller.kind {
        CallerKind::IamUser | CallerKind::AccountRoot if given("aws:multifactorauthage").is_some() => {
            &[Credentials::ConsoleWithMfa]
        }
        CallerKind::IamUser | CallerKind::AccountRoot if given("aws:multifactorauthpresent").is_some() => {
            match given("aws:multifactorauthpresent") {
                Some(ContextValue::Single(value)) if &**value == "true" => &[Credentials::ConsoleWithMfa],
                _ => &[Credentials::Console],
            }
        }
        CallerKind::IamUser | CallerKind::AccountRoot if given("aws:tokenissuetime").is_some() => {
            &[Credentials::Console, Credentials::ConsoleWithMfa]
        }
        CallerKind::IamUser | CallerKind::AccountRoot if tested => {
            &[Credentials::LongTermKey, Credentials::Console, Credentials::ConsoleWithMfa]
        }
        CallerKind::IamUser | CallerKind::AccountRoot => &[Credentials::LongTermKey],
        CallerKind::RoleSession | CallerKind::FederatedUser | CallerKind::Service | CallerKind::Anonymous => {
            &[Credentials::Other]
        }
    }
}

/// Now, and the instants around each date that a test names, as far as they lie ahead.
fn times(question: &Question<'_>, mentions: &Mentions<'_>) -> Vec<Timestamp> {
    let given = ["aws:currenttime", "aws:epochtime"]
        .into_iter()
        .find_map(|key| given_value(question, key));
    if let Some(ContextValue::Single(text)) = given
        && let [time] = parse_date(text).as_slice()
    {
        return vec![*time];
    }
    let mut found = vec![question.as_of];
    for key in ["aws:currenttime", "aws:epochtime", "aws:tokenissuetime"] {
        for instant in mentions.values(key).flat_map(parse_date) {
            let second = jiff::SignedDuration::from_secs(1);
            let around = [instant.checked_sub(second), Ok(instant), instant.checked_add(second)];
            found.extend(around.into_iter().flatten().filter(|time| *time > question.as_of));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn networks(question: &Question<'_>, mentions: &Mentions<'_>) -> Vec<Network> {
    let address = elsewhere(mentions);
    if given_value(question, "aws:sourceip").is_some() {
        return vec![Network::Elsewhere(address)];
    }
    if ENDPOINT_KEYS.iter().any(|key| given_value(question, key).is_some()) {
        return vec![Network::SomeEndpoint];
    }
    let by_endpoint = ENDPOINT_KEYS.iter().any(|key| mentions.has(key));
    if !mentions.has("aws:sourceip") && !by_endpoint {
        return vec![Network::Elsewhere(address)];
    }
    let other_family = IpAddr::V6(std::net::Ipv6Addr::new(0x2a00, 0x1450, 0x4001, 0x77, 0, 0, 0, 0x200e));
    vec![
        Network::Elsewhere(address),
        Network::Elsewhere(other_family),
        Network::OwnEndpoint,
        Network::SomePublic,
        Network::SomeEndpoint,
    ]
}

/// An address in no block that a test names, the whole internet aside.
fn elsewhere(mentions: &Mentions<'_>) -> IpAddr {
    let named = |address: &IpAddr| {
        mentions
            .values("aws:sourceip")
            .any(|text| CidrBlock::parse(text).is_some_and(|block| !block.is_everything() && block.contains(*address)))
    };
    let [first, ..] = ELSEWHERE;
    ELSEWHERE.into_iter().find(|address| !named(address)).unwrap_or(first)
}

fn sessions(question: &Question<'_>, mentions: &Mentions<'_>) -> &'static [Session] {
    let is_role = question.subject.caller.kind == CallerKind::RoleSession && !question.subject.caller.is_service_linked;
    let tested = |key: &str| key.starts_with("aws:principaltag/") || control_class(key) == Some(ControlClass::Session);
    if is_role && mentions.keys().any(tested) {
        &[Session::Plain, Session::Attributed]
    } else {
        &[Session::Plain]
    }
}

fn forwardings(question: &Question<'_>, mentions: &Mentions<'_>) -> &'static [bool] {
    let is_called_via = ["aws:calledvia", "aws:calledviafirst", "aws:calledvialast"]
        .iter()
        .any(|key| given_value(question, key).is_some());
    if is_called_via
        || matches!(given_value(question, "aws:viaawsservice"), Some(ContextValue::Single(value)) if &**value == "true")
    {
        &[true]
    } else if given_value(question, "aws:viaawsservice").is_some() {
        &[false]
    } else if FORWARDING_KEYS.iter().any(|key| mentions.has(key)) {
        &[false, true]
    } else {
        &[false]
    }
}

/// TLS is always within reach; whether a service still answers without it is left open.
const SECURE_TRANSPORT: &str = "aws:securetransport";

/// Values for the keys that the holder writes himself: none, one that fits each pattern, and one that fits none.
fn free_parameters(question: &Question<'_>, mentions: &Mentions<'_>) -> Vec<Vec<(Box<str>, ContextValue)>> {
    let catalog = Catalog::bundled();
    let entry = catalog.action(question.action.action.service(), question.action.action.name());
    let is_free = |key: &&str| {
        (control_class(key) == Some(ControlClass::Free) || *key == SECURE_TRANSPORT)
            && entry.is_none_or(|entry| catalog.action_supports_key(entry, None, key) != Support::No)
    };
    let mut combinations: Vec<Vec<(Box<str>, ContextValue)>> = vec![Vec::new()];
    let keys: Vec<&str> = mentions
        .keys()
        .filter(is_free)
        .filter(|key| given_value(question, key).is_none())
        .collect();
    for &key in &keys {
        let mut longer = Vec::new();
        for value in free_values(key, mentions) {
            longer.extend(
                combinations
                    .iter()
                    .map(|free| free.iter().cloned().chain([(Box::from(key), value.clone())]).collect()),
            );
        }
        longer.truncate(MAX_FREE);
        combinations = longer;
    }
    for combination in &mut combinations {
        tie_tag_keys(combination, mentions);
    }
    // What none of these values meets is left open rather than denied.
    if !keys.is_empty() {
        combinations.push(
            keys.iter()
                .map(|key| (Box::from(*key), ContextValue::Unknown(ControlClass::Free)))
                .collect(),
        );
    }
    combinations
}

/// `aws:TagKeys` names every tag that the request passes, and of those that some test names no other.
fn tie_tag_keys(combination: &mut [(Box<str>, ContextValue)], mentions: &Mentions<'_>) {
    let (mut passed, mut left_out) = (Vec::new(), Vec::new());
    for (key, value) in combination.iter() {
        if let Some(tag) = key.strip_prefix("aws:requesttag/") {
            let list = if matches!(value, ContextValue::Absent) {
                &mut left_out
            } else {
                &mut passed
            };
            let spelled = mentions.values("aws:tagkeys").find(|text| text.eq_ignore_ascii_case(tag));
            list.push(Box::<str>::from(spelled.unwrap_or(tag)));
        }
    }
    let Some((_, value)) = combination.iter_mut().find(|(key, _)| &**key == "aws:tagkeys") else {
        return;
    };
    let mut keys: Vec<Box<str>> = if let ContextValue::Many(keys) = value {
        keys.to_vec()
    } else {
        Vec::new()
    };
    keys.retain(|key| !left_out.contains(key));
    keys.extend(passed.into_iter().filter(|key| !keys.contains(key)).collect::<Vec<_>>());
    *value = if keys.is_empty() {
        ContextValue::Absent
    } else {
        ContextValue::many(keys.iter().map(|key| &**key))
    };
}

/// The value that the asker fixed for a key.
fn given_value<'q>(question: &'q Question<'_>, lower: &str) -> Option<&'q ContextValue> {
    question
        .given
        .iter()
        .find(|(key, _)| key.lower() == lower)
        .map(|(_, value)| value)
}

fn free_values(key: &str, mentions: &Mentions<'_>) -> Vec<ContextValue> {
    if key == SECURE_TRANSPORT {
        return vec![ContextValue::single("true")];
    }
    let texts: Vec<String> = mentions
        .values(key)
        .filter(|text| !text.contains("${"))
        .map(|text| text.replace(['*', '?'], "x"))
        .collect();
    let is_set = catalog_says_many(key);
    let value = |text: &str| {
        if is_set {
            ContextValue::many([text])
        } else {
            ContextValue::single(text)
        }
    };
    let mut values = vec![ContextValue::Absent];
    values.extend(texts.iter().map(|text| value(text)));
    if is_set && texts.len() > 1 {
        values.push(ContextValue::many(texts.iter().map(String::as_str)));
    }
    // Two patterns at once: what begins as the one and ends as the other.
    let stems: Vec<String> = mentions.values(key).map(|text| text.replace(['*', '?'], "")).collect();
    for first in &stems {
        let others = stems.iter().filter(|second| *second != first);
        values.extend(others.map(|second| value(&format!("{first}{second}"))));
    }
    values.push(value("leastwise"));
    values
}

fn catalog_says_many(key: &str) -> bool {
    let prefix = key.split(':').next().unwrap_or_default();
    Catalog::bundled()
        .condition_key_type(prefix, key)
        .is_some_and(|known| known.is_multivalued)
}
