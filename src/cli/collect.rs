//! `collect`: the caller's account into a snapshot directory.

use jiff::Timestamp;
use jiff::Unit;
use leastwise::collect::Access;
use leastwise::collect::Collected;
use leastwise::collect::collect;
use leastwise::report::visible;

use crate::args::Collect;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;

pub(crate) fn run(arguments: &Collect) -> Result<ExitCode, Failure> {
    let access = Access {
        profile: arguments.profile.clone(),
        region: arguments.region.clone(),
    };
    let now = Timestamp::now();
    let now = now.round(Unit::Second).unwrap_or(now);
    let collected = collect(&access, &arguments.output, now)?;
    output::lines(&summary(&collected, &arguments.output.display().to_string()))?;
    for gap in &collected.gaps {
        output::remark(&gap.to_string());
    }
    Ok(if collected.gaps.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Incomplete
    })
}

fn summary(collected: &Collected, output: &str) -> String {
    let caller = &collected.caller;
    let found = match collected.counts {
        Some([users, groups, roles, policies]) => format!(
            "users {users}, groups {groups}, roles {roles}, managed policies {policies} (pages: {})",
            collected.pages
        ),
        None => "no identities and no policies".into(),
    };
    format!(
        "account {} as {}: {found}, written to {}\n",
        caller.account,
        visible(&caller.arn),
        visible(output)
    )
}
