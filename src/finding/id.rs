//! A name of a finding that lasts from run to run.

use std::fmt;

use sha2::Digest;
use sha2::Sha256;

use crate::finding::RuleId;

/// Names what a finding answers: rule, identity and action. The same question has the same id on every day and in every
/// format, whatever the answer is and whatever else the report holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId([u8; 16]);

impl FindingId {
    /// The id of the question whether `principal`, an ARN, can call `action`, asked by `rule`.
    #[must_use]
    pub fn of(rule: &RuleId, principal: &str, action: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [rule.as_str(), principal, &action.to_ascii_lowercase()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest).for_each(|(byte, of_digest)| *byte = of_digest);
        Self(bytes)
    }

    /// The id of its own printing.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 32 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u128::from_str_radix(text, 16).ok().map(|number| Self(number.to_be_bytes()))
    }

    /// The 128 bits.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl serde::Serialize for FindingId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_the_question_and_reads_back() {
        let rule: RuleId = "T1578.003".parse().unwrap();
        let deploy = "arn:aws:iam::111122223333:role/deploy";
        let id = FindingId::of(&rule, deploy, "ec2:TerminateInstances");
        assert_eq!(id, FindingId::of(&rule, deploy, "EC2:terminateinstances"));
        assert_ne!(id, FindingId::of(&rule, deploy, "ecs:DeleteService"));
        assert_ne!(
            id,
            FindingId::of(&rule, "arn:aws:iam::111122223333:role/Deploy", "ec2:TerminateInstances")
        );
        assert_eq!(FindingId::from_text(&id.to_string()), Some(id));
        assert_eq!(id.to_string(), "7f1ea6ba3d30b29aeb22c40c010447d3");
        for wrong in ["", "+1234567890123456789012345678901", &format!("{id}0")] {
            assert_eq!(FindingId::from_text(wrong), None);
        }
    }
}
