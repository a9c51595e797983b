//! The overrides: where the catalog differs from the package, each with its reason.

use crate::Failure;
use crate::package::Package;
use crate::package::check_arn;

/// Applies the overrides file. An override without a target or without effect is an error: it is out of date.
pub(crate) fn apply(text: &str, package: &mut Package) -> Result<(), Failure> {
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        apply_line(line, package).map_err(|problem| format!("override `{line}`: {problem}"))?;
    }
    Ok(())
}

fn apply_line(line: &str, package: &mut Package) -> Result<(), Failure> {
    let mut fields = line.split('\t');
    let (Some(kind), Some(target), Some(value), Some(_reason), None) =
        (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err("four fields expected: kind, target, value, reason".into());
    };
    let (prefix, name) = target.split_once(':').ok_or("the target is `service:name`")?;
    let service = package.services.get_mut(prefix).ok_or("the service is gone")?;
    let name = name.to_lowercase();
    match kind {
        "level" => {
            let action = service.actions.get_mut(&name).ok_or("the action is gone")?;
            if action.access_level == value {
                return Err("the package says so too; remove the override".into());
            }
            value.parse::<leastwise::catalog::AccessLevels>()?;
            value.clone_into(&mut action.access_level);
        }
        "arn" => {
            let resource = service.resource_types.get_mut(&name).ok_or("the resource type is gone")?;
            check_arn(value)?;
            if resource.arn == value {
                return Err("the package says so too; remove the override".into());
            }
            resource.more_arns.push(value.to_owned());
        }
        _ => return Err("`level` or `arn` expected".into()),
    }
    Ok(())
}
