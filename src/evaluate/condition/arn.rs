//! ARN operators (E138, E142, E143): six components one by one, `*` and `?` in each.

use crate::evaluate::condition::compare::Compared;
use crate::ident::Glob;
use crate::ident::GlobToken;
use crate::ident::OpenPoint;

/// Compares a request value with a pattern.
pub(super) fn compare(value: &str, pattern: &[GlobToken]) -> Compared {
    if value.splitn(6, ':').count() < 6 || !value.starts_with("arn:") {
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
