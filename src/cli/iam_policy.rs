//! `iam-policy`: what `collect` has to be allowed, to be given to it.

use leastwise::collect::DEFAULT_ROLE;
use leastwise::collect::RoleTemplate;
use leastwise::collect::account_policy;
use leastwise::collect::organization_policy;
use leastwise::collect::policy_text;
use leastwise::ident::Arn;

use crate::args::IamPolicy;
use crate::args::PolicyFormat;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;

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
