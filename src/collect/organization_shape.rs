//! The shape of `organization.json`; docs/snapshot.md lists its members.

use aws_sdk_organizations::types::Account;
use aws_sdk_organizations::types::DelegatedAdministrator;
use aws_sdk_organizations::types::Organization as Description;
use aws_sdk_organizations::types::OrganizationalUnit;
use aws_sdk_organizations::types::Policy;
use aws_sdk_organizations::types::PolicySummary;
use aws_sdk_organizations::types::PolicyTypeSummary;
use aws_sdk_organizations::types::Root;

use crate::collect::organization::Attachments;
use crate::collect::organization::Organization;
use crate::collect::shape::Shape;
use crate::collect::shape::list;
use crate::collect::shape::text;
use crate::collect::shape::word;

/// There is no organization.
pub(super) fn none() -> Shape<'static> {
    Shape::Object(vec![("InUse", Some(Shape::Flag(false)))])
}

/// There is one, and no more of it was read.
pub(super) fn description_alone(organization: &Description) -> Shape<'_> {
    Shape::Object(vec![("Organization", Some(description(organization)))])
}

pub(super) fn of(organization: &Organization) -> Shape<'_> {
    let tree = organization.tree.as_ref();
    Shape::Object(vec![
        ("Organization", Some(description(&organization.description))),
        ("Roots", list(organization.roots.as_deref(), root)),
        ("OrganizationalUnits", list(tree.map(|tree| tree.units.as_slice()), unit)),
        ("Accounts", list(tree.map(|tree| tree.accounts.as_slice()), account)),
        ("Policies", list(organization.policies.as_deref(), policy)),
        (
            "PoliciesForTarget",
            Some(Shape::Map(
                organization
                    .attachments
                    .iter()
                    .map(|(kind, attached)| (*kind, attachments(organization, attached)))
                    .collect(),
            )),
        ),
        (
            "DelegatedAdministrators",
            list(organization.administrators.as_deref(), administrator),
        ),
    ])
}

/// Every root, unit and account has a list: where nothing is attached, an empty one.
fn attachments<'a>(organization: &'a Organization, attached: &'a Attachments) -> Shape<'a> {
    let tree = organization.tree.iter();
    let roots = organization.roots.iter().flatten().filter_map(|root| root.id.as_deref());
    let below = tree.flat_map(|tree| {
        let units = tree.units.iter().filter_map(|(unit, _)| unit.id.as_deref());
        units.chain(tree.accounts.iter().filter_map(|(account, _)| account.id.as_deref()))
    });
    let mut targets: Vec<&str> = roots.chain(below).chain(attached.keys().map(String::as_str)).collect();
    targets.sort_unstable();
    targets.dedup();
    let policies = |target: &str| {
        let policies = attached.get(target).map(Vec::as_slice).unwrap_or_default();
        Shape::List(policies.iter().map(|policy| Shape::Text(policy)).collect())
    };
    Shape::Map(targets.into_iter().map(|target| (target, policies(target))).collect())
}

fn description(organization: &Description) -> Shape<'_> {
    Shape::Object(vec![
        ("Id", text(organization.id.as_ref())),
        ("Arn", text(organization.arn.as_ref())),
        ("FeatureSet", word(organization.feature_set.as_ref())),
        ("MasterAccountArn", text(organization.master_account_arn.as_ref())),
        ("MasterAccountId", text(organization.master_account_id.as_ref())),
    ])
}

fn root(root: &Root) -> Shape<'_> {
    Shape::Object(vec![
        ("Id", text(root.id.as_ref())),
        ("Arn", text(root.arn.as_ref())),
        ("Name", text(root.name.as_ref())),
        ("PolicyTypes", list(root.policy_types.as_deref(), policy_type)),
    ])
}

fn policy_type(found: &PolicyTypeSummary) -> Shape<'_> {
    Shape::Object(vec![
        ("Type", word(found.r#type.as_ref())),
        ("Status", word(found.status.as_ref())),
    ])
}

fn unit((unit, parent): &(OrganizationalUnit, String)) -> Shape<'_> {
    Shape::Object(vec![
        ("Id", text(unit.id.as_ref())),
        ("Arn", text(unit.arn.as_ref())),
        ("Name", text(unit.name.as_ref())),
        ("ParentId", Some(Shape::Text(parent))),
    ])
}

fn account((account, parent): &(Account, String)) -> Shape<'_> {
    Shape::Object(vec![
        ("Id", text(account.id.as_ref())),
        ("Arn", text(account.arn.as_ref())),
        ("Name", text(account.name.as_ref())),
        ("Status", word(account.status.as_ref())),
        ("State", word(account.state.as_ref())),
        ("Paths", list(account.paths.as_deref(), |path| Shape::Text(path))),
        ("ParentId", Some(Shape::Text(parent))),
    ])
}

fn policy(policy: &Policy) -> Shape<'_> {
    Shape::Object(vec![
        ("PolicySummary", policy.policy_summary.as_ref().map(summary)),
        ("Content", text(policy.content.as_ref())),
    ])
}

fn summary(summary: &PolicySummary) -> Shape<'_> {
    Shape::Object(vec![
        ("Id", text(summary.id.as_ref())),
        ("Arn", text(summary.arn.as_ref())),
        ("Name", text(summary.name.as_ref())),
        ("Description", text(summary.description.as_ref())),
        ("Type", word(summary.r#type.as_ref())),
        ("AwsManaged", Some(Shape::Flag(summary.aws_managed))),
    ])
}

fn administrator((administrator, service): &(DelegatedAdministrator, Option<String>)) -> Shape<'_> {
    Shape::Object(vec![
        ("Id", text(administrator.id.as_ref())),
        ("Arn", text(administrator.arn.as_ref())),
        ("Name", text(administrator.name.as_ref())),
        ("ServicePrincipal", text(service.as_ref())),
    ])
}
