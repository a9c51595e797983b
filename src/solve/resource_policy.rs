//! Services whose resources have policies of their own, which a snapshot does not hold (E229, E362).

use std::sync::LazyLock;

use crate::estate::Policy;
use crate::policy::PolicyType;

/// From "AWS services that work with IAM", the column of resource-based policies.
const SERVICES: &[&str] = &[
    "acm-pca",
    "aoss",
    "apigateway",
    "backup",
    "backup-gateway",
    "bedrock",
    "codeartifact",
    "codebuild",
    "dax",
    "dynamodb",
    "ecr",
    "ecr-public",
    "elasticfilesystem",
    "es",
    "events",
    "execute-api",
    "glacier",
    "glue",
    "iot",
    "kafka",
    "kinesis",
    "kms",
    "lambda",
    "lex",
    "logs",
    "mediastore",
    "opensearch",
    "ram",
    "rekognition",
    "route53-recovery-readiness",
    "s3",
    "s3-object-lambda",
    "s3-outposts",
    "s3express",
    "s3tables",
    "schemas",
    "secretsmanager",
    "serverlessrepo",
    "ses",
    "signer",
    "sns",
    "sqs",
    "ssm-contacts",
    "ssm-incidents",
    "vpc-lattice",
];

/// Whether resources of the service can have a policy of their own.
#[must_use]
pub fn has_resource_policies(service_prefix: &str) -> bool {
    SERVICES.contains(&service_prefix)
}

/// Stands for the policy of a resource that nobody named: what it says is not known.
pub(super) fn unread(service_prefix: &str) -> Option<&'static Policy> {
    static RESOURCE: LazyLock<Policy> = LazyLock::new(|| missing(PolicyType::Resource, "a policy of the resource"));
    static TRUST: LazyLock<Policy> = LazyLock::new(|| missing(PolicyType::Trust, "the trust policy of the role"));
    match service_prefix {
        "sts" => Some(&TRUST),
        other => has_resource_policies(other).then_some(&*RESOURCE),
    }
}

fn missing(policy_type: PolicyType, name: &str) -> Policy {
    Policy::missing(name, policy_type, "no resource was named")
}
