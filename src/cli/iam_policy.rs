//! `iam-policy`: what `collect` has to be allowed, to be given to it.

use clap::Args;
use clap::ValueEnum;
use leastwise::collect::DEFAULT_ROLE;
use leastwise::collect::RoleTemplate;
use leastwise::collect::account_policy;
use leastwise::collect::organization_policy;
use leastwise::collect::policy_text;
use leastwise::ident::Arn;

use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;

/// Just the calls that `collect` makes. docs/collect.md says who needs which policy.
#[derive(Debug, Args)]
pub(crate) struct IamPolicy {
    /// The policy alone, or the role with the policy and its trust.
    #[arg(long, value_enum, default_value_t = PolicyFormat::Json)]
    pub(crate) format: PolicyFormat,
    /// The policy of the caller who reads a whole organization, instead of that for an account.
    #[arg(long)]
    pub(crate) organization: bool,
    /// The role, if it is not to be leastwise-collector.
    #[arg(long, value_name = "NAME")]
    pub(crate) role_name: Option<String>,
    /// Who may assume the role; without it a parameter of the template without a default.
    #[arg(long, value_name = "ARN")]
    pub(crate) trust: Option<Arn>,
    /// What who assumes the role has to pass as sts:ExternalId; without it a parameter without a default.
    #[arg(long, value_name = "ID")]
    pub(crate) external_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyFormat {
    /// A policy document.
    Json,
    /// A CloudFormation template, fit for a StackSet.
    Cloudformation,
    /// A Terraform module.
    Terraform,
}

pub(crate) fn run(asked: &IamPolicy) -> Result<ExitCode, Failure> {
    let role = asked.role_name.as_deref().unwrap_or(DEFAULT_ROLE);
    let template = || {
        if asked.organization {
            return Err(Failure::Usage(
                "--organization prints the policy of the caller, which is no role of ours: say --format json".into(),
            ));
        }
        RoleTemplate::new(role, asked.trust.as_ref(), asked.external_id.as_deref())
            .map_err(|error| Failure::Usage(error.to_string()))
    };
    let text = match asked.format {
        PolicyFormat::Json if asked.organization => {
            // The path of a role is part of its ARN and not of its name.
            let name = role.rsplit_once('/').map_or(role, |(_, name)| name);
            RoleTemplate::new(name, None, None).map_err(|error| Failure::Usage(error.to_string()))?;
            let partition = asked.trust.as_ref().map_or("aws", Arn::partition);
            policy_text(&organization_policy(partition, role)) + "\n"
        }
        PolicyFormat::Json if asked.trust.is_some() || asked.external_id.is_some() || asked.role_name.is_some() => {
            return Err(Failure::Usage(
                "--trust, --external-id and --role-name are of the role: say --format cloudformation or --format terraform"
                    .into(),
            ));
        }
        PolicyFormat::Json => policy_text(&account_policy()) + "\n",
        PolicyFormat::Cloudformation => template()?.cloudformation(),
        PolicyFormat::Terraform => template()?.terraform(),
    };
    output::lines(&text)?;
    Ok(ExitCode::Done)
}
