//! The package's JSON files: per service `data/{actions,resourceTypes,conditionKeys}/SERVICE.json`.

use std::collections::BTreeMap;

use leastwise::catalog::AccessLevels;
use leastwise::catalog::KeyType;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Failure;
use crate::spelling;

/// The package, checked.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The day on which the data was built: `YYYY-MM-DD`.
    pub(crate) built: String,
    pub(crate) licence: String,
    pub(crate) rcp_services: Vec<String>,
    pub(crate) services: BTreeMap<String, PackageService>,
}

#[derive(Debug)]
pub(crate) struct PackageService {
    pub(crate) name: String,
    pub(crate) actions: BTreeMap<String, PackageAction>,
    pub(crate) resource_types: BTreeMap<String, PackageResourceType>,
    pub(crate) condition_keys: BTreeMap<String, PackageKey>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PackageAction {
    pub(crate) name: String,
    pub(crate) access_level: String,
    pub(crate) resource_types: Vec<PackageRow>,
    pub(crate) condition_keys: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PackageRow {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) condition_keys: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PackageResourceType {
    pub(crate) key: String,
    pub(crate) arn: String,
    #[serde(default)]
    pub(crate) condition_keys: Vec<String>,
    /// Formats that the overrides add.
    #[serde(skip)]
    pub(crate) more_arns: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PackageKey {
    pub(crate) key: String,
    #[serde(rename = "type")]
    pub(crate) key_type: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    name: String,
    version: String,
    updated_at: String,
    license: String,
}

impl Package {
    /// Reads and checks the files of the tarball, by path.
    pub(crate) fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, Failure> {
        let manifest: Manifest = json(files, "package.json")?;
        let licence_text = text(files, "LICENSE.txt")?;
        let copyright = licence_text
            .lines()
            .find(|line| line.starts_with("Copyright"))
            .ok_or("LICENSE.txt names no copyright holder")?;
        let names: BTreeMap<String, String> = json(files, "data/serviceNames.json")?;
        let prefixes: Vec<String> = json(files, "data/services.json")?;
        let mut rcp_services: Vec<String> = json(files, "data/rcpSupportedServices.json")?;
        rcp_services.sort_unstable();
        let mut services = BTreeMap::new();
        for prefix in prefixes {
            let mut service = PackageService {
                name: names
                    .get(&prefix)
                    .cloned()
                    .ok_or_else(|| format!("{prefix}: no service name"))?,
                actions: json(files, &format!("data/actions/{prefix}.json"))?,
                resource_types: json(files, &format!("data/resourceTypes/{prefix}.json"))?,
                condition_keys: json(files, &format!("data/conditionKeys/{prefix}.json"))?,
            };
            spelling::unify(&mut service);
            service.check(&prefix).map_err(|problem| format!("{prefix}: {problem}"))?;
            services.insert(prefix, service);
        }
        Ok(Self {
            name: manifest.name,
            version: manifest.version,
            built: manifest.updated_at.split('T').next().unwrap_or_default().to_owned(),
            licence: format!("{}, {copyright}", manifest.license),
            rcp_services,
            services,
        })
    }
}

impl PackageService {
    /// Everything known and defined: names, access levels, types, ARN formats, keys.
    fn check(&self, prefix: &str) -> Result<(), Failure> {
        if prefix.is_empty()
            || !prefix
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        {
            return Err("not a service prefix".into());
        }
        let is_key = |key: &String| self.condition_keys.contains_key(&key.to_lowercase());
        for action in self.actions.values() {
            let name = &action.name;
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                return Err(format!("`{name}` is not an action name").into());
            }
            action
                .access_level
                .parse::<AccessLevels>()
                .map_err(|error| format!("{name}: {error}"))?;
            for row in &action.resource_types {
                if !self.resource_types.contains_key(&row.name.to_lowercase()) {
                    return Err(format!("{name}: resource type `{}` is not defined", row.name).into());
                }
            }
            let keys = action
                .resource_types
                .iter()
                .flat_map(|row| &row.condition_keys)
                .chain(&action.condition_keys);
            if let Some(key) = keys.into_iter().find(|key| !is_key(key)) {
                return Err(format!("{name}: condition key `{key}` is not defined").into());
            }
        }
        for resource in self.resource_types.values() {
            check_plain(&resource.key)?;
            check_arn(&resource.arn)?;
            if let Some(key) = resource.condition_keys.iter().find(|key| !is_key(key)) {
                return Err(format!("{}: condition key `{key}` is not defined", resource.key).into());
            }
        }
        for key in self.condition_keys.values() {
            check_plain(&key.key)?;
            KeyType::from_word(&key.key_type).ok_or_else(|| format!("{}: type `{}` is not known", key.key, key.key_type))?;
        }
        check_plain(&self.name)
    }
}

/// A name may not hold what the catalog's text splits at.
fn check_plain(name: &str) -> Result<(), Failure> {
    let is_plain = !name.is_empty() && !name.contains(|c: char| c.is_control() || matches!(c, '=' | '*' | ',' | '<' | '>'));
    if is_plain {
        Ok(())
    } else {
        Err(format!("`{name}` is not a name that the catalog can hold").into())
    }
}

pub(crate) fn check_arn(format: &str) -> Result<(), Failure> {
    let is_arn = format.starts_with("arn:") && format.splitn(6, ':').count() == 6 && !format.contains(char::is_control);
    let is_closed = format.matches("${").count() == format.matches('}').count();
    if is_arn && is_closed {
        Ok(())
    } else {
        Err(format!("`{format}` is not an ARN format").into())
    }
}

fn json<T: DeserializeOwned>(files: &BTreeMap<String, Vec<u8>>, path: &str) -> Result<T, Failure> {
    Ok(serde_json::from_str(text(files, path)?).map_err(|error| format!("{path}: {error}"))?)
}

fn text<'a>(files: &'a BTreeMap<String, Vec<u8>>, path: &str) -> Result<&'a str, Failure> {
    let bytes = files
        .get(&format!("package/{path}"))
        .ok_or_else(|| format!("the tarball has no {path}"))?;
    Ok(std::str::from_utf8(bytes)?)
}
