//! One account: what there is to read, the texts once read, and the records in them.

use std::collections::BTreeMap;

use crate::ident::AccountId;
use crate::snapshot::AccountRecords;
use crate::snapshot::FileKind;
use crate::snapshot::FileText;
use crate::snapshot::Gap;
use crate::snapshot::GapScope;
use crate::snapshot::Place;
use crate::snapshot::SnapshotFile;
use crate::snapshot::account_records;
use crate::snapshot::credential_report;

/// An account of a snapshot, not read yet. Accounts can be read by several threads.
#[derive(Debug, Clone)]
pub struct AccountEntry {
    id: AccountId,
    files: BTreeMap<FileKind, Vec<SnapshotFile>>,
}

/// The texts of an account's files.
#[derive(Debug)]
pub struct AccountFiles {
    id: AccountId,
    texts: BTreeMap<FileKind, Vec<FileText>>,
    gaps: Vec<Gap>,
}

impl AccountEntry {
    pub(super) fn new(id: AccountId) -> Self {
        Self {
            id,
            files: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, kind: FileKind, file: SnapshotFile) {
        self.files.entry(kind).or_default().push(file);
    }

    /// The account's id.
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// The files of a kind, in the order they are read.
    #[must_use]
    pub fn files(&self, kind: FileKind) -> &[SnapshotFile] {
        self.files.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// Reads the files of the account. What cannot be read is a gap of the account and stops nobody else.
    #[must_use]
    pub fn read(&self) -> AccountFiles {
        let mut read = AccountFiles {
            id: self.id,
            texts: BTreeMap::new(),
            gaps: Vec::new(),
        };
        for (kind, files) in &self.files {
            for file in files {
                match text_of(*kind, file) {
                    Ok(text) => read.texts.entry(*kind).or_default().push(text),
                    Err(problem) => {
                        let detail = format!("{problem}; {}", kind.meaning());
                        let place = Some(Place::whole(file.name()));
                        read.gaps.push(Gap {
                            scope: GapScope::Account(self.id),
                            subject: kind.words().to_owned(),
                            detail,
                            place,
                        });
                    }
                }
            }
        }
        if self.files(FileKind::AuthorizationDetails).is_empty() {
            let kind = FileKind::AuthorizationDetails;
            let detail = format!("no file account-authorization-details.json; {}", kind.meaning());
            read.gaps.push(Gap {
                scope: GapScope::Account(self.id),
                subject: kind.words().to_owned(),
                detail,
                place: None,
            });
        }
        read
    }
}

fn text_of(kind: FileKind, file: &SnapshotFile) -> Result<FileText, String> {
    let text = file.read().map_err(|error| error.to_string())?;
    match kind {
        FileKind::CredentialReport => credential_report::decoded(&text).unwrap_or(Ok(text)),
        FileKind::AuthorizationDetails | FileKind::AccessAnalyzerFindings | FileKind::Inventory | FileKind::LastAccessed => {
            Ok(text)
        }
    }
}

impl FileKind {
    /// What a file of this kind holds, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AuthorizationDetails => "account authorization details",
            Self::CredentialReport => "credential report",
            Self::AccessAnalyzerFindings => "Access Analyzer findings",
            Self::Inventory => "inventory",
            Self::LastAccessed => "last accessed",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::AuthorizationDetails => "some or all identities of the account are not known",
            Self::CredentialReport => "how its users' credentials are used is not known",
            Self::AccessAnalyzerFindings => "what the analyzers found is not known",
            Self::Inventory => "which resources it has is not known",
            Self::LastAccessed => "when its identities used their permissions is not known",
        }
    }
}

impl AccountFiles {
    /// The account's id.
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// The texts of a kind, in the order they were read.
    #[must_use]
    pub fn texts(&self, kind: FileKind) -> &[FileText] {
        self.texts.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many bytes of text there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.texts.values().flatten().map(|text| text.text().len()).sum()
    }

    /// The records in the texts, which borrow from them, and every gap of the account.
    #[must_use]
    pub fn records(&self) -> AccountRecords<'_> {
        account_records::read(self, self.gaps.clone())
    }
}
