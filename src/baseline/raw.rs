//! A row as the JSON report has it: once its answer, once what that rests on.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::baseline::EarlierRow;
use crate::baseline::Standing;
use crate::baseline::evidence::Pool;
use crate::finding::Citation;
use crate::finding::CitedEffect;
use crate::finding::FindingId;
use crate::finding::Layer;
use crate::finding::RuleId;
use crate::finding::Severity;
use crate::finding::Verdict;

/// The answer; members that are not compared are passed over.
#[derive(Deserialize)]
pub(super) struct RawAnswer {
    rule: String,
    identity: RawNamed,
    action: String,
    verdict: String,
    score: Option<RawSeverity>,
    #[serde(default)]
    suppression: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct RawNamed {
    principal: String,
    account: String,
}

#[derive(Deserialize)]
struct RawSeverity {
    severity: String,
}

/// What an answer rests on, and whose it is.
#[derive(Deserialize)]
pub(super) struct RawEvidence {
    rule: String,
    pub(super) identity: RawTagged,
    action: String,
    pub(super) conditions: Vec<RawCondition>,
    pub(super) unknowns: Vec<String>,
    pub(super) grants: Vec<RawCitation>,
    pub(super) limits: Vec<RawCitation>,
    #[serde(default)]
    pub(super) blockers: Option<RawBlockers>,
    pub(super) resources: Option<RawReach>,
    pub(super) score: Option<RawScore>,
}

#[derive(Deserialize)]
pub(super) struct RawTagged {
    principal: String,
    #[serde(default)]
    pub(super) tags: Option<BTreeMap<Box<str>, Box<str>>>,
}

#[derive(Deserialize)]
pub(super) struct RawCondition {
    pub(super) words: String,
}

#[derive(Deserialize)]
pub(super) struct RawCitation {
    layer: String,
    effect: String,
    policy: String,
    sid: Option<String>,
    statement: Option<u32>,
    via: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RawBlockers {
    pub(super) members: Vec<RawBlocker>,
}

#[derive(Deserialize)]
pub(super) struct RawBlocker {
    pub(super) by: RawCitation,
}

#[derive(Deserialize)]
pub(super) struct RawReach {
    pub(super) total: u32,
    pub(super) reachable: u32,
    pub(super) sample: Vec<RawResource>,
}

#[derive(Deserialize)]
pub(super) struct RawResource {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct RawScore {
    pub(super) factors: Vec<RawFactor>,
}

#[derive(Deserialize)]
pub(super) struct RawFactor {
    pub(super) name: String,
    pub(super) points: f64,
    pub(super) why: String,
}

impl RawAnswer {
    /// The answer and how urgent it is.
    pub(super) fn standing(&self) -> Result<Standing, String> {
        let severity = self.score.as_ref();
        let severity = severity.map(|score| word(&score.severity, "severity", Severity::from_word));
        Ok(Standing {
            verdict: word(&self.verdict, "verdict", Verdict::from_word)?,
            severity: severity.transpose()?,
        })
    }

    pub(super) fn row(&self, rules: &mut Vec<RuleId>, pool: &mut Pool) -> Result<EarlierRow, String> {
        let account = self.identity.account.parse();
        Ok(EarlierRow {
            rule: rule(&self.rule, rules)?,
            principal: pool.text(&self.identity.principal),
            account: account.map_err(|_| format!("`{}` is no account id", self.identity.account))?,
            action: pool.text(&self.action),
            standing: self.standing()?,
            is_suppressed: self.suppression.is_some(),
            evidence: None,
        })
    }
}

impl RawEvidence {
    pub(super) fn id(&self, rules: &mut Vec<RuleId>) -> Result<FindingId, String> {
        let rule = rule(&self.rule, rules)?;
        Ok(FindingId::of(&rule, &self.identity.principal, &self.action))
    }
}

/// The rule of this name; there are few of them.
fn rule(name: &str, rules: &mut Vec<RuleId>) -> Result<RuleId, String> {
    if let Some(known) = rules.iter().find(|known| known.as_str() == name) {
        return Ok(known.clone());
    }
    let rule: RuleId = name
        .parse()
        .map_err(|error: crate::finding::InvalidRuleId| error.to_string())?;
    rules.push(rule.clone());
    Ok(rule)
}

impl TryFrom<RawCitation> for Citation {
    type Error = String;

    fn try_from(raw: RawCitation) -> Result<Self, String> {
        Ok(Self {
            layer: word(&raw.layer, "layer", Layer::from_word)?,
            effect: word(&raw.effect, "effect", CitedEffect::from_word)?,
            policy: raw.policy.into(),
            sid: raw.sid.map(Into::into),
            statement: raw.statement,
            via: raw.via.map(Into::into),
            place: None,
            text: None,
        })
    }
}

fn word<T>(told: &str, what: &str, mean: impl Fn(&str) -> Option<T>) -> Result<T, String> {
    mean(told).ok_or_else(|| format!("`{told}` is no {what}"))
}
