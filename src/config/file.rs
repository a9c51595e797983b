//! A whole configuration file.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;
use toml::de::Error as TomlError;

use crate::config::Mistake;
use crate::config::Suppressions;
use crate::config::read::suppressions;
use crate::config::text::Text;
use crate::config::text::kind;
use crate::finding::Place;

/// What a file says. Settings are texts here; the command knows what each may be.
#[derive(Debug, Clone, Default)]
pub struct ConfigFile {
    /// The settings, in order of their keys.
    pub settings: Vec<Setting>,
    /// Who accepts which findings.
    pub suppressions: Suppressions,
}

/// A setting.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// Where the name stands.
    pub place: Place,
    /// Whether it was written as a list.
    pub is_list: bool,
    /// Its values.
    pub values: Vec<SettingValue>,
}

/// One value of a setting.
#[derive(Debug, Clone)]
pub struct SettingValue {
    /// As a flag of the command line would say it.
    pub text: String,
    /// Whether it was written as `true` or `false`.
    pub is_bool: bool,
    /// Where it stands.
    pub place: Place,
}

impl ConfigFile {
    /// Reads the text of a file of this name. The mistakes come in order of their places; with any, the rest of what is
    /// read is only good for finding more of them.
    #[must_use]
    pub fn parse(file: &str, text: &str) -> (Self, Vec<Mistake>) {
        let mut source = Text::new(file, text);
        let mut config = Self::default();
        let (table, errors) = DeTable::parse_recoverable(text);
        syntax(&mut source, &errors);
        // Half-read values would give mistakes that nobody made.
        if errors.is_empty() {
            for (key, value) in table.get_ref() {
                if &**key.get_ref() == "suppressions" {
                    config.suppressions = suppressions(&mut source, value);
                } else {
                    config
                        .settings
                        .extend(setting(&mut source, key.get_ref(), key.span().start, value));
                }
            }
        }
        let mut mistakes = source.mistakes;
        mistakes.sort_by_key(|mistake| (mistake.place.line, mistake.place.column));
        (config, mistakes)
    }
}

/// At most so many lines whose syntax is wrong are told.
const LINES: usize = 20;

/// What is wrong with the syntax: the first thing of each line, since what comes after it follows from it as a rule.
fn syntax(text: &mut Text<'_>, errors: &[TomlError]) {
    let start = |error: &TomlError| error.span().map_or(0, |span| span.start);
    // Brackets that the parser gave up on are not closed for it either.
    if let Some(deep) = errors.iter().find(|error| error.message().contains("recurse")) {
        text.mistake(start(deep), "lists and tables are nested deeper than 80; no setting is");
        return;
    }
    let mut first_of_line: BTreeMap<usize, &TomlError> = BTreeMap::new();
    for error in errors {
        let known = first_of_line.entry(text.line(start(error))).or_insert(error);
        if start(error) < start(known) {
            *known = error;
        }
    }
    for error in first_of_line.values().take(LINES) {
        let message: Vec<&str> = error.message().split_whitespace().collect();
        text.mistake(start(error), message.join(" "));
    }
    if let Some(next) = first_of_line.values().nth(LINES) {
        let more = first_of_line.len() - LINES;
        text.mistake(
            start(next),
            format!("from here on {more} more lines are wrong; mend those above first"),
        );
    }
}

fn setting(text: &mut Text<'_>, key: &str, start: usize, value: &Spanned<DeValue<'_>>) -> Option<Setting> {
    let list = value.get_ref().as_array();
    let values: Option<Vec<SettingValue>> = match list {
        Some(list) => list.iter().map(|one| setting_value(text, key, one)).collect(),
        None => setting_value(text, key, value).map(|value| vec![value]),
    };
    Some(Setting {
        key: key.to_owned(),
        place: text.place(start),
        is_list: list.is_some(),
        values: values?,
    })
}

fn setting_value(text: &mut Text<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<SettingValue> {
    let told = match value.get_ref() {
        DeValue::String(told) => told.to_string(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(told) => told.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Integer(_) | DeValue::Array(_) | DeValue::Table(_) => {
            text.mistake(
                value.span().start,
                format!(
                    "`{key}`: a setting is a text, a decimal number, a time, true or false, or a list of these, not {}",
                    kind(value.get_ref())
                ),
            );
            return None;
        }
    };
    Some(SettingValue {
        text: told,
        is_bool: value.get_ref().is_bool(),
        place: text.place(value.span().start),
    })
}
