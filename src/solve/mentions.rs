//! What the statements about an action test at all: the holder's other choices need no trying.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::LazyLock;

use crate::catalog::rcp_covers;
use crate::estate::Policy;
use crate::evaluate::AccountScope;
use crate::evaluate::CallerKind;
use crate::evaluate::DerivedFacts;
use crate::evaluate::Formula;
use crate::evaluate::Guardrails;
use crate::evaluate::Level;
use crate::evaluate::PolicyStack;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::evaluate::derive_into;
use crate::evaluate::evaluate_test;
use crate::ident::Ternary;
use crate::policy::ConditionBlock;
use crate::policy::ConditionTest;
use crate::policy::Effect;
use crate::policy::PolicyType;
use crate::policy::PolicyVersion;
use crate::policy::ResourceClause;
use crate::policy::Statement;
use crate::policy::variables;
use crate::solve::Question;

/// What a policy says of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Speech {
    /// No statement covers it.
    Silent,
    /// Only Deny statements cover it.
    Denies,
    /// An Allow statement covers it, or the document is not known.
    Allows,
}

/// Keys that the identity alone fixes, whatever it chooses and however its session was issued.
const FIXED: [&str; 7] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltype",
    "aws:username",
];

/// What the tests on fixed keys leave of a statement's conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Left {
    /// Such a test fails: the statement never applies to the identity.
    Never,
    /// All tests are on fixed keys and hold.
    Nothing,
    /// Something else is tested.
    Something,
}

/// What was read of the policies, in their order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spoken<'e> {
    /// Policies of another type or level begin.
    Level(PolicyType),
    /// A statement that speaks of the action.
    Statement {
        statement: &'e Statement,
        version: PolicyVersion,
        matched: Ternary,
        left: Left,
        /// The tests that what the identity fixes does not decide, a bit each; those past the last bit count as undecided.
        undecided: u64,
    },
    /// A document of which nothing is known.
    Unknown(&'e Policy),
}

/// Keys, values and resources that relevant statements name.
#[derive(Debug, Default)]
pub(super) struct Mentions<'e> {
    /// The values tested, sorted, by key in lower case; keys used as variables have none.
    keys: BTreeMap<Cow<'e, str>, Vec<&'e str>>,
    /// Resource texts other than `*`, with the version that tells whether they have variables.
    pub(super) resources: BTreeSet<(&'e str, PolicyVersion)>,
    /// Whether an identity policy may allow the action at all.
    pub(super) may_be_granted: bool,
    /// The policies that speak of the action: the others change nothing.
    pub(super) stack: PolicyStack<'e>,
    /// Whether some layer stops the action whatever the resource and the context: one try shows it.
    pub(super) is_settled: bool,
    /// The statements that may change something; two identities that hold the same differ in the keys that tell them apart,
    /// and in nothing else that a statement looks at.
    pub(super) spoken: Vec<Spoken<'e>>,
    /// Keys that only statements name which change nothing.
    pub(super) watched: BTreeSet<Cow<'e, str>>,
    /// The keys whose values may matter, in lower case: those of tests that are not decided by fixed keys alone, and variables.
    pub(super) telling: BTreeSet<Cow<'e, str>>,
    /// Each key that the identity fixes, the asker's own aside, once some test looks at it.
    fixed: [OnceCell<RequestContext>; FIXED.len()],
}

impl<'e> Mentions<'e> {
    /// Reads the statements of a stack that may match the action.
    pub(super) fn of(question: &Question<'e>) -> Self {
        let (stack, caller) = (&question.subject.stack, &question.subject.caller);
        let (resource_policy, action) = (question.resource_policy, question.action.action);
        // E181: the root user starts from full access.
        let mut mentions = Self {
            may_be_granted: caller.kind == CallerKind::AccountRoot,
            ..Self::default()
        };
        let (identity, may_allow) = mentions.level(&stack.identity, question);
        mentions.may_be_granted |= may_allow || !stack.identity_gaps.is_empty() || resource_policy.is_some();
        if !mentions.may_be_granted {
            return mentions;
        }
        mentions.stack = PolicyStack {
            identity,
            identity_gaps: stack.identity_gaps.clone(),
            resource: resource_policy,
            endpoint: stack.endpoint.clone(),
            ..PolicyStack::default()
        };
        if let Some(policy) = resource_policy {
            mentions.spoken.push(Spoken::Level(policy.policy_type));
            mentions.read(policy, question);
        }
        // A resource policy may reach past what limits the identity itself (E220), and RCPs know further exemptions.
        let binds = resource_policy.is_none() && caller.kind != CallerKind::AccountRoot && !caller.is_service_linked;
        if let Some(boundary) = stack.boundary {
            mentions.limit(&[boundary], question, binds);
            mentions.stack.boundary = Some(boundary);
        }
        if let Some(session) = &stack.session {
            mentions.stack.session = Some(mentions.limit(session, question, binds));
        }
        if !caller.is_exempt_from_scps() {
            mentions.stack.scps = mentions.guardrails(&stack.scps, question, true);
        }
        if rcp_covers(action.service()) {
            // E205: those of the account that owns the resource.
            let rcps = question.owner.map_or_else(|| stack.rcps.clone(), AccountScope::rcps);
            mentions.stack.rcps = mentions.guardrails(&rcps, question, false);
        }
        mentions
    }

    /// Reads a document that takes part without being of the identity: what it says settles nothing.
    pub(super) fn read_too(&mut self, policy: &'e Policy, question: &Question<'e>) {
        let settled = self.is_settled;
        self.read(policy, question);
        self.is_settled = settled;
    }

    fn guardrails(&mut self, guardrails: &Guardrails<'e>, question: &Question<'e>, binds: bool) -> Guardrails<'e> {
        let Guardrails::Levels(levels) = guardrails else {
            return guardrails.clone();
        };
        let level = |level: &Level<'e>| Level {
            target: level.target.clone(),
            policies: level
                .policies
                .as_deref()
                .map(|policies| self.limit(policies, question, binds)),
        };
        Guardrails::Levels(levels.iter().map(level).collect())
    }

    /// Reads a level that must allow, and keeps the policies that speak of the action.
    fn limit(&mut self, policies: &[&'e Policy], question: &Question<'e>, binds: bool) -> Vec<&'e Policy> {
        let settled = self.is_settled;
        let (speaking, may_allow) = self.level(policies, question);
        self.is_settled = settled || (binds && (self.is_settled || !may_allow));
        speaking
    }

    /// The policies that speak of the action, and whether one of them may allow it.
    fn level(&mut self, policies: &[&'e Policy], question: &Question<'e>) -> (Vec<&'e Policy>, bool) {
        let mut may_allow = false;
        let mut speaking = Vec::with_capacity(policies.len());
        let mut said = Vec::with_capacity(policies.len());
        if let Some(first) = policies.first() {
            self.spoken.push(Spoken::Level(first.policy_type));
        }
        for policy in policies {
            let speech = self.hear(policy, question, &mut said);
            may_allow |= speech == Speech::Allows;
            if speech != Speech::Silent {
                speaking.push(*policy);
            }
        }
        self.note(&said);
        (speaking, may_allow)
    }

    /// A document on its own.
    fn read(&mut self, policy: &'e Policy, question: &Question<'e>) {
        let mut said = Vec::new();
        self.hear(policy, question, &mut said);
        self.note(&said);
    }

    /// What the policy says of the action; unknown documents may allow it.
    fn hear(&mut self, policy: &'e Policy, question: &Question<'e>, said: &mut Vec<Spoken<'e>>) -> Speech {
        let Some(document) = policy.parsed() else {
            said.push(Spoken::Unknown(policy));
            return Speech::Allows;
        };
        let version = document.version;
        let mut speech = Speech::Silent;
        for statement in &document.statements {
            let matched = statement.action.matches(question.action.action);
            if matched == Ternary::No {
                continue;
            }
            let (left, undecided) = self.left_of(&statement.condition, version, question);
            said.push(Spoken::Statement {
                statement,
                version,
                matched,
                left,
                undecided,
            });
            speech = speech.max(match (left, statement.effect) {
                (Left::Never, _) => Speech::Silent,
                (_, Effect::Deny) => Speech::Denies,
                (_, Effect::Allow) => Speech::Allows,
            });
        }
        speech
    }

    /// Takes in what the policies of one level say. Where one statement allows everything, whatever else they allow changes
    /// nothing.
    fn note(&mut self, said: &[Spoken<'e>]) {
        let is_everything = |statement: &Statement| statement.resource.as_ref().is_some_and(ResourceClause::is_everything);
        let is_whole = |said: &Spoken<'e>, effect: Effect| match said {
            Spoken::Statement {
                statement,
                matched: Ternary::Yes,
                left: Left::Nothing,
                ..
            } => statement.effect == effect && statement.principal.is_none() && is_everything(statement),
            Spoken::Statement { .. } | Spoken::Unknown(_) | Spoken::Level(_) => false,
        };
        self.is_settled |= said.iter().any(|said| is_whole(said, Effect::Deny));
        let allows_all = said.iter().any(|said| is_whole(said, Effect::Allow));
        for said in said {
            match *said {
                Spoken::Statement {
                    statement,
                    version,
                    left,
                    undecided,
                    ..
                } => {
                    let is_idle = allows_all && statement.effect == Effect::Allow && !is_whole(said, Effect::Allow);
                    if is_idle || left == Left::Never {
                        self.watch(statement, version);
                    } else {
                        self.spoken.push(*said);
                        self.mention(statement, version, undecided);
                    }
                }
                Spoken::Unknown(_) | Spoken::Level(_) => self.spoken.push(*said),
            }
        }
    }

    /// A statement that changes nothing: the evaluator still looks at its keys.
    fn watch(&mut self, statement: &'e Statement, version: PolicyVersion) {
        for test in &statement.condition.tests {
            self.watched.insert(test.key.lower().into());
        }
        let values = statement.condition.tests.iter().flat_map(|test| &test.values);
        let resources = statement.resource.iter().flat_map(ResourceClause::texts);
        for text in values.chain(resources) {
            self.watched.extend(variables_of(text, version).map(Cow::from));
        }
    }

    pub(super) fn mention(&mut self, statement: &'e Statement, version: PolicyVersion, undecided: u64) {
        for text in statement.resource.iter().flat_map(ResourceClause::texts) {
            if &**text != "*" {
                self.resources.insert((text, version));
                self.variables(text, version);
            }
        }
        for (index, test) in statement.condition.tests.iter().enumerate() {
            let lower = test.key.lower();
            let values = self.keys.entry(lower.into()).or_default();
            for value in &test.values {
                if let Err(at) = values.binary_search(&&**value) {
                    values.insert(at, value);
                }
            }
            for value in &test.values {
                self.variables(value, version);
            }
            if index >= 64 || undecided >> index & 1 == 1 {
                self.telling.insert(lower.into());
            }
        }
    }

    pub(super) fn left_of(
        &mut self,
        condition: &'e ConditionBlock,
        version: PolicyVersion,
        question: &Question<'e>,
    ) -> (Left, u64) {
        let mut left = if condition.has_empty_part {
            Left::Something
        } else {
            Left::Nothing
        };
        let mut undecided = 0;
        for (index, test) in condition.tests.iter().enumerate() {
            match self.outcome(test, version, question) {
                Some(false) => return (Left::Never, 0),
                Some(true) => {}
                None => {
                    left = Left::Something;
                    undecided |= 1_u64.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0);
                }
            }
        }
        (left, undecided)
    }

    /// Whether a test holds, where what the identity fixes says so alone.
    fn outcome(&self, test: &ConditionTest, version: PolicyVersion, question: &Question<'_>) -> Option<bool> {
        let key = test.key.lower();
        let index = FIXED.iter().position(|fixed| *fixed == key)?;
        if question.given.iter().any(|(given, _)| given.lower() == key) {
            return None;
        }
        let fixed = self.fixed.get(index)?.get_or_init(|| fixed_key(index, question));
        // What a variable is worth may be no fixed key's to say.
        if test.values.iter().any(|value| variables_of(value, version).next().is_some()) {
            return None;
        }
        match evaluate_test(test, version, fixed) {
            Formula::False => Some(false),
            Formula::True => Some(true),
            Formula::Atom(_) | Formula::Not(_) | Formula::All(_) | Formula::Any(_) => None,
        }
    }

    fn variables(&mut self, text: &str, version: PolicyVersion) {
        for lower in variables_of(text, version) {
            self.telling.insert(lower.clone().into());
            self.keys.entry(lower.into()).or_default();
        }
    }

    /// The keys that an evaluation may ask for.
    pub(super) fn asked(&self) -> impl Iterator<Item = &str> {
        let watched = self.watched.iter().filter(|key| !self.keys.contains_key(*key));
        self.keys().chain(watched.map(|key| &**key))
    }

    /// The keys named, in lower case.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(|key| &**key)
    }

    /// The same, and the cluster of an ECS service of the old format (U19).
    pub(super) fn wanted(&self) -> Arc<BTreeSet<Box<str>>> {
        Arc::new(self.asked().chain(["ecs:cluster"]).map(Box::from).collect())
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

/// The keys of the variables of a text, in lower case.
fn variables_of(text: &str, version: PolicyVersion) -> impl Iterator<Item = String> {
    let has_some = version == PolicyVersion::V2012 && text.contains("${");
    has_some
        .then(|| variables(text))
        .into_iter()
        .flatten()
        .map(|(key, _)| key.to_ascii_lowercase())
}

/// One fixed key of the identity; absent where nothing sets it.
fn fixed_key(index: usize, question: &Question<'_>) -> RequestContext {
    static WANTED: LazyLock<[Arc<BTreeSet<Box<str>>>; FIXED.len()]> =
        LazyLock::new(|| FIXED.map(|key| Arc::new(BTreeSet::from([Box::from(key)]))));
    let mut context = WANTED.get(index).cloned().map(RequestContext::only).unwrap_or_default();
    let facts = DerivedFacts {
        time: question.as_of,
        region: None,
        resource_tags: None,
        resource_organization: None,
    };
    derive_into(
        &mut context,
        &question.subject.caller,
        question.action,
        &Target::nothing(),
        &facts,
    );
    context
}
