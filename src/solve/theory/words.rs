//! Tests on texts as globs that a text must or must not match.

use crate::catalog::ValueType;
use crate::evaluate::ContextValue;
use crate::ident::Glob;
use crate::ident::GlobToken;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::OperatorFamily;
use crate::policy::TextPart;
use crate::policy::text_parts;
use crate::solve::theory::Domain;
use crate::solve::theory::Found;
use crate::solve::theory::Literal;
use crate::solve::theory::Reading;
use crate::solve::theory::empty::counts_presence;
use crate::solve::theory::empty::empty_meets;
use crate::solve::theory::key::meets;
use crate::solve::theory::text::FoundText;
use crate::solve::theory::text::Group;
use crate::solve::theory::text::TextGlob;
use crate::solve::theory::text::find_text;

/// A text that meets all literals.
pub(super) fn text_for(
    key: &ContextKey,
    literals: &[Literal<'_>],
    domain: &Domain,
    reading: Reading,
    wrap: &dyn Fn(&str) -> ContextValue,
) -> Found {
    // A tag may be empty; where presence or all values count, that is tried last.
    let is_tag = key.lower().contains("tag/");
    let is_told = literals.iter().any(counts_presence);
    let found = text_in(key, literals, domain, reading, wrap, is_tag && !is_told);
    if is_tag && is_told && !matches!(found, Found::Value(_)) && empty_meets(key, literals, reading) {
        return Found::Value(wrap(""));
    }
    found
}

fn text_in(
    key: &ContextKey,
    literals: &[Literal<'_>],
    domain: &Domain,
    reading: Reading,
    wrap: &dyn Fn(&str) -> ContextValue,
    may_be_empty: bool,
) -> Found {
    let mut groups: Vec<Group> = vec![wanted(Glob::from_policy_text(if may_be_empty { "*" } else { "?*" }))];
    let mut is_exact = true;
    if domain.value_type == Some(ValueType::Arn) {
        groups.push(wanted(Glob::from_policy_text("arn:*:*:*:*:*")));
    }
    if let Some(prefix) = &domain.prefix {
        let rest = std::iter::once(GlobToken::AnyRun);
        let glob: Glob = prefix.chars().map(GlobToken::Char).chain(rest).collect();
        groups.push(wanted(glob));
    }
    for literal in literals {
        if literal.test.operator.family() == OperatorFamily::Null {
            if !meets(key, &wrap("x"), &[*literal], reading) {
                return Found::Nothing;
            }
            continue;
        }
        let mut globs = Vec::new();
        for value in &literal.test.values {
            match glob_of(literal.test, value) {
                Some(glob) => globs.extend(glob),
                None => is_exact = false,
            }
        }
        groups.push(Group {
            globs,
            holds: literal.holds != literal.test.operator.is_negated(),
        });
        // E142, E122: an ARN operator matches ARNs only.
        is_exact &= !literal.test.values.is_empty();
    }
    match find_text(&groups, domain.alphabet) {
        FoundText::Text(text) => {
            let value = wrap(&text);
            if meets(key, &value, literals, reading) {
                Found::Value(value)
            } else {
                Found::GaveUp
            }
        }
        FoundText::Nothing if is_exact => Found::Nothing,
        FoundText::Nothing | FoundText::GaveUp => Found::GaveUp,
    }
}

fn wanted(glob: Glob) -> Group {
    Group {
        globs: vec![TextGlob::exact(glob)],
        holds: true,
    }
}

/// The glob of a test's value: `Some(None)` where it matches nothing, `None` where it is open what it matches.
#[expect(clippy::option_option, reason = "no glob and no knowledge are two things")]
fn glob_of(test: &ConditionTest, value: &str) -> Option<Option<TextGlob>> {
    let family = test.operator.family();
    let is_pattern = matches!(family, OperatorFamily::StringLike | OperatorFamily::Arn);
    let mut tokens = Vec::new();
    for part in text_parts(value) {
        match part {
            TextPart::Text(plain) if is_pattern => tokens.extend(plain.chars().map(GlobToken::from_policy_char)),
            TextPart::Text(plain) => tokens.extend(plain.chars().map(GlobToken::Char)),
            TextPart::Escaped(c) => tokens.push(GlobToken::Char(c)),
            TextPart::Variable { .. } => return Some(None),
            TextPart::Malformed(_) => return None,
        }
    }
    if family == OperatorFamily::Arn {
        tokens = arn_tokens(&tokens)?;
    }
    let ignores_case = family == OperatorFamily::StringEqualsIgnoreCase;
    // U13: beyond ASCII it is open how case is folded.
    if ignores_case && !value.is_ascii() {
        return None;
    }
    let glob: Glob = tokens.into_iter().collect();
    Some(Some(if ignores_case {
        TextGlob::ignoring_case(&glob)
    } else {
        TextGlob::exact(glob)
    }))
}

/// A pattern of an ARN operator: wildcards of the first five fields stay inside their field (E138). None for fewer than
/// six fields (U16).
fn arn_tokens(tokens: &[GlobToken]) -> Option<Vec<GlobToken>> {
    let mut colons = 0;
    let mut found = Vec::with_capacity(tokens.len());
    for token in tokens {
        if *token == GlobToken::Char(':') {
            colons += 1;
        }
        found.push(match token {
            GlobToken::AnyRun if colons < 5 => GlobToken::RunWithoutColon,
            GlobToken::AnyOne if colons < 5 => GlobToken::OneWithoutColon,
            GlobToken::Char(_)
            | GlobToken::AnyRun
            | GlobToken::AnyOne
            | GlobToken::RunWithoutColon
            | GlobToken::OneWithoutColon => *token,
        });
    }
    (colons >= 5).then_some(found)
}
