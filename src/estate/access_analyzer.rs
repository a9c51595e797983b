//! What IAM Access Analyzer found, parsed once (`ListAnalyzers`, `ListFindingsV2`, `GetFindingV2`).
//!
//! Words that AWS may add to (types, states) stay text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::AccessDetail;
use crate::estate::Problem;
use crate::estate::account::timestamp;
use crate::ident::AccountId;
use crate::ident::Arn;
use crate::snapshot::AccessFindingRecord;
use crate::snapshot::AnalyzerRecord;
use crate::snapshot::AnalyzerRecords;

/// One finding of an analyzer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessFinding {
    /// The identity that the finding is about, by its ARN: the principal of internal access, else the resource.
    /// None where the finding does not tell.
    pub about: Option<Arc<str>>,
    /// The ARN of the analyzer. A finding does not name it: none unless exactly one analyzer makes this type.
    pub analyzer: Option<Arc<str>>,
    /// The id, unique within its analyzer only.
    pub id: Arc<str>,
    /// The type in AWS's word: `ExternalAccess`, `UnusedIAMRole`…; `not told` where the file is silent.
    pub kind: Arc<str>,
    /// The status in AWS's word: `ACTIVE`, `ARCHIVED`, `RESOLVED`; `not told` where the file is silent.
    pub status: Arc<str>,
    /// The ARN of the resource, as text; empty where the file is silent.
    pub resource: Arc<str>,
    /// The resource type in AWS's word: `AWS::IAM::Role`…; `not told` where the file is silent.
    pub resource_type: Arc<str>,
    /// The account that owns the resource.
    pub owner: Option<AccountId>,
    /// When the finding was made.
    pub created_at: Option<Timestamp>,
    /// When the finding last changed.
    pub updated_at: Option<Timestamp>,
    /// When the resource was last looked at.
    pub analyzed_at: Option<Timestamp>,
    /// What kept the analyzer from finding out.
    pub error: Option<Arc<str>>,
    /// The details; none when they were not collected.
    pub details: Option<Box<[AccessDetail]>>,
}

/// The findings of one or more files, by the account that they are about.
#[derive(Debug, Clone, Default)]
pub struct AccessFindings {
    by_account: BTreeMap<Option<AccountId>, Vec<AccessFinding>>,
    /// Analyzers that do not work, so that no finding of theirs means nothing.
    pub problems: Vec<Problem>,
}

impl AccessFindings {
    /// Parses the records. A finding that several files hold counts once.
    #[must_use]
    pub fn of(records: &AnalyzerRecords<'_>) -> Self {
        let mut by_account = BTreeMap::<_, Vec<_>>::new();
        for finding in findings(records) {
            by_account.entry(finding.home()).or_default().push(finding);
        }
        let problems = records.analyzers.as_deref().map(silent_analyzers).unwrap_or_default();
        Self { by_account, problems }
    }

    /// The findings about an account: its identities and resources.
    #[must_use]
    pub fn of_account(&self, account: AccountId) -> &[AccessFinding] {
        self.by_account.get(&Some(account)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The findings about none of these accounts, or about none that they name.
    pub fn outside<'a>(&'a self, accounts: &'a BTreeSet<AccountId>) -> impl Iterator<Item = &'a AccessFinding> {
        let is_outside = |account: &Option<AccountId>| account.is_none_or(|account| !accounts.contains(&account));
        let outside = self.by_account.iter().filter(move |(account, _)| is_outside(account));
        outside.flat_map(|(_, findings)| findings)
    }
}

impl AccessFinding {
    /// The account to which the finding is given: of the principal for internal access, else the owner of the resource.
    fn home(&self) -> Option<AccountId> {
        let named = self.about.as_deref().and_then(account_of);
        if self.is_internal() {
            named.or(self.owner)
        } else {
            self.owner.or(named)
        }
    }

    fn is_internal(&self) -> bool {
        &*self.kind == INTERNAL
    }

    fn of(record: &AccessFindingRecord<'_>) -> Self {
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(Arc::<str>::from);
        let time = |text: &Option<Cow<'_, str>>| text.as_deref().and_then(timestamp);
        let details: Option<Box<[_]>> = record
            .details
            .as_ref()
            .map(|details| details.iter().map(AccessDetail::of).collect());
        let from_details = || {
            let first = details.as_deref()?.first()?;
            first.finding_type().map(Arc::from)
        };
        let kind = text(&record.finding_type).or_else(from_details);
        let resource = text(&record.resource).unwrap_or_default();
        let about = if kind.as_deref() == Some(INTERNAL) {
            details.iter().flatten().find_map(AccessDetail::principal_arn)
        } else {
            record.resource.is_some().then(|| resource.clone())
        };
        let owner = record.resource_owner_account.as_deref().and_then(|owner| owner.parse().ok());
        Self {
            about,
            analyzer: None,
            id: record.id.as_ref().into(),
            kind: kind.unwrap_or_else(not_told),
            status: text(&record.status).unwrap_or_else(not_told),
            owner: owner.or_else(|| account_of(&resource)),
            resource,
            resource_type: text(&record.resource_type).unwrap_or_else(not_told),
            created_at: time(&record.created_at),
            updated_at: time(&record.updated_at),
            analyzed_at: time(&record.analyzed_at),
            error: text(&record.error),
            details,
        }
    }
}

const INTERNAL: &str = "InternalAccess";

fn not_told() -> Arc<str> {
    "not told".into()
}

fn account_of(arn: &str) -> Option<AccountId> {
    arn.parse::<Arn>().ok()?.account()
}

/// The findings of the records, sorted by what they are about, each once.
pub(super) fn findings(records: &AnalyzerRecords<'_>) -> Vec<AccessFinding> {
    let analyzers = records.analyzers.as_deref().unwrap_or_default();
    let mut of_kind = BTreeMap::<Arc<str>, Option<Arc<str>>>::new();
    let found = records.findings.iter().map(|record| {
        let mut finding = AccessFinding::of(record);
        let analyzer = of_kind
            .entry(finding.kind.clone())
            .or_insert_with_key(|kind| analyzer_of(kind, analyzers));
        finding.analyzer.clone_from(analyzer);
        finding
    });
    sorted_once(found.collect())
}

/// Sorts findings; of those with one id, type and resource the one that changed last stands,
/// with the details and the analyzer of the other where it has none itself.
pub(super) fn sorted_once(mut findings: Vec<AccessFinding>) -> Vec<AccessFinding> {
    fn key(finding: &AccessFinding) -> (&Arc<str>, &Arc<str>, &Arc<str>, Option<Timestamp>) {
        (&finding.id, &finding.kind, &finding.resource, finding.updated_at)
    }
    findings.sort_by(|left, right| key(left).cmp(&key(right)));
    findings.dedup_by(|later, kept| {
        let is_same = (&later.id, &later.kind, &later.resource) == (&kept.id, &kept.kind, &kept.resource)
            && (later.analyzer == kept.analyzer || later.analyzer.is_none() || kept.analyzer.is_none());
        if is_same {
            std::mem::swap(later, kept);
            kept.analyzer = kept.analyzer.take().or_else(|| later.analyzer.take());
            if kept.details.is_none() {
                kept.details = later.details.take();
                kept.about = kept.about.take().or_else(|| later.about.take());
            }
        }
        is_same
    });
    findings.sort_by(|left, right| (&left.about, key(left)).cmp(&(&right.about, key(right))));
    findings
}

/// The one analyzer that makes findings of a type.
fn analyzer_of(kind: &str, analyzers: &[AnalyzerRecord<'_>]) -> Option<Arc<str>> {
    let types: [&str; 2] = match kind {
        "ExternalAccess" => ["ACCOUNT", "ORGANIZATION"],
        INTERNAL => ["ACCOUNT_INTERNAL_ACCESS", "ORGANIZATION_INTERNAL_ACCESS"],
        "UnusedIAMRole" | "UnusedIAMUserAccessKey" | "UnusedIAMUserPassword" | "UnusedPermission" => {
            ["ACCOUNT_UNUSED_ACCESS", "ORGANIZATION_UNUSED_ACCESS"]
        }
        _ => return None,
    };
    let fits = |analyzer: &&AnalyzerRecord<'_>| analyzer.kind.as_deref().is_some_and(|kind| types.contains(&kind));
    let arns: BTreeSet<_> = analyzers
        .iter()
        .filter(fits)
        .map(|analyzer| analyzer.arn.as_deref())
        .collect();
    match arns.first() {
        Some(Some(arn)) if arns.len() == 1 => Some((*arn).into()),
        _ => None,
    }
}

/// Analyzers that are not active: what they would find is not known.
pub(super) fn silent_analyzers(analyzers: &[AnalyzerRecord<'_>]) -> Vec<Problem> {
    let is_silent = |analyzer: &&AnalyzerRecord<'_>| analyzer.status.as_deref().is_some_and(|status| status != "ACTIVE");
    let problem = |analyzer: &AnalyzerRecord<'_>| {
        let arn = analyzer.arn.as_deref().or(analyzer.name.as_deref()).unwrap_or("an analyzer");
        let status = analyzer.status.as_deref().unwrap_or_default();
        let detail = format!("this Access Analyzer is {status}; that it finds nothing means nothing; look why it does not work");
        Problem {
            account: account_of(arn),
            subject: arn.into(),
            detail: detail.into(),
        }
    };
    analyzers.iter().filter(is_silent).map(problem).collect()
}
