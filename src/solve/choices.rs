//! All ways to make a call that the statements tell apart.

use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::catalog::Support;
use crate::catalog::control_class;
use crate::evaluate::CallerKind;
use crate::evaluate::CidrBlock;
use crate::evaluate::ContextValue;
use crate::evaluate::Credentials;
use crate::evaluate::parse_date;
use crate::solve::Question;
use crate::solve::choice::Choice;
use crate::solve::choice::ENDPOINT_KEYS;
use crate::solve::choice::FORWARDING_KEYS;
use crate::solve::choice::Fixed;
use crate::solve::choice::Issued;
use crate::solve::choice::Network;
use crate::solve::choice::Session;
use crate::solve::mentions::Mentions;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::net::IpAddr;

/// An outsider's addresses: public, far apart, one of each family.
const ELSEWHERE: [IpAddr; 6] = [
    IpAddr::V4(std::net::Ipv4Addr::new(93, 184, 215, 14)),
    IpAddr::V4(std::net::Ipv4Addr::new(185, 60, 216, 35)),
    IpAddr::V4(std::net::Ipv4Addr::new(23, 192, 228, 80)),
    IpAddr::V4(std::net::Ipv4Addr::new(151, 101, 1, 69)),
    IpAddr::V4(std::net::Ipv4Addr::new(202, 12, 29, 1)),
    IpAddr::V4(std::net::Ipv4Addr::new(41, 77, 112, 1)),
];

/// The most combinations of free parameters that are tried.
const MAX_FREE: usize = 48;

/// The most ways to make the call that are tried with each combination of free parameters.
const MAX_CHOICES: usize = 4096;

/// How many are tried where there are more: each looks at all that the statements name.
const MAX_OF_TOO_MANY: usize = 64;

/// All ways that the statements tell apart, those that need the least first.
/// Also whether there were more than are tried.
pub(super) fn choices(question: &Question<'_>, mentions: &Mentions<'_>) -> (Vec<Choice>, bool) {
    let mut found = Vec::new();
    let fixed = Fixed::of(question);
    let (forwardings, sessions) = (forwardings(question, mentions), sessions(question, mentions));
    let (networks, credentials) = (networks(question, mentions), credentials(question, mentions));
    let mut times = moments(question, mentions);
    let per_time = forwardings.len() * sessions.len() * networks.len() * credentials.len();
    let is_cut = times.len() * per_time > MAX_CHOICES;
    if is_cut {
        times.truncate((MAX_OF_TOO_MANY / per_time).max(1));
    }
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
                        for &(time, issued) in &times {
                            // A key has no session.
                            if credentials == Credentials::LongTermKey && issued != Issued::Then {
                                continue;
                            }
                            found.push(Choice {
                                credentials,
                                time,
                                issued,
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
    // Of the same needs and time the later session comes first, as the moments do.
    found.sort_by_key(|choice| (choice.needs(), choice.time));
    (found, is_cut)
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

/// Times of the call, each with the times at which its session may have been issued, the latest first.
fn moments(question: &Question<'_>, mentions: &Mentions<'_>) -> Vec<(Timestamp, Issued)> {
    let times = times(question, mentions);
    let mut found: Vec<_> = times.iter().map(|time| (*time, Issued::Then)).collect();
    let key = "aws:tokenissuetime";
    if !mentions.has(key) || given_value(question, key).is_some() {
        return found;
    }
    let (longest, sure) = match question.subject.caller.kind {
        CallerKind::IamUser | CallerKind::FederatedUser => (LONGEST_OF_USER, LONGEST_OF_USER),
        // A role's own bound is between the two, and whoever opens a session chooses below it. GetSessionToken gives the root
        // user one hour, the console more.
        CallerKind::RoleSession | CallerKind::AccountRoot => (LONGEST_OF_ROLE, HOUR),
        CallerKind::Service | CallerKind::Anonymous => return found,
    };
    let mut instants: Vec<Timestamp> = mentions.values(key).flat_map(parse_date).flat_map(around).collect();
    instants.sort();
    instants.dedup();
    for time in times {
        let earlier = instants.iter().rev().filter(|issued| **issued < time);
        for issued in earlier {
            let age = time.duration_since(*issued);
            if age > longest {
                break;
            }
            let issued = if age > sure || *issued < question.as_of {
                Issued::Held(*issued)
            } else {
                Issued::Before(*issued)
            };
            found.push((time, issued));
        }
    }
    found
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// How long the sessions last that a user asks for.
const LONGEST_OF_USER: SignedDuration = SignedDuration::from_hours(36);

/// How long those of a role last that allows the most, and those of the console.
const LONGEST_OF_ROLE: SignedDuration = SignedDuration::from_hours(12);

/// A date and the seconds beside it.
fn around(instant: Timestamp) -> impl Iterator<Item = Timestamp> {
    let second = SignedDuration::from_secs(1);
    [instant.checked_sub(second), Ok(instant), instant.checked_add(second)]
        .into_iter()
        .flatten()
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
        let instants = mentions.values(key).flat_map(parse_date).flat_map(around);
        found.extend(instants.filter(|time| *time > question.as_of));
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

pub(super) fn sessions(question: &Question<'_>, mentions: &Mentions<'_>) -> &'static [Session] {
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
            if longer.len() >= MAX_FREE {
                break;
            }
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
        if values.len() >= MAX_FREE {
            break;
        }
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
