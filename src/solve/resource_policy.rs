//! Services whose resources have policies of their own, which a snapshot does not hold (E229, E362).

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
