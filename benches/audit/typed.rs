//! The measure: every JSON file of a snapshot into typed records, policy documents included, with `serde_json` alone.
#![expect(dead_code, reason = "the fields are read by nobody: parsing them is the work")]
#![expect(clippy::struct_field_names, reason = "the names are AWS's")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

/// Parses the files of all accounts, one after another; returns how many identities they hold.
pub(crate) fn parse(directory: &Path) -> usize {
    let mut identities = 0;
    for account in fs::read_dir(directory.join("accounts")).unwrap() {
        let account = account.unwrap().path();
        let text = fs::read(account.join("account-authorization-details.json")).unwrap();
        let details: Details = serde_json::from_slice(&text).unwrap();
        identities += details.user_detail_list.len() + details.role_detail_list.len();
        if let Ok(text) = fs::read(account.join("access-analyzer-findings.json")) {
            let _: Analyzers = serde_json::from_slice(&text).unwrap();
        }
        if let Ok(text) = fs::read(account.join("inventory.json")) {
            let _: Inventory = serde_json::from_slice(&text).unwrap();
        }
    }
    identities
}

type Text<'a> = Cow<'a, str>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Details<'a> {
    #[serde(borrow)]
    user_detail_list: Vec<User<'a>>,
    group_detail_list: Vec<Group<'a>>,
    role_detail_list: Vec<Role<'a>>,
    policies: Vec<Managed<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User<'a> {
    #[serde(borrow)]
    path: Text<'a>,
    user_name: Text<'a>,
    user_id: Text<'a>,
    arn: Text<'a>,
    create_date: Text<'a>,
    #[serde(default)]
    user_policy_list: Vec<Inline<'a>>,
    group_list: Vec<Text<'a>>,
    attached_managed_policies: Vec<Attached<'a>>,
    permissions_boundary: Option<Boundary<'a>>,
    #[serde(default)]
    tags: Vec<Tag<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group<'a> {
    #[serde(borrow)]
    arn: Text<'a>,
    group_name: Text<'a>,
    #[serde(default)]
    group_policy_list: Vec<Inline<'a>>,
    attached_managed_policies: Vec<Attached<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role<'a> {
    #[serde(borrow)]
    path: Text<'a>,
    role_name: Text<'a>,
    role_id: Text<'a>,
    arn: Text<'a>,
    create_date: Text<'a>,
    assume_role_policy_document: Document,
    #[serde(default)]
    role_policy_list: Vec<Inline<'a>>,
    attached_managed_policies: Vec<Attached<'a>>,
    permissions_boundary: Option<Boundary<'a>>,
    #[serde(default)]
    tags: Vec<Tag<'a>>,
    role_last_used: Option<LastUsed<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Managed<'a> {
    #[serde(borrow)]
    arn: Text<'a>,
    default_version_id: Text<'a>,
    policy_version_list: Vec<Version<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version<'a> {
    document: Document,
    #[serde(borrow)]
    version_id: Text<'a>,
    is_default_version: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inline<'a> {
    #[serde(borrow)]
    policy_name: Text<'a>,
    policy_document: Document,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attached<'a> {
    #[serde(borrow)]
    policy_name: Text<'a>,
    policy_arn: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Boundary<'a> {
    #[serde(borrow)]
    permissions_boundary_arn: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LastUsed<'a> {
    #[serde(borrow)]
    last_used_date: Option<Text<'a>>,
    region: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    value: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: Option<String>,
    statement: OneOrMany<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: Option<String>,
    effect: String,
    principal: Option<Principal>,
    not_principal: Option<Principal>,
    action: Option<OneOrMany<String>>,
    not_action: Option<OneOrMany<String>>,
    resource: Option<OneOrMany<String>>,
    not_resource: Option<OneOrMany<String>>,
    condition: Option<BTreeMap<String, BTreeMap<String, OneOrMany<String>>>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Principal {
    Everyone(String),
    Types(BTreeMap<String, OneOrMany<String>>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Analyzers<'a> {
    #[serde(borrow)]
    analyzers: Vec<Analyzer<'a>>,
    findings: Vec<Finding<'a>>,
    #[serde(default)]
    finding_details: Vec<Finding<'a>>,
}

#[derive(Deserialize)]
struct Analyzer<'a> {
    #[serde(borrow)]
    arn: Text<'a>,
    name: Text<'a>,
    r#type: Text<'a>,
    status: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    resource: Option<Text<'a>>,
    resource_type: Text<'a>,
    resource_owner_account: Text<'a>,
    status: Text<'a>,
    analyzed_at: Text<'a>,
    created_at: Text<'a>,
    updated_at: Text<'a>,
    finding_type: Text<'a>,
    #[serde(default)]
    finding_details: Vec<FindingDetail<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FindingDetail<'a> {
    #[serde(borrow)]
    unused_permission_details: Option<UnusedPermission<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UnusedPermission<'a> {
    #[serde(borrow)]
    service_namespace: Text<'a>,
    #[serde(default)]
    actions: Vec<UnusedAction<'a>>,
}

#[derive(Deserialize)]
struct UnusedAction<'a> {
    #[serde(borrow)]
    action: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inventory<'a> {
    #[serde(borrow)]
    instances: Vec<Instance<'a>>,
    services: Vec<Service<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Instance<'a> {
    #[serde(borrow)]
    instance_id: Text<'a>,
    arn: Text<'a>,
    region: Text<'a>,
    disable_api_termination: Option<bool>,
    #[serde(default)]
    tags: Vec<Tag<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Service<'a> {
    #[serde(borrow)]
    service_arn: Text<'a>,
    service_name: Text<'a>,
    cluster_arn: Text<'a>,
    region: Text<'a>,
    #[serde(default)]
    tags: Vec<LowerTag<'a>>,
}

#[derive(Deserialize)]
struct LowerTag<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    value: Text<'a>,
}
