//! Shapes of resources: two resources that no statement tells apart are decided alike.

use std::collections::BTreeSet;

use crate::estate::Policy;
use crate::evaluate::Formula;
use crate::evaluate::Guardrails;
use crate::evaluate::PolicyStack;
use crate::evaluate::Request;
use crate::evaluate::resource_applies;
use crate::ident::Ternary;
use crate::solve::mentions::Mentions;

/// The shapes seen so far, for one question.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    seen: BTreeSet<Shape>,
}

/// What of a resource the statements look at.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    /// The keys that follow from the resource, as far as some test names them.
    keys: Vec<String>,
    /// What each statement's resource clause says.
    clauses: Vec<Formula>,
    /// The ARN itself, where more than the statements look at it.
    arn: Option<String>,
}

/// Keys that follow from the resource's ARN.
const KEYS: [&str; 4] = ["aws:requestedregion", "ec2:region", "ec2:instanceid", "ecs:cluster"];

/// Services of which rules beside the policies look at the resource.
const RULED: [&str; 3] = ["iam", "kms", "sts"];

impl Shapes {
    /// Notes the shape of a request's resource; false when it was there already.
    pub(super) fn insert(&mut self, mentions: &Mentions<'_>, request: &Request<'_>) -> bool {
        let keys = KEYS.into_iter().filter(|key| mentions.has(key));
        let keys = keys.map(|key| format!("{:?}", request.context.get_lower(key))).collect();
        // What a choice puts into a variable may match one resource and not the other.
        let has_variables = mentions.resources.iter().any(|(text, _)| text.contains("${"));
        let is_ruled = has_variables || RULED.contains(&request.action.service()) || mentions.stack.resource.is_some();
        let arn = request.target.arn.as_ref().filter(|_| is_ruled);
        let shape = Shape {
            keys,
            clauses: clauses(&mentions.stack, request),
            arn: arn.map(ToString::to_string),
        };
        self.seen.insert(shape)
    }
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
