//! What the collector must be allowed to do: each action is a call that it makes, and all of them only read.

use crate::collect::account_summary;
use crate::collect::analyzer;
use crate::collect::authorization_details;
use crate::collect::credential_report;
use crate::collect::last_accessed;
use crate::collect::organization;
use crate::collect::regions;
use crate::collect::services;

/// EC2's; a build without the feature `ec2` does not call them.
pub(super) const INSTANCES: &str = "ec2:DescribeInstances";
pub(super) const ATTRIBUTE: &str = "ec2:DescribeInstanceAttribute";

/// What reading an account needs; each session in a member account is limited to these. docs/collector-policy.json
/// allows these and `organizations:DescribeOrganization`.
pub const ACCOUNT_ACTIONS: [&str; 16] = [
    analyzer::FINDING,
    analyzer::ANALYZERS,
    analyzer::FINDINGS,
    regions::CALL,
    ATTRIBUTE,
    INSTANCES,
    services::DESCRIBE,
    services::CLUSTERS,
    services::SERVICES,
    credential_report::GENERATE,
    last_accessed::GENERATE,
    authorization_details::CALL,
    account_summary::SUMMARY,
    credential_report::READ,
    last_accessed::READ,
    account_summary::ALIASES,
];

/// What reading the organization needs besides; `sts:AssumeRole` on the role of each account comes on top.
/// docs/organization-policy.json allows both. `sts:GetCallerIdentity` is called too and needs no permission.
pub const ORGANIZATION_ACTIONS: [&str; 9] = organization::ACTIONS;
