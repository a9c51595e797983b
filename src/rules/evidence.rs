//! What IAM Access Analyzer says of an identity, joined by whole ARNs, and what it says of anything else.
//!
//! Nothing is dropped: each finding joins the identity that it is about or is listed with the reason why not.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::estate::AccessDetail;
use crate::estate::AccessFinding;
use crate::estate::AccessFindings;
use crate::estate::AccountEstate;
use crate::estate::Principal;
use crate::finding::AnalyzerEvidence;
use crate::finding::Interner;
use crate::finding::UnjoinedFinding;
use crate::ident::AccountId;
use crate::ident::Action;
use crate::ident::Arn;
use crate::policy::Effect;
use crate::policy::PrincipalClause;
use crate::policy::PrincipalEntry;
use crate::rules::evidence_words::words;

/// All findings about an identity, the archived and resolved ones too, sorted.
///
/// `asked` are the actions of the rules: a finding about unused permissions names them first.
#[must_use]
pub fn analyzer_evidence(principal: &Principal, estate: &AccountEstate, asked: &[Action]) -> Box<[AnalyzerEvidence]> {
    let findings = estate.findings_about(&principal.arn);
    let mut joined: Vec<_> = findings
        .iter()
        .map(|finding| evidence(finding, Some(principal), asked))
        .collect();
    joined.sort();
    joined.into()
}

/// The findings of an account that are about none of the identities that have a row, sorted.
///
/// `joined` are the ARNs of the identities that have one.
#[must_use]
pub fn unjoined(estate: &AccountEstate, joined: &BTreeSet<&str>, asked: &[Action]) -> Vec<UnjoinedFinding> {
    let findings = estate.access_findings.iter().flatten();
    let mut unjoined: Vec<_> = findings
        .filter_map(|finding| {
            let arn = finding.about.as_deref().and_then(|about| about.parse::<Arn>().ok());
            let principal = arn.as_ref().and_then(|arn| estate.principal(arn));
            let reason = match (principal, arn) {
                (Some(principal), _) if joined.contains(principal.arn.as_str()) => return None,
                (Some(_), _) => "the identity cannot delete anything, so it has no row",
                (None, None) if finding.about.is_none() => "it does not say about whom it is",
                (None, None) => "the resource is not an identity",
                (None, Some(arn)) if !is_identity(&arn) => "the resource is not an identity",
                (None, Some(arn)) if arn.account() != Some(estate.account) => "the identity lives in another account",
                (None, Some(_)) => "no identity of this ARN in the dump",
            };
            Some(unjoined_finding(finding, principal, reason, asked))
        })
        .collect();
    unjoined.sort();
    shared(&mut unjoined);
    unjoined
}

/// Holds each text of a list once: accounts have hundreds of findings, and few types, states and reasons.
fn shared(unjoined: &mut [UnjoinedFinding]) {
    let mut texts = Interner::<str>::new();
    for UnjoinedFinding {
        resource_type,
        evidence,
        reason,
        ..
    } in unjoined
    {
        let many_times = [
            resource_type,
            reason,
            &mut evidence.kind,
            &mut evidence.status,
            &mut evidence.detail,
        ];
        for text in many_times.into_iter().chain(&mut evidence.analyzer) {
            *text = texts.intern(text);
        }
    }
}

/// The findings of the organization's analyzers about accounts that were not read, sorted.
#[must_use]
pub fn unjoined_of_organization(
    findings: &AccessFindings,
    accounts: &BTreeSet<AccountId>,
    asked: &[Action],
) -> Vec<UnjoinedFinding> {
    let outside = findings.outside(accounts);
    let mut unjoined: Vec<_> = outside
        .map(|finding| {
            let reason = match finding.owner {
                Some(_) => "its account was not read",
                None => "it does not say which account it is about",
            };
            unjoined_finding(finding, None, reason, asked)
        })
        .collect();
    unjoined.sort();
    unjoined
}

/// Whether only AWS services can assume a role: every Allow of its trust policy names services and nobody else.
///
/// False where the trust policy is not known or allows nothing.
#[must_use]
pub fn service_only_trust(principal: &Principal) -> bool {
    let Some(document) = principal.trust.as_ref().and_then(|trust| trust.parsed()) else {
        return false;
    };
    let mut allows = document
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow)
        .peekable();
    allows.peek().is_some()
        && allows.all(|statement| match &statement.principal {
            Some(PrincipalClause::Only(entries)) => {
                let is_service = |entry: &PrincipalEntry| matches!(entry, PrincipalEntry::Service(_));
                !entries.is_empty() && entries.iter().all(is_service)
            }
            Some(PrincipalClause::AllBut(_)) | None => false,
        })
}

fn is_identity(arn: &Arn) -> bool {
    let resource = arn.resource();
    arn.service() == "iam" && (resource == "root" || resource.starts_with("role/") || resource.starts_with("user/"))
}

fn unjoined_finding(finding: &AccessFinding, principal: Option<&Principal>, reason: &str, asked: &[Action]) -> UnjoinedFinding {
    UnjoinedFinding {
        account: finding.owner,
        resource: finding.resource.clone(),
        resource_type: finding.resource_type.clone(),
        evidence: evidence(finding, principal, asked),
        reason: reason.into(),
    }
}

/// A role made anew keeps its ARN, so the times tell whether the finding is about this one.
fn evidence(finding: &AccessFinding, principal: Option<&Principal>, asked: &[Action]) -> AnalyzerEvidence {
    let created = principal.and_then(|principal| principal.created);
    let is_about_earlier = finding
        .created_at
        .zip(created)
        .is_some_and(|(found, created)| found < created);
    AnalyzerEvidence {
        analyzer: finding.analyzer.clone(),
        id: finding.id.clone(),
        kind: finding.kind.clone(),
        status: finding.status.clone(),
        detail: Arc::from(words(finding, asked, is_about_earlier)),
        is_public: finding.details.iter().flatten().any(is_public),
        is_about_earlier,
        updated_at: finding.updated_at,
    }
}

fn is_public(detail: &AccessDetail) -> bool {
    match detail {
        AccessDetail::ExternalAccess(access) => access.is_public == Some(true),
        AccessDetail::InternalAccess(_)
        | AccessDetail::UnusedIamRole { .. }
        | AccessDetail::UnusedIamUserAccessKey { .. }
        | AccessDetail::UnusedIamUserPassword { .. }
        | AccessDetail::UnusedPermission { .. }
        | AccessDetail::Other(_) => false,
    }
}
