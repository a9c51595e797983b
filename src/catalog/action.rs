//! An action as the Service Authorization Reference lists it (E290–E293).

use std::fmt;

use crate::catalog::AccessLevels;

/// One action of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionEntry {
    /// The service prefix, such as `ec2`.
    pub service: &'static str,
    /// The action's name in AWS's case, such as `TerminateInstances`.
    pub name: &'static str,
    /// The action's access levels.
    pub access_levels: AccessLevels,
    /// The action's rows: one a resource type. None means that only `Resource: "*"` applies (E290).
    pub resource_types: Vec<ActionResource>,
    /// The condition keys of every row.
    pub condition_keys: Vec<&'static str>,
}

/// A row of an action: a resource type, and what holds when the action is authorized on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionResource {
    /// The resource type's name within the service.
    pub resource_type: &'static str,
    /// Whether every call needs a resource of this type allowed (E292).
    pub required: bool,
    /// The condition keys of this row only (E293).
    pub condition_keys: Vec<&'static str>,
}

impl ActionEntry {
    /// The rows of a resource type; the name's case is ignored.
    pub fn rows<'a>(&'a self, resource_type: &'a str) -> impl Iterator<Item = &'a ActionResource> {
        self.resource_types
            .iter()
            .filter(move |row| row.resource_type.eq_ignore_ascii_case(resource_type))
    }

    /// The action as policies write it: `service:Name`.
    #[must_use]
    pub fn full_name(&self) -> ActionName {
        ActionName {
            service: self.service,
            name: self.name,
        }
    }
}

/// The name of an action in AWS's case; prints as `service:Name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionName {
    /// The service prefix.
    pub service: &'static str,
    /// The action's name.
    pub name: &'static str,
}

impl fmt::Display for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::Catalog;
    use crate::catalog::Service;

    /// The action with its rows and keys as one text.
    fn golden(service: &str, name: &str) -> String {
        let action = Catalog::bundled().action(service, name).unwrap();
        let mut text = format!(
            "{} ({}) {:?}\n",
            action.full_name(),
            action.access_levels,
            action.condition_keys
        );
        for row in &action.resource_types {
            let resource = Catalog::bundled()
                .service(service)
                .unwrap()
                .resource_type(row.resource_type)
                .unwrap();
            let mut keys = row.condition_keys.clone();
            keys.sort_unstable();
            let formats = resource.arn_formats.join(" ");
            text.extend([
                row.resource_type,
                if row.required { "* " } else { " " },
                &formats,
                "
",
            ]);
            text.extend(keys.iter().map(|key| format!("  {key}\n")));
        }
        text
    }

    #[test]
    fn terminate_instances_is_as_aws_lists_it() {
        let expected = "\
ec2:TerminateInstances (Write) [\"ec2:Region\"]
instance* arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}
  aws:ResourceTag/${TagKey}
  ec2:AvailabilityZone
  ec2:AvailabilityZoneId
  ec2:CpuOptionsAmdSevSnp
  ec2:EbsOptimized
  ec2:InstanceAutoRecovery
  ec2:InstanceBandwidthWeighting
  ec2:InstanceID
  ec2:InstanceMarketType
  ec2:InstanceMetadataTags
  ec2:InstanceProfile
  ec2:InstanceType
  ec2:ManagedResourceOperator
  ec2:MetadataHttpEndpoint
  ec2:MetadataHttpPutResponseHopLimit
  ec2:MetadataHttpTokens
  ec2:PlacementGroup
  ec2:ProductCode
  ec2:ResourceTag/${TagKey}
  ec2:RootDeviceType
  ec2:Tenancy
";
        assert_eq!(golden("ec2", "terminateinstances"), expected);
    }

    #[test]
    fn delete_service_is_as_aws_lists_it() {
        let expected = "\
ecs:DeleteService (Write) [\"aws:ResourceTag/${TagKey}\", \"ecs:cluster\"]
service* arn:${Partition}:ecs:${Region}:${Account}:service/${ClusterName}/${ServiceName} \
arn:${Partition}:ecs:${Region}:${Account}:service/${ServiceName}
";
        assert_eq!(golden("ECS", "DELETESERVICE"), expected);
    }

    #[test]
    fn actions_without_resource_types_have_no_rows() {
        let catalog = Catalog::bundled();
        assert!(catalog.action("ec2", "DescribeInstances").unwrap().resource_types.is_empty());
        let bare = catalog
            .services()
            .flat_map(Service::actions)
            .filter(|action| action.resource_types.is_empty())
            .count();
        assert!((6_000..8_000).contains(&bare), "{bare}");
    }
}
