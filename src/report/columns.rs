//! The columns of the CSV: name and value side by side. Their order and names do not change; new ones come last.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Display;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::finding::AccessKey;
use crate::finding::Change;
use crate::finding::Factor;
use crate::finding::FactorName;
use crate::finding::Finding;
use crate::finding::LastUse;
use crate::finding::Points;
use crate::finding::Score;
use crate::finding::Severity;

type Value = for<'a> fn(&'a Finding) -> Cow<'a, str>;

/// The position in the report, from 1: the first column, and the only one that is not of the finding.
pub(super) const RANK: &str = "rank";

/// The names of the columns, in order.
pub fn column_names() -> impl Iterator<Item = &'static str> {
    [RANK].into_iter().chain(COLUMNS.iter().map(|&(name, _)| name))
}

/// Every column of the CSV after the first.
pub(super) const COLUMNS: &[(&str, Value)] = &[
    ("score", |finding| {
        finding
            .score
            .as_ref()
            .map_or(Cow::Borrowed(""), |score| number(score.total()))
    }),
    ("severity", |finding| finding.severity().map_or("", Severity::word).into()),
    ("rule", |finding| finding.rule.as_str().into()),
    ("account", |finding| finding.identity.account.as_str().into()),
    ("account_name", |finding| text(finding.identity.account_name.as_deref())),
    ("ou_path", |finding| text(finding.identity.ou_path.as_deref())),
    ("principal", |finding| (&*finding.identity.principal).into()),
    ("principal_kind", |finding| finding.identity.kind.word().into()),
    ("service_linked", |finding| yes_no(finding.identity.flags.service_linked)),
    ("identity_center", |finding| yes_no(finding.identity.flags.identity_center)),
    ("management_account", |finding| {
        yes_no(finding.identity.flags.management_account)
    }),
    ("service_only_trust", |finding| {
        yes_no(finding.identity.flags.service_only_trust)
    }),
    ("action", |finding| (&*finding.action).into()),
    ("verdict", |finding| finding.verdict.word().into()),
    ("impact", |finding| finding.impact.word().into()),
    ("loss", |finding| finding.loss.word().into()),
    ("conditions", |finding| {
        join(finding.conditions.iter().map(|condition| &condition.words))
    }),
    ("unknowns", |finding| join(finding.unknowns.iter())),
    ("grants", |finding| join(finding.grants.iter())),
    ("limits", |finding| join(finding.limits.iter())),
    ("resource_type", |finding| {
        text(finding.resources.as_deref().map(|reach| &*reach.resource_type))
    }),
    ("resources_total", |finding| {
        count(finding.resources.as_deref().map(|reach| reach.total))
    }),
    ("resources_reachable", |finding| {
        count(finding.resources.as_deref().map(|reach| reach.reachable))
    }),
    ("resources_protected", |finding| {
        count(finding.resources.as_deref().map(|reach| reach.protected))
    }),
    ("resources_sample", |finding| sample(finding)),
    ("representative_resource", |finding| {
        text(finding.representative_resource.as_deref())
    }),
    ("created", |finding| time(finding.identity.usage.created)),
    ("password_enabled", |finding| known(finding.identity.usage.password_enabled)),
    ("password_last_used", |finding| {
        last_use(finding.identity.usage.password_last_used)
    }),
    ("mfa_active", |finding| known(finding.identity.usage.mfa_active)),
    ("access_keys", |finding| keys(finding.identity.usage.keys.as_deref())),
    ("role_last_used", |finding| last_use(finding.identity.usage.role_last_used)),
    ("access_analyzer", |finding| join(finding.identity.access_analyzer.iter())),
    ("gaps", |finding| join(finding.gaps.iter())),
    ("path", |finding| join(finding.path())),
    ("impact_points", |finding| points(finding, FactorName::Impact)),
    ("reach_points", |finding| points(finding, FactorName::Reach)),
    ("bareness_points", |finding| points(finding, FactorName::Bareness)),
    ("exposure_points", |finding| points(finding, FactorName::Exposure)),
    ("hygiene_points", |finding| points(finding, FactorName::Hygiene)),
    ("use_points", |finding| points(finding, FactorName::Use)),
    ("score_reasons", |finding| reasons(finding)),
    ("action_last_used", |finding| last_use(finding.action_last_used)),
    ("id", |finding| finding.id().to_string().into()),
    ("change", |finding| finding.change.map_or("", Change::word).into()),
    ("suppressed", |finding| yes_no(finding.suppression.is_some())),
    ("suppression_owner", |finding| {
        text(finding.suppression.as_deref().map(|suppression| &*suppression.owner))
    }),
    ("suppression_reason", |finding| {
        text(finding.suppression.as_deref().map(|suppression| &*suppression.reason))
    }),
    ("suppression_expires", |finding| {
        let suppression = finding.suppression.as_deref();
        suppression.map_or("".into(), |suppression| number(suppression.expires))
    }),
];

fn number<'a>(number: impl Display) -> Cow<'a, str> {
    number.to_string().into()
}

fn text(text: Option<&str>) -> Cow<'_, str> {
    text.unwrap_or_default().into()
}

fn yes_no<'a>(value: bool) -> Cow<'a, str> {
    if value { "true" } else { "false" }.into()
}

fn known<'a>(value: Option<bool>) -> Cow<'a, str> {
    value.map_or("not_collected".into(), yes_no)
}

fn count<'a>(count: Option<u32>) -> Cow<'a, str> {
    count.map_or("".into(), number)
}

fn time<'a>(time: Option<Timestamp>) -> Cow<'a, str> {
    time.map_or("".into(), number)
}

fn join<'a>(items: impl IntoIterator<Item = impl Display>) -> Cow<'a, str> {
    let mut joined = String::new();
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            joined.push_str("; ");
        }
        // Writing to a string does not fail.
        let _ = write!(joined, "{item}");
    }
    joined.into()
}

fn sample(finding: &Finding) -> Cow<'_, str> {
    let resources = finding.resources.as_deref().map(|reach| &*reach.sample).unwrap_or_default();
    join(resources.iter().map(|resource| match &*resource.protections {
        [] => resource.name.to_string(),
        protections => format!("{} ({})", resource.name, join(protections.iter())),
    }))
}

fn last_use<'a>(last_use: LastUse) -> Cow<'a, str> {
    match last_use {
        LastUse::Used { at } => number(at),
        LastUse::NotUsed { since: Some(since) } => format!("not_used_since {since}").into(),
        LastUse::NotUsed { since: None } => "not_used".into(),
        LastUse::NotTracked => "not_tracked".into(),
        LastUse::NotCollected => "not_collected".into(),
        LastUse::NotApplicable => "".into(),
    }
}

fn keys<'a>(keys: Option<&[AccessKey]>) -> Cow<'a, str> {
    let Some(keys) = keys else { return "not_collected".into() };
    join(keys.iter().map(|key| {
        let state = if key.active { "active" } else { "inactive" };
        let rotated = key
            .rotated
            .map_or_else(|| "unknown".to_owned(), |rotated| rotated.to_string());
        format!("{state} rotated {rotated} used {}", last_use(key.last_used))
    }))
}

fn factors(finding: &Finding) -> impl Iterator<Item = Factor<'_>> {
    finding.score.iter().flat_map(Score::factors)
}

fn points(finding: &Finding, name: FactorName) -> Cow<'_, str> {
    let factor: Option<Points> = factors(finding)
        .find(|factor| factor.name == name)
        .map(|factor| factor.points);
    factor.map_or("".into(), number)
}

/// `impact 20.0: ec2:TerminateInstances: high impact, irreversible`.
struct Reason<'f>(Factor<'f>);

impl Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factor = &self.0;
        write!(f, "{} {}: {}", factor.name, factor.points, factor.why)
    }
}

fn reasons(finding: &Finding) -> Cow<'_, str> {
    join(factors(finding).map(Reason))
}
