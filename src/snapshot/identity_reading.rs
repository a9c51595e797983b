//! Reads the elements of the lists of `GetAccountAuthorizationDetails`.

use std::borrow::Cow;

use crate::snapshot::AttachedPolicyRecord;
use crate::snapshot::BoundaryRecord;
use crate::snapshot::GroupRecord;
use crate::snapshot::InlinePolicyRecord;
use crate::snapshot::InstanceProfileRecord;
use crate::snapshot::ManagedPolicyRecord;
use crate::snapshot::PolicyVersionRecord;
use crate::snapshot::RecordHead;
use crate::snapshot::RoleLastUsedRecord;
use crate::snapshot::RoleRecord;
use crate::snapshot::TagRecord;
use crate::snapshot::UserRecord;
use crate::snapshot::document::document;
use crate::snapshot::json::Broken;
use crate::snapshot::json::Members;
use crate::snapshot::json::Read;
use crate::snapshot::json::Reader;
use crate::snapshot::json_path::JsonPath;

#[derive(Default)]
struct HeadParts<'a> {
    arn: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    id: Option<Cow<'a, str>>,
    path: Option<Cow<'a, str>>,
    create_date: Option<Cow<'a, str>>,
}

impl<'a> HeadParts<'a> {
    fn read(&mut self, reader: &mut Reader<'a>, at: &JsonPath<'_>, name: &str) -> Result<(), Broken> {
        let slot = match name {
            "Arn" => &mut self.arn,
            "UserName" | "GroupName" | "RoleName" | "PolicyName" => &mut self.name,
            "UserId" | "GroupId" | "RoleId" | "PolicyId" => &mut self.id,
            "Path" => &mut self.path,
            "CreateDate" => &mut self.create_date,
            _ => return Ok(()),
        };
        *slot = reader.string(at)?;
        Ok(())
    }

    fn finish(self, reader: &mut Reader<'a>, at: &JsonPath<'_>, start: usize) -> Option<RecordHead<'a>> {
        let Some(arn) = self.arn else {
            reader.gap(
                start,
                at,
                at.to_string(),
                "has no `Arn`; the record is set aside and whose it is is not known",
            );
            return None;
        };
        let name = self.name.unwrap_or_else(|| end_of(&arn));
        Some(RecordHead {
            arn,
            name,
            id: self.id,
            path: self.path,
            create_date: self.create_date,
        })
    }
}

const USER: &[&str] = &[
    "Arn",
    "UserName",
    "UserId",
    "Path",
    "CreateDate",
    "UserPolicyList",
    "GroupList",
    "AttachedManagedPolicies",
    "PermissionsBoundary",
    "Tags",
    "PasswordLastUsed",
];

/// Reads one element of `UserDetailList`.
pub(super) fn user<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<UserRecord<'a>> {
    let start = reader.offset();
    let (mut head, mut groups, mut inline, mut attached) = (HeadParts::default(), None, None, None);
    let (mut boundary, mut tags, mut password_last_used) = (None, None, None);
    let members = reader.object(at, USER, |reader, at, name| {
        match name {
            "GroupList" => groups = reader.strings(at)?,
            "UserPolicyList" => inline = inline_policies(reader, at)?,
            "AttachedManagedPolicies" => attached = attached_policies(reader, at)?,
            "PermissionsBoundary" => boundary = permissions_boundary(reader, at)?,
            "Tags" => tags = reader.list(at, tag)?,
            "PasswordLastUsed" => password_last_used = reader.string(at)?,
            name => head.read(reader, at, name)?,
        }
        Ok(())
    })?;
    let Some(members) = members else { return Ok(None) };
    let Some(head) = head.finish(reader, at, start) else {
        return Ok(None);
    };
    require(reader, at, start, members, &head, &["GroupList", "AttachedManagedPolicies"]);
    Ok(Some(UserRecord {
        head,
        groups,
        inline_policies: or_none(inline, members, "UserPolicyList"),
        attached_policies: attached,
        permissions_boundary: boundary.or(members.lacks("PermissionsBoundary").then_some(BoundaryRecord::Absent)),
        tags: or_none(tags, members, "Tags"),
        password_last_used,
    }))
}

const GROUP: &[&str] = &[
    "Arn",
    "GroupName",
    "GroupId",
    "Path",
    "CreateDate",
    "GroupPolicyList",
    "AttachedManagedPolicies",
];

/// Reads one element of `GroupDetailList`.
pub(super) fn group<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<GroupRecord<'a>> {
    let start = reader.offset();
    let (mut head, mut inline, mut attached) = (HeadParts::default(), None, None);
    let members = reader.object(at, GROUP, |reader, at, name| {
        match name {
            "GroupPolicyList" => inline = inline_policies(reader, at)?,
            "AttachedManagedPolicies" => attached = attached_policies(reader, at)?,
            name => head.read(reader, at, name)?,
        }
        Ok(())
    })?;
    let Some(members) = members else { return Ok(None) };
    let Some(head) = head.finish(reader, at, start) else {
        return Ok(None);
    };
    require(reader, at, start, members, &head, &["AttachedManagedPolicies"]);
    let inline_policies = or_none(inline, members, "GroupPolicyList");
    Ok(Some(GroupRecord {
        head,
        inline_policies,
        attached_policies: attached,
    }))
}

const ROLE: &[&str] = &[
    "Arn",
    "RoleName",
    "RoleId",
    "Path",
    "CreateDate",
    "AssumeRolePolicyDocument",
    "RolePolicyList",
    "AttachedManagedPolicies",
    "PermissionsBoundary",
    "Tags",
    "InstanceProfileList",
    "RoleLastUsed",
    "MaxSessionDuration",
    "Description",
];

/// Reads one element of `RoleDetailList`.
pub(super) fn role<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<RoleRecord<'a>> {
    let start = reader.offset();
    let (mut head, mut trust_document, mut inline, mut attached) = (HeadParts::default(), None, None, None);
    let (mut boundary, mut tags, mut instance_profiles, mut last_used) = (None, None, None, None);
    let (mut max_session_seconds, mut description) = (None, None);
    let members = reader.object(at, ROLE, |reader, at, name| {
        match name {
            "AssumeRolePolicyDocument" => trust_document = document(reader, at)?,
            "RolePolicyList" => inline = inline_policies(reader, at)?,
            "AttachedManagedPolicies" => attached = attached_policies(reader, at)?,
            "PermissionsBoundary" => boundary = permissions_boundary(reader, at)?,
            "Tags" => tags = reader.list(at, tag)?,
            "InstanceProfileList" => instance_profiles = reader.list(at, instance_profile)?,
            "RoleLastUsed" => last_used = role_last_used(reader, at)?,
            "MaxSessionDuration" => max_session_seconds = reader.count(at)?,
            "Description" => description = reader.string(at)?,
            name => head.read(reader, at, name)?,
        }
        Ok(())
    })?;
    let Some(members) = members else { return Ok(None) };
    let Some(head) = head.finish(reader, at, start) else {
        return Ok(None);
    };
    require(
        reader,
        at,
        start,
        members,
        &head,
        &["AssumeRolePolicyDocument", "AttachedManagedPolicies"],
    );
    Ok(Some(RoleRecord {
        head,
        trust_document,
        inline_policies: or_none(inline, members, "RolePolicyList"),
        attached_policies: attached,
        permissions_boundary: boundary.or(members.lacks("PermissionsBoundary").then_some(BoundaryRecord::Absent)),
        tags: or_none(tags, members, "Tags"),
        instance_profiles: or_none(instance_profiles, members, "InstanceProfileList"),
        last_used,
        max_session_seconds,
        description,
    }))
}

const MANAGED_POLICY: &[&str] = &[
    "Arn",
    "PolicyName",
    "PolicyId",
    "Path",
    "CreateDate",
    "DefaultVersionId",
    "PolicyVersionList",
];

/// Reads one element of `Policies`.
pub(super) fn managed_policy<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<ManagedPolicyRecord<'a>> {
    let start = reader.offset();
    let (mut head, mut default_version_id, mut versions) = (HeadParts::default(), None, None);
    let members = reader.object(at, MANAGED_POLICY, |reader, at, name| {
        match name {
            "DefaultVersionId" => default_version_id = reader.string(at)?,
            "PolicyVersionList" => versions = reader.list(at, policy_version)?,
            name => head.read(reader, at, name)?,
        }
        Ok(())
    })?;
    let Some(members) = members else { return Ok(None) };
    let Some(head) = head.finish(reader, at, start) else {
        return Ok(None);
    };
    require(reader, at, start, members, &head, &["PolicyVersionList"]);
    Ok(Some(ManagedPolicyRecord {
        head,
        default_version_id,
        versions,
    }))
}

fn policy_version<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<PolicyVersionRecord<'a>> {
    let mut version = PolicyVersionRecord {
        id: None,
        is_default: false,
        document: None,
    };
    let start = reader.offset();
    let members = reader.object(at, &["VersionId", "IsDefaultVersion", "Document"], |reader, at, name| {
        match name {
            "VersionId" => version.id = reader.string(at)?,
            "IsDefaultVersion" => version.is_default = reader.boolean(at)?.unwrap_or(false),
            _ => version.document = document(reader, at)?,
        }
        Ok(())
    })?;
    if members.is_some_and(|members| members.lacks("Document")) {
        reader.gap(
            start,
            at,
            at.to_string(),
            "has no `Document`; what this version says is not known",
        );
    }
    Ok(members.map(|_| version))
}

/// An element that is no inline policy stays as one whose document is not known: its holder must not look smaller.
fn inline_policies<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<Vec<InlinePolicyRecord<'a>>> {
    reader.list(at, |reader, at| {
        let mut policy = InlinePolicyRecord {
            name: Cow::Borrowed(""),
            document: None,
        };
        let start = reader.offset();
        let members = reader.object(at, &["PolicyName", "PolicyDocument"], |reader, at, name| {
            match name {
                "PolicyName" => policy.name = reader.string(at)?.unwrap_or_default(),
                _ => policy.document = document(reader, at)?,
            }
            Ok(())
        })?;
        if members.is_some_and(|members| members.lacks("PolicyDocument")) {
            reader.gap(
                start,
                at,
                at.to_string(),
                "has no `PolicyDocument`; what it says is not known",
            );
        }
        Ok(Some(policy))
    })
}

fn attached_policies<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<Vec<AttachedPolicyRecord<'a>>> {
    reader.list(at, |reader, at| {
        let found = arn_and_name(reader, at, &["PolicyArn", "PolicyName"])?;
        Ok(found.map(|(arn, name)| AttachedPolicyRecord { arn, name }))
    })
}

fn instance_profile<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<InstanceProfileRecord<'a>> {
    let found = arn_and_name(reader, at, &["Arn", "InstanceProfileName"])?;
    Ok(found.map(|(arn, name)| InstanceProfileRecord { arn, name }))
}

/// An object with an ARN and a name, under these two member names.
fn arn_and_name<'a>(
    reader: &mut Reader<'a>,
    at: &JsonPath<'_>,
    names: &'static [&'static str; 2],
) -> Read<(Cow<'a, str>, Cow<'a, str>)> {
    let start = reader.offset();
    let (mut arn, mut name) = (None, None);
    let [arn_member, _] = names;
    let members = reader.object(at, names, |reader, at, member| {
        let slot = if member == *arn_member { &mut arn } else { &mut name };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    if members.is_some_and(|members| members.lacks(arn_member)) {
        reader.gap(
            start,
            at,
            at.to_string(),
            format!("has no `{arn_member}`; the list it stands in is not known"),
        );
    }
    Ok(arn.map(|arn| {
        let name = name.unwrap_or_else(|| end_of(&arn));
        (arn, name)
    }))
}

fn permissions_boundary<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<BoundaryRecord<'a>> {
    let start = reader.offset();
    let mut arn = None;
    let members = reader.object(at, &["PermissionsBoundaryArn"], |reader, at, _| {
        arn = reader.string(at)?;
        Ok(())
    })?;
    if members.is_some_and(Members::lacks_all) {
        reader.gap(
            start,
            at,
            at.to_string(),
            "has no `PermissionsBoundaryArn`; the boundary is not known",
        );
    }
    Ok(arn.map(BoundaryRecord::Policy))
}

/// Reads a tag; IAM and EC2 write `Key`, ECS writes `key`.
pub(super) fn tag<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<TagRecord<'a>> {
    let start = reader.offset();
    let (mut key, mut value) = (None, None);
    let members = reader.object(at, &["Key", "Value", "key", "value"], |reader, at, name| {
        let slot = if name.eq_ignore_ascii_case("key") {
            &mut key
        } else {
            &mut value
        };
        *slot = Some(reader.string(at)?);
        Ok(())
    })?;
    if members.is_some() && key.is_none() {
        reader.gap(
            start,
            at,
            at.to_string(),
            "has no `Key`; the tags it stands among are not known",
        );
    }
    // A tag without a value is a tag with an empty one; a value that could not be read is not.
    Ok(match (key.flatten(), value.unwrap_or(Some(Cow::Borrowed("")))) {
        (Some(key), Some(value)) => Some(TagRecord { key, value }),
        _ => None,
    })
}

fn role_last_used<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<RoleLastUsedRecord<'a>> {
    let (mut date, mut region) = (None, None);
    let mut is_whole = true;
    let members = reader.object(at, &["LastUsedDate", "Region"], |reader, at, name| {
        let slot = if name == "Region" { &mut region } else { &mut date };
        *slot = reader.string(at)?;
        is_whole &= slot.is_some();
        Ok(())
    })?;
    Ok(members.filter(|_| is_whole).map(|_| RoleLastUsedRecord { date, region }))
}

/// Members that AWS always writes: when one is not there, that is a gap.
fn require(
    reader: &mut Reader<'_>,
    at: &JsonPath<'_>,
    start: usize,
    members: Members,
    head: &RecordHead<'_>,
    names: &[&'static str],
) {
    for name in names.iter().filter(|name| members.lacks(name)) {
        reader.gap(
            start,
            at,
            format!("{name} of {}", head.arn),
            format!("`{name}` is not there; what it would hold is not known"),
        );
    }
}

/// Members that AWS leaves out when there is nothing to say.
fn or_none<T>(read: Option<Vec<T>>, members: Members, name: &str) -> Option<Vec<T>> {
    read.or_else(|| members.lacks(name).then(Vec::new))
}

fn end_of<'a>(arn: &Cow<'a, str>) -> Cow<'a, str> {
    let end = |text: &str| text.rfind(['/', ':']).map_or(0, |at| at + 1);
    match arn {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(end(text)..).unwrap_or(text)),
        Cow::Owned(text) => Cow::Owned(text.get(end(text)..).unwrap_or(text).to_owned()),
    }
}
