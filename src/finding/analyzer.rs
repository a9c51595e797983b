//! What IAM Access Analyzer says, kept as evidence beside our own verdict.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::ident::AccountId;

/// One Access Analyzer finding about an identity.
///
/// Type and status are text because AWS's lists grow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct AnalyzerEvidence {
    /// The analyzer's ARN, when known: an id is unique within its analyzer only.
    pub analyzer: Option<Arc<str>>,
    /// The finding's id.
    pub id: Arc<str>,
    /// The finding type in AWS's word: `ExternalAccess`, `UnusedIAMRole`…
    #[serde(rename = "type")]
    pub kind: Arc<str>,
    /// The status in AWS's word: `ACTIVE`, `ARCHIVED`, `RESOLVED`.
    pub status: Arc<str>,
    /// The details in words: who from outside, which key, unused since when.
    pub detail: Arc<str>,
    /// Whether the finding says that anyone at all has access.
    pub is_public: bool,
    /// Whether the finding is older than the identity, and so about an earlier one of the same ARN.
    pub is_about_earlier: bool,
    /// When the finding was last updated.
    pub updated_at: Option<Timestamp>,
}

impl AnalyzerEvidence {
    /// Whether the finding stands: neither archived by someone nor resolved, and about this identity.
    #[must_use]
    pub fn is_active(&self) -> bool {
        !self.is_about_earlier && self.status.eq_ignore_ascii_case("ACTIVE")
    }

    /// Whether someone archived the finding, that is, accepted it for this identity.
    #[must_use]
    pub fn is_archived(&self) -> bool {
        !self.is_about_earlier && self.status.eq_ignore_ascii_case("ARCHIVED")
    }

    /// Whether it is about access from outside the zone of trust.
    #[must_use]
    pub fn is_external(&self) -> bool {
        &*self.kind == "ExternalAccess"
    }
}

/// One line: type, status, details, id.
impl fmt::Display for AnalyzerEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {} [{}]", self.kind, self.status, self.detail, self.id)
    }
}

/// An Access Analyzer finding that belongs to no identity of the report; listed, never dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct UnjoinedFinding {
    /// The account that owns the resource.
    pub account: Option<AccountId>,
    /// The resource that the finding names.
    pub resource: Arc<str>,
    /// The resource type in AWS's word: `AWS::IAM::Role`…
    pub resource_type: Arc<str>,
    /// The finding.
    pub evidence: AnalyzerEvidence,
    /// Why it joins no row.
    pub reason: Arc<str>,
}
