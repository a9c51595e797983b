//! The shape that `aws iam get-account-authorization-details` prints.

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

use crate::collect::authorization_details::Details;
use crate::collect::shape::Shape;
use crate::collect::shape::date;
use crate::collect::shape::document;
use crate::collect::shape::list;
use crate::collect::shape::text;

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
