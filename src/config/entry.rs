//! Writes a suppression as it stands in the file.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::finding::FindingId;

/// What an entry for one finding says.
#[derive(Debug, Clone, Copy)]
pub struct EntryWords<'a> {
    /// The finding.
    pub id: FindingId,
    /// The rule that asked.
    pub rule: &'a str,
    /// The action.
    pub action: &'a str,
    /// The ARN of the identity.
    pub identity: &'a str,
    /// Who answers for it.
    pub owner: &'a str,
    /// Why it is accepted.
    pub reason: &'a str,
    /// The last day, in UTC, on which it counts.
    pub expires: Date,
}

/// An entry that covers the one finding. The id alone decides: a wildcard in a hostile name covers nothing more. Rule,
/// action and identity are there for who reads the file.
#[must_use]
pub fn entry(words: &EntryWords<'_>) -> String {
    let mut text = String::from("[[suppressions]]\n");
    let id = words.id.to_string();
    for (key, value) in [
        ("finding", &*id),
        ("rule", words.rule),
        ("action", words.action),
        ("identity", words.identity),
        ("owner", words.owner),
        ("reason", words.reason),
    ] {
        let _ = writeln!(text, "{key} = {}", quoted(value));
    }
    let _ = writeln!(text, "expires = {}", words.expires);
    text
}

/// A basic string on one line, in which whatever a terminal or an editor might obey is an escape.
pub(super) fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() => text.push(c),
            c => {
                let _ = write!(text, "\\U{:08X}", u32::from(c));
            }
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigFile;

    #[test]
    fn an_entry_of_hostile_names_reads_back_as_one_entry() {
        let id = FindingId::from_text("7f1ea6ba3d30b29aeb22c40c010447d3").unwrap();
        let hostile = "arn:aws:iam::111122223333:role/\"\n[[suppressions]]\n\u{202e}\u{1b}[31m'''\\";
        let written = entry(&EntryWords {
            id,
            rule: "T1578.003",
            action: "ec2:TerminateInstances",
            identity: hostile,
            owner: "\"\"\"",
            reason: "\u{0}é",
            expires: Date::constant(2026, 12, 31),
        });
        assert_eq!(written.lines().count(), 8, "{written}");
        let (config, mistakes) = ConfigFile::parse("leastwise.toml", &written);
        assert_eq!(mistakes, []);
        let [one] = &config.suppressions.entries[..] else {
            panic!("{written}")
        };
        assert_eq!(&*one.suppression.owner, "\"\"\"");
        assert_eq!(one.place.line, 1);
    }
}
