//! Resource types, and whether a concrete ARN is of a type that an action lists (E290, E291).

use crate::catalog::ActionEntry;
use crate::catalog::Service;
use crate::catalog::arn_format::ArnFit;
use crate::catalog::arn_format::ArnParts;
use crate::catalog::arn_format::arn_fit;

/// A resource type of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// The type's name, such as `instance`. Unique within the service, case ignored.
    pub name: &'static str,
    /// The formats of its ARNs: one from AWS's table, and old forms that some resources still have.
    pub arn_formats: Vec<&'static str>,
    /// The condition keys that AWS's table of resource types lists.
    pub condition_keys: Vec<&'static str>,
}

/// Whether an action can be authorized on an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceFit {
    /// The ARN is of a type that the action lists.
    Listed,
    /// The ARN is of no type that the action lists: statements that name it do not apply (E291).
    NotListed,
    /// The action has no resource types: only `Resource: "*"` applies (E290).
    NoResourceTypes,
    /// The catalog does not know the service or the action, or the text is not an ARN.
    Unknown,
}

impl Service {
    /// The types that an ARN is of; none when it is of no type of the service.
    ///
    /// An ARN can fit several formats. Those win whose holes hold plain names; where a name has
    /// separators in it (an object key, a role path), the format that fixes most of the ARN wins.
    #[must_use]
    pub fn types_of(&self, arn: &str) -> Vec<&ResourceType> {
        let Some(arn) = ArnParts::of(arn) else { return Vec::new() };
        let fit = |resource: &ResourceType| resource.arn_formats.iter().filter_map(|format| arn.fit(format)).max();
        let fits: Vec<_> = self
            .resource_types
            .iter()
            .filter_map(|resource| Some((fit(resource)?, resource)))
            .collect();
        let best = fits.iter().map(|(fit, _)| *fit).max();
        fits.into_iter()
            .filter(|(fit, _)| Some(*fit) == best)
            .map(|(_, resource)| resource)
            .collect()
    }

    /// Whether the action, one of this service, can be authorized on the ARN.
    #[must_use]
    pub fn resource_fit(&self, action: &ActionEntry, arn: &str) -> ResourceFit {
        if action.resource_types.is_empty() {
            return ResourceFit::NoResourceTypes;
        }
        if !arn.starts_with("arn:") {
            return ResourceFit::Unknown;
        }
        let is_exact = |name| {
            let formats = self
                .resource_type(name)
                .map(|resource| resource.arn_formats.as_slice())
                .unwrap_or_default();
            formats.iter().any(|format| arn_fit(format, arn) == Some(ArnFit::Exact))
        };
        // The common case, without a look at the service's other types.
        if action.resource_types.iter().any(|row| is_exact(row.resource_type)) {
            return ResourceFit::Listed;
        }
        let is_listed = self
            .types_of(arn)
            .iter()
            .any(|resource| action.rows(resource.name).next().is_some());
        if is_listed {
            ResourceFit::Listed
        } else {
            ResourceFit::NotListed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn fit(action: &str, arn: &str) -> ResourceFit {
        let (service, name) = action.split_once(':').unwrap();
        Catalog::bundled().resource_fit(service, name, arn)
    }

    #[test]
    fn the_headline_actions_take_their_own_type() {
        let instance = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc";
        assert_eq!(fit("ec2:TerminateInstances", instance), ResourceFit::Listed);
        assert_eq!(fit("EC2:terminateinstances", instance), ResourceFit::Listed);
        assert_eq!(
            fit("ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1"),
            ResourceFit::NotListed
        );
        assert_eq!(
            fit("ecs:DeleteService", "arn:aws:ecs:eu-west-1:111122223333:service/c/s"),
            ResourceFit::Listed
        );
        assert_eq!(
            fit("ecs:DeleteService", "arn:aws:ecs:eu-west-1:111122223333:service/s"),
            ResourceFit::Listed
        );
        assert_eq!(
            fit("ecs:DeleteService", "arn:aws:ecs:eu-west-1:111122223333:cluster/c"),
            ResourceFit::NotListed
        );
    }

    #[test]
    fn buckets_objects_indexes_and_paths_are_told_apart() {
        assert_eq!(fit("s3:ListBucket", "arn:aws:s3:::bucket"), ResourceFit::Listed);
        assert_eq!(fit("s3:ListBucket", "arn:aws:s3:::bucket/a/b"), ResourceFit::NotListed);
        assert_eq!(fit("s3:GetObject", "arn:aws:s3:::bucket/a/b"), ResourceFit::Listed);
        assert_eq!(fit("s3:GetObject", "arn:aws:s3:::bucket"), ResourceFit::NotListed);
        assert_eq!(
            fit("iam:PassRole", "arn:aws:iam::111122223333:role/a/b/Deploy"),
            ResourceFit::Listed
        );
        assert_eq!(
            fit("iam:PassRole", "arn:aws:iam::111122223333:user/a/b/Deploy"),
            ResourceFit::NotListed
        );
        assert_eq!(
            fit("sts:AssumeRole", "arn:aws:iam::111122223333:role/a/Deploy"),
            ResourceFit::Listed
        );
        assert_eq!(
            fit(
                "logs:PutLogEvents",
                "arn:aws:logs:eu-west-1:111122223333:log-group:/a/b:log-stream:c"
            ),
            ResourceFit::Listed
        );
        assert_eq!(
            fit("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
            ResourceFit::Listed
        );
    }

    #[test]
    fn actions_without_types_and_unknown_services_say_so() {
        assert_eq!(
            fit("ec2:DescribeInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"),
            ResourceFit::NoResourceTypes
        );
        assert_eq!(fit("ec2:TerminateInstances", "*"), ResourceFit::Unknown);
        assert_eq!(fit("nosuch:Thing", "arn:aws:nosuch:::x"), ResourceFit::Unknown);
        assert_eq!(fit("ec2:NoSuchAction", "arn:aws:ec2:::x"), ResourceFit::Unknown);
    }
}
