//! The catalog: finds a service's section in the text, and reads it when it is first asked for.

use std::sync::OnceLock;

use crate::catalog::ActionEntry;
use crate::catalog::ActionName;
use crate::catalog::CatalogError;
use crate::catalog::CatalogVersion;
use crate::catalog::KeyType;
use crate::catalog::ResourceFit;
use crate::catalog::ResourceType;
use crate::catalog::Service;
use crate::catalog::global_key;
use crate::catalog::service::cmp_ignoring_case;
use crate::ident::Glob;

pub(super) static TEXT: &str = include_str!("data/catalog.txt");
static BUNDLED: OnceLock<Catalog> = OnceLock::new();

/// Everything that AWS offers, as far as the data knows.
#[derive(Debug)]
pub struct Catalog {
    version: CatalogVersion,
    sections: Vec<Section>,
}

/// A service's part of the text, and the service once it was read.
#[derive(Debug)]
struct Section {
    prefix: &'static str,
    name: &'static str,
    lines: &'static str,
    service: OnceLock<Option<Service>>,
}

impl Section {
    /// The service; none when the section is damaged, which a test of the bundled data rules out.
    fn service(&self) -> Option<&Service> {
        self.service
            .get_or_init(|| Service::parse(self.prefix, self.name, self.lines).ok())
            .as_ref()
    }

    fn action_names(&self) -> impl Iterator<Item = &'static str> {
        self.lines
            .lines()
            .map_while(|line| line.strip_prefix("a\t"))
            .filter_map(|fields| fields.split('\t').next())
    }
}

impl Catalog {
    /// The catalog that is part of the program. The first call notes where services begin and parses none.
    #[must_use]
    pub fn bundled() -> &'static Self {
        BUNDLED.get_or_init(|| Self::index(TEXT).unwrap_or_else(|_| Self::empty()))
    }

    /// Reads the catalog's own text form, all of it.
    ///
    /// # Errors
    /// A header or line that does not read.
    pub fn read(text: &'static str) -> Result<Self, CatalogError> {
        let catalog = Self::index(text)?;
        for section in &catalog.sections {
            let service = Service::parse(section.prefix, section.name, section.lines)?;
            service.check()?;
            section.service.get_or_init(|| Some(service));
        }
        Ok(catalog)
    }

    /// Notes where each service's section begins and ends.
    fn index(text: &'static str) -> Result<Self, CatalogError> {
        let (header, body) = text.split_once("\n\n").ok_or(CatalogError::Header("blank line"))?;
        let mut sections = Vec::new();
        let mut starts = memchr::memmem::find_iter(body.as_bytes(), b"\n= ")
            .map(|at| at + 1)
            .chain([body.len()]);
        let mut start = 0;
        while start < body.len() {
            let end = starts.next().unwrap_or(body.len());
            let section = body
                .get(start..end)
                .and_then(|section| section.strip_prefix("= "))
                .and_then(|s| s.split_once('\n'));
            let (title, lines) = section.ok_or(CatalogError::Header("= service"))?;
            let (prefix, name) = title.split_once('\t').ok_or(CatalogError::Header("= service"))?;
            sections.push(Section {
                prefix,
                name,
                lines,
                service: OnceLock::new(),
            });
            start = end;
        }
        Ok(Self {
            version: CatalogVersion::parse(header)?,
            sections,
        })
    }

    fn empty() -> Self {
        let version = CatalogVersion {
            package: "none",
            version: "none",
            built: "none",
            licence: "none",
            integrity: "",
            body_sha256: "",
            services: 0,
            actions: 0,
            resource_types: 0,
            condition_keys: 0,
            rcp_services: Vec::new(),
        };
        Self {
            version,
            sections: Vec::new(),
        }
    }

    /// Where the data came from.
    #[must_use]
    pub fn version(&self) -> &CatalogVersion {
        &self.version
    }

    /// The service with this prefix; case is ignored.
    #[must_use]
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        self.section(prefix)?.service()
    }

    /// Every service, by prefix. Reads them all, but for their actions.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.sections.iter().filter_map(Section::service)
    }

    /// The prefixes of all services, sorted. Parses nothing.
    pub fn service_prefixes(&self) -> impl Iterator<Item = &'static str> {
        self.sections.iter().map(|section| section.prefix)
    }

    /// The action of a service; case is ignored.
    #[must_use]
    pub fn action(&self, service: &str, name: &str) -> Option<&ActionEntry> {
        self.service(service)?.action(name)
    }

    /// The resource types of a service; none for a service that the catalog does not know.
    #[must_use]
    pub fn resource_types(&self, service: &str) -> &[ResourceType] {
        self.service(service)
            .map(|service| service.resource_types.as_slice())
            .unwrap_or_default()
    }

    /// Whether an action can be authorized on an ARN (E290, E291). Unknown for an action that the
    /// catalog does not know: nothing may be refused for that.
    #[must_use]
    pub fn resource_fit(&self, service: &str, action: &str, arn: &str) -> ResourceFit {
        let Some(service) = self.service(service) else {
            return ResourceFit::Unknown;
        };
        service
            .action(action)
            .map_or(ResourceFit::Unknown, |action| service.resource_fit(action, arn))
    }

    /// The actions that an action pattern such as `ec2:Terminate*` covers, sorted; case is ignored.
    #[must_use]
    pub fn actions_matching(&self, pattern: &str) -> Vec<ActionName> {
        self.each_matching(pattern).collect()
    }

    /// The same one by one, for those who need not see all.
    pub fn each_matching(&self, pattern: &str) -> impl Iterator<Item = ActionName> {
        let pattern = pattern.to_ascii_lowercase();
        let (service, operation) = pattern.split_once(':').unwrap_or((&pattern, ""));
        let sections = if service.contains(['*', '?']) {
            self.sections.as_slice()
        } else {
            self.section(service).map(std::slice::from_ref).unwrap_or_default()
        };
        let literal = (!operation.contains(['*', '?']) && sections.len() == 1).then(|| operation.to_owned());
        let glob = Glob::from_policy_text(&pattern);
        let names = sections.iter().flat_map(|section| {
            section.action_names().map(|name| ActionName {
                service: section.prefix,
                name,
            })
        });
        let mut text = String::new();
        names.filter(move |action| {
            if let Some(literal) = &literal {
                return action.name.eq_ignore_ascii_case(literal);
            }
            text.clear();
            text.extend([action.service, ":", action.name]);
            text.make_ascii_lowercase();
            glob.matches(&text)
        })
    }

    /// The type of a condition key in requests to a service; case is ignored. Global keys come first,
    /// then the service's own, then those of the service that the key's prefix names, then those of
    /// identity providers, which `sts` lists.
    #[must_use]
    pub fn condition_key_type(&self, service: &str, key: &str) -> Option<KeyType> {
        if let Some(global) = global_key(key) {
            return Some(global.key_type);
        }
        let (prefix, _) = key.split_once(':')?;
        let listed = |service: &str| self.service(service)?.condition_key(key).map(|key| key.key_type);
        listed(service).or_else(|| listed(prefix)).or_else(|| listed("sts"))
    }

    /// The type of a key whose prefix names the service that it is of.
    #[must_use]
    pub fn key_type(&self, key: &str) -> Option<KeyType> {
        let global = global_key(key).map(|global| global.key_type);
        global.or_else(|| self.condition_key_type(key.split_once(':')?.0, key))
    }

    fn section(&self, prefix: &str) -> Option<&Section> {
        let at = self
            .sections
            .binary_search_by(|section| cmp_ignoring_case(section.prefix, prefix))
            .ok()?;
        self.sections.get(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections_read(catalog: &Catalog) -> usize {
        catalog
            .sections
            .iter()
            .filter(|section| section.service.get().is_some())
            .count()
    }

    #[test]
    fn the_text_is_sorted_and_has_nothing_twice() {
        let catalog = Catalog::index(TEXT).unwrap();
        assert!(catalog.sections.is_sorted_by(|a, b| a.prefix < b.prefix));
        for section in &catalog.sections {
            let lines: Vec<_> = section.lines.lines().collect();
            assert!(lines.is_sorted_by(|a, b| a < b), "{}", section.prefix);
            let service = section.service().unwrap();
            let is_unique = |names: Vec<&str>| names.is_sorted_by(|a, b| a.to_ascii_lowercase() < b.to_ascii_lowercase());
            assert!(
                is_unique(service.actions().map(|action| action.name).collect()),
                "{}",
                section.prefix
            );
            assert!(
                is_unique(service.resource_types.iter().map(|resource| resource.name).collect()),
                "{}",
                section.prefix
            );
            assert!(
                is_unique(service.condition_keys.iter().map(|key| key.name).collect()),
                "{}",
                section.prefix
            );
        }
        assert!(!TEXT.contains('\r') && TEXT.ends_with('\n'));
    }

    #[test]
    fn services_are_read_only_when_asked_for() {
        let catalog = Catalog::index(TEXT).unwrap();
        assert_eq!(sections_read(&catalog), 0);
        assert!(catalog.service("nosuch").is_none());
        assert!(!catalog.actions_matching("ec2:terminate*").is_empty());
        assert_eq!(sections_read(&catalog), 0);
        assert_eq!(
            catalog.action("EC2", "TERMINATEINSTANCES").unwrap().name,
            "TerminateInstances"
        );
        assert_eq!(sections_read(&catalog), 1);
    }

    #[test]
    fn patterns_find_actions_in_any_case() {
        let names = |pattern: &str| {
            Catalog::bundled()
                .actions_matching(pattern)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(names("EC2:terminateinstance?"), ["ec2:TerminateInstances"]);
        assert_eq!(names("ecs:DeleteService"), ["ecs:DeleteService"]);
        assert_eq!(names("*:TerminateInstances"), ["ec2:TerminateInstances"]);
        assert_eq!(names("*").len(), Catalog::bundled().version().actions);
        assert!(names("nosuch:*").is_empty());
        assert!(names("").is_empty());
    }

    #[test]
    fn key_types_are_found_by_service_prefix_and_provider() {
        let of = |service, key| {
            Catalog::bundled()
                .condition_key_type(service, key)
                .map(|found| found.to_string())
                .unwrap_or_default()
        };
        assert_eq!(of("ec2", "EC2:instanceprofile"), "ARN");
        assert_eq!(of("ec2", "ec2:ResourceTag/Env"), "String");
        assert_eq!(of("s3", "aws:TagKeys"), "ArrayOfString");
        assert_eq!(of("ec2", "ecs:cluster"), "ARN");
        assert_eq!(of("ec2", "ec2:MetadataHttpPutResponseHopLimit"), "Numeric");
        assert_eq!(of("ec2", "ec2:EbsOptimized"), "Bool");
        assert_eq!(of("sts", "saml:edupersonaffiliation"), "ArrayOfString");
        assert_eq!(of("s3", "token.actions.githubusercontent.com:sub"), "");
        assert_eq!(of("s3", "cognito-identity.amazonaws.com:aud"), "String");
        assert_eq!(of("identitystore", "identitystore:UserId"), "String");
        assert_eq!(of("ec2", "aws:NoSuchKey"), "");
        assert_eq!(of("ec2", "nonsense"), "");
    }

    #[test]
    fn damaged_text_is_an_error() {
        for text in ["", "# package: x\n\n= a\tA\n", "# x\n\nnothing\n"] {
            assert!(Catalog::read(text).is_err());
        }
    }
}
