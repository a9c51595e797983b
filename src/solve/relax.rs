//! A question with some of what stands in the way of its calls left out.

use std::sync::Arc;
use std::sync::LazyLock;

use crate::catalog::rcp_covers;
use crate::estate::DocumentState;
use crate::estate::Levels;
use crate::estate::Policy;
use crate::estate::PolicyLevel;
use crate::estate::PolicyText;
use crate::evaluate::AccountScope;
use crate::evaluate::CallerKind;
use crate::evaluate::Guardrails;
use crate::evaluate::Layer;
use crate::evaluate::Level;
use crate::evaluate::PolicyStack;
use crate::evaluate::Subject;
use crate::ident::Ternary;
use crate::policy::ActionClause;
use crate::policy::ConditionBlock;
use crate::policy::ConditionTest;
use crate::policy::Effect;
use crate::policy::PolicyDocument;
use crate::policy::PolicyType;
use crate::policy::PolicyVersion;
use crate::policy::PrincipalClause;
use crate::policy::PrincipalEntry;
use crate::policy::ResourceClause;
use crate::policy::Span;
use crate::policy::Statement;
use crate::solve::Question;
use crate::solve::Verdict;
use crate::solve::ask;
use crate::solve::satisfy::common_name;

/// One thing that a call has to get past: a Deny statement of a layer by its policy's and its own position, or, without
/// one, that the layer has to allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Limit {
    /// The position of the layer among [`Limits::layers`].
    pub(super) layer: usize,
    pub(super) statement: Option<(usize, usize)>,
}

/// The policies of one layer.
pub(super) struct LimitingLayer<'e> {
    pub(super) layer: Layer,
    pub(super) policies: Vec<&'e Policy>,
}

/// What the Allow statements that stay are freed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lift<'k> {
    Nothing,
    /// Their tests on this key, by its common name in lower case.
    Key(&'k str),
    /// All their tests.
    Conditions,
    /// Which resources they cover.
    Resources,
}

/// A question and everything that its calls have to get past.
pub(super) struct Limits<'q, 'e> {
    question: &'q Question<'e>,
    /// The layers, the identity's own first, the organization's last.
    pub(super) layers: Vec<LimitingLayer<'e>>,
    /// In the order in which they are named rather than others.
    pub(super) all: Vec<Limit>,
}

impl<'q, 'e> Limits<'q, 'e> {
    pub(super) fn of(question: &'q Question<'e>) -> Self {
        let (stack, caller) = (&question.subject.stack, &question.subject.caller);
        let mut layers = Vec::new();
        let mut add = |layer, policies| layers.push(LimitingLayer { layer, policies });
        if caller.kind != CallerKind::AccountRoot {
            add(Layer::Identity, stack.identity.clone());
        }
        if let Some(policies) = &stack.session {
            add(Layer::Session, policies.clone());
        }
        if let Some(boundary) = stack.boundary.filter(|_| caller.kind != CallerKind::AccountRoot) {
            add(Layer::Boundary, vec![boundary]);
        }
        if let Some(policy) = question.resource_policy {
            add(Layer::Resource, vec![policy]);
        }
        if let Some(policies) = &stack.endpoint {
            add(Layer::Endpoint, policies.clone());
        }
        if !caller.is_exempt_from_scps() {
            for level in levels(&stack.scps) {
                add(Layer::ServiceControl(level.target.clone()), known(level));
            }
        }
        if rcp_covers(question.action.action.service()) {
            let rcps = question.owner.map_or_else(|| stack.rcps.clone(), AccountScope::rcps);
            for level in levels(&rcps) {
                add(Layer::ResourceControl(level.target.clone()), known(level));
            }
        }
        let mut limits = Self {
            question,
            layers,
            all: Vec::new(),
        };
        limits.all = (0..limits.layers.len()).flat_map(|layer| limits.of_layer(layer)).collect();
        limits
    }

    /// What one layer puts in the way: that it has to allow, then its Deny statements.
    fn of_layer(&self, layer: usize) -> Vec<Limit> {
        let mut found = vec![Limit { layer, statement: None }];
        for (position, _, document) in self.documents(layer) {
            let denies = document.statements.iter().enumerate();
            let denies = denies.filter(|(_, statement)| statement.effect == Effect::Deny && self.speaks(statement));
            found.extend(denies.map(|(index, _)| Limit {
                layer,
                statement: Some((position, index)),
            }));
        }
        found
    }

    fn documents(&self, layer: usize) -> impl Iterator<Item = (usize, &'e Policy, &'e PolicyDocument)> {
        let policies = self.layers.get(layer).into_iter().flat_map(|layer| &layer.policies);
        policies
            .enumerate()
            .filter_map(|(position, policy)| Some((position, *policy, policy.parsed()?)))
    }

    fn speaks(&self, statement: &Statement) -> bool {
        statement.action.matches(self.question.action.action) != Ternary::No
    }

    /// The statement of a limit, with its policy; none where the whole layer is meant.
    pub(super) fn statement(&self, limit: Limit) -> Option<(&'e Policy, usize, &'e Statement)> {
        let (position, index) = limit.statement?;
        let (_, policy, document) = self.documents(limit.layer).find(|(at, ..)| *at == position)?;
        Some((policy, index, document.statements.get(index)?))
    }

    /// The Allow statements of a layer that speak of the action.
    pub(super) fn allowing(&self, layer: usize) -> impl Iterator<Item = &'e Statement> {
        self.documents(layer).flat_map(move |(_, _, document)| {
            let statements = document.statements.iter();
            statements.filter(move |statement| statement.effect == Effect::Allow && self.speaks(statement))
        })
    }

    /// The verdict where only these limits stand.
    pub(super) fn verdict(&self, kept: &[Limit], lift: Lift<'_>) -> Verdict {
        let layers: Vec<Vec<Arc<Policy>>> = (0..self.layers.len())
            .map(|layer| self.policies(layer, kept, lift).into_iter().map(Arc::new).collect())
            .collect();
        let of = |wanted: &dyn Fn(&Layer) -> bool| {
            let position = self.layers.iter().position(|layer| wanted(&layer.layer));
            position.and_then(|position| layers.get(position))
        };
        let all_of =
            |wanted: &dyn Fn(&Layer) -> bool| of(wanted).map(|policies| policies.iter().map(|policy| &**policy).collect());
        let one_of = |wanted: &dyn Fn(&Layer) -> bool| of(wanted).and_then(|policies| policies.first()).map(|policy| &**policy);
        let own = &self.question.subject.stack;
        let guardrails = |of: &Guardrails<'e>, layer: &dyn Fn(&Arc<str>) -> Layer| match of {
            Guardrails::Levels(levels) => Guardrails::Levels(
                levels
                    .iter()
                    .map(|level| Level {
                        target: level.target.clone(),
                        policies: level
                            .policies
                            .as_ref()
                            .map(|unchanged| all_of(&|is| *is == layer(&level.target)).unwrap_or_else(|| unchanged.clone())),
                    })
                    .collect(),
            ),
            Guardrails::None | Guardrails::NotCollected(_) => of.clone(),
        };
        let service_control = |target: &Arc<str>| Layer::ServiceControl(target.clone());
        let resource_control = |target: &Arc<str>| Layer::ResourceControl(target.clone());
        let subject = Subject {
            principal: self.question.subject.principal,
            caller: self.question.subject.caller.clone(),
            stack: PolicyStack {
                identity: all_of(&|layer| *layer == Layer::Identity).unwrap_or_else(|| own.identity.clone()),
                boundary: one_of(&|layer| *layer == Layer::Boundary).or(own.boundary),
                session: all_of(&|layer| *layer == Layer::Session).or_else(|| own.session.clone()),
                resource: own.resource,
                scps: guardrails(&own.scps, &service_control),
                rcps: guardrails(&own.rcps, &resource_control),
                endpoint: all_of(&|layer| *layer == Layer::Endpoint).or_else(|| own.endpoint.clone()),
                identity_gaps: own.identity_gaps.clone(),
            },
        };
        // E205: those of the account that owns the resource.
        let owner = self.question.owner.map(|owner| {
            let Guardrails::Levels(levels) = owner.rcps() else {
                return owner.clone();
            };
            let level = |level: &Level<'_>| PolicyLevel {
                target: level.target.clone(),
                policies: of(&|is| *is == resource_control(&level.target)).cloned(),
            };
            let is_limit = self
                .layers
                .iter()
                .any(|layer| matches!(layer.layer, Layer::ResourceControl(_)));
            if is_limit {
                owner.under_rcps(Levels::Levels(levels.iter().map(level).collect()))
            } else {
                owner.clone()
            }
        });
        let question = Question {
            subject: &subject,
            resource_policy: one_of(&|layer| *layer == Layer::Resource).or(self.question.resource_policy),
            owner: owner.as_ref(),
            ..self.question.clone()
        };
        ask(&question).verdict
    }

    /// The policies of a layer with the limits that are kept. What is not known stays so.
    fn policies(&self, layer: usize, kept: &[Limit], lift: Lift<'_>) -> Vec<Policy> {
        let Some(LimitingLayer { layer: kind, policies }) = self.layers.get(layer) else {
            return Vec::new();
        };
        let keeps = |statement| kept.contains(&Limit { layer, statement });
        let mut found: Vec<Policy> = policies
            .iter()
            .enumerate()
            .map(|(position, policy)| {
                let Some(document) = policy.parsed() else {
                    return (*policy).clone();
                };
                let statement = |(index, statement): (usize, &Statement)| match statement.effect {
                    _ if !self.speaks(statement) => None,
                    Effect::Deny => keeps(Some((position, index))).then(|| statement.clone()),
                    Effect::Allow => Some(lifted(statement, lift)),
                };
                let mut statements: Vec<Statement> = document.statements.iter().enumerate().filter_map(statement).collect();
                if *kind == Layer::Resource && !keeps(None) {
                    statements.extend(self.delegation());
                } else if *kind == Layer::Boundary && !keeps(None) {
                    statements.push(everything());
                }
                Policy {
                    document: DocumentState::Parsed(Arc::new(PolicyDocument {
                        statements: statements.into(),
                        ..document.clone()
                    })),
                    ..(*policy).clone()
                }
            })
            .collect();
        if !keeps(None) && !matches!(kind, Layer::Resource | Layer::Boundary) {
            found.push(ALLOWING.clone());
        }
        found
    }

    /// The resource's policy leaves it to the account of the caller whom it lets in (E220).
    fn delegation(&self) -> Option<Statement> {
        let account = self.question.subject.caller.account?;
        Some(Statement {
            principal: Some(PrincipalClause::Only(
                [PrincipalEntry::Account(account, account.to_string().into())].into(),
            )),
            resource: None,
            ..everything()
        })
    }
}

fn levels<'g, 'e>(guardrails: &'g Guardrails<'e>) -> impl Iterator<Item = &'g Level<'e>> {
    let levels = match guardrails {
        Guardrails::Levels(levels) => &**levels,
        Guardrails::None | Guardrails::NotCollected(_) => &[],
    };
    // The account's own first, the root's last; what was not collected can be no proof.
    levels.iter().rev().filter(|level| level.policies.is_some())
}

fn known<'e>(level: &Level<'e>) -> Vec<&'e Policy> {
    level.policies.clone().unwrap_or_default()
}

fn lifted(statement: &Statement, lift: Lift<'_>) -> Statement {
    let mut freed = statement.clone();
    let without = |is_lifted: &dyn Fn(&ConditionTest) -> bool| {
        let tests = statement.condition.tests.iter();
        tests.filter(|test| !is_lifted(test)).cloned().collect()
    };
    match lift {
        Lift::Nothing => {}
        Lift::Key(key) => freed.condition.tests = without(&|test| common_name(&test.key).lower() == key),
        Lift::Conditions => freed.condition.tests = without(&|_| true),
        Lift::Resources => freed.resource = freed.resource.map(|_| ResourceClause::Only([Box::from("*")].into())),
    }
    freed
}

fn everything() -> Statement {
    Statement {
        sid: None,
        span: Span::default(),
        effect: Effect::Allow,
        principal: None,
        action: ActionClause::AllBut([].into()),
        resource: Some(ResourceClause::Only([Box::from("*")].into())),
        condition: ConditionBlock::default(),
    }
}

/// Stands beside the policies of a layer that need not allow.
static ALLOWING: LazyLock<Policy> = LazyLock::new(|| Policy {
    name: Arc::from("everything"),
    policy_type: PolicyType::Identity,
    document: DocumentState::Parsed(Arc::new(PolicyDocument {
        version: PolicyVersion::V2012,
        version_is_written: true,
        id: None,
        statements: [everything()].into(),
    })),
    text: PolicyText::default(),
});
