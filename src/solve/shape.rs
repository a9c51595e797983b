//! Shapes of resources: two resources that no statement tells apart are decided alike.

use std::collections::BTreeSet;

use crate::estate::Policy;
use crate::evaluate::CallerKind;
use crate::evaluate::Formula;
use crate::evaluate::Guardrails;
use crate::evaluate::PolicyStack;
use crate::evaluate::Request;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::evaluate::resource_applies;
use crate::ident::Action;
use crate::ident::Ternary;
use crate::policy::Effect;
use crate::solve::Question;
use crate::solve::choice::row_of;
use crate::solve::choice::tells_types;
use crate::solve::mentions::Mentions;

/// The shapes seen so far, for one question.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    seen: BTreeSet<Shape>,
}

/// What of a resource the statements look at.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    /// The Region, where some test names it.
    region: Option<Box<str>>,
    /// The resource field, where some test names a key that follows from it.
    resource: Option<Box<str>>,
    /// The type, where the action has several, which carry keys of their own (E293).
    row: Option<&'static str>,
    /// What each statement's resource clause says.
    clauses: Vec<Formula>,
}

/// Services of which rules beside the policies look at the resource.
const RULED: [&str; 3] = ["iam", "kms", "sts"];

/// Whether rules beside the policies look at the resource of an action.
pub(super) fn has_rules(action: &Action) -> bool {
    RULED.contains(&action.service())
}

impl Shapes {
    /// Whether a resource may be decided otherwise than those before, and not simply be out of reach of every grant.
    pub(super) fn is_new(&mut self, question: &Question<'_>, mentions: &Mentions<'_>, target: &Target) -> bool {
        // What a choice puts into a variable may match one resource and not the other.
        let has_variables = mentions.resources.iter().any(|(text, _)| text.contains("${"));
        let is_ruled = has_rules(question.action.action) || mentions.stack.resource.is_some();
        if has_variables || is_ruled || !question.given.is_empty() {
            return true;
        }
        // Without variables no clause looks into the context.
        let request = Request {
            caller: &question.subject.caller,
            action: question.action.action,
            target: target.clone(),
            context: RequestContext::new(),
        };
        if !may_be_granted(&mentions.stack, &request) {
            return false;
        }
        let arn = target.arn.as_ref();
        let tests = |keys: &[&str]| keys.iter().any(|key| mentions.has(key));
        self.seen.insert(Shape {
            region: arn
                .filter(|_| tests(&["aws:requestedregion", "ec2:region", "ecs:cluster"]))
                .map(|arn| arn.region().into()),
            resource: arn
                .filter(|_| tests(&["ec2:instanceid", "ecs:cluster"]))
                .map(|arn| arn.resource().into()),
            row: tells_types(question, mentions).then(|| row_of(question, target)).flatten(),
            clauses: clauses(&mentions.stack, &request),
        })
    }
}

/// Whether some grant of the identity reaches the resource, or might.
fn may_be_granted(stack: &PolicyStack<'_>, request: &Request<'_>) -> bool {
    let grants = |policy: &&Policy| {
        let Some(document) = policy.parsed() else { return true };
        document.statements.iter().any(|statement| {
            statement.effect == Effect::Allow
                && statement.action.matches(request.action) != Ternary::No
                && !resource_applies(statement, document, policy.policy_type, request).is_false()
        })
    };
    request.caller.kind == CallerKind::AccountRoot || !stack.identity_gaps.is_empty() || stack.identity.iter().any(grants)
}

fn clauses(stack: &PolicyStack<'_>, request: &Request<'_>) -> Vec<Formula> {
    let mut found = Vec::new();
    let mut read = |policy: &Policy| {
        let Some(document) = policy.parsed() else { return };
        let statements = document.statements.iter();
        let relevant = statements.filter(|statement| statement.action.matches(request.action) != Ternary::No);
        found.extend(relevant.map(|statement| resource_applies(statement, document, policy.policy_type, request)));
    };
    stack.identity.iter().for_each(|policy| read(policy));
    stack.boundary.into_iter().for_each(&mut read);
    stack.session.iter().flatten().for_each(|policy| read(policy));
    for guardrails in [&stack.scps, &stack.rcps] {
        if let Guardrails::Levels(levels) = guardrails {
            let policies = levels.iter().flat_map(|level| level.policies.iter().flatten());
            policies.for_each(|policy| read(policy));
        }
    }
    found
}
