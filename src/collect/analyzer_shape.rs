//! The shape of `access-analyzer-findings.json`: what `list-analyzers`, `list-findings-v2` and `get-finding-v2` print.

use std::collections::BTreeMap;

use aws_sdk_accessanalyzer::operation::get_finding_v2::GetFindingV2Output as Finding;
use aws_sdk_accessanalyzer::types::AnalyzerSummary;
use aws_sdk_accessanalyzer::types::ExternalAccessDetails;
use aws_sdk_accessanalyzer::types::FindingDetails;
use aws_sdk_accessanalyzer::types::FindingSummaryV2;
use aws_sdk_accessanalyzer::types::InternalAccessDetails;
use aws_sdk_accessanalyzer::types::UnusedAction;
use aws_sdk_accessanalyzer::types::UnusedPermissionDetails;

use crate::collect::analyzer::Found;
use crate::collect::shape::Shape;
use crate::collect::shape::date;
use crate::collect::shape::list;
use crate::collect::shape::text;
use crate::collect::shape::word;

pub(super) fn of(found: &Found) -> Shape<'_> {
    Shape::Object(vec![
        ("analyzers", list(Some(&found.analyzers), analyzer)),
        ("findings", list(Some(&found.findings), finding)),
        ("findingDetails", list(Some(&found.details), detailed)),
    ])
}

fn analyzer(analyzer: &AnalyzerSummary) -> Shape<'_> {
    let reason = analyzer.status_reason.as_ref();
    Shape::Object(vec![
        ("arn", Some(Shape::Text(&analyzer.arn))),
        ("name", Some(Shape::Text(&analyzer.name))),
        ("type", word(Some(&analyzer.r#type))),
        ("createdAt", Some(Shape::Date(&analyzer.created_at))),
        ("status", word(Some(&analyzer.status))),
        (
            "statusReason",
            reason.map(|reason| Shape::Object(vec![("code", word(Some(&reason.code)))])),
        ),
        ("managedBy", text(analyzer.managed_by.as_ref())),
    ])
}

fn finding(finding: &FindingSummaryV2) -> Shape<'_> {
    Shape::Object(vec![
        ("id", Some(Shape::Text(&finding.id))),
        ("findingType", word(finding.finding_type.as_ref())),
        ("resource", text(finding.resource.as_ref())),
        ("resourceType", word(Some(&finding.resource_type))),
        ("resourceOwnerAccount", Some(Shape::Text(&finding.resource_owner_account))),
        ("status", word(Some(&finding.status))),
        ("analyzedAt", Some(Shape::Date(&finding.analyzed_at))),
        ("createdAt", Some(Shape::Date(&finding.created_at))),
        ("updatedAt", Some(Shape::Date(&finding.updated_at))),
        ("error", text(finding.error.as_ref())),
    ])
}

fn detailed(finding: &Finding) -> Shape<'_> {
    Shape::Object(vec![
        ("id", Some(Shape::Text(&finding.id))),
        ("findingType", word(finding.finding_type.as_ref())),
        ("resource", text(finding.resource.as_ref())),
        ("resourceType", word(Some(&finding.resource_type))),
        ("resourceOwnerAccount", Some(Shape::Text(&finding.resource_owner_account))),
        ("status", word(Some(&finding.status))),
        ("analyzedAt", Some(Shape::Date(&finding.analyzed_at))),
        ("createdAt", Some(Shape::Date(&finding.created_at))),
        ("updatedAt", Some(Shape::Date(&finding.updated_at))),
        ("error", text(finding.error.as_ref())),
        ("findingDetails", list(Some(&finding.finding_details), detail)),
    ])
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the SDK keeps its variant for unknown kinds to itself"
)]
fn detail(detail: &FindingDetails) -> Shape<'_> {
    let (name, shape) = match detail {
        FindingDetails::ExternalAccessDetails(access) => ("externalAccessDetails", external(access)),
        FindingDetails::InternalAccessDetails(access) => ("internalAccessDetails", internal(access)),
        FindingDetails::UnusedIamRoleDetails(unused) => (
            "unusedIamRoleDetails",
            Shape::Object(vec![("lastAccessed", date(unused.last_accessed.as_ref()))]),
        ),
        FindingDetails::UnusedIamUserAccessKeyDetails(unused) => (
            "unusedIamUserAccessKeyDetails",
            Shape::Object(vec![
                ("accessKeyId", Some(Shape::Text(&unused.access_key_id))),
                ("lastAccessed", date(unused.last_accessed.as_ref())),
            ]),
        ),
        FindingDetails::UnusedIamUserPasswordDetails(unused) => (
            "unusedIamUserPasswordDetails",
            Shape::Object(vec![("lastAccessed", date(unused.last_accessed.as_ref()))]),
        ),
        FindingDetails::UnusedPermissionDetails(unused) => ("unusedPermissionDetails", permission(unused)),
        // A kind that AWS added since: the reader keeps it as one that it does not know.
        _ => ("unknownDetails", Shape::Object(Vec::new())),
    };
    Shape::Object(vec![(name, Some(shape))])
}

fn external(access: &ExternalAccessDetails) -> Shape<'_> {
    Shape::Object(vec![
        ("action", list(access.action.as_deref(), |action| Shape::Text(action))),
        ("condition", Some(map(&access.condition))),
        ("isPublic", access.is_public.map(Shape::Flag)),
        ("principal", access.principal.as_ref().map(map)),
        (
            "resourceControlPolicyRestriction",
            word(access.resource_control_policy_restriction.as_ref()),
        ),
    ])
}

fn internal(access: &InternalAccessDetails) -> Shape<'_> {
    Shape::Object(vec![
        ("action", list(access.action.as_deref(), |action| Shape::Text(action))),
        ("condition", access.condition.as_ref().map(map)),
        ("principal", access.principal.as_ref().map(map)),
        ("principalOwnerAccount", text(access.principal_owner_account.as_ref())),
        ("accessType", word(access.access_type.as_ref())),
        ("principalType", word(access.principal_type.as_ref())),
        (
            "resourceControlPolicyRestriction",
            word(access.resource_control_policy_restriction.as_ref()),
        ),
        (
            "serviceControlPolicyRestriction",
            word(access.service_control_policy_restriction.as_ref()),
        ),
    ])
}

fn permission(unused: &UnusedPermissionDetails) -> Shape<'_> {
    Shape::Object(vec![
        ("serviceNamespace", Some(Shape::Text(&unused.service_namespace))),
        ("lastAccessed", date(unused.last_accessed.as_ref())),
        ("actions", list(unused.actions.as_deref(), action)),
    ])
}

fn action(unused: &UnusedAction) -> Shape<'_> {
    Shape::Object(vec![
        ("action", Some(Shape::Text(&unused.action))),
        ("lastAccessed", date(unused.last_accessed.as_ref())),
    ])
}

/// A map in order: the SDK's has none.
fn map<'a>(values: impl IntoIterator<Item = (&'a String, &'a String)>) -> Shape<'a> {
    let values: BTreeMap<&str, &str> = values
        .into_iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    Shape::Map(values.into_iter().map(|(name, value)| (name, Shape::Text(value))).collect())
}
