//! Running a case and comparing it with what it expects.

use std::fmt;

use crate::cases::build;
use crate::cases::format::Case;
use crate::cases::format::InvalidCase;
use crate::evaluate::Atom;
use crate::evaluate::Decision;
use crate::evaluate::Layer;
use crate::evaluate::Outcome;
use crate::evaluate::Request;
use crate::evaluate::decide_call;
use crate::ident::Action;

/// The verdict words of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The request succeeds.
    Allowed,
    /// A Deny statement applies.
    ExplicitDeny,
    /// Nothing allows it, or something that must allow does not.
    ImplicitDeny,
    /// It depends on what the case does not tell or AWS does not document.
    Conditional,
    /// It depends on a document that AWS could not have stored.
    Invalid,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allowed => "allowed",
            Self::ExplicitDeny => "explicit_deny",
            Self::ImplicitDeny => "implicit_deny",
            Self::Conditional => "conditional",
            Self::Invalid => "invalid",
        })
    }
}

/// What a case gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    /// The case's id.
    pub id: String,
    /// What it expects, if anything.
    pub expected: Option<String>,
    /// What the evaluator says.
    pub actual: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// Whether expectation and verdict agree; true where nothing is expected.
    pub holds: bool,
}

/// Runs a case.
///
/// # Errors
/// A value of the case does not parse.
pub fn run_case(case: &Case) -> Result<CaseResult, InvalidCase> {
    let invalid = |what: String| InvalidCase::Value {
        id: case.id.clone(),
        what,
    };
    let caller = build::caller(&case.principal).map_err(invalid)?;
    let policies = build::CasePolicies::of(case);
    let mut actions = Vec::new();
    let tuples = || std::iter::once(&case.request.tuple).chain(&case.request.also);
    for tuple in tuples() {
        actions.push(tuple.action.parse::<Action>().map_err(|error| invalid(error.to_string()))?);
    }
    let mut requests = Vec::new();
    for (tuple, action) in tuples().zip(&actions) {
        let target = build::target(tuple, action).map_err(invalid)?;
        let context = build::context(case, tuple, &caller, action, &target).map_err(invalid)?;
        requests.push((
            policies.stack(),
            Request {
                caller: &caller,
                action,
                target,
                context,
            },
        ));
    }
    let decision = decide_call(&requests);
    let actual = verdict(&decision);
    let expected = case.expect.as_ref().map(|expect| expect.decision.clone());
    let holds = case.expect.as_ref().is_none_or(|expect| {
        matches_word(&expect.decision, actual)
            && expect.denied_by.iter().all(|layer| blocks(&decision, layer))
            && opens(&decision, &expect.open)
    });
    Ok(CaseResult {
        id: case.id.clone(),
        expected,
        actual,
        reason: reason(&decision),
        holds,
    })
}

fn verdict(decision: &Decision<'_>) -> Verdict {
    match decision.outcome {
        Outcome::Allow => Verdict::Allowed,
        Outcome::ExplicitDeny => Verdict::ExplicitDeny,
        Outcome::ImplicitDeny => Verdict::ImplicitDeny,
        Outcome::Undetermined => {
            let hangs_on_invalid = decision
                .residual
                .atoms()
                .iter()
                .any(|atom| matches!(atom, Atom::InvalidDocument(_)));
            if hangs_on_invalid {
                Verdict::Invalid
            } else {
                Verdict::Conditional
            }
        }
    }
}

/// `denied` is met by either kind of deny.
fn matches_word(expected: &str, actual: Verdict) -> bool {
    match expected {
        "denied" => matches!(actual, Verdict::ExplicitDeny | Verdict::ImplicitDeny),
        word => word == actual.to_string(),
    }
}

fn opens(decision: &Decision<'_>, expected: &[String]) -> bool {
    let atoms = decision.residual.atoms();
    expected.iter().all(|code| {
        atoms
            .iter()
            .any(|atom| matches!(atom, Atom::Open(point) if point.code() == code))
    })
}

fn blocks(decision: &Decision<'_>, name: &str) -> bool {
    let blocking = decision
        .layers
        .iter()
        .filter(|outcome| outcome.deny.is_true() || outcome.allow.is_false());
    blocking.into_iter().any(|outcome| match &outcome.layer {
        Layer::Identity => name == "identity",
        Layer::Boundary => name == "boundary",
        Layer::Session => name == "session",
        Layer::Resource => name == "resource",
        Layer::ServiceControl(_) => name == "scp",
        Layer::ResourceControl(_) => name == "rcp",
        Layer::Endpoint => name == "endpoint",
        Layer::ServiceRule => name == "service",
    })
}

fn reason(decision: &Decision<'_>) -> String {
    let blocking: Vec<String> = decision.blocking().iter().map(|outcome| describe(outcome)).collect();
    match decision.outcome {
        Outcome::Allow => "every layer allows".to_owned(),
        Outcome::ExplicitDeny => format!("denied by {}", blocking.join(", ")),
        Outcome::ImplicitDeny if blocking.is_empty() => "nothing that could allow it does".to_owned(),
        Outcome::ImplicitDeny => format!("not allowed by {}", blocking.join(", ")),
        Outcome::Undetermined => {
            let atoms: Vec<String> = decision.residual.atoms().iter().map(ToString::to_string).collect();
            format!("depends on: {}", atoms.join("; "))
        }
    }
}

fn describe(outcome: &crate::evaluate::LayerOutcome<'_>) -> String {
    let statements: Vec<String> = outcome
        .denying()
        .map(|hit| format!("statement {} of {}", hit.index + 1, hit.policy.name))
        .collect();
    let note = outcome.note.as_deref().map(str::to_owned);
    match (statements.is_empty(), note) {
        (true, None) => outcome.layer.to_string(),
        (true, Some(note)) => format!("{}: {note}", outcome.layer),
        (false, _) => format!("{} ({})", outcome.layer, statements.join(", ")),
    }
}
