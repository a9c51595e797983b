//! Condition keys: their value types, and names with a hole such as `aws:ResourceTag/${TagKey}`.

use std::fmt;

/// What the values of a condition key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// Text.
    String,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A date, ISO 8601 or epoch seconds.
    Date,
    /// A number.
    Numeric,
    /// An IP address.
    IpAddress,
    /// Bytes, written in base64.
    Binary,
}

/// The type of a condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyType {
    /// The type of each value.
    pub value: ValueType,
    /// Whether a request can carry several values (E165).
    pub is_multivalued: bool,
}

impl KeyType {
    /// The type that a word of the Service Authorization Reference names, such as `ArrayOfString`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let (is_multivalued, value) = word.strip_prefix("ArrayOf").map_or((false, word), |value| (true, value));
        let value = match value {
            "String" => ValueType::String,
            "ARN" => ValueType::Arn,
            "Bool" => ValueType::Bool,
            "Date" => ValueType::Date,
            "Numeric" => ValueType::Numeric,
            "IPAddress" => ValueType::IpAddress,
            "Binary" => ValueType::Binary,
            _ => return None,
        };
        Some(Self { value, is_multivalued })
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "String",
            Self::Arn => "ARN",
            Self::Bool => "Bool",
            Self::Date => "Date",
            Self::Numeric => "Numeric",
            Self::IpAddress => "IPAddress",
            Self::Binary => "Binary",
        })
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_multivalued { "ArrayOf" } else { "" }, self.value)
    }
}

/// A condition key that a service knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionKey {
    /// The key in AWS's case; may have a hole such as `${TagKey}`.
    pub name: &'static str,
    /// The type of its values.
    pub key_type: KeyType,
}

/// Whether a key, case ignored, is the named one or fills the name's holes with something.
pub(super) fn key_matches(name: &str, key: &str) -> bool {
    // Most comparisons end at the first letter that differs, before any hole.
    let differ = |(a, b): (u8, u8)| a == b'$' || !a.eq_ignore_ascii_case(&b);
    let same = name
        .bytes()
        .zip(key.bytes())
        .position(differ)
        .unwrap_or(name.len().min(key.len()));
    let (Some((_, name)), Some((_, key))) = (name.split_at_checked(same), key.split_at_checked(same)) else {
        return false;
    };
    match name.strip_prefix("${").and_then(|hole| hole.split_once('}')) {
        None => name.is_empty() && key.is_empty(),
        // A hole is never empty: `aws:ResourceTag/` names no tag.
        Some((_, "")) => !key.is_empty(),
        Some((_, after)) => {
            let ends = key.char_indices().skip(1).map(|(at, _)| at);
            ends.filter_map(|at| key.split_at_checked(at))
                .any(|(_, tail)| key_matches(after, tail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_ignore_case_and_fill_holes() {
        assert!(key_matches("aws:ResourceTag/${TagKey}", "AWS:resourcetag/Env"));
        assert!(key_matches("aws:ResourceTag/${TagKey}", "aws:ResourceTag/a/b:c"));
        assert!(key_matches(
            "events:Metadata/${MetadataKey}/Matcher",
            "events:metadata/x/y/matcher"
        ));
        assert!(!key_matches("aws:ResourceTag/${TagKey}", "aws:ResourceTag/"));
        assert!(!key_matches("aws:ResourceTag/${TagKey}", "aws:ResourceTag"));
        assert!(!key_matches("ec2:InstanceType", "ec2:InstanceTypes"));
        assert!(key_matches("ec2:InstanceType", "EC2:instancetype"));
        assert!(!key_matches("aws:ResourceTag/${TagKey}", "aws:Resourcé"));
    }

    #[test]
    fn types_read_and_print_alike() {
        for word in [
            "String",
            "ArrayOfString",
            "ARN",
            "ArrayOfARN",
            "Bool",
            "Date",
            "Numeric",
            "IPAddress",
        ] {
            assert_eq!(KeyType::from_word(word).unwrap().to_string(), word);
        }
        assert_eq!(KeyType::from_word("Colour"), None);
    }
}
