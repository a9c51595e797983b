//! Condition keys that do not belong to one service: type, when present, who controls the value (E340–E341).
//!
//! From "AWS global condition context keys", second half of 2026. Exactly seven are multivalued (E165).

use std::sync::LazyLock;

use crate::catalog::KeyType;
use crate::catalog::ValueType;
use crate::catalog::condition_key::key_matches;

/// Who decides the value of a key, seen from a holder of an identity's credentials (E340).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlClass {
    /// F: free text in the request.
    Free,
    /// C: a choice among a few values by how the call is made.
    Choice,
    /// N: the network position of the caller.
    Network,
    /// T: time; the holder can wait, and cannot go back.
    Time,
    /// I: fixed by the identity.
    Identity,
    /// S: fixed when the session was issued.
    Session,
    /// R: fixed by the resource.
    Resource,
    /// Q: follows from action and resource.
    Request,
    /// V: set only for calls by AWS services; absent for users and roles.
    Service,
}

impl ControlClass {
    /// The class's letter.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Free => 'F',
            Self::Choice => 'C',
            Self::Network => 'N',
            Self::Time => 'T',
            Self::Identity => 'I',
            Self::Session => 'S',
            Self::Resource => 'R',
            Self::Request => 'Q',
            Self::Service => 'V',
        }
    }
}

/// What must hold for a request to carry a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// Every signed call carries it.
    EveryCall,
    /// The caller's identity or session has it.
    Caller,
    /// The call's network path has it.
    NetworkPath,
    /// The path is a VPC endpoint and the service is on the key's list (E344).
    ListedService,
    /// The call's parameters or headers have it.
    Sent,
    /// The action lists the key (E118, E293).
    ListedByAction,
    /// The resource has an owner; a few actions do not say (GKEYS).
    ResourceOwner,
    /// A service makes the call for the caller.
    Forwarded,
    /// A service principal makes the call.
    ServicePrincipal,
}

/// One global condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlobalKey {
    /// The key in AWS's case; tag keys end in `${TagKey}`.
    pub name: &'static str,
    /// The type of its values.
    pub key_type: KeyType,
    /// Who controls the value. Where that differs by caller, the class that gives an attacker less.
    pub class: ControlClass,
    /// What must hold for a request to carry it.
    pub presence: Presence,
}

const fn one(name: &'static str, value: ValueType, class: ControlClass, presence: Presence) -> GlobalKey {
    GlobalKey {
        name,
        key_type: KeyType {
            value,
            is_multivalued: false,
        },
        class,
        presence,
    }
}

const fn many(name: &'static str, class: ControlClass, presence: Presence) -> GlobalKey {
    GlobalKey {
        name,
        key_type: KeyType {
            value: ValueType::String,
            is_multivalued: true,
        },
        class,
        presence,
    }
}

/// All global keys, and the keys of services that reach into calls to other services.
///
/// Class I of `aws:userid` is S behind the colon, of `aws:PrincipalTag/k` S for session tags;
/// `aws:TokenIssueTime` and the MFA keys are C for an IAM user's key, S in sessions.
#[rustfmt::skip] // One key a line.
pub const GLOBAL_KEYS: &[GlobalKey] = &[
    one(
        "aws:PrincipalArn",
        ValueType::Arn,
        ControlClass::Identity,
        Presence::EveryCall,
    ),
    one(
        "aws:PrincipalAccount",
        ValueType::String,
        ControlClass::Identity,
        Presence::EveryCall,
    ),
    one(
        "aws:PrincipalOrgID",
        ValueType::String,
        ControlClass::Identity,
        Presence::Caller,
    ),
    many("aws:PrincipalOrgPaths", ControlClass::Identity, Presence::Caller),
    one(
        "aws:PrincipalTag/${TagKey}",
        ValueType::String,
        ControlClass::Identity,
        Presence::Caller,
    ),
    one(
        "aws:PrincipalType",
        ValueType::String,
        ControlClass::Identity,
        Presence::EveryCall,
    ),
    one("aws:userid", ValueType::String, ControlClass::Identity, Presence::EveryCall),
    one("aws:username", ValueType::String, ControlClass::Identity, Presence::Caller),
    one(
        "aws:PrincipalIsAWSService",
        ValueType::Bool,
        ControlClass::Identity,
        Presence::EveryCall,
    ),
    one(
        "aws:PrincipalServiceName",
        ValueType::String,
        ControlClass::Service,
        Presence::ServicePrincipal,
    ),
    many(
        "aws:PrincipalServiceNamesList",
        ControlClass::Service,
        Presence::ServicePrincipal,
    ),
    one("aws:AssumedRoot", ValueType::Bool, ControlClass::Session, Presence::Caller),
    one(
        "aws:FederatedProvider",
        ValueType::String,
        ControlClass::Session,
        Presence::Caller,
    ),
    one("aws:TokenIssueTime", ValueType::Date, ControlClass::Session, Presence::Caller),
    one(
        "aws:MultiFactorAuthPresent",
        ValueType::Bool,
        ControlClass::Choice,
        Presence::Caller,
    ),
    one(
        "aws:MultiFactorAuthAge",
        ValueType::Numeric,
        ControlClass::Choice,
        Presence::Caller,
    ),
    one(
        "aws:SourceIdentity",
        ValueType::String,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "aws:SignInSessionArn",
        ValueType::Arn,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "aws:ChatbotSourceArn",
        ValueType::Arn,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "aws:Ec2InstanceSourceVpc",
        ValueType::String,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "aws:Ec2InstanceSourcePrivateIPv4",
        ValueType::IpAddress,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "ec2:RoleDelivery",
        ValueType::Numeric,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "ec2:SourceInstanceArn",
        ValueType::Arn,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "glue:RoleAssumedBy",
        ValueType::String,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "glue:CredentialIssuingService",
        ValueType::String,
        ControlClass::Session,
        Presence::Caller,
    ),
    one("codebuild:BuildArn", ValueType::Arn, ControlClass::Session, Presence::Caller),
    one(
        "codebuild:ProjectArn",
        ValueType::Arn,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "lambda:SourceFunctionArn",
        ValueType::Arn,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "ssm:SourceInstanceArn",
        ValueType::Arn,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "identitystore:UserId",
        ValueType::String,
        ControlClass::Session,
        Presence::Caller,
    ),
    one(
        "aws:ViaCustomerDomain",
        ValueType::String,
        ControlClass::Service,
        Presence::ServicePrincipal,
    ),
    one(
        "aws:SourceIp",
        ValueType::IpAddress,
        ControlClass::Network,
        Presence::NetworkPath,
    ),
    one(
        "aws:SourceVpc",
        ValueType::String,
        ControlClass::Network,
        Presence::NetworkPath,
    ),
    one(
        "aws:SourceVpce",
        ValueType::String,
        ControlClass::Network,
        Presence::NetworkPath,
    ),
    one(
        "aws:VpcSourceIp",
        ValueType::IpAddress,
        ControlClass::Network,
        Presence::NetworkPath,
    ),
    one(
        "aws:SourceVpcArn",
        ValueType::Arn,
        ControlClass::Network,
        Presence::ListedService,
    ),
    one(
        "aws:VpceAccount",
        ValueType::String,
        ControlClass::Network,
        Presence::ListedService,
    ),
    one(
        "aws:VpceOrgID",
        ValueType::String,
        ControlClass::Network,
        Presence::ListedService,
    ),
    many("aws:VpceOrgPaths", ControlClass::Network, Presence::ListedService),
    one(
        "aws:SecureTransport",
        ValueType::Bool,
        ControlClass::Choice,
        Presence::EveryCall,
    ),
    one("aws:UserAgent", ValueType::String, ControlClass::Free, Presence::Sent),
    one("aws:referer", ValueType::String, ControlClass::Free, Presence::Sent),
    one("aws:CurrentTime", ValueType::Date, ControlClass::Time, Presence::EveryCall),
    // Numeric operators fit it too.
    one("aws:EpochTime", ValueType::Date, ControlClass::Time, Presence::EveryCall),
    one(
        "aws:RequestedRegion",
        ValueType::String,
        ControlClass::Request,
        Presence::EveryCall,
    ),
    one(
        "aws:RequestTag/${TagKey}",
        ValueType::String,
        ControlClass::Free,
        Presence::ListedByAction,
    ),
    many("aws:TagKeys", ControlClass::Free, Presence::ListedByAction),
    one(
        "aws:ResourceTag/${TagKey}",
        ValueType::String,
        ControlClass::Resource,
        Presence::ListedByAction,
    ),
    one(
        "aws:ResourceAccount",
        ValueType::String,
        ControlClass::Resource,
        Presence::ResourceOwner,
    ),
    one(
        "aws:ResourceOrgID",
        ValueType::String,
        ControlClass::Resource,
        Presence::ResourceOwner,
    ),
    many("aws:ResourceOrgPaths", ControlClass::Resource, Presence::ResourceOwner),
    one(
        "aws:ViaAWSService",
        ValueType::Bool,
        ControlClass::Choice,
        Presence::EveryCall,
    ),
    many("aws:CalledVia", ControlClass::Choice, Presence::Forwarded),
    one(
        "aws:CalledViaFirst",
        ValueType::String,
        ControlClass::Choice,
        Presence::Forwarded,
    ),
    one(
        "aws:CalledViaLast",
        ValueType::String,
        ControlClass::Choice,
        Presence::Forwarded,
    ),
    one(
        "aws:CalledViaAWSMCP",
        ValueType::String,
        ControlClass::Choice,
        Presence::Forwarded,
    ),
    one(
        "aws:ViaAWSMCPService",
        ValueType::Bool,
        ControlClass::Choice,
        Presence::Forwarded,
    ),
    one(
        "aws:IsMcpServiceAction",
        ValueType::Bool,
        ControlClass::Choice,
        Presence::Forwarded,
    ),
    one(
        "aws:SourceArn",
        ValueType::Arn,
        ControlClass::Service,
        Presence::ServicePrincipal,
    ),
    one(
        "aws:SourceAccount",
        ValueType::String,
        ControlClass::Service,
        Presence::ServicePrincipal,
    ),
    one(
        "aws:SourceOrgID",
        ValueType::String,
        ControlClass::Service,
        Presence::ServicePrincipal,
    ),
    many("aws:SourceOrgPaths", ControlClass::Service, Presence::ServicePrincipal),
];

/// The global key of that name; case is ignored, and `aws:PrincipalTag/Env` finds the tag key.
#[must_use]
pub fn global_key(name: &str) -> Option<&'static GlobalKey> {
    // Most names come in lower case.
    if let Some(key) = plain_key(name) {
        return Some(key);
    }
    // Each hole stands behind a slash.
    if memchr::memchr(b'/', name.as_bytes()).is_some() {
        return TAG_KEYS.iter().copied().find(|key| key_matches(key.name, name));
    }
    let has_capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
    has_capitals.then(|| plain_key(&name.to_ascii_lowercase())).flatten()
}

/// The key of a name in lower case that has no hole.
fn plain_key(lower: &str) -> Option<&'static GlobalKey> {
    // Most names of one length differ in their last letter.
    let last = lower.as_bytes().last();
    let is_same = |known: &String| known.as_bytes().last() == last && *known == *lower;
    let mut of_length = BY_LENGTH.get(lower.len())?.iter();
    of_length.find(|(known, _)| is_same(known)).map(|(_, key)| *key)
}

/// All keys by the lengths of their names, with these in lower case: a run asks for them hundreds of thousands of times.
static BY_LENGTH: LazyLock<Vec<Vec<(String, &GlobalKey)>>> = LazyLock::new(|| {
    let longest = GLOBAL_KEYS.iter().map(|key| key.name.len()).max().unwrap_or(0);
    let of_length = |length| {
        let keys = GLOBAL_KEYS.iter().filter(|key| key.name.len() == length);
        keys.map(|key| (key.name.to_ascii_lowercase(), key)).collect()
    };
    (0..=longest).map(of_length).collect()
});

/// The keys whose names have a hole.
static TAG_KEYS: LazyLock<Vec<&GlobalKey>> = LazyLock::new(|| {
    let has_hole = |key: &&GlobalKey| key.name.contains('$');
    GLOBAL_KEYS.iter().filter(has_hole).collect()
});

/// Keys of single services whose class the evaluation rules give (§16–§18).
const CLASS_OF_SERVICE_KEY: &[(&str, ControlClass)] = &[
    ("sts:ExternalId", ControlClass::Free),
    ("sts:RoleSessionName", ControlClass::Free),
    ("sts:SourceIdentity", ControlClass::Free),
    ("sts:TransitiveTagKeys", ControlClass::Free),
    ("ec2:InstanceID", ControlClass::Request),
    ("ec2:Region", ControlClass::Request),
    ("ec2:AvailabilityZone", ControlClass::Resource),
    ("ec2:AvailabilityZoneId", ControlClass::Resource),
    ("ec2:InstanceType", ControlClass::Resource),
    ("ec2:InstanceProfile", ControlClass::Resource),
    ("ec2:InstanceMarketType", ControlClass::Resource),
    ("ec2:Tenancy", ControlClass::Resource),
    ("ec2:PlacementGroup", ControlClass::Resource),
    ("ec2:RootDeviceType", ControlClass::Resource),
    ("ec2:EbsOptimized", ControlClass::Resource),
    ("ec2:ProductCode", ControlClass::Resource),
    ("ec2:MetadataHttpEndpoint", ControlClass::Resource),
    ("ec2:MetadataHttpTokens", ControlClass::Resource),
    ("ec2:InstanceMetadataTags", ControlClass::Resource),
    ("ec2:MetadataHttpPutResponseHopLimit", ControlClass::Resource),
    ("ec2:InstanceAutoRecovery", ControlClass::Resource),
    ("ec2:InstanceBandwidthWeighting", ControlClass::Resource),
    ("ec2:CpuOptionsAmdSevSnp", ControlClass::Resource),
    ("ec2:ManagedResourceOperator", ControlClass::Resource),
    ("ecs:cluster", ControlClass::Resource),
];

/// The control class of a condition key; none for a key that no rule classes. Case is ignored.
///
/// A service's `ResourceTag/k` counts as `aws:ResourceTag/k`; keys of identity providers, whose
/// prefix is a host name or `saml`, are fixed by the provider when the session is issued.
#[must_use]
pub fn control_class(name: &str) -> Option<ControlClass> {
    if let Some(global) = global_key(name) {
        return Some(global.class);
    }
    if let Some((_, class)) = CLASS_OF_SERVICE_KEY.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
        return Some(*class);
    }
    let (prefix, rest) = name.split_once(':')?;
    if prefix.contains('.') || prefix.eq_ignore_ascii_case("saml") {
        return Some(ControlClass::Session);
    }
    key_matches("ResourceTag/${TagKey}", rest).then_some(ControlClass::Resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn exactly_seven_keys_are_multivalued() {
        let mut names: Vec<_> = GLOBAL_KEYS
            .iter()
            .filter(|key| key.key_type.is_multivalued)
            .map(|key| key.name)
            .collect();
        names.sort_unstable();
        let expected = [
            "aws:CalledVia",
            "aws:PrincipalOrgPaths",
            "aws:PrincipalServiceNamesList",
            "aws:ResourceOrgPaths",
            "aws:SourceOrgPaths",
            "aws:TagKeys",
            "aws:VpceOrgPaths",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn names_are_unique_and_found_in_any_case() {
        for key in GLOBAL_KEYS {
            let name = key.name.replace("${TagKey}", "Env").to_ascii_uppercase();
            assert_eq!(global_key(&name), Some(key));
        }
        assert_eq!(global_key("aws:PrincipalTag"), None);
        assert_eq!(global_key("ec2:InstanceType"), None);
    }

    #[test]
    fn the_global_keys_that_services_list_have_the_same_type_there() {
        for service in Catalog::bundled().services() {
            for key in &service.condition_keys {
                if let Some(global) = GLOBAL_KEYS
                    .iter()
                    .find(|global| global.name == key.name && key.name.starts_with("aws:"))
                {
                    assert_eq!(global.key_type, key.key_type, "{} of {}", key.name, service.prefix);
                }
            }
        }
    }

    #[test]
    fn classes_are_those_of_the_evaluation_rules() {
        let letters = |name| control_class(name).map(ControlClass::letter);
        for (name, class) in [
            ("aws:PrincipalArn", 'I'),
            ("aws:SourceIp", 'N'),
            ("aws:CurrentTime", 'T'),
            ("aws:UserAgent", 'F'),
            ("aws:SecureTransport", 'C'),
            ("aws:ResourceTag/k", 'R'),
            ("aws:RequestedRegion", 'Q'),
            ("aws:SourceArn", 'V'),
            ("aws:SourceIdentity", 'S'),
            ("sts:externalid", 'F'),
            ("EC2:InstanceID", 'Q'),
            ("ecs:cluster", 'R'),
            ("ecs:ResourceTag/k", 'R'),
            ("saml:aud", 'S'),
            ("token.actions.githubusercontent.com:sub", 'S'),
        ] {
            assert_eq!(letters(name), Some(class), "{name}");
        }
        assert_eq!(control_class("s3:prefix"), None);
        for (key, _) in CLASS_OF_SERVICE_KEY {
            let (service, _) = key.split_once(':').unwrap();
            assert_eq!(
                Catalog::bundled().service(service).unwrap().condition_key(key).unwrap().name,
                *key
            );
        }
    }
}
