//! The columns of the CSV: name and value side by side. Their order and names do not change; new ones come last.

use std::borrow::Cow;
use std::fmt::Display;

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

/// A finding and its position in the report, from 1.
pub(super) struct Row<'a> {
    pub(super) rank: usize,
    pub(super) finding: &'a Finding,
}

type Value = for<'a> fn(&Row<'a>) -> Cow<'a, str>;

/// The names of the columns, in order.
pub fn column_names() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|&(name, _)| name)
}

/// Every column of the CSV.
pub(super) const COLUMNS: &[(&str, Value)] = &[
    ("rank", |row| number(row.rank)),
    ("score", |row| {
        row.finding
            .score
            .as_ref()
            .map_or(Cow::Borrowed(""), |score| number(score.total()))
    }),
    ("severity", |row| row.finding.severity().map_or("", Severity::word).into()),
    ("rule", |row| row.finding.rule.as_str().into()),
    ("account", |row| row.finding.identity.account.as_str().into()),
    ("account_name", |row| text(row.finding.identity.account_name.as_deref())),
    ("ou_path", |row| text(row.finding.identity.ou_path.as_deref())),
    ("principal", |row| (&*row.finding.identity.principal).into()),
    ("principal_kind", |row| row.finding.identity.kind.word().into()),
    ("service_linked", |row| yes_no(row.finding.identity.flags.service_linked)),
    ("identity_center", |row| yes_no(row.finding.identity.flags.identity_center)),
    ("management_account", |row| {
        yes_no(row.finding.identity.flags.management_account)
    }),
    ("service_only_trust", |row| {
        yes_no(row.finding.identity.flags.service_only_trust)
    }),
    ("action", |row| (&*row.finding.action).into()),
    ("verdict", |row| row.finding.verdict.word().into()),
    ("impact", |row| row.finding.impact.word().into()),
    ("loss", |row| row.finding.loss.word().into()),
    ("conditions", |row| {
        join(row.finding.conditions.iter().map(|condition| &condition.words))
    }),
    ("unknowns", |row| join(row.finding.unknowns.iter())),
    ("grants", |row| join(row.finding.grants.iter())),
    ("limits", |row| join(row.finding.limits.iter())),
    ("resource_type", |row| {
        text(row.finding.resources.as_deref().map(|reach| &*reach.resource_type))
    }),
    ("resources_total", |row| {
        count(row.finding.resources.as_deref().map(|reach| reach.total))
    }),
    ("resources_reachable", |row| {
        count(row.finding.resources.as_deref().map(|reach| reach.reachable))
    }),
    ("resources_protected", |row| {
        count(row.finding.resources.as_deref().map(|reach| reach.protected))
    }),
    ("resources_sample", |row| sample(row.finding)),
    ("representative_resource", |row| {
        text(row.finding.representative_resource.as_deref())
    }),
    ("created", |row| time(row.finding.identity.usage.created)),
    ("password_enabled", |row| known(row.finding.identity.usage.password_enabled)),
    ("password_last_used", |row| {
        last_use(row.finding.identity.usage.password_last_used)
    }),
    ("mfa_active", |row| known(row.finding.identity.usage.mfa_active)),
    ("access_keys", |row| keys(row.finding.identity.usage.keys.as_deref())),
    ("role_last_used", |row| last_use(row.finding.identity.usage.role_last_used)),
    ("access_analyzer", |row| join(row.finding.identity.access_analyzer.iter())),
    ("gaps", |row| join(row.finding.gaps.iter())),
    ("path", |row| join(row.finding.path())),
    ("impact_points", |row| points(row, FactorName::Impact)),
    ("reach_points", |row| points(row, FactorName::Reach)),
    ("bareness_points", |row| points(row, FactorName::Bareness)),
    ("exposure_points", |row| points(row, FactorName::Exposure)),
    ("hygiene_points", |row| points(row, FactorName::Hygiene)),
    ("use_points", |row| points(row, FactorName::Use)),
    ("score_reasons", |row| reasons(row.finding)),
    ("action_last_used", |row| last_use(row.finding.action_last_used)),
    ("id", |row| row.finding.id().to_string().into()),
    ("change", |row| row.finding.change.map_or("", Change::word).into()),
    ("suppressed", |row| yes_no(row.finding.suppression.is_some())),
    ("suppression_owner", |row| {
        text(row.finding.suppression.as_deref().map(|suppression| &*suppression.owner))
    }),
    ("suppression_reason", |row| {
        text(row.finding.suppression.as_deref().map(|suppression| &*suppression.reason))
    }),
    ("suppression_expires", |row| {
        let suppression = row.finding.suppression.as_deref();
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
    items
        .into_iter()
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join("; ")
        .into()
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

fn points<'a>(row: &Row<'a>, name: FactorName) -> Cow<'a, str> {
    let factor: Option<Points> = factors(row.finding)
        .find(|factor| factor.name == name)
        .map(|factor| factor.points);
    factor.map_or("".into(), number)
}

fn reasons(finding: &Finding) -> Cow<'_, str> {
    join(factors(finding).map(|factor| format!("{} {}: {}", factor.name, factor.points, factor.why)))
}
