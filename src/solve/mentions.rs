//! What the statements about an action test at all: the holder's other choices need no trying.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::estate::Policy;
use crate::evaluate::Guardrails;
use crate::evaluate::PolicyStack;
use crate::ident::Action;
use crate::ident::Ternary;
use crate::policy::ContextKey;
use crate::policy::Effect;
use crate::policy::PolicyVersion;
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
}

impl<'e> Mentions<'e> {
    /// Reads the statements of a stack that may match the action.
    pub(super) fn of(stack: &PolicyStack<'e>, resource_policy: Option<&'e Policy>, action: &Action) -> Self {
        let mut mentions = Self::default();
        for policy in &stack.identity {
            let grants = mentions.read(policy, action);
            mentions.may_be_granted |= grants;
        }
        mentions.may_be_granted |= !stack.identity_gaps.is_empty() || resource_policy.is_some();
        if !mentions.may_be_granted {
            return mentions;
        }
        let others = stack
            .boundary
            .iter()
            .chain(stack.session.iter().flatten())
            .copied()
            .chain(resource_policy);
        for policy in others.chain(levels(&stack.scps)).chain(levels(&stack.rcps)) {
            mentions.read(policy, action);
        }
        mentions
    }

    /// Whether the policy may allow the action; unknown documents may.
    fn read(&mut self, policy: &'e Policy, action: &Action) -> bool {
        let Some(document) = policy.parsed() else { return true };
        let mut may_allow = false;
        for statement in &document.statements {
            if statement.action.matches(action) == Ternary::No {
                continue;
            }
            may_allow |= statement.effect == Effect::Allow;
            for text in statement.resource.iter().flat_map(|clause| clause.texts()) {
                if &**text != "*" {
                    self.resources.insert((text, document.version));
                    self.variables(text, document.version);
                }
            }
            for test in &statement.condition.tests {
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

fn levels<'s, 'e>(guardrails: &'s Guardrails<'e>) -> impl Iterator<Item = &'e Policy> + use<'s, 'e> {
    let levels = match guardrails {
        Guardrails::Levels(levels) => levels.as_slice(),
        Guardrails::None | Guardrails::NotCollected(_) => &[],
    };
    levels.iter().flat_map(|level| level.policies.iter().flatten().copied())
}
