//! A row as the JSON report has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::baseline::row::EarlierRow;
use crate::baseline::row::Evidence;
use crate::baseline::row::Reach;
use crate::baseline::row::Standing;
use crate::finding::Citation;
use crate::finding::CitedEffect;
use crate::finding::Layer;
use crate::finding::Severity;
use crate::finding::Verdict;

/// Members that are not compared are passed over.
#[derive(Deserialize)]
pub(super) struct RawRow {
    rule: String,
    identity: RawIdentity,
    action: Arc<str>,
    verdict: String,
    conditions: Vec<RawCondition>,
    unknowns: Vec<Arc<str>>,
    grants: Vec<RawCitation>,
    limits: Vec<RawCitation>,
    #[serde(default)]
    blockers: Option<RawBlockers>,
    resources: Option<RawReach>,
    score: Option<RawScore>,
    #[serde(default)]
    suppression: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct RawIdentity {
    principal: Arc<str>,
    account: String,
    #[serde(default)]
    tags: Option<BTreeMap<Box<str>, Box<str>>>,
}

#[derive(Deserialize)]
struct RawCondition {
    words: Arc<str>,
}

#[derive(Deserialize)]
struct RawCitation {
    layer: String,
    effect: String,
    policy: Arc<str>,
    sid: Option<Arc<str>>,
    statement: Option<u32>,
    via: Option<Arc<str>>,
}

#[derive(Deserialize)]
struct RawBlockers {
    members: Vec<RawBlocker>,
}

#[derive(Deserialize)]
struct RawBlocker {
    by: RawCitation,
}

#[derive(Deserialize)]
struct RawReach {
    total: u32,
    reachable: u32,
    sample: Vec<RawResource>,
}

#[derive(Deserialize)]
struct RawResource {
    name: Arc<str>,
}

#[derive(Deserialize)]
struct RawScore {
    severity: String,
    factors: Vec<RawFactor>,
}

#[derive(Deserialize)]
struct RawFactor {
    name: Arc<str>,
    points: f64,
    why: Arc<str>,
}

impl TryFrom<RawRow> for EarlierRow {
    type Error = String;

    fn try_from(raw: RawRow) -> Result<Self, String> {
        let severity = raw
            .score
            .as_ref()
            .map(|score| word(&score.severity, "severity", Severity::from_word));
        let blocking = raw.blockers.into_iter().flat_map(|blockers| blockers.members);
        let limits = raw.limits.into_iter().chain(blocking.map(|blocker| blocker.by));
        let factors = raw.score.into_iter().flat_map(|score| score.factors);
        Ok(Self {
            rule: raw
                .rule
                .parse()
                .map_err(|error: crate::finding::InvalidRuleId| error.to_string())?,
            principal: raw.identity.principal,
            account: raw
                .identity
                .account
                .parse()
                .map_err(|_| format!("`{}` is no account id", raw.identity.account))?,
            action: raw.action,
            standing: Standing {
                verdict: word(&raw.verdict, "verdict", Verdict::from_word)?,
                severity: severity.transpose()?,
            },
            is_suppressed: raw.suppression.is_some(),
            evidence: Evidence {
                grants: raw.grants.into_iter().map(Citation::try_from).collect::<Result<_, _>>()?,
                limits: limits.map(Citation::try_from).collect::<Result<_, _>>()?,
                conditions: raw.conditions.into_iter().map(|condition| condition.words).collect(),
                unknowns: raw.unknowns.into_iter().collect(),
                reach: raw.resources.map(|reach| Reach {
                    reachable: reach.reachable,
                    total: reach.total,
                    sample: reach.sample.into_iter().map(|resource| resource.name).collect(),
                }),
                tags: raw.identity.tags,
                factors: factors
                    .map(|factor| (factor.name, (format!("{:.1}", factor.points), factor.why)))
                    .collect(),
            },
        })
    }
}

impl TryFrom<RawCitation> for Citation {
    type Error = String;

    fn try_from(raw: RawCitation) -> Result<Self, String> {
        Ok(Self {
            layer: word(&raw.layer, "layer", Layer::from_word)?,
            effect: word(&raw.effect, "effect", CitedEffect::from_word)?,
            policy: raw.policy,
            sid: raw.sid,
            statement: raw.statement,
            via: raw.via,
            place: None,
        })
    }
}

fn word<T>(told: &str, what: &str, mean: impl Fn(&str) -> Option<T>) -> Result<T, String> {
    mean(told).ok_or_else(|| format!("`{told}` is no {what}"))
}
