//! Policy variables in a text (E90–E98): where they stand, not what they are worth.

/// A part of a policy text under version 2012-10-17.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPart<'a> {
    /// Text in which `*` and `?` may be wildcards.
    Text(&'a str),
    /// `${*}`, `${?}` or `${$}`: the character itself (E96).
    Escaped(char),
    /// `${key}` or `${key, 'default'}` (E91).
    Variable {
        /// The key's name.
        key: &'a str,
        /// What stands in when the key is absent (E98).
        default: Option<&'a str>,
    },
    /// `${…` that is not well formed.
    Malformed(&'a str),
}

/// Cuts a text into its parts.
pub fn text_parts(text: &str) -> impl Iterator<Item = TextPart<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((before, after)) = rest.split_once("${") else {
            return Some(TextPart::Text(std::mem::take(&mut rest)));
        };
        if !before.is_empty() {
            rest = rest.get(before.len()..).unwrap_or_default();
            return Some(TextPart::Text(before));
        }
        let (part, remaining) = match closing_brace(after) {
            Some((inside, remaining)) => (variable(inside), remaining),
            None => (TextPart::Malformed(rest), ""),
        };
        rest = remaining;
        Some(part)
    })
}

/// The variables of a text: each key, and what stands in when it is absent.
pub fn variables(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    text_parts(text).filter_map(|part| match part {
        TextPart::Variable { key, default } => Some((key, default)),
        TextPart::Text(_) | TextPart::Escaped(_) | TextPart::Malformed(_) => None,
    })
}

/// The text up to the closing brace, which may stand inside the quoted default.
fn closing_brace(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '\'';
        (c == '}' && !quoted).then_some(at)
    });
    let at = at.or_else(|| text.find('}'))?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn variable(inside: &str) -> TextPart<'_> {
    match inside {
        "*" => return TextPart::Escaped('*'),
        "?" => return TextPart::Escaped('?'),
        "$" => return TextPart::Escaped('$'),
        _ => {}
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, rest)) => {
            // E91: a comma, one space, the default in single quotes.
            let quoted = rest.strip_prefix(" '").and_then(|rest| rest.strip_suffix('\''));
            match quoted {
                Some(default) => (key, Some(default)),
                None => return TextPart::Malformed(inside),
            }
        }
    };
    // A tag key may hold blanks; the name before the slash may not.
    let name = key.split('/').next().unwrap_or_default();
    let well_formed = name.contains(':') && !name.contains([' ', '$', '{', '\'']) && !key.ends_with(':');
    if well_formed {
        TextPart::Variable { key, default }
    } else {
        TextPart::Malformed(inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_defaults_and_escapes_are_told_apart() {
        let parts: Vec<_> = text_parts("a/${aws:username}-${aws:PrincipalTag/team, 'x}y'}*${*}${aws:PrincipalTag/a b}").collect();
        assert_eq!(
            parts,
            [
                TextPart::Text("a/"),
                TextPart::Variable {
                    key: "aws:username",
                    default: None
                },
                TextPart::Text("-"),
                TextPart::Variable {
                    key: "aws:PrincipalTag/team",
                    default: Some("x}y")
                },
                TextPart::Text("*"),
                TextPart::Escaped('*'),
                TextPart::Variable {
                    key: "aws:PrincipalTag/a b",
                    default: None
                },
            ]
        );
        for malformed in [
            "${aws:username",
            "${}",
            "${aws:username,x}",
            "${aws:username,'x'}",
            "${nothing}",
        ] {
            assert!(
                text_parts(malformed).any(|part| matches!(part, TextPart::Malformed(_))),
                "{malformed}"
            );
        }
    }
}
