//! Services that resource control policies cover.

/// The list of the page "Resource control policies (RCPs)", second half of 2026 (E209), sorted.
/// The catalog's source has a list of its own; a test compares the two.
const COVERED: &[&str] = &[
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "autoscaling-plans",
    "budgets",
    "clouddirectory",
    "cloudfront",
    "cloudsearch",
    "cloudtrail-data",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codepipeline",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "comprehendmedical",
    "compute-optimizer",
    "cost-optimization-hub",
    "dax",
    "dsql",
    "dynamodb",
    "ecr",
    "ecr-public",
    "events",
    "firehose",
    "fis",
    "fms",
    "gamelift",
    "health",
    "inspector-scan",
    "kendra",
    "kinesisvideo",
    "kms",
    "logs",
    "memorydb",
    "networkmonitor",
    "notifications",
    "opensearch",
    "pca-connector-ad",
    "personalize",
    "polly",
    "pricing",
    "resource-groups",
    "rolesanywhere",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "signin",
    "sqs",
    "sts",
    "support",
    "swf",
    "textract",
    "timestream-influxdb",
    "transcribe",
    "transfer",
    "translate",
    "wafv2",
    "workspaces",
    "xray",
];

/// Whether RCPs cover the service; the prefix's case is ignored. Neither `ec2` nor `ecs` is covered.
#[must_use]
pub fn rcp_covers(service_prefix: &str) -> bool {
    let is_lower = !service_prefix.bytes().any(|byte| byte.is_ascii_uppercase());
    let covers = |lower: &str| COVERED.binary_search(&lower).is_ok();
    if is_lower {
        covers(service_prefix)
    } else {
        covers(&service_prefix.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn headline_services_are_not_covered_but_sts_is() {
        assert!(!rcp_covers("ec2") && !rcp_covers("ecs") && !rcp_covers("iam"));
        assert!(rcp_covers("sts") && rcp_covers("STS") && rcp_covers("s3"));
    }

    #[test]
    fn the_source_of_the_catalog_names_the_same_services() {
        assert!(COVERED.is_sorted());
        assert_eq!(Catalog::bundled().version().rcp_services, COVERED);
    }
}
