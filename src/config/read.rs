//! Reads `[[suppressions]]`.

use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::SuppressionEntry;
use crate::config::Suppressions;
use crate::config::entry::quoted;
use crate::config::terms::Terms;
use crate::config::text::Text;
use crate::config::text::kind;
use crate::finding::FindingId;
use crate::finding::RuleId;
use crate::finding::Suppression;
use crate::ident::AccountId;
use crate::ident::Glob;

const KEYS: &str = "`owner`, `reason`, `expires`, `finding`, `rule`, `action`, `identity`, `account`, `ou`, `tags`";

/// All entries of the list.
pub(super) fn suppressions(text: &mut Text<'_>, value: &Spanned<DeValue<'_>>) -> Suppressions {
    let Some(list) = value.get_ref().as_array() else {
        text.mistake(
            value.span().start,
            format!(
                "write each suppression as `[[suppressions]]`, not as {}",
                kind(value.get_ref())
            ),
        );
        return Suppressions::default();
    };
    let mut entries = Vec::new();
    for one in list {
        match one.get_ref().as_table() {
            Some(table) => entries.extend(suppression(text, table, one.span().start)),
            None => text.mistake(
                one.span().start,
                format!("a suppression is a table, not {}", kind(one.get_ref())),
            ),
        }
    }
    Suppressions { entries }
}

fn suppression(text: &mut Text<'_>, table: &DeTable<'_>, start: usize) -> Option<SuppressionEntry> {
    let before = text.mistakes.len();
    let (mut owner, mut reason, mut expires) = (None, None, None);
    let mut terms = Terms::default();
    let mut is_said = [false; 3];
    for (key, value) in table {
        match &**key.get_ref() {
            "owner" => {
                is_said[0] = true;
                owner = text.filled("owner", value);
            }
            "reason" => {
                is_said[1] = true;
                reason = text.filled("reason", value);
            }
            "expires" => {
                is_said[2] = true;
                expires = date(text, value);
            }
            "finding" => {
                terms.findings = each(text, "finding", value, |id| {
                    FindingId::from_text(id).ok_or_else(|| "is no finding's id: 32 hexadecimal digits expected".to_owned())
                });
            }
            "rule" => terms.rules = each(text, "rule", value, parsed::<RuleId>),
            "action" => {
                terms.actions = each(text, "action", value, |action| {
                    if action == "*" || action.contains(':') {
                        Ok(Glob::from_policy_text(&action.to_ascii_lowercase()))
                    } else {
                        Err("is no action: write `ec2:TerminateInstances`, or `ec2:*`".to_owned())
                    }
                });
            }
            "identity" => {
                terms.identities = each(text, "identity", value, |arn| {
                    if arn.starts_with(['a', '*', '?']) {
                        Ok(Glob::from_policy_text(arn))
                    } else {
                        Err("matches no ARN: write `arn:aws:iam::111122223333:role/deploy`, or `*:role/deploy`".to_owned())
                    }
                });
            }
            "account" => terms.accounts = each(text, "account", value, parsed::<AccountId>),
            "ou" => {
                terms.ous = each(text, "ou", value, |path| {
                    let path = without_last_slash(path)?;
                    if path.is_empty() {
                        Err("names no organizational unit: write its path, such as `Workloads/Production`".to_owned())
                    } else {
                        Ok(path.into())
                    }
                });
            }
            "tags" => terms.tags = tags(text, value),
            unknown => text.mistake(
                key.span().start,
                format!("`{unknown}` is no key of a suppression; the keys are {KEYS}"),
            ),
        }
    }
    let [has_owner, has_reason, has_expires] = is_said;
    for (is_said, key, why) in [
        (has_owner, "owner", "who answers for it"),
        (has_reason, "reason", "why it is accepted"),
        (has_expires, "expires", "the last day on which it counts, such as 2026-12-31"),
    ] {
        if !is_said {
            text.mistake(start, format!("a suppression needs `{key}`: {why}"));
        }
    }
    if terms.is_empty() && text.mistakes.len() == before {
        text.mistake(
            start,
            "a suppression that names nothing would cover every finding; name a `finding`, `rule`, `action`, `identity`, `account`, `ou` or `tags`",
        );
    }
    let is_good = text.mistakes.len() == before;
    let (owner, reason, expires) = (owner?, reason?, expires?);
    is_good.then(|| SuppressionEntry {
        place: text.place(start),
        suppression: Arc::new(Suppression { owner, reason, expires }),
        selector: selector(table).into(),
        terms,
    })
}

/// What the entry asks of a finding, as TOML on one line.
fn selector(table: &DeTable<'_>) -> String {
    let terms = table
        .iter()
        .filter(|(key, _)| !matches!(&**key.get_ref(), "owner" | "reason" | "expires"));
    let terms = terms.map(|(key, value)| format!("{} = {}", key.get_ref(), told(value.get_ref())));
    terms.collect::<Vec<_>>().join(", ")
}

fn told(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Array(list) => {
            let items: Vec<String> = list.iter().map(|one| told(one.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let members = table.iter();
            let members: Vec<String> = members
                .map(|(key, value)| format!("{} = {}", quoted(key.get_ref()), told(value.get_ref())))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        DeValue::String(text) => quoted(text),
        // No key that selects takes these.
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => String::new(),
    }
}

/// A path of units without a slash at its end. A slash behind a backslash is part of a unit's name.
fn without_last_slash(path: &str) -> Result<&str, String> {
    let mut end = 0;
    let mut rest = path.char_indices();
    while let Some((at, c)) = rest.next() {
        end = match c {
            '/' => continue,
            '\\' => match rest.next() {
                Some((next, '/' | '\\')) => next + 1,
                _ => {
                    return Err(
                        r"has a backslash before neither `/` nor `\`: copy the path from the column `ou_path`, in single quotes"
                            .to_owned(),
                    );
                }
            },
            c => at + c.len_utf8(),
        };
    }
    Ok(path.get(..end).unwrap_or(path))
}

/// A day, as a TOML date or in quotes.
fn date(text: &mut Text<'_>, value: &Spanned<DeValue<'_>>) -> Option<Date> {
    let told = match value.get_ref() {
        DeValue::Datetime(day) => day.to_string(),
        DeValue::String(day) => day.to_string(),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => String::new(),
    };
    let day = told.parse().ok().filter(|_| told.len() == "2026-12-31".len());
    if day.is_none() {
        text.mistake(value.span().start, "`expires` is a day such as 2026-12-31");
    }
    day
}

/// A text or a list of texts, each of which means something.
fn each<T>(text: &mut Text<'_>, key: &str, value: &Spanned<DeValue<'_>>, mean: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
    let list: Vec<&Spanned<DeValue<'_>>> = match value.get_ref().as_array() {
        Some(list) => list.iter().collect(),
        None => vec![value],
    };
    if list.is_empty() {
        text.mistake(
            value.span().start,
            format!("`{key}` is an empty list; write something or leave it out"),
        );
    }
    let mut all = Vec::new();
    for one in list {
        let Some(told) = text.filled(key, one) else { continue };
        match mean(&told) {
            Ok(meant) => all.push(meant),
            Err(why) => text.mistake(one.span().start, format!("`{key}`: `{told}` {why}")),
        }
    }
    all
}

fn parsed<T: FromStr<Err: ToString>>(told: &str) -> Result<T, String> {
    told.parse()
        .map_err(|error: T::Err| format!("does not fit: {}", error.to_string()))
}

fn tags(text: &mut Text<'_>, value: &Spanned<DeValue<'_>>) -> Vec<(Arc<str>, Arc<str>)> {
    let table = value.get_ref().as_table().filter(|table| !table.is_empty());
    let Some(table) = table else {
        text.mistake(value.span().start, "`tags` is a table such as { team = \"ops\" }");
        return Vec::new();
    };
    let mut all = Vec::new();
    for (key, value) in table {
        // The empty text is a value that a tag may have.
        match value.get_ref().as_str() {
            Some(told) => all.push((Arc::from(&**key.get_ref()), Arc::from(told))),
            None => text.mistake(
                value.span().start,
                format!("a tag's value is a text in quotes, not {}", kind(value.get_ref())),
            ),
        }
    }
    all
}
