//! What was read, as it was read: the way from files to records of facts.
//!
//! In: directories, bare files and bytes in AWS's own response shapes, plain, gzip or zstd. Out: per account the
//! records that its files hold, which borrow from their text, and a [`Gap`] for everything that could not be read.
//! Policy documents stay text, with their place. Nothing is judged here, and the accounts are read one at a time.
//! Shapes: `GetAccountAuthorizationDetails`, `GetCredentialReport`, `ListFindingsV2`, `GetFindingV2`,
//! `GetServiceLastAccessedDetails`, `DescribeInstances`, `DescribeServices` and the Organizations API.

mod account;
mod account_records;
mod analyzer;
mod atomic;
mod bare;
mod credential_report;
mod csv;
mod decompress;
mod document;
mod error;
mod file;
mod gap;
mod identity;
mod identity_reading;
mod inventory;
mod json;
mod json_path;
mod last_accessed;
mod layout;
mod line_index;
mod manifest;
mod open;
mod organization;
mod organization_files;
mod repeats;
mod source;
#[cfg(test)]
mod tests;

pub use account::AccountEntry;
pub use account::AccountFiles;
pub use account_records::AccountRecords;
pub use analyzer::AccessDetail;
pub use analyzer::AccessFindingRecord;
pub use analyzer::AnalyzerRecord;
pub use analyzer::AnalyzerRecords;
pub use analyzer::FindingDetailRecord;
pub use atomic::write_atomically;
pub use atomic::write_privately;
pub use credential_report::AccessKeyRow;
pub use credential_report::CertificateRow;
pub use credential_report::CredentialReportRow;
pub use credential_report::ROOT_USER;
pub use credential_report::ReportFlag;
pub use credential_report::ReportValue;
pub use document::DocumentForm;
pub use document::DocumentPlace;
pub use document::RawDocument;
pub use error::ReadError;
pub use error::SnapshotError;
pub use file::FileText;
pub use file::SnapshotFile;
pub use gap::Gap;
pub use gap::GapScope;
pub use gap::Place;
pub use identity::AttachedPolicyRecord;
pub use identity::BoundaryRecord;
pub use identity::GroupRecord;
pub use identity::InlinePolicyRecord;
pub use identity::InstanceProfileRecord;
pub use identity::ManagedPolicyRecord;
pub use identity::PolicyVersionRecord;
pub use identity::RecordHead;
pub use identity::RoleLastUsedRecord;
pub use identity::RoleRecord;
pub use identity::TagRecord;
pub use identity::UserRecord;
pub use inventory::InstanceRecord;
pub use inventory::InventoryRecords;
pub use inventory::ServiceRecord;
pub use last_accessed::ActionAccessRecord;
pub use last_accessed::LastAccessedRecord;
pub use last_accessed::ServiceAccessRecord;
pub use layout::FileKind;
pub use line_index::LineIndex;
pub use manifest::Manifest;
pub use manifest::SCHEMA;
pub use open::Snapshot;
pub use organization::DelegatedAdministratorRecord;
pub use organization::OrganizationAccountRecord;
pub use organization::OrganizationPolicyRecord;
pub use organization::OrganizationRecord;
pub use organization::OrganizationalUnitRecord;
pub use organization::PoliciesForTarget;
pub use organization::RootRecord;
pub use organization_files::OrganizationFiles;
pub use organization_files::OrganizationRecords;
pub use source::Source;
