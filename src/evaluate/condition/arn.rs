//! ARN operators (E138, E142, E143): six components one by one, `*` and `?` in each.

use crate::evaluate::condition::compare::Compared;
use crate::evaluate::condition::compare::wildcards;
use crate::ident::Glob;
use crate::ident::GlobToken;
use crate::ident::OpenPoint;
use crate::ident::glob_matches;

/// Compares a request value with a pattern as it is written.
pub(super) fn compare_text(value: &str, pattern: &str) -> Compared {
    if !is_arn(value) {
        return Compared::BadRequestValue;
    }
    if pattern.splitn(6, ':').count() < 6 {
        return Compared::Open(OpenPoint::ShortArnInCondition);
    }
    let matched = pattern
        .splitn(6, ':')
        .zip(value.splitn(6, ':'))
        .all(|(field, text)| glob_matches(wildcards(field), text.chars()));
    matched.into()
}

fn is_arn(value: &str) -> bool {
    value.splitn(6, ':').count() == 6 && value.starts_with("arn:")
}

/// Compares a request value with a pattern whose variables are filled.
pub(super) fn compare(value: &str, pattern: &[GlobToken]) -> Compared {
    if !is_arn(value) {
        return Compared::BadRequestValue;
    }
    let mut fields: Vec<Vec<GlobToken>> = vec![Vec::new()];
    for &token in pattern {
        if token == GlobToken::Char(':') && fields.len() < 6 {
            fields.push(Vec::new());
        } else if let Some(field) = fields.last_mut() {
            field.push(token);
        }
    }
    if fields.len() < 6 {
        return Compared::Open(OpenPoint::ShortArnInCondition);
    }
    // The value is cut at its own colons, so a wildcard cannot leave its component.
    let matched = fields
        .into_iter()
        .zip(value.splitn(6, ':'))
        .all(|(field, text)| field.into_iter().collect::<Glob>().matches(text));
    if matched { Compared::Match } else { Compared::NoMatch }
}
