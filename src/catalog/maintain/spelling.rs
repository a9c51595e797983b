//! One spelling for holes. AWS's pages write nearly all as `${Name}`; the catalog writes all so.

use std::collections::BTreeMap;

use crate::package::PackageKey;
use crate::package::PackageService;

/// Respells the ARN formats and condition keys of a service. Two spellings of one key become one key.
pub(crate) fn unify(service: &mut PackageService) {
    for resource in service.resource_types.values_mut() {
        resource.arn = arn_format(&resource.arn);
        respell(&mut resource.condition_keys);
    }
    for action in service.actions.values_mut() {
        respell(&mut action.condition_keys);
        action
            .resource_types
            .iter_mut()
            .for_each(|row| respell(&mut row.condition_keys));
    }
    let keys = std::mem::take(&mut service.condition_keys).into_values();
    let unified = keys.map(|key| PackageKey {
        key: condition_key(&key.key),
        ..key
    });
    service.condition_keys = unified.map(|key| (key.key.to_lowercase(), key)).collect::<BTreeMap<_, _>>();
}

fn respell(keys: &mut [String]) {
    for key in keys {
        *key = condition_key(key);
    }
}

/// The page of `opsworks-cm` writes one hole as `{…}`.
fn arn_format(format: &str) -> String {
    format.replace("${", "{").replace('{', "${")
}

/// Some pages write a tag key's hole as `<key>` or `tag-key`, or leave it out.
fn condition_key(key: &str) -> String {
    let bare = key
        .strip_suffix("/<key>")
        .or_else(|| key.strip_suffix("/tag-key"))
        .or_else(|| key.strip_suffix('/'));
    bare.map_or_else(|| key.to_owned(), |bare| format!("{bare}/${{TagKey}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_have_one_spelling() {
        for key in [
            "s3:ExistingObjectTag/<key>",
            "s3:ExistingObjectTag/tag-key",
            "s3:ExistingObjectTag/",
            "s3:ExistingObjectTag/${TagKey}",
        ] {
            assert_eq!(condition_key(key), "s3:ExistingObjectTag/${TagKey}");
        }
        assert_eq!(condition_key("ec2:Add/group"), "ec2:Add/group");
        assert_eq!(
            arn_format("arn:${Partition}:x:::a/${B}-{C}"),
            "arn:${Partition}:x:::a/${B}-${C}"
        );
    }
}
