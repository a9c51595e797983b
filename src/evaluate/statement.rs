//! One statement against one request (E6), as a verdict and as a trace that explains it.

use crate::evaluate::Formula;
use crate::evaluate::Request;
use crate::evaluate::condition::evaluate_test;
use crate::evaluate::resource::clause_matches;
use crate::ident::OpenPoint;
use crate::policy::ConditionBlock;
use crate::policy::ConditionTest;
use crate::policy::PolicyDocument;
use crate::policy::PolicyType;
use crate::policy::PolicyVersion;
use crate::policy::Statement;

/// Whether the statement applies, principal aside.
pub(crate) fn statement_matches(
    statement: &Statement,
    version: PolicyVersion,
    policy_type: PolicyType,
    request: &Request<'_>,
) -> Formula {
    let action: Formula = statement.action.matches(request.action).into();
    if action.is_false() {
        return action;
    }
    let resource = resource_matches(statement, version, policy_type, request);
    if resource.is_false() {
        return resource;
    }
    action
        .and(resource)
        .and(conditions_hold(&statement.condition, version, request))
}

/// A trust policy has no resource clause: the role is the resource (E260).
fn resource_matches(statement: &Statement, version: PolicyVersion, policy_type: PolicyType, request: &Request<'_>) -> Formula {
    statement
        .resource
        .as_ref()
        .map_or(Formula::True, |clause| clause_matches(clause, version, policy_type, request))
}

/// Whether the statement's resource clause covers the request's resource, all else aside.
#[must_use]
pub fn resource_applies(
    statement: &Statement,
    document: &PolicyDocument,
    policy_type: PolicyType,
    request: &Request<'_>,
) -> Formula {
    resource_matches(statement, document.version, policy_type, request)
}

fn conditions_hold(block: &ConditionBlock, version: PolicyVersion, request: &Request<'_>) -> Formula {
    let mut holds = if block.has_empty_part {
        Formula::open(OpenPoint::EmptyCondition)
    } else {
        Formula::True
    };
    for test in &block.tests {
        holds = holds.and(evaluate_test(test, version, &request.context));
        if holds.is_false() {
            break;
        }
    }
    holds
}

/// Why a statement applies or not, element by element.
#[derive(Debug, Clone)]
pub struct StatementTrace<'s> {
    /// Whether its action clause covers the action.
    pub action: Formula,
    /// Whether its resource clause covers the resource.
    pub resource: Formula,
    /// Each condition test and whether it holds.
    pub tests: Vec<(&'s ConditionTest, Formula)>,
}

/// Traces every element of a statement, also behind the first that fails.
#[must_use]
pub fn trace_statement<'s>(
    statement: &'s Statement,
    document: &PolicyDocument,
    policy_type: PolicyType,
    request: &Request<'_>,
) -> StatementTrace<'s> {
    StatementTrace {
        action: statement.action.matches(request.action).into(),
        resource: resource_matches(statement, document.version, policy_type, request),
        tests: statement
            .condition
            .tests
            .iter()
            .map(|test| (test, evaluate_test(test, document.version, &request.context)))
            .collect(),
    }
}
