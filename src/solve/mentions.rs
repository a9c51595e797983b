//! What the statements about an action test at all: the holder's other choices need no trying.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::catalog::rcp_covers;
use crate::estate::Policy;
use crate::evaluate::Caller;
use crate::evaluate::CallerKind;
use crate::evaluate::Guardrails;
use crate::evaluate::PolicyStack;
use crate::ident::Action;
use crate::ident::Ternary;
use crate::policy::ContextKey;
use crate::policy::Effect;
use crate::policy::PolicyVersion;
use crate::policy::ResourceClause;
use crate::policy::TextPart;
use crate::policy::text_parts;

/// Keys, values and resources that relevant statements name.
#[derive(Debug, Default)]
pub(super) struct Mentions<'e> {
    /// The values tested, by key in lower case; keys used as variables have none.
    keys: BTreeMap<Box<str>, BTreeSet<&'e str>>,
    /// Resource texts other than `*`, with the version that tells whether they have variables.
    pub(super) resources: BTreeSet<(&'e str, PolicyVersion)>,
    /// Whether an identity policy may allow the action at all.
    pub(super) may_be_granted: bool,
    /// Whether some layer stops the action whatever the resource and the context: one try shows it.
    pub(super) is_settled: bool,
}

impl<'e> Mentions<'e> {
    /// Reads the statements of a stack that may match the action.
    pub(super) fn of(stack: &PolicyStack<'e>, resource_policy: Option<&'e Policy>, action: &Action, caller: &Caller) -> Self {
        // E181: the root user starts from full access.
        let mut mentions = Self {
            may_be_granted: caller.kind == CallerKind::AccountRoot,
            ..Self::default()
        };
        for policy in &stack.identity {
            mentions.may_be_granted |= mentions.read(policy, action);
        }
        mentions.may_be_granted |= !stack.identity_gaps.is_empty() || resource_policy.is_some();
        if !mentions.may_be_granted {
            return mentions;
        }
        if let Some(policy) = resource_policy {
            mentions.read(policy, action);
        }
        let limits = stack
            .boundary
            .map(|policy| vec![policy])
            .into_iter()
            .chain(stack.session.clone());
        let scps = levels(if caller.is_exempt_from_scps() {
            &Guardrails::None
        } else {
            &stack.scps
        });
        let rcps = levels(if rcp_covers(action.service()) {
            &stack.rcps
        } else {
            &Guardrails::None
        });
        // A resource policy may reach past what limits the identity itself (E220), and RCPs know further exemptions.
        let limits = limits.map(|level| {
            (
                level,
                resource_policy.is_none() && caller.kind != CallerKind::AccountRoot && !caller.is_service_linked,
            )
        });
        for (level, is_binding) in limits
            .chain(scps.map(|level| (level, true)))
            .chain(rcps.map(|level| (level, false)))
        {
            let mut may_allow = false;
            let settled = mentions.is_settled;
            for policy in level {
                may_allow |= mentions.read(policy, action);
            }
            mentions.is_settled = settled || (is_binding && (mentions.is_settled || !may_allow));
        }
        mentions
    }

    /// Whether the policy may allow the action; unknown documents may.
    fn read(&mut self, policy: &'e Policy, action: &Action) -> bool {
        let Some(document) = policy.parsed() else { return true };
        let mut may_allow = false;
        for statement in &document.statements {
            let matched = statement.action.matches(action);
            if matched == Ternary::No {
                continue;
            }
            may_allow |= statement.effect == Effect::Allow;
            let condition = &statement.condition;
            let is_bare = condition.tests.is_empty() && !condition.has_empty_part;
            let is_everywhere =
                statement.resource.as_ref().is_some_and(ResourceClause::is_everything) && statement.principal.is_none();
            self.is_settled |= matched == Ternary::Yes && statement.effect == Effect::Deny && is_bare && is_everywhere;
            for text in statement.resource.iter().flat_map(ResourceClause::texts) {
                if &**text != "*" {
                    self.resources.insert((text, document.version));
                    self.variables(text, document.version);
                }
            }
            for test in &condition.tests {
                let values = self.keys.entry(test.key.lower().into()).or_default();
                values.extend(test.values.iter().map(|value| &**value));
                for value in &test.values {
                    self.variables(value, document.version);
                }
            }
        }
        may_allow
    }

    fn variables(&mut self, text: &str, version: PolicyVersion) {
        if version != PolicyVersion::V2012 || !text.contains("${") {
            return;
        }
        for part in text_parts(text) {
            if let TextPart::Variable { key, .. } = part {
                self.keys.entry(ContextKey::new(key).lower().into()).or_default();
            }
        }
    }

    /// The keys named, in lower case.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(|key| &**key)
    }

    /// Whether a key is named.
    pub(super) fn has(&self, lower: &str) -> bool {
        self.keys.contains_key(lower)
    }

    /// The values that tests of a key name.
    pub(super) fn values(&self, lower: &str) -> impl Iterator<Item = &'e str> {
        self.keys.get(lower).into_iter().flatten().copied()
    }
}

fn levels<'s, 'e>(guardrails: &'s Guardrails<'e>) -> impl Iterator<Item = Vec<&'e Policy>> + use<'s, 'e> {
    let levels = match guardrails {
        Guardrails::Levels(levels) => levels.as_slice(),
        Guardrails::None | Guardrails::NotCollected(_) => &[],
    };
    levels.iter().filter_map(|level| level.policies.clone())
}
