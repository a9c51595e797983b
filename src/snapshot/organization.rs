//! The organization: its tree, its policies, and where they are attached (`organization.json`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::snapshot::RawDocument;
use crate::snapshot::document::document;
use crate::snapshot::json::Broken;
use crate::snapshot::json::Read;
use crate::snapshot::json::Reader;
use crate::snapshot::json_path::JsonPath;

/// For each policy type the policies of each root, unit and account; `None` where a list could not be read.
pub type PoliciesForTarget<'a> = BTreeMap<String, Option<BTreeMap<String, Option<Vec<Cow<'a, str>>>>>>;

/// An organization. `None` means not collected or not readable, which is not the same as none.
#[derive(Debug, Clone, Default)]
pub struct OrganizationRecord<'a> {
    /// `false`: AWS said that the account is in no organization.
    pub in_use: Option<bool>,
    /// The id, such as `o-exampleorg1`.
    pub id: Option<Cow<'a, str>>,
    /// The management account's id, as text.
    pub management_account_id: Option<Cow<'a, str>>,
    /// `ALL` or `CONSOLIDATED_BILLING`; SCPs and RCPs need `ALL`.
    pub feature_set: Option<Cow<'a, str>>,
    /// The root.
    pub roots: Option<Vec<RootRecord<'a>>>,
    /// The organizational units.
    pub organizational_units: Option<Vec<OrganizationalUnitRecord<'a>>>,
    /// The accounts.
    pub accounts: Option<Vec<OrganizationAccountRecord<'a>>>,
    /// The policies.
    pub policies: Option<Vec<OrganizationPolicyRecord<'a>>>,
    /// Where policies are attached. A policy type that is not in it was not collected.
    pub policies_for_target: Option<PoliciesForTarget<'a>>,
    /// The delegated administrators.
    pub delegated_administrators: Option<Vec<DelegatedAdministratorRecord<'a>>>,
}

/// The root of an organization.
#[derive(Debug, Clone, Default)]
pub struct RootRecord<'a> {
    /// The id, such as `r-ab12`.
    pub id: Cow<'a, str>,
    /// The name.
    pub name: Option<Cow<'a, str>>,
    /// The policy types and their status, such as `SERVICE_CONTROL_POLICY` and `ENABLED`.
    pub policy_types: Option<Vec<(Cow<'a, str>, Cow<'a, str>)>>,
}

/// An organizational unit.
#[derive(Debug, Clone, Default)]
pub struct OrganizationalUnitRecord<'a> {
    /// The id, such as `ou-ab12-11111111`.
    pub id: Cow<'a, str>,
    /// The name.
    pub name: Option<Cow<'a, str>>,
    /// The id of the unit or root above it.
    pub parent_id: Option<Cow<'a, str>>,
}

/// An account, as the organization lists it.
#[derive(Debug, Clone, Default)]
pub struct OrganizationAccountRecord<'a> {
    /// The id, as text.
    pub id: Cow<'a, str>,
    /// The name.
    pub name: Option<Cow<'a, str>>,
    /// The mail address.
    pub email: Option<Cow<'a, str>>,
    /// `ACTIVE`, `SUSPENDED`…, the older member.
    pub status: Option<Cow<'a, str>>,
    /// `ACTIVE`, `SUSPENDED`, `CLOSED`…, the newer member.
    pub state: Option<Cow<'a, str>>,
    /// The id of the unit or root above it.
    pub parent_id: Option<Cow<'a, str>>,
    /// The paths, such as `o-…/r-…/ou-…/111122223333/`.
    pub paths: Option<Vec<Cow<'a, str>>>,
}

/// A policy of the organization.
#[derive(Debug, Clone, Default)]
pub struct OrganizationPolicyRecord<'a> {
    /// The id, such as `p-FullAWSAccess`.
    pub id: Cow<'a, str>,
    /// The ARN, as text.
    pub arn: Option<Cow<'a, str>>,
    /// The name.
    pub name: Option<Cow<'a, str>>,
    /// The type, such as `SERVICE_CONTROL_POLICY`.
    pub kind: Option<Cow<'a, str>>,
    /// Whether AWS owns it.
    pub is_aws_managed: Option<bool>,
    /// The document.
    pub content: Option<RawDocument<'a>>,
}

/// An account to which the organization delegates a service.
#[derive(Debug, Clone, Default)]
pub struct DelegatedAdministratorRecord<'a> {
    /// The account's id, as text.
    pub id: Cow<'a, str>,
    /// The service; `None` when the file does not tell.
    pub service_principal: Option<Cow<'a, str>>,
}

impl OrganizationRecord<'_> {
    /// Whether a policy type is enabled; `None` when no root tells.
    #[must_use]
    pub fn is_enabled(&self, policy_type: &str) -> Option<bool> {
        let mut types = self
            .roots
            .as_ref()?
            .iter()
            .filter_map(|root| root.policy_types.as_ref())
            .peekable();
        types.peek()?;
        Some(
            types
                .flatten()
                .any(|(kind, status)| kind == policy_type && status == "ENABLED"),
        )
    }
}

impl OrganizationRecord<'_> {
    /// Whether a policy type is being switched on or off (`PENDING_ENABLE`, `PENDING_DISABLE`).
    #[must_use]
    pub fn is_pending(&self, policy_type: &str) -> bool {
        let types = self.roots.iter().flatten().filter_map(|root| root.policy_types.as_ref());
        types
            .flatten()
            .any(|(kind, status)| kind == policy_type && status.starts_with("PENDING"))
    }
}

/// Ours, not AWS's: there is no response that says it.
const IN_USE: &str = "InUse";

const TOP: &[&str] = &[
    IN_USE,
    "Organization",
    "Roots",
    "OrganizationalUnits",
    "Accounts",
    "Policies",
    "PoliciesForTarget",
    "DelegatedAdministrators",
];

/// Adds what one file holds to what is there.
pub(super) fn read_into<'a>(reader: &mut Reader<'a>, record: &mut OrganizationRecord<'a>) -> Result<(), Broken> {
    let members = reader.object(&JsonPath::TOP, TOP, |reader, at, name| {
        match name {
            IN_USE => record.in_use = reader.boolean(at)?,
            "Organization" => description(reader, at, record)?,
            "Roots" => record.roots = reader.list(at, root)?,
            "OrganizationalUnits" => record.organizational_units = reader.list(at, organizational_unit)?,
            "Accounts" => record.accounts = reader.list(at, account)?,
            "Policies" => record.policies = reader.list(at, policy)?,
            "PoliciesForTarget" => record.policies_for_target = policies_for_target(reader, at)?,
            _ => record.delegated_administrators = reader.list(at, delegated_administrator)?,
        }
        Ok(())
    })?;
    let Some(members) = members else { return Ok(()) };
    if record.in_use == Some(false) {
        return Ok(());
    }
    for name in TOP.iter().filter(|name| **name != IN_USE && members.lacks(name)) {
        reader.gap(
            0,
            &JsonPath::TOP,
            *name,
            format!("`{name}` is not there; what it would hold is not known"),
        );
    }
    gaps_of_uncollected_types(reader, record);
    Ok(())
}

/// An enabled policy type without its attachments: its policies limit somebody, and nobody knows whom.
fn gaps_of_uncollected_types(reader: &mut Reader<'_>, record: &OrganizationRecord<'_>) {
    let Some(attached) = &record.policies_for_target else { return };
    for kind in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] {
        if !attached.contains_key(kind) && record.is_enabled(kind) == Some(true) {
            let at = JsonPath::TOP.member("PoliciesForTarget");
            reader.gap(
                0,
                &at,
                kind,
                format!("`{kind}` is enabled and its attachments are not there; whom it limits is not known"),
            );
        }
    }
}

fn description<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>, record: &mut OrganizationRecord<'a>) -> Result<(), Broken> {
    reader.object(at, &["Id", "MasterAccountId", "FeatureSet"], |reader, at, name| {
        let slot = match name {
            "Id" => &mut record.id,
            "FeatureSet" => &mut record.feature_set,
            _ => &mut record.management_account_id,
        };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    Ok(())
}

/// Ends a record: without an id nothing can be said of it.
fn with_id<'a, T>(
    reader: &mut Reader<'a>,
    at: &JsonPath<'_>,
    start: usize,
    id: Option<Cow<'a, str>>,
    make: impl FnOnce(Cow<'a, str>) -> T,
) -> Option<T> {
    if id.is_none() {
        reader.gap(start, at, at.to_string(), "has no `Id`; the list it stands in is not known");
    }
    id.map(make)
}

fn root<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<RootRecord<'a>> {
    let (start, mut record, mut id) = (reader.offset(), RootRecord::default(), None);
    let members = reader.object(at, &["Id", "Name", "PolicyTypes"], |reader, at, name| {
        match name {
            "Id" => id = reader.string(at)?,
            "Name" => record.name = reader.string(at)?,
            _ => record.policy_types = reader.list(at, policy_type)?,
        }
        Ok(())
    })?;
    if members.is_none() {
        return Ok(None);
    }
    Ok(with_id(reader, at, start, id, |id| RootRecord { id, ..record }))
}

fn policy_type<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<(Cow<'a, str>, Cow<'a, str>)> {
    let (mut kind, mut status) = (None, None);
    reader.object(at, &["Type", "Status"], |reader, at, name| {
        let slot = if name == "Type" { &mut kind } else { &mut status };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    Ok(kind.zip(status))
}

fn organizational_unit<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<OrganizationalUnitRecord<'a>> {
    let (start, mut record, mut id) = (reader.offset(), OrganizationalUnitRecord::default(), None);
    let members = reader.object(at, &["Id", "Name", "ParentId"], |reader, at, name| {
        let slot = match name {
            "Id" => &mut id,
            "Name" => &mut record.name,
            _ => &mut record.parent_id,
        };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    if members.is_none() {
        return Ok(None);
    }
    Ok(with_id(reader, at, start, id, |id| OrganizationalUnitRecord { id, ..record }))
}

fn account<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<OrganizationAccountRecord<'a>> {
    let (start, mut record, mut id) = (reader.offset(), OrganizationAccountRecord::default(), None);
    let names = &["Id", "Name", "Email", "Status", "State", "ParentId", "Paths"];
    let members = reader.object(at, names, |reader, at, name| {
        let slot = match name {
            "Id" => &mut id,
            "Name" => &mut record.name,
            "Email" => &mut record.email,
            "Status" => &mut record.status,
            "State" => &mut record.state,
            "ParentId" => &mut record.parent_id,
            _ => {
                record.paths = reader.strings(at)?;
                return Ok(());
            }
        };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    if members.is_none() {
        return Ok(None);
    }
    Ok(with_id(reader, at, start, id, |id| OrganizationAccountRecord {
        id,
        ..record
    }))
}

/// `DescribePolicy` answers a summary and the content.
fn policy<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<OrganizationPolicyRecord<'a>> {
    let (start, mut record, mut id) = (reader.offset(), OrganizationPolicyRecord::default(), None);
    let members = reader.object(at, &["PolicySummary", "Content"], |reader, at, name| {
        if name == "Content" {
            record.content = document(reader, at)?;
            return Ok(());
        }
        reader.object(at, &["Id", "Arn", "Name", "Type", "AwsManaged"], |reader, at, name| {
            let slot = match name {
                "Id" => &mut id,
                "Arn" => &mut record.arn,
                "Name" => &mut record.name,
                "Type" => &mut record.kind,
                _ => {
                    record.is_aws_managed = reader.boolean(at)?;
                    return Ok(());
                }
            };
            *slot = reader.string(at)?;
            Ok(())
        })?;
        Ok(())
    })?;
    let Some(members) = members else { return Ok(None) };
    if members.lacks("Content") {
        reader.gap(
            start,
            at,
            at.to_string(),
            "has no `Content`; what the policy says is not known",
        );
    }
    Ok(with_id(reader, at, start, id, |id| OrganizationPolicyRecord { id, ..record }))
}

fn policies_for_target<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<PoliciesForTarget<'a>> {
    let mut types = BTreeMap::new();
    let found = reader.map(at, |reader, at, kind| {
        let mut targets = BTreeMap::new();
        let found = reader.map(at, |reader, at, target| {
            let policies = reader.strings(at)?;
            insert_once(reader, at, &mut targets, target, policies);
            Ok(())
        })?;
        let targets = found.map(|()| targets);
        insert_once(reader, at, &mut types, kind, targets);
        Ok(())
    })?;
    Ok(found.map(|()| types))
}

/// Two lists under one name contradict each other: neither is known to hold.
fn insert_once<T>(
    reader: &mut Reader<'_>,
    at: &JsonPath<'_>,
    map: &mut BTreeMap<String, Option<T>>,
    name: String,
    value: Option<T>,
) {
    if let Some(earlier) = map.get_mut(&name) {
        *earlier = None;
        reader.gap(
            reader.offset(),
            at,
            at.to_string(),
            "stands twice in one object; which policies are attached is not known",
        );
    } else {
        map.insert(name, value);
    }
}

fn delegated_administrator<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<DelegatedAdministratorRecord<'a>> {
    let (start, mut record, mut id) = (reader.offset(), DelegatedAdministratorRecord::default(), None);
    let members = reader.object(at, &["Id", "ServicePrincipal"], |reader, at, name| {
        let slot = if name == "Id" {
            &mut id
        } else {
            &mut record.service_principal
        };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    if members.is_none() {
        return Ok(None);
    }
    Ok(with_id(reader, at, start, id, |id| DelegatedAdministratorRecord {
        id,
        ..record
    }))
}
