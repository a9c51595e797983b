//! What a report does not know when a call is not answered: `collect` says it of a gap, `doctor` before there is one.

use crate::collect::account_summary;
use crate::collect::actions::ATTRIBUTE;
use crate::collect::actions::INSTANCES;
use crate::collect::analyzer;
use crate::collect::authorization_details;
use crate::collect::credential_report;
use crate::collect::last_accessed;
use crate::collect::organization;
use crate::collect::regions;
use crate::collect::role;
use crate::collect::services;

/// What follows when this call fails.
pub(super) fn without(call: &str) -> &'static str {
    match call {
        role::CALL => "nothing of the account is known",
        authorization_details::CALL => "no identity and no policy of the account is known",
        credential_report::GENERATE | credential_report::READ => "which passwords and access keys are in use is not known",
        account_summary::ALIASES => "what the account is called is not known",
        account_summary::SUMMARY => "the number of identities cannot be compared with AWS's own",
        last_accessed::GENERATE | last_accessed::READ => "when identities used their permissions is not known",
        regions::CALL => "only the Regions that every account has were looked at; analyzers and services in others are not known",
        analyzer::ANALYZERS | analyzer::FINDINGS => "what Access Analyzer found is not known",
        analyzer::FINDING => "the details of what Access Analyzer found are not known",
        services::CLUSTERS | services::SERVICES | services::DESCRIBE => "which ECS services the account has is not known",
        INSTANCES => "which EC2 instances the account has is not known",
        ATTRIBUTE => "whether some instances are protected from termination is not known",
        organization::DESCRIBE => "whether the account is in an organization, and so whether SCPs restrict it, is not known",
        organization::ROOTS => "the OUs, the accounts and which policy types are on are not known",
        organization::UNITS | organization::ACCOUNTS => "which accounts there are, and which SCPs restrict them, is not known",
        organization::POLICIES | organization::TARGETS => "whom SCPs and RCPs restrict is not known",
        organization::POLICY => "what SCPs and RCPs say is not known",
        organization::ADMINISTRATORS | organization::SERVICES => "to which accounts the organization delegates is not known",
        _ => "what it would tell is not known",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::ACCOUNT_ACTIONS;
    use crate::collect::ORGANIZATION_ACTIONS;

    #[test]
    fn of_each_call_it_is_said_what_follows_without_it() {
        for call in ACCOUNT_ACTIONS.iter().chain(&ORGANIZATION_ACTIONS).chain(&[role::CALL]) {
            assert_ne!(without(call), without("other:Call"), "{call}");
        }
    }
}
