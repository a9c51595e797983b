//! One value of the request against one value of the policy, by operator family (E130–E138).

use std::borrow::Cow;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::evaluate::condition::CidrBlock;
use crate::evaluate::condition::Decimal;
use crate::evaluate::condition::arn;
use crate::evaluate::condition::parse_date;
use crate::ident::Glob;
use crate::ident::GlobToken;
use crate::ident::OpenPoint;
use crate::ident::glob_matches;
use crate::ident::glob_text_matches;
use crate::policy::OperatorFamily;

/// What a comparison gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    Match,
    NoMatch,
    /// Not documented.
    Open(OpenPoint),
    /// The policy's value does not parse for the operator (U11).
    BadPolicyValue,
    /// The request's value does not parse for the operator (E122).
    BadRequestValue,
}

impl From<bool> for Compared {
    fn from(matched: bool) -> Self {
        if matched { Self::Match } else { Self::NoMatch }
    }
}

/// Whether `*` and `?` in a policy's value are wildcards for the family.
pub(super) fn has_wildcards(family: OperatorFamily) -> bool {
    matches!(family, OperatorFamily::StringLike | OperatorFamily::Arn)
}

/// Whether policy variables are filled in values of the family (E92, E93).
pub(super) fn takes_variables(family: OperatorFamily) -> bool {
    match family {
        OperatorFamily::StringEquals
        | OperatorFamily::StringEqualsIgnoreCase
        | OperatorFamily::StringLike
        | OperatorFamily::Arn
        | OperatorFamily::Bool => true,
        OperatorFamily::Numeric(_)
        | OperatorFamily::Date(_)
        | OperatorFamily::Binary
        | OperatorFamily::IpAddress
        | OperatorFamily::Null => false,
    }
}

/// One reading of a policy's value.
#[derive(Debug, Clone)]
pub(super) enum Reading<'t> {
    /// As it is written: there are no variables in it.
    Plain(&'t str),
    /// With its variables filled.
    Filled(Vec<GlobToken>),
}

impl Reading<'_> {
    /// The reading as a glob; `*` and `?` of the policy's own text are wildcards where the family knows wildcards.
    pub(super) fn glob(&self, family: OperatorFamily) -> Glob {
        match self {
            Self::Plain(text) if has_wildcards(family) => Glob::from_policy_text(text),
            Self::Plain(text) => text.chars().map(GlobToken::Char).collect(),
            Self::Filled(tokens) => tokens.iter().copied().collect(),
        }
    }

    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Plain(text) => Cow::Borrowed(text),
            Self::Filled(tokens) => Cow::Owned(text_of(tokens)),
        }
    }
}

/// Compares by family with one reading of the policy's value.
pub(super) fn compare(family: OperatorFamily, value: &str, reading: &Reading<'_>) -> Compared {
    let text = || reading.text();
    match family {
        OperatorFamily::StringEquals | OperatorFamily::StringLike => match reading {
            Reading::Plain(text) if has_wildcards(family) => glob_text_matches(text, value).into(),
            Reading::Plain(text) => (*text == value).into(),
            Reading::Filled(tokens) => glob_matches(tokens.iter().copied(), value.chars()).into(),
        },
        OperatorFamily::StringEqualsIgnoreCase => ignoring_case(value, &text()),
        OperatorFamily::Arn => match reading {
            Reading::Plain(text) => arn::compare_text(value, text),
            Reading::Filled(tokens) => arn::compare(value, tokens),
        },
        OperatorFamily::Bool => boolean(value, &text()),
        OperatorFamily::Numeric(comparison) => match (Decimal::parse(value), Decimal::parse(&text())) {
            (_, None) => Compared::BadPolicyValue,
            (None, Some(_)) => Compared::BadRequestValue,
            (Some(value), Some(bound)) => comparison.accepts(value.cmp(&bound)).into(),
        },
        OperatorFamily::Date(comparison) => {
            let (values, bounds) = (parse_date(value), parse_date(&text()));
            if bounds.is_empty() {
                return Compared::BadPolicyValue;
            }
            let mut readings = values
                .iter()
                .flat_map(|value| bounds.iter().map(|bound| comparison.accepts(value.cmp(bound))));
            match readings.next() {
                None => Compared::BadRequestValue,
                Some(first) if readings.all(|other| other == first) => first.into(),
                Some(_) => Compared::Open(OpenPoint::AmbiguousDate),
            }
        }
        OperatorFamily::IpAddress => match (value.parse::<IpAddr>(), CidrBlock::parse(&text())) {
            (_, None) => Compared::BadPolicyValue,
            (Err(_), Some(_)) => Compared::BadRequestValue,
            (Ok(address), Some(block)) => block.contains(address).into(),
        },
        OperatorFamily::Binary => match (STANDARD.decode(value), STANDARD.decode(&*text())) {
            (_, Err(_)) => Compared::BadPolicyValue,
            (Err(_), Ok(_)) => Compared::BadRequestValue,
            (Ok(value), Ok(bytes)) => (value == bytes).into(),
        },
        // A Null test looks at presence, never at a value.
        OperatorFamily::Null => Compared::NoMatch,
    }
}

fn ignoring_case(value: &str, expected: &str) -> Compared {
    if value.eq_ignore_ascii_case(expected) {
        return Compared::Match;
    }
    // U13: beyond ASCII it is not documented how case is folded.
    if value.to_lowercase() == expected.to_lowercase() {
        Compared::Open(OpenPoint::NonAsciiCaseFolding)
    } else {
        Compared::NoMatch
    }
}

/// E122: any request value other than `true` counts as false.
fn boolean(value: &str, expected: &str) -> Compared {
    let is_true = value.eq_ignore_ascii_case("true");
    if expected.eq_ignore_ascii_case("true") {
        is_true.into()
    } else if expected.eq_ignore_ascii_case("false") {
        (!is_true).into()
    } else {
        Compared::BadPolicyValue
    }
}

fn text_of(tokens: &[GlobToken]) -> String {
    let spell = |token: &GlobToken| match token {
        GlobToken::Char(c) => *c,
        GlobToken::AnyRun | GlobToken::RunWithoutColon => '*',
        GlobToken::AnyOne | GlobToken::OneWithoutColon => '?',
    };
    tokens.iter().map(spell).collect()
}
