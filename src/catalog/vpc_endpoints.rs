//! Services that fill the keys which describe the VPC endpoint of a call (E344).
//!
//! Everywhere else the keys are absent even through an endpoint, so a negated Deny on them always
//! applies. Lists of the page "AWS global condition context keys", second half of 2026.

/// Services that fill all four keys.
const EVERY_KEY: &[&str] = &[
    "acm-pca",
    "applicationinsights",
    "apprunner",
    "athena",
    "cloudformation",
    "comprehendmedical",
    "compute-optimizer",
    "datasync",
    "discovery",
    "ebs",
    "ecr",
    "ecs",
    "firehose",
    "healthlake",
    "iam",
    "iotfleetwise",
    "iotwireless",
    "kinesisanalytics",
    "kms",
    "lambda",
    "medical-imaging",
    "omics",
    "payment-cryptography",
    "polly",
    "rbin",
    "rekognition",
    "route53",
    "s3",
    "scheduler",
    "servicediscovery",
    "servicequotas",
    "ssm-contacts",
    "storagegateway",
    "textract",
    "transcribe",
    "transfer",
];
/// Services that also fill the three `aws:Vpce…` keys, but not `aws:SourceVpcArn`.
const VPCE_KEYS: &[&str] = &["dynamodb", "gamelift", "shield"];
/// Services that fill `aws:VpceOrgID` and none of the others.
const ORG_ID: &[&str] = &[
    "b2bi",
    "cassandra",
    "cognito-identity",
    "dms",
    "ds-data",
    "identitystore",
    "iottwinmaker",
    "network-firewall",
    "pricing",
    "ses",
    "sms-voice",
    "sqs",
    "workmail",
];
/// Services that fill `aws:VpceOrgPaths` and none of the others.
const ORG_PATHS: &[&str] = &["sts"];

/// Whether the service fills the key on calls through a VPC endpoint; none for a key without a list.
/// `action` is the action's name: `iam:PassRole` fills none of the keys. Case is ignored.
pub(super) fn fills_endpoint_key(service: &str, action: &str, key: &str) -> Option<bool> {
    let also: &[&[&str]] = match key.to_ascii_lowercase().as_str() {
        "aws:sourcevpcarn" => &[],
        "aws:vpceaccount" => &[VPCE_KEYS],
        "aws:vpceorgid" => &[VPCE_KEYS, ORG_ID],
        "aws:vpceorgpaths" => &[VPCE_KEYS, ORG_PATHS],
        _ => return None,
    };
    let is_pass_role = service.eq_ignore_ascii_case("iam") && action.eq_ignore_ascii_case("PassRole");
    let lists = |list: &[&str]| list.iter().any(|listed| listed.eq_ignore_ascii_case(service));
    Some(!is_pass_role && (lists(EVERY_KEY) || also.iter().any(|list| lists(list))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn the_lists_differ_by_key() {
        let fills = |service, action, key| fills_endpoint_key(service, action, key).unwrap();
        for key in ["aws:SourceVpcArn", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths"] {
            for service in ["ecs", "s3", "kms", "lambda", "ecr", "IAM"] {
                assert!(fills(service, "CreateUser", key), "{service} {key}");
            }
            assert!(!fills("ec2", "TerminateInstances", key), "{key}");
            assert!(!fills("iam", "PassRole", key), "{key}");
            assert_eq!(fills("dynamodb", "GetItem", key), key != "aws:SourceVpcArn");
            assert_eq!(fills("sts", "AssumeRole", key), key == "aws:VpceOrgPaths");
        }
        assert_eq!(fills_endpoint_key("s3", "GetObject", "aws:SourceVpc"), None);
    }

    #[test]
    fn every_listed_service_is_one() {
        for list in [EVERY_KEY, VPCE_KEYS, ORG_ID, ORG_PATHS] {
            assert!(list.is_sorted());
            for service in list {
                assert!(Catalog::bundled().service(service).is_some(), "{service}");
            }
        }
    }
}
