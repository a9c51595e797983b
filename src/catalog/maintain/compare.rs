//! What changed between two catalogs, and what may not.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use leastwise::catalog::ActionEntry;
use leastwise::catalog::Catalog;
use leastwise::catalog::CatalogVersion;
use leastwise::catalog::Service;

use crate::Failure;

fn actions(catalog: &Catalog) -> BTreeMap<String, &ActionEntry> {
    catalog
        .services()
        .flat_map(Service::actions)
        .map(|action| (action.full_name().to_string(), action))
        .collect()
}

/// Added, removed and re-levelled actions, and those whose resource types or keys changed; one a line, sorted.
pub(crate) fn changes(old: &Catalog, new: &Catalog) -> String {
    let (old, new) = (actions(old), actions(new));
    let mut text = String::new();
    for (name, action) in &new {
        let _ = match old.get(name) {
            None => writeln!(text, "+ {name} ({})", action.access_levels),
            Some(before) if before.access_levels != action.access_levels => {
                writeln!(text, "~ {name}: {} → {}", before.access_levels, action.access_levels)
            }
            Some(before) if before != action => writeln!(text, "~ {name}: resource types or condition keys"),
            Some(_) => Ok(()),
        };
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        let _ = writeln!(text, "- {name}");
    }
    text
}

/// Fails when an action goes that a rule file names.
pub(crate) fn no_named_action_goes(old: &Catalog, new: &Catalog, rules: &Path) -> Result<(), Failure> {
    if !rules.is_dir() {
        return Ok(());
    }
    let mut texts = Vec::new();
    for entry in fs::read_dir(rules)? {
        let path = entry?.path();
        if path.is_file() {
            texts.push((path.display().to_string(), fs::read_to_string(&path)?.to_lowercase()));
        }
    }
    let new = actions(new);
    for name in actions(old).into_keys().filter(|name| !new.contains_key(name)) {
        if let Some((path, _)) = texts.iter().find(|(_, text)| text.contains(&name.to_lowercase())) {
            return Err(format!("{name} is gone, and {path} names it; change the rule first").into());
        }
    }
    Ok(())
}

/// Fails when a count differs from the last one by more than 5 %: the package may be broken.
pub(crate) fn counts_are_near(old: &CatalogVersion, new: &CatalogVersion) -> Result<(), Failure> {
    let counts = [
        ("services", old.services, new.services),
        ("actions", old.actions, new.actions),
        ("resource types", old.resource_types, new.resource_types),
        ("condition keys", old.condition_keys, new.condition_keys),
    ];
    for (what, before, after) in counts {
        if before.abs_diff(after) * 20 > before {
            return Err(format!("{before} {what} before, {after} now; pass --accept if that is right").into());
        }
    }
    Ok(())
}
