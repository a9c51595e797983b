//! What of a row can be changed, and where: no verdict of its own, only what the citations and the credentials tell.

use crate::finding::Citation;
use crate::finding::Finding;
use crate::finding::LastUse;
use crate::finding::Layer;
use crate::finding::Report;
use crate::finding::Verdict;
use crate::report::html::markup::Code;
use crate::report::html::markup::Text;
use crate::report::html::people;
use crate::report::row;

/// How many statements, policies or attachments are named.
const PLACES: usize = 10;

/// The lines, each HTML; none for a call that nobody can make.
pub(super) fn lines(finding: &Finding, report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if finding.verdict == Verdict::Denied {
        return lines;
    }
    if finding.verdict == Verdict::Undetermined {
        lines.push("first settle what is not known, named above".to_owned());
    }
    lines.extend(by_use(finding));
    let flags = &finding.identity.flags;
    if flags.service_linked {
        lines.push(
            "the role belongs to a service, which alone defines what it can do: where it is not needed, delete it through the service"
                .to_owned(),
        );
    } else {
        lines.extend(finding.grants.iter().take(PLACES).map(|grant| place(grant, finding)));
        if let Some(rest @ 1..) = finding.grants.len().checked_sub(PLACES) {
            lines.push(format!("and the same for {rest} more, named above"));
        }
    }
    if finding.grants.len() > 1 {
        lines.push("each of these grants it, so that all have to change".to_owned());
    }
    if is_of_several(finding) {
        lines.push(
            "what grants it on other resources than the one of the row is not named here: audit again after the change"
                .to_owned(),
        );
    }
    let rule = report.facts.rules.iter().position(|rule| rule.id == finding.rule);
    lines.extend(rule.map(|number| format!("<a href=\"#fix-{number}\">what the rule advises</a>")));
    lines
}

/// Whether the citations speak of one resource of several that may be within reach.
fn is_of_several(finding: &Finding) -> bool {
    let others = finding.resources.as_ref().is_none_or(|reach| reach.reachable > 1);
    finding.representative_resource.is_some() && others && !finding.grants.is_empty()
}

/// What is not used goes first.
fn by_use(finding: &Finding) -> Option<String> {
    let of_identity = finding.identity.last_use();
    if matches!(of_identity, LastUse::NotUsed { .. }) {
        return Some(format!(
            "ask first whether the identity is needed: it is {}",
            people::last_use(of_identity)
        ));
    }
    match finding.action_last_used {
        LastUse::NotUsed { .. } => Some(format!(
            "take the permission away: the call is {}",
            people::last_use(finding.action_last_used)
        )),
        LastUse::Used { at } => Some(format!(
            "narrow it to what is needed: the call was last made, or tried, on {}",
            people::day(at)
        )),
        LastUse::NotTracked | LastUse::NotCollected | LastUse::NotApplicable => None,
    }
}

/// Which statement, policy or attachment to change.
fn place(grant: &Citation, finding: &Finding) -> String {
    let who = Text(row::who(&finding.identity)).to_string();
    if grant.layer == Layer::RootUser {
        return if finding.identity.flags.management_account {
            "no policy limits the root user of the management account: guard or delete its credentials".to_owned()
        } else {
            "no policy of the account limits its root user; a service control policy above the account does".to_owned()
        };
    }
    let statement = match (&grant.sid, grant.statement) {
        (Some(sid), _) => format!("statement {} of ", Code(sid)),
        (None, Some(number)) => format!("statement {number} of "),
        (None, None) => String::new(),
    };
    let policy = Code(&grant.policy).to_string();
    let at = grant.place.as_ref();
    let at = at.map(|place| format!(" <small>{}</small>", Text(place.to_string())));
    let at = at.unwrap_or_default();
    let is_aws = grant.policy.contains(":iam::aws:policy/");
    let is_managed = grant.policy.starts_with("arn:");
    let via = grant.via.as_ref().map(|via| Code(via).to_string()).unwrap_or_default();
    match grant.layer {
        Layer::Identity | Layer::Group if finding.identity.flags.identity_center => {
            format!("change the permission set of {who} in IAM Identity Center, which {statement}{policy} comes from{at}")
        }
        Layer::Group if is_aws => {
            format!("detach {policy}, which only AWS can edit, from group {via}, or take {who} out of the group")
        }
        Layer::Group => format!("edit {statement}{policy} of group {via}, or take {who} out of the group{at}"),
        Layer::Identity if is_aws => {
            format!("detach {policy}, which only AWS can edit, from {who}, and attach a narrower policy in its place")
        }
        Layer::Identity if is_managed => {
            format!("edit {statement}{policy}, for all who hold it, or detach it from {who}{at}")
        }
        Layer::Identity => format!("edit {statement}{policy}{at}"),
        Layer::Resource | Layer::Trust => format!("edit {statement}{policy} {via}{at}"),
        Layer::RootUser
        | Layer::Boundary
        | Layer::Session
        | Layer::ServiceControl
        | Layer::ResourceControl
        | Layer::Endpoint
        | Layer::ServiceRule => format!("change {statement}{policy}{at}"),
    }
}
