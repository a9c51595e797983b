//! Access Analyzer: what `ListAnalyzers`, `ListFindingsV2` and `GetFindingV2` answered.
//!
//! Words that AWS may add to (types, states) stay text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::snapshot::json::Broken;
use crate::snapshot::json::Read;
use crate::snapshot::json::Reader;
use crate::snapshot::json_path::JsonPath;

/// What the analyzers found.
#[derive(Debug, Clone, Default)]
pub struct AnalyzerRecords<'a> {
    /// The analyzers; `None` when the file does not list them.
    pub analyzers: Option<Vec<AnalyzerRecord<'a>>>,
    /// The findings, with their details where those were collected, in the order of the file.
    pub findings: Vec<AccessFindingRecord<'a>>,
}

/// An analyzer.
#[derive(Debug, Clone, Default)]
pub struct AnalyzerRecord<'a> {
    /// The ARN, as text.
    pub arn: Option<Cow<'a, str>>,
    /// The name.
    pub name: Option<Cow<'a, str>>,
    /// The type, such as `ORGANIZATION_UNUSED_ACCESS`.
    pub kind: Option<Cow<'a, str>>,
    /// The status, such as `ACTIVE`.
    pub status: Option<Cow<'a, str>>,
}

/// One finding of an analyzer.
#[derive(Debug, Clone, Default)]
pub struct AccessFindingRecord<'a> {
    /// The id, unique within its analyzer.
    pub id: Cow<'a, str>,
    /// The type, such as `UnusedPermission`.
    pub finding_type: Option<Cow<'a, str>>,
    /// The ARN of the resource, as text.
    pub resource: Option<Cow<'a, str>>,
    /// The resource's type, such as `AWS::IAM::Role`.
    pub resource_type: Option<Cow<'a, str>>,
    /// The account that owns the resource, as text.
    pub resource_owner_account: Option<Cow<'a, str>>,
    /// `ACTIVE`, `ARCHIVED`, `RESOLVED`.
    pub status: Option<Cow<'a, str>>,
    /// When the resource was analyzed, as AWS writes it.
    pub analyzed_at: Option<Cow<'a, str>>,
    /// When the finding was made, as AWS writes it.
    pub created_at: Option<Cow<'a, str>>,
    /// When the finding last changed, as AWS writes it.
    pub updated_at: Option<Cow<'a, str>>,
    /// What kept the analyzer from finding out.
    pub error: Option<Cow<'a, str>>,
    /// The details; `None` when they were not collected.
    pub details: Option<Vec<FindingDetailRecord<'a>>>,
}

/// One detail of a finding.
#[derive(Debug, Clone)]
pub enum FindingDetailRecord<'a> {
    /// Someone outside can reach the resource.
    ExternalAccess(AccessDetail<'a>),
    /// Someone inside can reach the resource.
    InternalAccess(AccessDetail<'a>),
    /// The role was not used.
    UnusedIamRole {
        /// Last use as AWS writes it; `None` when there was none in the tracking period.
        last_accessed: Option<Cow<'a, str>>,
    },
    /// An access key was not used.
    UnusedIamUserAccessKey {
        /// The key's id.
        access_key_id: Option<Cow<'a, str>>,
        /// Last use as AWS writes it; `None` when there was none in the tracking period.
        last_accessed: Option<Cow<'a, str>>,
    },
    /// A password was not used.
    UnusedIamUserPassword {
        /// Last use as AWS writes it; `None` when there was none in the tracking period.
        last_accessed: Option<Cow<'a, str>>,
    },
    /// Permissions of a service were not used.
    UnusedPermission {
        /// The service prefix.
        service_namespace: Option<Cow<'a, str>>,
        /// Last use as AWS writes it; `None` when there was none in the tracking period.
        last_accessed: Option<Cow<'a, str>>,
        /// The names of unused actions without their prefix; empty means the whole service.
        actions: Vec<Cow<'a, str>>,
    },
    /// A kind that this version does not know.
    Other {
        /// The member's name.
        kind: String,
    },
}

/// Who can reach a resource, and how.
#[derive(Debug, Clone, Default)]
pub struct AccessDetail<'a> {
    /// The actions.
    pub actions: Vec<Cow<'a, str>>,
    /// The conditions: key and value.
    pub condition: BTreeMap<String, Cow<'a, str>>,
    /// The principal: kind (`AWS`, `Federated`, …) and id.
    pub principal: BTreeMap<String, Cow<'a, str>>,
    /// Whether anybody can.
    pub is_public: Option<bool>,
    /// `IAM_ROLE` or `IAM_USER`; internal access only.
    pub principal_type: Option<Cow<'a, str>>,
    /// The principal's account; internal access only.
    pub principal_owner_account: Option<Cow<'a, str>>,
    /// What the analyzer made of resource control policies.
    pub resource_control_policy_restriction: Option<Cow<'a, str>>,
    /// What the analyzer made of service control policies; internal access only.
    pub service_control_policy_restriction: Option<Cow<'a, str>>,
}

/// Adds what one file holds to what is there.
pub(super) fn read_into<'a>(reader: &mut Reader<'a>, records: &mut AnalyzerRecords<'a>) -> Result<(), Broken> {
    let mut details = Vec::new();
    let findings = &mut records.findings;
    let analyzers = &mut records.analyzers;
    let members = reader.object(
        &JsonPath::TOP,
        &["analyzers", "findings", "findingDetails"],
        |reader, at, name| {
            let target = match name {
                "analyzers" => {
                    if let Some(read) = reader.list(at, analyzer)? {
                        analyzers.get_or_insert_default().extend(read);
                    }
                    return Ok(());
                }
                "findings" => &mut *findings,
                _ => &mut details,
            };
            reader.each(at, |reader, at| {
                target.extend(finding(reader, at)?);
                Ok(())
            })?;
            Ok(())
        },
    )?;
    if members.is_some_and(|members| members.lacks("findings") && members.lacks("findingDetails")) {
        reader.gap(
            0,
            &JsonPath::TOP,
            "Access Analyzer findings",
            "neither `findings` nor `findingDetails` is there",
        );
    }
    merge(findings, details);
    Ok(())
}

/// Puts the answers of `GetFindingV2` to the findings of the list; those that are not in it are findings too.
fn merge<'a>(findings: &mut Vec<AccessFindingRecord<'a>>, details: Vec<AccessFindingRecord<'a>>) {
    let key = |finding: &AccessFindingRecord<'a>| (finding.id.clone(), finding.resource.clone());
    let mut index: BTreeMap<_, usize> = BTreeMap::new();
    for (position, finding) in findings.iter().enumerate() {
        index.entry(key(finding)).or_insert(position);
    }
    for detail in details {
        match index.get(&key(&detail)).and_then(|position| findings.get_mut(*position)) {
            Some(finding) if finding.details.is_none() => finding.details = detail.details,
            Some(_) => {}
            None => findings.push(detail),
        }
    }
}

fn analyzer<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<AnalyzerRecord<'a>> {
    let mut record = AnalyzerRecord::default();
    let members = reader.object(at, &["arn", "name", "type", "status"], |reader, at, name| {
        let slot = match name {
            "arn" => &mut record.arn,
            "name" => &mut record.name,
            "type" => &mut record.kind,
            _ => &mut record.status,
        };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    Ok(members.map(|_| record))
}

const FINDING: &[&str] = &[
    "id",
    "findingType",
    "resource",
    "resourceType",
    "resourceOwnerAccount",
    "status",
    "analyzedAt",
    "createdAt",
    "updatedAt",
    "error",
    "findingDetails",
];

fn finding<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<AccessFindingRecord<'a>> {
    let mut record = AccessFindingRecord::default();
    let mut id = None;
    let start = reader.offset();
    let members = reader.object(at, FINDING, |reader, at, name| {
        let slot = match name {
            "id" => &mut id,
            "findingType" => &mut record.finding_type,
            "resource" => &mut record.resource,
            "resourceType" => &mut record.resource_type,
            "resourceOwnerAccount" => &mut record.resource_owner_account,
            "status" => &mut record.status,
            "analyzedAt" => &mut record.analyzed_at,
            "createdAt" => &mut record.created_at,
            "updatedAt" => &mut record.updated_at,
            "error" => &mut record.error,
            _ => {
                record.details = details(reader, at)?;
                return Ok(());
            }
        };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    if members.is_some() && id.is_none() {
        reader.gap(start, at, at.to_string(), "a finding without an `id`; it was set aside");
    }
    Ok(id.map(|id| AccessFindingRecord { id, ..record }))
}

fn details<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<Vec<FindingDetailRecord<'a>>> {
    let mut details = Vec::new();
    let found = reader.each(at, |reader, at| {
        reader.map(at, |reader, at, kind| {
            details.extend(detail(reader, at, kind)?);
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(found.map(|()| details))
}

const ACCESS: &[&str] = &[
    "action",
    "condition",
    "principal",
    "isPublic",
    "principalType",
    "principalOwnerAccount",
    "resourceControlPolicyRestriction",
    "serviceControlPolicyRestriction",
];

fn detail<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>, kind: String) -> Read<FindingDetailRecord<'a>> {
    use FindingDetailRecord as Detail;
    Ok(match kind.as_str() {
        "externalAccessDetails" => access(reader, at)?.map(Detail::ExternalAccess),
        "internalAccessDetails" => access(reader, at)?.map(Detail::InternalAccess),
        "unusedIamRoleDetails" => unused(reader, at)?.map(|unused| Detail::UnusedIamRole {
            last_accessed: unused.last_accessed,
        }),
        "unusedIamUserAccessKeyDetails" => unused(reader, at)?.map(|unused| Detail::UnusedIamUserAccessKey {
            access_key_id: unused.access_key_id,
            last_accessed: unused.last_accessed,
        }),
        "unusedIamUserPasswordDetails" => unused(reader, at)?.map(|unused| Detail::UnusedIamUserPassword {
            last_accessed: unused.last_accessed,
        }),
        "unusedPermissionDetails" => unused(reader, at)?.map(|unused| Detail::UnusedPermission {
            service_namespace: unused.service_namespace,
            last_accessed: unused.last_accessed,
            actions: unused.actions,
        }),
        _ => Some(Detail::Other { kind }),
    })
}

fn access<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<AccessDetail<'a>> {
    let mut detail = AccessDetail::default();
    let members = reader.object(at, ACCESS, |reader, at, name| {
        let slot = match name {
            "principalType" => &mut detail.principal_type,
            "principalOwnerAccount" => &mut detail.principal_owner_account,
            "resourceControlPolicyRestriction" => &mut detail.resource_control_policy_restriction,
            "serviceControlPolicyRestriction" => &mut detail.service_control_policy_restriction,
            "action" => {
                detail.actions = reader.strings(at)?.unwrap_or_default();
                return Ok(());
            }
            "isPublic" => {
                detail.is_public = reader.boolean(at)?;
                return Ok(());
            }
            name => {
                let target = if name == "condition" {
                    &mut detail.condition
                } else {
                    &mut detail.principal
                };
                reader.map(at, |reader, at, key| {
                    if let Some(value) = reader.string(at)? {
                        target.insert(key, value);
                    }
                    Ok(())
                })?;
                return Ok(());
            }
        };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    Ok(members.map(|_| detail))
}

#[derive(Default)]
struct Unused<'a> {
    last_accessed: Option<Cow<'a, str>>,
    access_key_id: Option<Cow<'a, str>>,
    service_namespace: Option<Cow<'a, str>>,
    actions: Vec<Cow<'a, str>>,
}

fn unused<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<Unused<'a>> {
    let mut unused = Unused::default();
    // Without the list of actions a finding would speak of the whole service: a list that cannot be read spoils it.
    let mut is_whole = true;
    let members = reader.object(
        at,
        &["lastAccessed", "accessKeyId", "serviceNamespace", "actions"],
        |reader, at, name| {
            let slot = match name {
                "lastAccessed" => &mut unused.last_accessed,
                "accessKeyId" => &mut unused.access_key_id,
                "serviceNamespace" => &mut unused.service_namespace,
                _ => {
                    let actions = reader.list(at, unused_action)?;
                    is_whole = actions.is_some();
                    unused.actions = actions.unwrap_or_default();
                    return Ok(());
                }
            };
            *slot = reader.string(at)?;
            Ok(())
        },
    )?;
    Ok(members.filter(|_| is_whole).map(|_| unused))
}

fn unused_action<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<Cow<'a, str>> {
    let mut action = None;
    reader.object(at, &["action"], |reader, at, _| {
        action = reader.string(at)?;
        Ok(())
    })?;
    Ok(action)
}
