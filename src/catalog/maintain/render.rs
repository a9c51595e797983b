//! The catalog's text. The form is described in `section.rs`, which reads it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;

use leastwise::catalog::AccessLevels;
use sha2::Digest;
use sha2::Sha256;

use crate::package::Package;
use crate::package::PackageAction;
use crate::package::PackageResourceType;
use crate::package::PackageRow;
use crate::package::PackageService;

/// The whole file: header, blank line, one section a service, byte-sorted.
pub(crate) fn render(package: &Package, integrity: &str) -> String {
    let body: String = package
        .services
        .iter()
        .map(|(prefix, service)| section(prefix, service))
        .collect();
    let count = |number: fn(&PackageService) -> usize| package.services.values().map(number).sum::<usize>();
    let hash = Sha256::digest(&body)
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let (name, version) = (&package.name, &package.version);
    format!(
        "# What AWS offers. Written by refresh-catalog from the package below; do not edit. See docs/catalog.md.\n\
         # package: {name}\n# version: {version}\n# built: {}\n# integrity: {integrity}\n\
         # licence: {}; text in LICENSE-iam-data\n\
         # command: refresh-catalog {} --integrity {integrity}\n\
         # services: {}\n# actions: {}\n# resource-types: {}\n# condition-keys: {}\n\
         # rcp-services: {}\n# body-sha256: {hash}\n\n{body}",
        package.built,
        package.licence,
        tarball_name(name, version),
        package.services.len(),
        count(|service| service.actions.len()),
        count(|service| service.resource_types.len()),
        count(|service| service.condition_keys.len()),
        package.rcp_services.join(" "),
    )
}

/// The file name that `npm pack` gives.
fn tarball_name(package: &str, version: &str) -> String {
    format!("{}-{version}.tgz", package.trim_start_matches('@').replace('/', "-"))
}

fn section(prefix: &str, service: &PackageService) -> String {
    let ids = key_ids(service.condition_keys.values().map(|key| key.key.as_str()));
    let mut lines: BTreeSet<String> = service.actions.values().map(|action| action_line(action, &ids)).collect();
    lines.extend(service.resource_types.values().map(|resource| resource_line(resource, &ids)));
    lines.extend(service.condition_keys.values().map(|key| {
        let id = ids.get(key.key.as_str()).map_or("", String::as_str);
        format!("k\t{id}\t{}\t{}", key.key, key.key_type)
    }));
    lines
        .iter()
        .fold(format!("= {prefix}\t{}\n", service.name), |text, line| text + line + "\n")
}

fn action_line(action: &PackageAction, ids: &BTreeMap<&str, String>) -> String {
    // `Package::read` has checked the level.
    let levels = action.access_level.parse::<AccessLevels>().unwrap_or_default();
    let letters: String = levels.iter().map(leastwise::catalog::AccessLevel::letter).collect();
    let mut line = format!("a\t{}\t{letters}\t{}", action.name, id_list(&action.condition_keys, ids));
    for row in rows(&action.resource_types, ids) {
        let _ = write!(line, "\t{row}");
    }
    line
}

/// The rows, sorted; AWS's tables name a few types twice, which says nothing more.
fn rows(rows: &[PackageRow], ids: &BTreeMap<&str, String>) -> BTreeSet<String> {
    let row = |row: &PackageRow| {
        format!(
            "{}{}={}",
            row.name,
            if row.required { "*" } else { "" },
            id_list(&row.condition_keys, ids)
        )
    };
    rows.iter().map(row).collect()
}

fn resource_line(resource: &PackageResourceType, ids: &BTreeMap<&str, String>) -> String {
    let mut line = format!(
        "r\t{}\t{}\t{}",
        resource.key,
        id_list(&resource.condition_keys, ids),
        resource.arn
    );
    for arn in &resource.more_arns {
        let _ = write!(line, "\t{arn}");
    }
    line
}

fn id_list(keys: &[String], ids: &BTreeMap<&str, String>) -> String {
    let ids: BTreeSet<&str> = keys
        .iter()
        .filter_map(|key| ids.get(key.as_str()))
        .map(String::as_str)
        .collect();
    ids.into_iter().collect::<Vec<_>>().join(",")
}

/// Short ids for a section's keys, made from the keys' own letters: a new key changes no other key's
/// id, so that a diff of two catalogs shows what AWS changed and nothing else.
fn key_ids<'a>(keys: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let keys: BTreeSet<&str> = keys.collect();
    let mut taken = BTreeSet::new();
    let mut ids = BTreeMap::new();
    for key in keys {
        let word = hash_word(key);
        let id = (3..=word.len())
            .filter_map(|length| word.get(..length))
            .find(|id| !taken.contains(*id))
            .unwrap_or(&word)
            .to_owned();
        taken.insert(id.clone());
        ids.insert(key, id);
    }
    ids
}

/// The key's FNV-1a hash, written with digits and small letters.
fn hash_word(key: &str) -> String {
    let mut hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut word = String::new();
    while hash > 0 {
        let digit = u32::try_from(hash % 36).unwrap_or_default();
        word.extend(char::from_digit(digit, 36));
        hash /= 36;
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_unique_and_do_not_move() {
        let keys: Vec<String> = (0..500).map(|number| format!("svc:Key{number}")).collect();
        let ids = key_ids(keys.iter().map(String::as_str));
        assert_eq!(ids.values().collect::<BTreeSet<_>>().len(), 500);
        assert!(ids.values().all(|id| (3..=5).contains(&id.len())));
        assert_eq!(key_ids(["svc:Key7"].into_iter()).get("svc:Key7").map(String::len), Some(3));
    }
}
