//! Services whose calls answer in one Region of the partition (E345).

/// Prefix and Region of the services with one endpoint in the `aws` partition, sorted. From
/// "AWS global condition context keys" (`aws:RequestedRegion`), "AWS Fault Isolation Boundaries"
/// (global services that are unique by partition) and "Service endpoints and quotas".
const IN_AWS: &[(&str, &str)] = &[
    ("account", "us-east-1"),
    ("budgets", "us-east-1"),
    ("ce", "us-east-1"),
    ("cloudfront", "us-east-1"),
    ("globalaccelerator", "us-west-2"),
    ("health", "us-east-1"),
    ("iam", "us-east-1"),
    ("networkmanager", "us-west-2"),
    ("organizations", "us-east-1"),
    ("route53", "us-east-1"),
    ("route53domains", "us-east-1"),
    ("shield", "us-east-1"),
    ("support", "us-east-1"),
];
/// The same for `aws-cn`, as far as it is documented.
const IN_AWS_CN: &[(&str, &str)] = &[
    ("cloudfront", "cn-northwest-1"),
    ("iam", "cn-north-1"),
    ("organizations", "cn-northwest-1"),
    ("route53", "cn-northwest-1"),
];
/// The same for `aws-us-gov`, as far as it is documented.
const IN_AWS_US_GOV: &[(&str, &str)] = &[
    ("iam", "us-gov-west-1"),
    ("organizations", "us-gov-west-1"),
    ("route53", "us-gov-west-1"),
];

/// The Region that calls of a global service carry in `aws:RequestedRegion`; none for a regional
/// service, and none where the partition's endpoint is not documented. The prefix's case is ignored.
#[must_use]
pub fn global_service_region(partition: &str, service_prefix: &str) -> Option<&'static str> {
    let table = match partition {
        "aws" => IN_AWS,
        "aws-cn" => IN_AWS_CN,
        "aws-us-gov" => IN_AWS_US_GOV,
        _ => return None,
    };
    table
        .iter()
        .find(|(prefix, _)| prefix.eq_ignore_ascii_case(service_prefix))
        .map(|(_, region)| *region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::ident::regions_of;

    #[test]
    fn global_services_answer_in_one_region() {
        for service in ["iam", "organizations", "cloudfront", "route53", "IAM"] {
            assert_eq!(global_service_region("aws", service), Some("us-east-1"), "{service}");
        }
        assert_eq!(global_service_region("aws", "ec2"), None);
        assert_eq!(global_service_region("aws", "sts"), None);
        assert_eq!(global_service_region("aws-cn", "iam"), Some("cn-north-1"));
        assert_eq!(global_service_region("aws-moon", "iam"), None);
    }

    #[test]
    fn every_row_names_a_service_and_a_region() {
        for (partition, table) in [("aws", IN_AWS), ("aws-cn", IN_AWS_CN), ("aws-us-gov", IN_AWS_US_GOV)] {
            assert!(table.is_sorted());
            for (service, region) in table {
                assert!(Catalog::bundled().service(service).is_some(), "{service}");
                assert!(regions_of(partition).contains(region), "{region}");
            }
        }
    }
}
