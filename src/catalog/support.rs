//! Whether a request for an action carries a condition key at all (E118, E293, E305, E344).

use crate::catalog::ActionEntry;
use crate::catalog::Catalog;
use crate::catalog::Presence;
use crate::catalog::Service;
use crate::catalog::condition_key::key_matches;
use crate::catalog::global_key;
use crate::catalog::vpc_endpoints::fills_endpoint_key;

/// Whether a service puts a key into the context of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// It does, when what the key tells of is there.
    Yes,
    /// It does not: the key is absent.
    No,
    /// No page says.
    Unknown,
}

/// Actions that do not carry the owner of their resource: the page "AWS global condition context
/// keys", `aws:ResourceAccount`. All actions of `ebs` join them.
const WITHOUT_OWNER: &[&str] = &[
    "auditmanager:UpdateAssessmentFrameworkShare",
    "detective:AcceptInvitation",
    "ds:AcceptSharedDirectory",
    "ec2:AcceptTransitGatewayPeeringAttachment",
    "ec2:AcceptVpcEndpointConnections",
    "ec2:AcceptVpcPeeringConnection",
    "ec2:CreateTransitGatewayPeeringAttachment",
    "ec2:CreateVpcEndpoint",
    "ec2:CreateVpcPeeringConnection",
    "es:AcceptInboundConnection",
    "guardduty:AcceptAdministratorInvitation",
    "macie2:AcceptInvitation",
    "route53:AssociateVpcWithHostedZone",
    "route53:CreateVPCAssociationAuthorization",
    "securityhub:AcceptAdministratorInvitation",
];

impl Catalog {
    /// Whether a request for the action on a resource of that type carries the key. Without a type,
    /// whether any row of the action does. Case is ignored.
    #[must_use]
    pub fn action_supports_key(&self, action: &ActionEntry, resource_type: Option<&str>, key: &str) -> Support {
        let Some(global) = global_key(key) else {
            return self.own_key(action, resource_type, key);
        };
        match global.presence {
            Presence::EveryCall
            | Presence::Caller
            | Presence::NetworkPath
            | Presence::Sent
            | Presence::Forwarded
            | Presence::ServicePrincipal => Support::Yes,
            Presence::ListedService => fills_endpoint_key(action.service, action.name, key)
                .map_or(Support::Unknown, |fills| if fills { Support::Yes } else { Support::No }),
            Presence::ResourceOwner => owner_key(action),
            Presence::ListedByAction => {
                if self.is_listed(action, resource_type, key) {
                    Support::Yes
                } else {
                    Support::No
                }
            }
        }
    }

    /// A key of one service, or of an identity provider.
    fn own_key(&self, action: &ActionEntry, resource_type: Option<&str>, key: &str) -> Support {
        if self.is_listed(action, resource_type, key) {
            return Support::Yes;
        }
        let Some((prefix, _)) = key.split_once(':') else {
            return Support::Unknown;
        };
        if self.service(prefix).is_none() || self.is_listed_by_bare_type(action, resource_type, key) {
            return Support::Unknown;
        }
        Support::No
    }

    fn is_listed(&self, action: &ActionEntry, resource_type: Option<&str>, key: &str) -> bool {
        let has = |names: &[&str]| names.iter().any(|name| key_matches(name, key));
        let mut rows = rows_of(action, resource_type);
        has(&action.condition_keys)
            || rows.any(|row| has(&row.condition_keys) || self.is_resource_tag_of(action.service, row.resource_type, key))
    }

    /// AWS's tables often leave a resource's tags to the table of types: they count for every action on it (E322).
    fn is_resource_tag_of(&self, service: &str, resource_type: &str, key: &str) -> bool {
        let is_tag_key = |name: &str| {
            name.split_once(':')
                .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case("ResourceTag/${TagKey}"))
        };
        let resource = self.service(service).and_then(|service| service.resource_type(resource_type));
        resource.is_some_and(|resource| {
            resource
                .condition_keys
                .iter()
                .any(|name| is_tag_key(name) && key_matches(name, key))
        })
    }

    /// Whether only the table of types lists the key, for a row that lists no keys at all: such rows may be incomplete.
    fn is_listed_by_bare_type(&self, action: &ActionEntry, resource_type: Option<&str>, key: &str) -> bool {
        let service: Option<&Service> = self.service(action.service);
        rows_of(action, resource_type)
            .filter(|row| row.condition_keys.is_empty())
            .any(|row| {
                let resource = service.and_then(|service| service.resource_type(row.resource_type));
                resource.is_some_and(|resource| resource.condition_keys.iter().any(|name| key_matches(name, key)))
            })
    }
}

fn rows_of<'a>(
    action: &'a ActionEntry,
    resource_type: Option<&'a str>,
) -> impl Iterator<Item = &'a crate::catalog::ActionResource> {
    action
        .resource_types
        .iter()
        .filter(move |row| resource_type.is_none_or(|name| row.resource_type.eq_ignore_ascii_case(name)))
}

fn owner_key(action: &ActionEntry) -> Support {
    if action.service == "events" && action.name == "PutEvents" {
        // Absent for buses that became targets before 2 March 2023, present for later ones.
        return Support::Unknown;
    }
    let is_action = |name: &&str| name.split_once(':') == Some((action.service, action.name));
    if action.service == "ebs" || WITHOUT_OWNER.iter().any(is_action) {
        Support::No
    } else {
        Support::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn support(action: &str, resource_type: Option<&str>, key: &str) -> Support {
        let (service, name) = action.split_once(':').unwrap();
        let catalog = Catalog::bundled();
        catalog.action_supports_key(catalog.action(service, name).unwrap(), resource_type, key)
    }

    #[test]
    fn termination_carries_the_keys_of_its_table_and_no_others() {
        let of = |key| support("ec2:TerminateInstances", Some("instance"), key);
        for key in [
            "aws:ResourceTag/Env",
            "ec2:ResourceTag/Env",
            "EC2:resourcetag/env",
            "ec2:InstanceID",
            "ec2:Region",
            "ec2:InstanceType",
            "ec2:ManagedResourceOperator",
            "aws:RequestedRegion",
            "aws:PrincipalArn",
            "aws:SourceIp",
            "aws:ResourceAccount",
            "ec2:SourceInstanceArn",
            "aws:MultiFactorAuthPresent",
            "aws:PrincipalTag/Team",
            "aws:CalledVia",
        ] {
            assert_eq!(of(key), Support::Yes, "{key}");
        }
        for key in [
            "aws:RequestTag/Env",
            "aws:TagKeys",
            "ec2:Attribute",
            "ec2:LaunchTemplate",
            "ec2:Vpc",
            "ecs:cluster",
            "aws:VpceOrgID",
            "aws:SourceVpcArn",
            "ec2:NoSuchKey",
        ] {
            assert_eq!(of(key), Support::No, "{key}");
        }
        for key in ["aws:NoSuchKey", "idp.example.com:sub", "nonsense"] {
            assert_eq!(of(key), Support::Unknown, "{key}");
        }
    }

    #[test]
    fn service_deletion_carries_tags_and_cluster() {
        let of = |key| support("ecs:DeleteService", Some("service"), key);
        for key in [
            "aws:ResourceTag/Env",
            "ecs:ResourceTag/Env",
            "ecs:cluster",
            "aws:VpceOrgID",
            "aws:SourceVpcArn",
        ] {
            assert_eq!(of(key), Support::Yes, "{key}");
        }
        for key in ["ecs:force", "aws:RequestTag/Env", "aws:TagKeys", "ec2:ResourceTag/Env"] {
            assert_eq!(of(key), Support::No, "{key}");
        }
    }

    #[test]
    fn keys_belong_to_rows() {
        assert_eq!(
            support("ec2:RunInstances", Some("instance"), "ec2:InstanceType"),
            Support::Yes
        );
        assert_eq!(support("ec2:RunInstances", None, "ec2:InstanceType"), Support::Yes);
        for row in ["image", "subnet", "security-group", "network-interface"] {
            assert_eq!(
                support("ec2:RunInstances", Some(row), "ec2:InstanceType"),
                Support::No,
                "{row}"
            );
        }
        assert_eq!(support("ecs:TagResource", Some("daemon"), "ecs:cluster"), Support::Unknown);
    }

    #[test]
    fn tag_keys_are_found_however_the_page_spells_them() {
        assert_eq!(
            support("s3:GetObject", Some("object"), "s3:ExistingObjectTag/Team"),
            Support::Yes
        );
        assert_eq!(
            support("s3:PutObject", Some("object"), "s3:RequestObjectTag/Team"),
            Support::Yes
        );
        assert_eq!(support("s3:PutObject", Some("object"), "s3:max-keys"), Support::No);
        assert_eq!(
            support(
                "secretsmanager:GetSecretValue",
                Some("Secret"),
                "secretsmanager:ResourceTag/Team"
            ),
            Support::Yes
        );
    }

    #[test]
    fn owners_are_missing_for_a_few_actions() {
        assert_eq!(
            support("ec2:AcceptVpcPeeringConnection", None, "aws:ResourceAccount"),
            Support::No
        );
        assert_eq!(support("ebs:GetSnapshotBlock", None, "aws:ResourceOrgID"), Support::No);
        assert_eq!(support("events:PutEvents", None, "aws:ResourceAccount"), Support::Unknown);
        assert_eq!(support("sts:AssumeRole", Some("role"), "sts:ExternalId"), Support::Yes);
        assert_eq!(support("sts:AssumeRole", Some("role"), "aws:VpceOrgPaths"), Support::Yes);
        assert_eq!(support("iam:PassRole", Some("role"), "aws:VpceOrgID"), Support::No);
        for action in WITHOUT_OWNER {
            let (service, name) = action.split_once(':').unwrap();
            assert!(Catalog::bundled().action(service, name).is_some(), "{action}");
        }
    }
}
