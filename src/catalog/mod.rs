//! What AWS offers: actions, access levels, resource types, ARN formats, condition keys.
//!
//! The data is `data/catalog.txt`, committed and embedded; `refresh.rs`, a target of its
//! own, is its only writer. A service is parsed when it is first asked for, so a run pays
//! for the services it meets and for no others.
//!
//! Sources: AWS "Service Authorization Reference" by way of the package named in the
//! data's header, and "AWS global condition context keys" for `global_keys.rs`.

mod access_level;
mod action;
mod arn_format;
mod bundled;
mod condition_key;
#[cfg(test)]
mod data_check;
mod error;
mod global_keys;
mod global_services;
mod rcp;
mod resource_type;
mod section;
mod service;
mod support;
mod version;
mod vpc_endpoints;

pub use access_level::AccessLevel;
pub use access_level::AccessLevels;
pub use access_level::UnknownAccessLevel;
pub use action::ActionEntry;
pub use action::ActionName;
pub use action::ActionResource;
pub use arn_format::has_format;
pub use bundled::Catalog;
pub use condition_key::ConditionKey;
pub use condition_key::KeyType;
pub use condition_key::ValueType;
pub use error::CatalogError;
pub use global_keys::ControlClass;
pub use global_keys::GLOBAL_KEYS;
pub use global_keys::GlobalKey;
pub use global_keys::Presence;
pub use global_keys::control_class;
pub use global_keys::global_key;
pub use global_services::global_service_region;
pub use rcp::rcp_covers;
pub use resource_type::ResourceFit;
pub use resource_type::ResourceType;
pub use service::Service;
pub use support::Support;
pub use version::CatalogVersion;
