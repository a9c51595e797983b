//! The catalog's header: what the data is, where it came from, under which licence.

use std::fmt;

use crate::catalog::CatalogError;

/// Where the catalog's data came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogVersion {
    /// The package that the data was taken from.
    pub package: &'static str,
    /// The package's version.
    pub version: &'static str,
    /// The day on which the package's data was built, as `YYYY-MM-DD`.
    pub built: &'static str,
    /// The package's licence.
    pub licence: &'static str,
    /// The integrity string of the package's tarball, as registries write it.
    pub integrity: &'static str,
    /// SHA-256 of everything after the header, in hexadecimal.
    pub body_sha256: &'static str,
    /// How many services there are.
    pub services: usize,
    /// How many actions there are.
    pub actions: usize,
    /// How many resource types there are.
    pub resource_types: usize,
    /// How many condition keys there are, counted by service.
    pub condition_keys: usize,
    /// The services that resource control policies cover, in the package's own words.
    pub rcp_services: Vec<&'static str>,
}

impl CatalogVersion {
    /// Reads a header: lines `# name: value`.
    pub(super) fn parse(header: &'static str) -> Result<Self, CatalogError> {
        let text = |name: &'static str| field(header, name).ok_or(CatalogError::Header(name));
        let count = |name: &'static str| {
            field(header, name)
                .and_then(|value| value.parse().ok())
                .ok_or(CatalogError::Header(name))
        };
        Ok(Self {
            package: text("package")?,
            version: text("version")?,
            built: text("built")?,
            licence: text("licence")?,
            integrity: text("integrity")?,
            body_sha256: text("body-sha256")?,
            services: count("services")?,
            actions: count("actions")?,
            resource_types: count("resource-types")?,
            condition_keys: count("condition-keys")?,
            rcp_services: text("rcp-services")?.split(' ').collect(),
        })
    }
}

fn field(header: &'static str, name: &str) -> Option<&'static str> {
    header
        .lines()
        .find_map(|line| line.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(": "))
}

impl fmt::Display for CatalogVersion {
    /// One line for reports: package, version, day.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.package, self.version, self.built)
    }
}
