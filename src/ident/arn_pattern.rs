//! Patterns of `Resource` and `NotResource` (E51–E65), matched against a concrete ARN.

use crate::ident::Arn;
use crate::ident::Glob;
use crate::ident::GlobToken;
use crate::ident::OpenPoint;
use crate::ident::Ternary;
use crate::ident::glob_matches;

/// A resource pattern whose variables are already filled in: `*`, or six fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArnPattern {
    /// `*`: every resource, and "no resource" too.
    Everything,
    /// Six fields, of which the last ones may have been completed with `*`.
    Fields(Box<ArnFields>),
}

/// The fields of an ARN pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArnFields {
    fields: [Vec<GlobToken>; 6],
    written: usize,
}

/// Why a text is no resource pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidArnPattern {
    /// Neither `*` nor an ARN (E65).
    #[error("`{0}` is neither `*` nor an ARN")]
    NotAnArn(String),
    /// Fewer than six fields where they are not completed.
    #[error("the ARN has fewer than six fields")]
    Incomplete,
}

impl ArnPattern {
    /// Cuts tokens at their first five colons. With `complete`, missing fields become `*` (E56).
    ///
    /// # Errors
    /// The tokens are neither a lone `*` nor begin with `arn:`, or fields are missing.
    pub fn from_tokens(tokens: &[GlobToken], complete: bool) -> Result<Self, InvalidArnPattern> {
        if tokens == [GlobToken::AnyRun] {
            return Ok(Self::Everything);
        }
        let mut fields: [Vec<GlobToken>; 6] = Default::default();
        let mut count = 0;
        for &token in tokens {
            if token == GlobToken::Char(':') && count < 5 {
                count += 1;
            } else if let Some(field) = fields.get_mut(count) {
                field.push(token);
            }
        }
        let [first, ..] = &fields;
        if count == 0 || first.iter().copied().ne("arn".chars().map(GlobToken::Char)) {
            return Err(InvalidArnPattern::NotAnArn(show(tokens)));
        }
        if count < 5 && !complete {
            return Err(InvalidArnPattern::Incomplete);
        }
        for field in fields.iter_mut().skip(count + 1) {
            field.push(GlobToken::AnyRun);
        }
        Ok(Self::Fields(Box::new(ArnFields {
            fields,
            written: count + 1,
        })))
    }

    /// The pattern that a policy's text stands for, no variables considered.
    ///
    /// # Errors
    /// As [`Self::from_tokens`].
    pub fn parse(text: &str, complete: bool) -> Result<Self, InvalidArnPattern> {
        Self::from_tokens(Glob::from_policy_text(text).tokens(), complete)
    }

    /// Whether the pattern matches the ARN. `type_word` tells the literal word before the first `/` or `:`
    /// of the resource field in the ARN's documented format (`instance`, `service`), if it has one.
    #[must_use]
    pub fn matches<'w>(&self, arn: &Arn, type_word: impl FnOnce() -> Option<&'w str>) -> Ternary {
        let Self::Fields(pattern) = self else { return Ternary::Yes };
        let certain = pattern
            .fields
            .iter()
            .zip(arn.fields())
            // The text is cut at its colons, so a wildcard cannot leave its field.
            .all(|(field, text)| glob_matches(field.iter().copied(), text.chars()));
        if certain {
            return if self.wildcard_where_forbidden(arn, type_word) {
                Ternary::Open(OpenPoint::WildcardInArnService)
            } else {
                Ternary::Yes
            };
        }
        let loose =
            |count| pattern.could_match_across_colons(count, arn.as_str()) && pattern.across_colons(count).matches(arn.as_str());
        if loose(6) || loose(pattern.written) {
            Ternary::Open(OpenPoint::WildcardAcrossColons)
        } else {
            Ternary::No
        }
    }

    /// Whether every ARN that `other` matches for certain is matched by `self`.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) => true,
            (Self::Fields(_), Self::Everything) => false,
            (Self::Fields(ours), Self::Fields(theirs)) => {
                ours.fields.iter().zip(theirs.fields.iter()).all(|(general, specific)| {
                    let general: Glob = general.iter().copied().collect();
                    general.covers(&specific.iter().copied().collect())
                })
            }
        }
    }

    /// Whether some ARN is matched for certain by both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Everything) => true,
            (Self::Fields(ours), Self::Fields(theirs)) => ours.fields.iter().zip(theirs.fields.iter()).all(|(one, two)| {
                let one: Glob = one.iter().copied().collect();
                one.overlaps(&two.iter().copied().collect())
            }),
        }
    }

    /// E59: a wildcard in the service field, or inside the resource-type word.
    fn wildcard_where_forbidden<'w>(&self, arn: &Arn, type_word: impl FnOnce() -> Option<&'w str>) -> bool {
        let Self::Fields(pattern) = self else { return false };
        let [_, _, service, _, _, resource] = &pattern.fields;
        if service.iter().any(|token| is_wildcard(*token)) {
            return true;
        }
        let mut first_word = resource
            .iter()
            .take_while(|token| !matches!(token, GlobToken::Char('/' | ':')));
        if resource.as_slice() == [GlobToken::AnyRun] || !first_word.any(|token| is_wildcard(*token)) || type_word().is_none() {
            return false;
        }
        // `*/` for the whole word is common practice; IAM's own types forbid it.
        let whole_word_is_a_star = matches!(resource.as_slice(), [GlobToken::AnyRun, GlobToken::Char('/' | ':'), ..]);
        !whole_word_is_a_star || arn.service() == "iam"
    }
}

impl ArnFields {
    /// A cheap test that most ARNs fail: with every `*` running across colons.
    fn could_match_across_colons(&self, count: usize, text: &str) -> bool {
        let mut fields = self.fields.iter().take(count);
        let first = fields.next().into_iter().flatten().copied();
        let others = fields.flat_map(|field| std::iter::once(GlobToken::Char(':')).chain(field.iter().copied()));
        glob_matches(first.chain(others), text.chars())
    }

    /// The loose reading (E53) of the first `count` fields: a `*` that ends a segment also runs across the colons that follow.
    fn across_colons(&self, count: usize) -> Glob {
        let mut tokens = Vec::new();
        for (index, field) in self.fields.iter().enumerate().take(count) {
            if index > 0 {
                tokens.push(GlobToken::Char(':'));
            }
            for (at, &token) in field.iter().enumerate() {
                let ends_segment = at + 1 == field.len();
                tokens.push(if index == 5 || (ends_segment && token == GlobToken::AnyRun) {
                    token
                } else {
                    without_colon(token)
                });
            }
        }
        tokens.into_iter().collect()
    }
}

fn without_colon(token: GlobToken) -> GlobToken {
    match token {
        GlobToken::AnyRun => GlobToken::RunWithoutColon,
        GlobToken::AnyOne => GlobToken::OneWithoutColon,
        GlobToken::Char(_) | GlobToken::RunWithoutColon | GlobToken::OneWithoutColon => token,
    }
}

fn is_wildcard(token: GlobToken) -> bool {
    !matches!(token, GlobToken::Char(_))
}

fn show(tokens: &[GlobToken]) -> String {
    let spell = |token: &GlobToken| match token {
        GlobToken::Char(c) => *c,
        GlobToken::AnyRun | GlobToken::RunWithoutColon => '*',
        GlobToken::AnyOne | GlobToken::OneWithoutColon => '?',
    };
    tokens.iter().map(spell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTANCE: &str = "arn:aws:ec2:us-east-1:111122223333:instance/i-0aaa1111bbbb2222c";

    #[test]
    fn fields_match_one_by_one_and_open_points_stay_open() {
        let arn: Arn = INSTANCE.parse().unwrap();
        for (pattern, expected) in [
            ("*", Ternary::Yes),
            ("arn:aws:ec2", Ternary::Yes),
            ("arn:aws:ec2:*:*:instance/i-0aaa*", Ternary::Yes),
            ("arn:aws:ec2:*:*:*/*", Ternary::Yes),
            ("arn:aws:ec2:*:*:volume/*", Ternary::No),
            ("arn:aws:ec2:eu-west-1:*:instance/*", Ternary::No),
            ("arn:aws-us-gov:ec2:*:*:instance/*", Ternary::No),
            ("arn:aws:ec2:*:*:inst*", Ternary::Open(OpenPoint::WildcardInArnService)),
            ("arn:aws:ec2:*:*:instance*", Ternary::Open(OpenPoint::WildcardInArnService)),
            ("arn:aws:e*:*:*:instance/*", Ternary::Open(OpenPoint::WildcardInArnService)),
            ("arn:aws:ec2:*:instance/*", Ternary::Open(OpenPoint::WildcardAcrossColons)),
            ("arn:aws:ec2:*:*:instance/I-0AAA1111BBBB2222C", Ternary::No),
        ] {
            assert_eq!(
                ArnPattern::parse(pattern, true).unwrap().matches(&arn, || Some("instance")),
                expected,
                "{pattern}"
            );
        }
        assert!(ArnPattern::parse("i-0aaa1111bbbb2222c", true).is_err());
        assert_eq!(ArnPattern::parse("arn:aws:ec2", false), Err(InvalidArnPattern::Incomplete));
    }
}
