//! ARN operators (E138, E142, E143): six components one by one, `*` and `?` in each.

use crate::evaluate::condition::compare::Compared;
use crate::ident::Glob;
use crate::ident::GlobToken;
use crate::ident::OpenPoint;
use crate::ident::glob_text_matches;

/// Compares a request value with a pattern as it is written.
pub(super) fn compare_text(value: &str, pattern: &str) -> Compared {
    let Some(texts) = arn_fields(value) else {
        return Compared::BadRequestValue;
    };
    let Some(fields) = six_fields(pattern) else {
        return Compared::Open(OpenPoint::ShortArnInCondition);
    };
    let mut pairs = fields.into_iter().zip(texts);
    pairs.all(|(field, text)| glob_text_matches(field, text)).into()
}

fn arn_fields(value: &str) -> Option<[&str; 6]> {
    six_fields(value).filter(|_| value.starts_with("arn:"))
}

/// A text cut at its first five colons.
fn six_fields(text: &str) -> Option<[&str; 6]> {
    let mut fields = [""; 6];
    let [first @ .., last] = &mut fields;
    let mut rest = text;
    for field in first {
        let (before, after) = rest.split_at_checked(memchr::memchr(b':', rest.as_bytes())?)?;
        *field = before;
        rest = after.get(1..)?;
    }
    *last = rest;
    Some(fields)
}

/// Compares a request value with a pattern whose variables are filled.
pub(super) fn compare(value: &str, pattern: &[GlobToken]) -> Compared {
    let Some(texts) = arn_fields(value) else {
        return Compared::BadRequestValue;
    };
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
        .zip(texts)
        .all(|(field, text)| field.into_iter().collect::<Glob>().matches(text));
    if matched { Compared::Match } else { Compared::NoMatch }
}
