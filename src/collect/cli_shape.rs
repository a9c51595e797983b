//! The SDK's values in the shape that `aws iam get-account-authorization-details` prints.
//!
//! A member that AWS did not send is left out. A policy document becomes the JSON that it encodes, byte for byte, since
//! a parsed copy would lose duplicate members; what is no JSON stays the string that AWS sent.

use std::borrow::Cow;

use aws_sdk_iam::primitives::DateTime;
use aws_sdk_iam::types::AttachedPermissionsBoundary;
use aws_sdk_iam::types::AttachedPolicy;
use aws_sdk_iam::types::GroupDetail;
use aws_sdk_iam::types::InstanceProfile;
use aws_sdk_iam::types::ManagedPolicyDetail;
use aws_sdk_iam::types::PolicyDetail;
use aws_sdk_iam::types::PolicyVersion;
use aws_sdk_iam::types::Role;
use aws_sdk_iam::types::RoleDetail;
use aws_sdk_iam::types::RoleLastUsed;
use aws_sdk_iam::types::Tag;
use aws_sdk_iam::types::UserDetail;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeMap as _;
use serde_json::value::RawValue;

use crate::collect::authorization_details::Details;

const NANOS_PER_MICRO: u32 = 1000;

/// A JSON value to be written.
pub(super) enum Shape<'a> {
    Text(&'a str),
    Date(&'a DateTime),
    Count(i32),
    Flag(bool),
    Document(&'a str),
    List(Vec<Shape<'a>>),
    Object(Vec<(&'static str, Option<Shape<'a>>)>),
}

impl Serialize for Shape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Date(date) => serializer.serialize_str(&rfc3339(date)),
            Self::Count(count) => serializer.serialize_i32(*count),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Document(text) => match json_of(text) {
                Some(json) => json.serialize(serializer),
                None => serializer.serialize_str(text),
            },
            Self::List(elements) => serializer.collect_seq(elements),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in members {
                    if let Some(value) = value {
                        map.serialize_entry(name, value)?;
                    }
                }
                map.end()
            }
        }
    }
}

/// The document as JSON. The API percent-encodes it (RFC 3986, a `+` is a plus); one that begins with a brace is JSON already.
fn json_of(text: &str) -> Option<Box<RawValue>> {
    let decoded = if text.trim_start().starts_with('{') {
        Cow::Borrowed(text)
    } else {
        percent_decode_str(text).decode_utf8().ok()?
    };
    let json = RawValue::from_string(decoded.trim().to_owned()).ok()?;
    json.get().starts_with('{').then_some(json)
}

/// A time as the AWS CLI writes it; one out of any calendar as its seconds.
fn rfc3339(date: &DateTime) -> String {
    let Ok(time) = jiff::Timestamp::from_second(date.secs()) else {
        return date.secs().to_string();
    };
    let seconds = time.strftime("%Y-%m-%dT%H:%M:%S");
    match date.subsec_nanos() / NANOS_PER_MICRO {
        0 => format!("{seconds}+00:00"),
        micros => format!("{seconds}.{micros:06}+00:00"),
    }
}

/// The whole answer, its pages in one.
pub(super) fn of(details: &Details) -> Shape<'_> {
    Shape::Object(vec![
        ("UserDetailList", list(details.users.as_deref(), user)),
        ("GroupDetailList", list(details.groups.as_deref(), group)),
        ("RoleDetailList", list(details.roles.as_deref(), role)),
        ("Policies", list(details.policies.as_deref(), managed_policy)),
        ("IsTruncated", Some(Shape::Flag(false))),
    ])
}

fn list<'a, T>(values: Option<&'a [T]>, shape: impl Fn(&'a T) -> Shape<'a>) -> Option<Shape<'a>> {
    Some(Shape::List(values?.iter().map(shape).collect()))
}

fn text(value: Option<&String>) -> Option<Shape<'_>> {
    Some(Shape::Text(value?))
}

fn date(value: Option<&DateTime>) -> Option<Shape<'_>> {
    Some(Shape::Date(value?))
}

fn user(user: &UserDetail) -> Shape<'_> {
    Shape::Object(vec![
        ("Path", text(user.path.as_ref())),
        ("UserName", text(user.user_name.as_ref())),
        ("UserId", text(user.user_id.as_ref())),
        ("Arn", text(user.arn.as_ref())),
        ("CreateDate", date(user.create_date.as_ref())),
        ("UserPolicyList", list(user.user_policy_list.as_deref(), inline_policy)),
        ("GroupList", list(user.group_list.as_deref(), |name| Shape::Text(name))),
        (
            "AttachedManagedPolicies",
            list(user.attached_managed_policies.as_deref(), attached_policy),
        ),
        ("PermissionsBoundary", user.permissions_boundary.as_ref().map(boundary)),
        ("Tags", list(user.tags.as_deref(), tag)),
    ])
}

fn group(group: &GroupDetail) -> Shape<'_> {
    Shape::Object(vec![
        ("Path", text(group.path.as_ref())),
        ("GroupName", text(group.group_name.as_ref())),
        ("GroupId", text(group.group_id.as_ref())),
        ("Arn", text(group.arn.as_ref())),
        ("CreateDate", date(group.create_date.as_ref())),
        ("GroupPolicyList", list(group.group_policy_list.as_deref(), inline_policy)),
        (
            "AttachedManagedPolicies",
            list(group.attached_managed_policies.as_deref(), attached_policy),
        ),
    ])
}

fn role(role: &RoleDetail) -> Shape<'_> {
    Shape::Object(vec![
        ("Path", text(role.path.as_ref())),
        ("RoleName", text(role.role_name.as_ref())),
        ("RoleId", text(role.role_id.as_ref())),
        ("Arn", text(role.arn.as_ref())),
        ("CreateDate", date(role.create_date.as_ref())),
        (
            "AssumeRolePolicyDocument",
            document(role.assume_role_policy_document.as_ref()),
        ),
        (
            "InstanceProfileList",
            list(role.instance_profile_list.as_deref(), instance_profile),
        ),
        ("RolePolicyList", list(role.role_policy_list.as_deref(), inline_policy)),
        (
            "AttachedManagedPolicies",
            list(role.attached_managed_policies.as_deref(), attached_policy),
        ),
        ("PermissionsBoundary", role.permissions_boundary.as_ref().map(boundary)),
        ("Tags", list(role.tags.as_deref(), tag)),
        ("RoleLastUsed", role.role_last_used.as_ref().map(last_used)),
    ])
}

fn managed_policy(policy: &ManagedPolicyDetail) -> Shape<'_> {
    Shape::Object(vec![
        ("PolicyName", text(policy.policy_name.as_ref())),
        ("PolicyId", text(policy.policy_id.as_ref())),
        ("Arn", text(policy.arn.as_ref())),
        ("Path", text(policy.path.as_ref())),
        ("DefaultVersionId", text(policy.default_version_id.as_ref())),
        ("AttachmentCount", policy.attachment_count.map(Shape::Count)),
        (
            "PermissionsBoundaryUsageCount",
            policy.permissions_boundary_usage_count.map(Shape::Count),
        ),
        ("IsAttachable", Some(Shape::Flag(policy.is_attachable))),
        ("Description", text(policy.description.as_ref())),
        ("CreateDate", date(policy.create_date.as_ref())),
        ("UpdateDate", date(policy.update_date.as_ref())),
        ("PolicyVersionList", list(policy.policy_version_list.as_deref(), version)),
    ])
}

fn version(version: &PolicyVersion) -> Shape<'_> {
    Shape::Object(vec![
        ("Document", document(version.document.as_ref())),
        ("VersionId", text(version.version_id.as_ref())),
        ("IsDefaultVersion", Some(Shape::Flag(version.is_default_version))),
        ("CreateDate", date(version.create_date.as_ref())),
    ])
}

fn inline_policy(policy: &PolicyDetail) -> Shape<'_> {
    Shape::Object(vec![
        ("PolicyName", text(policy.policy_name.as_ref())),
        ("PolicyDocument", document(policy.policy_document.as_ref())),
    ])
}

fn document(value: Option<&String>) -> Option<Shape<'_>> {
    Some(Shape::Document(value?))
}

fn attached_policy(policy: &AttachedPolicy) -> Shape<'_> {
    Shape::Object(vec![
        ("PolicyName", text(policy.policy_name.as_ref())),
        ("PolicyArn", text(policy.policy_arn.as_ref())),
    ])
}

fn boundary(boundary: &AttachedPermissionsBoundary) -> Shape<'_> {
    let kind = boundary.permissions_boundary_type.as_ref();
    Shape::Object(vec![
        ("PermissionsBoundaryType", kind.map(|kind| Shape::Text(kind.as_str()))),
        ("PermissionsBoundaryArn", text(boundary.permissions_boundary_arn.as_ref())),
    ])
}

fn tag(tag: &Tag) -> Shape<'_> {
    Shape::Object(vec![
        ("Key", Some(Shape::Text(&tag.key))),
        ("Value", Some(Shape::Text(&tag.value))),
    ])
}

fn last_used(used: &RoleLastUsed) -> Shape<'_> {
    Shape::Object(vec![
        ("LastUsedDate", date(used.last_used_date.as_ref())),
        ("Region", text(used.region.as_ref())),
    ])
}

fn instance_profile(profile: &InstanceProfile) -> Shape<'_> {
    Shape::Object(vec![
        ("Path", Some(Shape::Text(&profile.path))),
        ("InstanceProfileName", Some(Shape::Text(&profile.instance_profile_name))),
        ("InstanceProfileId", Some(Shape::Text(&profile.instance_profile_id))),
        ("Arn", Some(Shape::Text(&profile.arn))),
        ("CreateDate", Some(Shape::Date(&profile.create_date))),
        ("Roles", list(Some(&profile.roles), role_of_profile)),
        ("Tags", list(profile.tags.as_deref(), tag)),
    ])
}

fn role_of_profile(role: &Role) -> Shape<'_> {
    Shape::Object(vec![
        ("Path", Some(Shape::Text(&role.path))),
        ("RoleName", Some(Shape::Text(&role.role_name))),
        ("RoleId", Some(Shape::Text(&role.role_id))),
        ("Arn", Some(Shape::Text(&role.arn))),
        ("CreateDate", Some(Shape::Date(&role.create_date))),
        (
            "AssumeRolePolicyDocument",
            document(role.assume_role_policy_document.as_ref()),
        ),
        ("Description", text(role.description.as_ref())),
        ("MaxSessionDuration", role.max_session_duration.map(Shape::Count)),
        ("PermissionsBoundary", role.permissions_boundary.as_ref().map(boundary)),
        ("Tags", list(role.tags.as_deref(), tag)),
        ("RoleLastUsed", role.role_last_used.as_ref().map(last_used)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(document: &str) -> String {
        serde_json::to_string(&Shape::Document(document)).unwrap()
    }

    #[test]
    fn a_document_keeps_its_bytes_and_its_duplicates() {
        assert_eq!(
            written("%7B%22Sid%22%3A%22a%2Bb+c%22%2C%20%22Sid%22%3A%22d%22%7D"),
            r#"{"Sid":"a+b+c", "Sid":"d"}"#
        );
    }

    #[test]
    fn a_document_that_came_as_json_is_not_decoded() {
        assert_eq!(written(r#"{"Resource":"a%2Fb"}"#), r#"{"Resource":"a%2Fb"}"#);
    }

    #[test]
    fn what_is_no_document_stays_the_string_that_aws_sent() {
        assert_eq!(written("%7B%22Version%22"), r#""%7B%22Version%22""#);
        assert_eq!(written("%FF"), r#""%FF""#);
        assert_eq!(written("%5B%5D"), r#""%5B%5D""#);
        assert_eq!(written(""), r#""""#);
    }

    #[test]
    fn times_are_written_as_the_cli_writes_them() {
        assert_eq!(rfc3339(&DateTime::from_secs(1_700_000_000)), "2023-11-14T22:13:20+00:00");
        assert_eq!(
            rfc3339(&DateTime::from_fractional_secs(0, 0.25)),
            "1970-01-01T00:00:00.250000+00:00"
        );
        assert_eq!(rfc3339(&DateTime::from_secs(i64::MAX)), i64::MAX.to_string());
    }
}
