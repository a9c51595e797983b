//! A condition as a sentence: "only from 10.0.0.0/8 and with MFA".

use crate::evaluate::Atom;
use crate::evaluate::Formula;
use crate::evaluate::UnmetTest;
use crate::ident::Action;
use crate::policy::Comparison;
use crate::policy::ConditionOperator;
use crate::policy::OperatorFamily;
use crate::solve::Bound;
use crate::solve::Requirement;
use crate::solve::Summary;
use crate::solve::describe;
use crate::solve::subject_type;

/// The most values, tests and alternatives that the words list; the parts hold all.
const MAX_VALUES: usize = 6;
const MAX_TESTS: usize = 12;
const MAX_ALTERNATIVES: usize = 6;

/// The first of many, and how many are left out.
fn first_of(mut parts: Vec<String>, most: usize, between: &str, what: &str) -> String {
    let left_out = parts.len().saturating_sub(most);
    if left_out > 1 {
        parts.truncate(most);
        parts.push(format!("{what} of {left_out} more"));
    }
    parts.join(between)
}

/// The whole condition.
pub(super) fn sentence(summary: &Summary, action: &Action) -> String {
    let noun = subject_type(action).map_or_else(|| "resources".to_owned(), |kind| format!("{kind}s"));
    let [first, others @ ..] = summary.alternatives.as_slice() else {
        return "never".to_owned();
    };
    let is_common = |requirement: &&Requirement| others.iter().all(|other| other.contains(requirement));
    let common: Vec<&Requirement> = first.iter().filter(is_common).collect();
    let rests: Vec<String> = summary
        .alternatives
        .iter()
        .map(|alternative| alternative.iter().filter(|own| !common.contains(own)).collect::<Vec<_>>())
        .map(|rest| listed(&rest, &noun))
        .filter(|rest| !rest.is_empty())
        .collect();
    let common = listed(&common, &noun);
    let both = match common.as_str() {
        "" if rests.is_empty() => return "always".to_owned(),
        _ if rests.is_empty() => common,
        "" => format!("either {}", first_of(rests, MAX_ALTERNATIVES, ", or ", "in one")),
        _ => format!(
            "{common}, and either {}",
            first_of(rests, MAX_ALTERNATIVES, ", or ", "in one")
        ),
    };
    match summary.bound {
        Bound::Exact => format!("only {both}"),
        Bound::Sufficient => format!("certainly {both}; perhaps otherwise, too"),
        Bound::Necessary => format!("only {both}, and what the other resources of the call need"),
    }
}

/// The phrases of tests that must all be met.
fn listed(requirements: &[&Requirement], noun: &str) -> String {
    let phrases: Vec<String> = requirements.iter().map(|requirement| phrase(requirement, noun)).collect();
    first_of(phrases, MAX_TESTS, " and ", "all")
}

/// One test as a phrase; where there is no better one, as a sentence about its key.
pub(super) fn phrase(requirement: &Requirement, noun: &str) -> String {
    let said = match &requirement.atom {
        Atom::Test(unmet) => known_phrase(unmet, requirement.holds, noun),
        Atom::Resource(_) | Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => None,
    };
    said.unwrap_or_else(|| {
        let formula = Formula::Atom(Box::new(requirement.atom.clone()));
        let formula = if requirement.holds { formula } else { !formula };
        let words: Vec<String> = describe(&formula).iter().map(|part| format!("if {}", part.words)).collect();
        words.join(" and ")
    })
}

fn known_phrase(unmet: &UnmetTest, holds: bool, noun: &str) -> Option<String> {
    let test = &unmet.test;
    let values = first_of(unmet.shown_values(), MAX_VALUES, " or ", "one");
    let key = test.key.lower();
    let is_yes = holds == values.eq_ignore_ascii_case("true");
    let said = match test.operator.family() {
        _ if test.qualifier.is_some() || unmet.shown_values().is_empty() => return None,
        OperatorFamily::Null => return null_phrase(unmet, holds, noun),
        OperatorFamily::Bool => match key {
            "aws:multifactorauthpresent" if is_yes => "with MFA".to_owned(),
            "aws:multifactorauthpresent" => "without MFA".to_owned(),
            "aws:viaawsservice" if is_yes => "through an AWS service".to_owned(),
            "aws:viaawsservice" => "not through an AWS service".to_owned(),
            "aws:securetransport" if is_yes => "over TLS".to_owned(),
            "aws:securetransport" => "without TLS".to_owned(),
            _ => return None,
        },
        OperatorFamily::IpAddress => match key {
            "aws:sourceip" | "aws:vpcsourceip" => {
                let not = if test.operator.is_negated() == holds { "not " } else { "" };
                format!("{not}from {values}")
            }
            _ => return None,
        },
        OperatorFamily::Date(comparison) if key == "aws:currenttime" && holds => match comparison {
            Comparison::LessThan | Comparison::LessThanEquals => format!("until {values}"),
            Comparison::GreaterThan | Comparison::GreaterThanEquals => format!("from {values} on"),
            Comparison::Equals => return None,
        },
        OperatorFamily::StringEquals | OperatorFamily::StringLike => {
            let not = if test.operator.is_negated() == holds { "not " } else { "" };
            let tag = test.key.as_str().split_once('/').map(|(_, tag)| tag);
            match (key, tag) {
                ("aws:requestedregion" | "ec2:region", _) => format!("{not}in {values}"),
                ("aws:sourcevpce", _) => format!("{not}through the VPC endpoint {values}"),
                ("aws:sourcevpc", _) => format!("{not}from the VPC {values}"),
                (_, Some(tag)) if key.contains(":resourcetag/") => match own_tag(&values) {
                    Some(own) => format!("{noun} {not}tagged {tag} like the identity's own tag {own}"),
                    None => format!("{noun} {not}tagged {tag}={values}"),
                },
                (_, Some(tag)) if key.starts_with("aws:principaltag/") => {
                    format!("{not}with the principal tag {tag}={values}")
                }
                _ => return None,
            }
        }
        OperatorFamily::Numeric(_)
        | OperatorFamily::Date(_)
        | OperatorFamily::StringEqualsIgnoreCase
        | OperatorFamily::Binary
        | OperatorFamily::Arn => return None,
    };
    // Whether a missing key will do is for the reader to see: such rules are got around without it.
    Some(match (test.if_exists, holds, test.operator) {
        (true, true, ConditionOperator::Bool) if key == "aws:multifactorauthpresent" => {
            format!("{said} or with a key or session that tells nothing of MFA")
        }
        (true, true, _) => format!("{said} or without {}", test.key),
        (true, false, _) => format!("{said} and with {}", test.key),
        (false, ..) => said,
    })
}

/// The tag of a value that is nothing but the identity's own.
fn own_tag(values: &str) -> Option<&str> {
    let own = values.strip_prefix("${aws:PrincipalTag/")?.strip_suffix('}')?;
    (!own.contains('$')).then_some(own)
}

fn null_phrase(unmet: &UnmetTest, holds: bool, noun: &str) -> Option<String> {
    let key = &unmet.test.key;
    let [value] = &*unmet.test.values else { return None };
    let is_absent = value.eq_ignore_ascii_case("true") == holds;
    let with = if is_absent { "without" } else { "with" };
    let tag = key.as_str().split_once('/').map(|(_, tag)| tag);
    Some(match tag {
        Some(tag) if key.lower().contains(":resourcetag/") => format!("{noun} {with} a tag {tag}"),
        Some(_) | None => format!("{with} {key}"),
    })
}
