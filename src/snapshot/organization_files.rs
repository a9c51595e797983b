//! The files that describe the organization as a whole, once read.

use crate::snapshot::AnalyzerRecords;
use crate::snapshot::FileText;
use crate::snapshot::Gap;
use crate::snapshot::GapScope;
use crate::snapshot::OrganizationRecord;
use crate::snapshot::Place;
use crate::snapshot::SnapshotFile;
use crate::snapshot::account_records::read_file;
use crate::snapshot::analyzer;
use crate::snapshot::organization;

/// The texts of `organization.json` and of findings beside it.
#[derive(Debug, Default)]
pub struct OrganizationFiles {
    organization: Option<FileText>,
    findings: Vec<FileText>,
    gaps: Vec<Gap>,
}

/// The facts of the organization.
#[derive(Debug, Clone, Default)]
pub struct OrganizationRecords<'a> {
    /// The organization; `None` when the snapshot has none or it could not be read.
    pub organization: Option<OrganizationRecord<'a>>,
    /// What analyzers of the whole organization found; `None` when no such file was given.
    pub access_analyzer: Option<AnalyzerRecords<'a>>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

impl OrganizationFiles {
    pub(super) fn read(organization: Option<&SnapshotFile>, findings: &[SnapshotFile]) -> Self {
        let mut files = Self::default();
        files.organization = organization.and_then(|file| files.text(file, "the organization's tree and policies are not known"));
        for file in findings {
            let text = files.text(file, "what the organization's analyzers found is not known");
            files.findings.extend(text);
        }
        files
    }

    fn text(&mut self, file: &SnapshotFile, meaning: &str) -> Option<FileText> {
        file.read()
            .map_err(|error| {
                let (detail, place) = (format!("{error}; {meaning}"), Some(Place::whole(file.name())));
                self.gaps.push(Gap {
                    scope: GapScope::Organization,
                    subject: file.name().to_string(),
                    detail,
                    place,
                });
            })
            .ok()
    }

    /// The records in the texts, which borrow from them.
    #[must_use]
    pub fn records(&self) -> OrganizationRecords<'_> {
        let mut records = OrganizationRecords {
            gaps: self.gaps.clone(),
            ..OrganizationRecords::default()
        };
        if let Some(file) = &self.organization {
            let mut found = OrganizationRecord::default();
            read_file(file, "organization", GapScope::Organization, &mut records.gaps, |reader| {
                organization::read_into(reader, &mut found)
            });
            records.organization = Some(found);
        }
        for file in &self.findings {
            let found = records.access_analyzer.get_or_insert_default();
            read_file(file, "organization", GapScope::Organization, &mut records.gaps, |reader| {
                analyzer::read_into(reader, found)
            });
        }
        records
    }
}
