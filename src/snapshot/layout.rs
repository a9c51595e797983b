//! Which file of a snapshot holds what.

use crate::ident::AccountId;

/// What a file of an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// `account-authorization-details*.json`: one page or all of `GetAccountAuthorizationDetails`.
    AuthorizationDetails,
    /// `credential-report*.csv`, or `.json` as the AWS CLI prints it.
    CredentialReport,
    /// `access-analyzer-findings*.json`.
    AccessAnalyzerFindings,
    /// `inventory*.json`.
    Inventory,
    /// `service-last-accessed*.json`.
    LastAccessed,
}

/// What a file of a snapshot is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Manifest,
    Organization,
    OrganizationFindings,
    Account(AccountId, FileKind),
    /// A folder under `accounts/` that is not named by an account id.
    UnknownAccount(&'a str),
    /// Any other file at the top.
    Top,
    /// A file that nobody reads.
    Other,
}

/// The part a path inside a snapshot stands for; the path uses `/`.
pub(super) fn part_of(path: &str) -> Part<'_> {
    let mut steps = path.split('/');
    match (steps.next(), steps.next(), steps.next(), steps.next()) {
        (Some(name), None, ..) => match plain_name(name) {
            "manifest.json" => Part::Manifest,
            "organization.json" => Part::Organization,
            // What `collect` keeps to go on from.
            "collected.json" => Part::Other,
            _ if kind_of(name) == Some(FileKind::AccessAnalyzerFindings) => Part::OrganizationFindings,
            _ => Part::Top,
        },
        (Some("accounts"), Some(folder), Some(name), None) => match (folder.parse(), kind_of(name)) {
            (Ok(id), Some(kind)) => Part::Account(id, kind),
            (Err(_), Some(_)) => Part::UnknownAccount(folder),
            (_, None) => Part::Other,
        },
        _ => Part::Other,
    }
}

/// What a file of an account holds, by its name.
pub(super) fn kind_of(name: &str) -> Option<FileKind> {
    let name = plain_name(name);
    let json = name.strip_suffix(".json");
    let is_json = |start: &str| json.is_some_and(|stem| stem.starts_with(start));
    if is_json("account-authorization-details") {
        Some(FileKind::AuthorizationDetails)
    } else if is_json("access-analyzer-findings") {
        Some(FileKind::AccessAnalyzerFindings)
    } else if is_json("inventory") {
        Some(FileKind::Inventory)
    } else if is_json("service-last-accessed") {
        Some(FileKind::LastAccessed)
    } else if json
        .or_else(|| name.strip_suffix(".csv"))
        .is_some_and(|stem| stem.starts_with("credential-report"))
    {
        Some(FileKind::CredentialReport)
    } else {
        None
    }
}

/// Whether a name is one of a JSON file, compressed or not.
pub(super) fn is_json(name: &str) -> bool {
    !name.starts_with('.') && plain_name(name).strip_suffix(".json").is_some()
}

/// The name without the ending of a compressed file.
fn plain_name(name: &str) -> &str {
    name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name)
}
