//! A finding in the words of the terminal table.

use crate::finding::Change;
use crate::finding::Citation;
use crate::finding::Factor;
use crate::finding::FactorName;
use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::PrincipalKind;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::report::visible;

/// How many entries of one kind a cell shows.
const SHOWN: usize = 3;

/// `user alice`, `role deploy`, `root user`.
pub(super) fn who(identity: &Identity) -> String {
    let kind = match identity.kind {
        PrincipalKind::AccountRoot => return "root user".to_owned(),
        PrincipalKind::IamUser => "user",
        PrincipalKind::IamRole if identity.flags.service_linked => "service-linked role",
        PrincipalKind::IamRole if identity.flags.identity_center => "Identity Center role",
        PrincipalKind::IamRole => "role",
    };
    format!("{kind} {}", visible(identity.name()))
}

/// `111122223333 (prod)`.
pub(super) fn account(identity: &Identity) -> String {
    let name = identity.account_name.as_deref().map(|name| format!(" ({})", visible(name)));
    let management = if identity.flags.management_account {
        ", management account"
    } else {
        ""
    };
    format!("{}{}{management}", identity.account, name.unwrap_or_default())
}

/// `12 of 40 instances, 3 protected`.
pub(super) fn reach(finding: &Finding) -> String {
    let reach = factor(finding, FactorName::Reach).filter(|_| finding.verdict != Verdict::Denied);
    reach.map_or_else(String::new, |reach| visible(reach.why).into_owned())
}

/// The total score, or a dash before ranking.
pub(super) fn total(finding: &Finding) -> String {
    finding
        .score
        .as_ref()
        .map_or_else(|| "-".to_owned(), |score| score.total().to_string())
}

/// The severity's word, or a dash before ranking.
pub(super) fn severity(finding: &Finding) -> &'static str {
    finding.severity().map_or("-", Severity::word)
}

/// What must hold, who says so, what is known of the identity, and how the score adds up: a line each.
pub(super) fn why(finding: &Finding, cite: fn(&Citation) -> String) -> Vec<String> {
    let identity = &*finding.identity;
    let mut lines = Vec::new();
    lines.extend(finding.change.map(|change| match change {
        Change::New => "new since the baseline".to_owned(),
        Change::Known => "known from the baseline".to_owned(),
        Change::Worse | Change::Better => format!("{change} than in the baseline"),
    }));
    lines.extend(finding.suppression.as_deref().map(|suppression| {
        visible(&format!(
            "suppressed until {} by {}: {}",
            suppression.expires, suppression.owner, suppression.reason
        ))
        .into_owned()
    }));
    let role_of_conditions = if finding.verdict == Verdict::Allowed {
        "the holder chooses: "
    } else {
        "condition: "
    };
    shown(
        &mut lines,
        role_of_conditions,
        finding.conditions.iter().map(|condition| condition.words.to_string()),
    );
    shown(&mut lines, "not known: ", finding.unknowns.iter().map(ToString::to_string));
    shown(&mut lines, "grant: ", finding.grants.iter().map(cite));
    shown(&mut lines, "limit: ", finding.limits.iter().map(cite));
    shown(
        &mut lines,
        "Access Analyzer: ",
        identity.access_analyzer.iter().map(ToString::to_string),
    );
    shown(&mut lines, "not read: ", finding.gaps.iter().map(ToString::to_string));
    shown(&mut lines, "first: ", finding.detour.iter().map(ToString::to_string));
    // A denied finding has no points, hence nothing to explain.
    if let Some(score) = finding.score.as_ref().filter(|_| finding.verdict != Verdict::Denied) {
        lines.extend(state(finding));
        let parts: Vec<_> = score
            .factors()
            .map(|factor| format!("{} {}", factor.name, factor.points))
            .collect();
        lines.push(format!("score = {}", parts.join(" + ")));
    }
    lines
}

/// Exposure, faults of the credentials and last use, in the words of the score.
fn state(finding: &Finding) -> Option<String> {
    let exposure = factor(finding, FactorName::Exposure)?;
    let hygiene = factor(finding, FactorName::Hygiene).filter(|hygiene| hygiene.points.tenths() > 0);
    let usage = factor(finding, FactorName::Use);
    let words: Vec<_> = [Some(exposure), hygiene, usage]
        .into_iter()
        .flatten()
        .map(|factor| visible(factor.why))
        .collect();
    Some(words.join("; "))
}

fn factor(finding: &Finding, name: FactorName) -> Option<Factor<'_>> {
    finding.score.as_ref()?.factors().find(|factor| factor.name == name)
}

fn shown(lines: &mut Vec<String>, prefix: &str, items: impl ExactSizeIterator<Item = String>) {
    let hidden = items.len().saturating_sub(SHOWN);
    lines.extend(items.take(SHOWN).map(|item| format!("{prefix}{}", visible(&item))));
    if hidden > 0 {
        lines.push(format!("{prefix}{hidden} more"));
    }
}
