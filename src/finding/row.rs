//! One answer about one rule, one identity and one action.

use std::sync::Arc;

use crate::finding::Blockers;
use crate::finding::Change;
use crate::finding::Citation;
use crate::finding::ConditionWords;
use crate::finding::FindingId;
use crate::finding::Hop;
use crate::finding::Identity;
use crate::finding::Impact;
use crate::finding::LastUse;
use crate::finding::Loss;
use crate::finding::ResourceReach;
use crate::finding::RuleId;
use crate::finding::Score;
use crate::finding::Severity;
use crate::finding::SignedBy;
use crate::finding::Suppression;
use crate::finding::Verdict;
use crate::finding::WeakestCondition;
use crate::finding::Witness;
use crate::finding::WitnessKeys;

/// What the audit says about one (rule, identity, action), with its evidence.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that asked.
    pub rule: RuleId,
    /// The identity; shared by its findings.
    pub identity: Arc<Identity>,
    /// The action: `ec2:TerminateInstances`.
    pub action: Arc<str>,
    /// How bad the action is by itself, from the rule.
    pub impact: Impact,
    /// What is lost, from the rule.
    pub loss: Loss,
    /// The answer.
    pub verdict: Verdict,
    /// What must hold, for a conditional verdict.
    pub conditions: Arc<[ConditionWords]>,
    /// The weakest condition of a conditional row, on the resource that it names.
    pub condition: Option<Arc<WeakestCondition>>,
    /// What is not known and what would settle it.
    pub unknowns: Arc<[Arc<str>]>,
    /// The statements that grant.
    pub grants: Arc<[Citation]>,
    /// The layers and statements that limit.
    pub limits: Arc<[Citation]>,
    /// What blocks every request, for a denied row.
    pub blockers: Option<Arc<Blockers>>,
    /// How many resources are reachable; none without an inventory.
    pub resources: Option<Arc<ResourceReach>>,
    /// A resource on which the verdict holds.
    pub representative_resource: Option<Arc<str>>,
    /// A request that succeeds; none where there is none, or none was found.
    pub witness: Option<Arc<Witness>>,
    /// When the identity last called the action; AWS counts attempts that were refused, too.
    pub action_last_used: LastUse,
    /// What was not read and could change this row.
    pub gaps: Arc<[Arc<str>]>,
    /// Steps before the identity makes the call itself; empty for a direct call.
    pub detour: Arc<[Hop]>,
    /// The score; none until ranked.
    pub score: Option<Score>,
    /// Who accepts the finding; none when nobody does.
    pub suppression: Option<Arc<Suppression>>,
    /// How it stands to the baseline; none without one.
    pub change: Option<Change>,
}

impl Finding {
    /// How severe it is; none before it was ranked.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.score.as_ref().map(Score::severity)
    }

    /// The name of this finding, the same from run to run.
    #[must_use]
    pub fn id(&self) -> FindingId {
        FindingId::of(&self.rule, &self.identity.principal, &self.action)
    }

    /// The whole way to the harm: the detour, then the call itself.
    #[must_use]
    pub fn path(&self) -> Vec<Hop> {
        let from = self
            .detour
            .last()
            .and_then(|hop| hop.to.clone())
            .unwrap_or_else(|| Arc::clone(&self.identity.principal));
        let call = Hop {
            from,
            action: Arc::clone(&self.action),
            to: self.representative_resource.clone(),
        };
        self.detour.iter().cloned().chain([call]).collect()
    }

    /// The witness with what it takes from its finding.
    fn request(&self) -> Option<Request<'_>> {
        let witness = self.witness.as_deref()?;
        Some(Request {
            principal: &self.identity.principal,
            credentials: witness.credentials,
            action: &self.action,
            resource: witness.resource.as_deref(),
            context: witness.keys(),
        })
    }
}

/// A request on its own.
#[derive(serde::Serialize)]
struct Request<'f> {
    principal: &'f str,
    credentials: SignedBy,
    action: &'f str,
    resource: Option<&'f str>,
    context: WitnessKeys<'f>,
}

/// The fields in the order of the JSON report, with the path written out.
impl serde::Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Finding", 22)?;
        fields.serialize_field("id", &self.id())?;
        fields.serialize_field("rule", &self.rule)?;
        fields.serialize_field("identity", &self.identity)?;
        fields.serialize_field("action", &self.action)?;
        fields.serialize_field("impact", &self.impact)?;
        fields.serialize_field("loss", &self.loss)?;
        fields.serialize_field("verdict", &self.verdict)?;
        fields.serialize_field("conditions", &self.conditions)?;
        fields.serialize_field("condition", &self.condition)?;
        fields.serialize_field("unknowns", &self.unknowns)?;
        fields.serialize_field("grants", &self.grants)?;
        fields.serialize_field("limits", &self.limits)?;
        fields.serialize_field("blockers", &self.blockers)?;
        fields.serialize_field("resources", &self.resources)?;
        fields.serialize_field("representative_resource", &self.representative_resource)?;
        fields.serialize_field("witness", &self.request())?;
        fields.serialize_field("action_last_used", &self.action_last_used)?;
        fields.serialize_field("gaps", &self.gaps)?;
        fields.serialize_field("path", &self.path())?;
        fields.serialize_field("score", &self.score)?;
        fields.serialize_field("suppression", &self.suppression)?;
        fields.serialize_field("change", &self.change)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::print_stdout, reason = "the size is worth seeing with --nocapture")]
    fn a_finding_stays_small_because_there_are_hundreds_of_thousands() {
        let size = size_of::<Finding>();
        println!(
            "size_of::<Finding>() = {size}, size_of::<Identity>() = {}",
            size_of::<Identity>()
        );
        assert!(size <= 344, "a finding takes {size} bytes");
        assert!(size_of::<Option<Score>>() == size_of::<Score>());
    }
}
