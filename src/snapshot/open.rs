//! Finds out what the sources hold, without reading the accounts.

use std::collections::BTreeMap;

use crate::ident::AccountId;
use crate::snapshot::AccountEntry;
use crate::snapshot::FileKind;
use crate::snapshot::Gap;
use crate::snapshot::GapScope;
use crate::snapshot::Manifest;
use crate::snapshot::OrganizationFiles;
use crate::snapshot::Place;
use crate::snapshot::ReadError;
use crate::snapshot::SnapshotError;
use crate::snapshot::SnapshotFile;
use crate::snapshot::Source;
use crate::snapshot::bare::Bare;
use crate::snapshot::bare::look_into;
use crate::snapshot::json::first_error;
use crate::snapshot::layout::Part;
use crate::snapshot::layout::is_json;
use crate::snapshot::layout::kind_of;
use crate::snapshot::layout::part_of;
use crate::snapshot::manifest;
use crate::snapshot::source::files_of_directory;

/// What was collected, as it was collected: facts only, nothing parsed that AWS calls a policy, nothing judged.
#[derive(Debug)]
pub struct Snapshot {
    manifests: Vec<Manifest>,
    organization: Option<SnapshotFile>,
    findings: Vec<SnapshotFile>,
    accounts: Vec<AccountEntry>,
    gaps: Vec<Gap>,
}

impl Snapshot {
    /// Opens sources: reads manifests, and lists organization and accounts without reading them.
    ///
    /// # Errors
    /// [`SnapshotError`] when a source is no snapshot at all; what is missing inside one is a gap.
    pub fn open(sources: Vec<Source>) -> Result<Self, SnapshotError> {
        if sources.is_empty() {
            return Err(SnapshotError::NoSource);
        }
        let mut opening = Opening::default();
        for source in sources {
            opening.open(source)?;
        }
        Ok(Self {
            manifests: opening.manifests,
            organization: opening.organization,
            findings: opening.findings,
            accounts: opening.accounts.into_values().collect(),
            gaps: opening.gaps,
        })
    }

    /// The manifests of the sources that have one.
    #[must_use]
    pub fn manifests(&self) -> &[Manifest] {
        &self.manifests
    }

    /// The accounts, by id.
    #[must_use]
    pub fn accounts(&self) -> &[AccountEntry] {
        &self.accounts
    }

    /// Whether the sources describe an organization.
    #[must_use]
    pub fn has_organization(&self) -> bool {
        self.organization.is_some()
    }

    /// Reads the files that describe the organization as a whole.
    #[must_use]
    pub fn read_organization(&self) -> OrganizationFiles {
        OrganizationFiles::read(self.organization.as_ref(), &self.findings)
    }

    /// What the manifests and the layout left open.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }
}

#[derive(Default)]
struct Opening {
    manifests: Vec<Manifest>,
    organization: Option<SnapshotFile>,
    findings: Vec<SnapshotFile>,
    accounts: BTreeMap<AccountId, AccountEntry>,
    gaps: Vec<Gap>,
}

impl Opening {
    fn open(&mut self, source: Source) -> Result<(), SnapshotError> {
        let name = source.name();
        let files = match source {
            Source::File(path) => return self.named(SnapshotFile::named(&path)?),
            Source::Stdin(bytes) => return self.named(SnapshotFile::of_bytes(&name, bytes)),
            Source::Directory(path) => files_of_directory(&path)?,
            Source::Memory { directory, files } => files
                .iter()
                .map(|(path, text)| {
                    let file = SnapshotFile::of_text(&format!("{directory}/{path}"), text);
                    ((*path).to_owned(), file)
                })
                .collect(),
        };
        let is_layout = |path: &str| path.starts_with("accounts/") || part_of(path) == Part::Organization;
        let has_layout = files.iter().any(|(path, _)| is_layout(path));
        let mut found = Vec::new();
        let mut beside = Vec::new();
        for (path, file) in files {
            match part_of(&path) {
                Part::Manifest => self.manifest(&file)?,
                Part::Organization => self.organization(file)?,
                Part::Account(id, kind) => {
                    self.add(id, kind, file);
                    found.push(id);
                }
                Part::UnknownAccount(folder) => {
                    let detail = format!("`accounts/{folder}` is not named by an account id of twelve digits; it was not read");
                    self.gap(&file, detail);
                }
                Part::OrganizationFindings if has_layout => self.findings.push(file),
                Part::Top | Part::OrganizationFindings if !has_layout => match kind_of(&path) {
                    None | Some(FileKind::AuthorizationDetails) if is_json(&path) => found.extend(self.bare(file)),
                    Some(kind) => beside.push((kind, file)),
                    None => {}
                },
                Part::Top | Part::OrganizationFindings | Part::Other => {}
            }
        }
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [] => Err(SnapshotError::NoAccounts { name }),
            [only] => {
                for (kind, file) in beside {
                    self.add(*only, kind, file);
                }
                Ok(())
            }
            _ => {
                for (kind, file) in beside {
                    self.gap(
                        &file,
                        format!("{} beside several accounts; whose it is is not known", kind.words()),
                    );
                }
                Ok(())
            }
        }
    }

    fn add(&mut self, id: AccountId, kind: FileKind, file: SnapshotFile) {
        self.accounts
            .entry(id)
            .or_insert_with(|| AccountEntry::new(id))
            .add(kind, file);
    }

    fn gap(&mut self, file: &SnapshotFile, detail: String) {
        let place = Some(Place::whole(file.name()));
        self.gaps.push(Gap {
            scope: GapScope::Snapshot,
            subject: file.name().to_string(),
            detail,
            place,
        });
    }

    fn manifest(&mut self, file: &SnapshotFile) -> Result<(), SnapshotError> {
        match file.read() {
            Ok(text) => {
                let (manifest, gaps) = manifest::read(&text)?;
                self.manifests.push(manifest);
                self.gaps.extend(gaps);
            }
            Err(error) => self.gap(file, error.to_string()),
        }
        Ok(())
    }

    fn organization(&mut self, file: SnapshotFile) -> Result<(), SnapshotError> {
        if let Some(first) = &self.organization {
            return Err(SnapshotError::TwoOrganizations {
                first: first.name().clone(),
                second: file.name().clone(),
            });
        }
        self.organization = Some(file);
        Ok(())
    }

    /// A file that was given by name must be what it is given as.
    fn named(&mut self, file: SnapshotFile) -> Result<(), SnapshotError> {
        match look_into(&file)? {
            Bare::Account(id) => {
                self.add(id, FileKind::AuthorizationDetails, file);
                Ok(())
            }
            Bare::NamesNoAccount => Err(SnapshotError::NamesNoAccount {
                file: file.name().clone(),
            }),
            Bare::Other => Err(no_details(&file)?),
        }
    }

    /// A file that only stands in a directory may be something else.
    fn bare(&mut self, file: SnapshotFile) -> Option<AccountId> {
        let problem = match look_into(&file) {
            Ok(Bare::Account(id)) => {
                self.add(id, FileKind::AuthorizationDetails, file);
                return Some(id);
            }
            Ok(Bare::NamesNoAccount) => "does not tell its account; it was not read".to_owned(),
            Ok(Bare::Other) => "is not the output of `aws iam get-account-authorization-details`; it was not read".to_owned(),
            Err(error) => error.to_string(),
        };
        self.gap(&file, problem);
        None
    }
}

/// Why a file is no authorization details: empty, no JSON, or something else.
fn no_details(file: &SnapshotFile) -> Result<SnapshotError, ReadError> {
    let text = file.read()?;
    let name = file.name().clone();
    if text.text().trim().is_empty() {
        return Ok(SnapshotError::Empty { file: name });
    }
    Ok(match first_error(&text) {
        Some((place, problem)) => SnapshotError::NotJson { place, problem },
        None => SnapshotError::NotAuthorizationDetails { file: name },
    })
}
