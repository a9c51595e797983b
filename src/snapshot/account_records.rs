//! What the files of one account say, record by record.

use crate::ident::AccountId;
use crate::snapshot::AccountFiles;
use crate::snapshot::AnalyzerRecords;
use crate::snapshot::CredentialReportRow;
use crate::snapshot::FileKind;
use crate::snapshot::FileText;
use crate::snapshot::Gap;
use crate::snapshot::GapScope;
use crate::snapshot::GroupRecord;
use crate::snapshot::InventoryRecords;
use crate::snapshot::LastAccessedRecord;
use crate::snapshot::ManagedPolicyRecord;
use crate::snapshot::Place;
use crate::snapshot::RecordHead;
use crate::snapshot::RoleRecord;
use crate::snapshot::UserRecord;
use crate::snapshot::analyzer;
use crate::snapshot::credential_report;
use crate::snapshot::identity_reading;
use crate::snapshot::inventory;
use crate::snapshot::json::Broken;
use crate::snapshot::json::Read;
use crate::snapshot::json::Reader;
use crate::snapshot::json_path::JsonPath;
use crate::snapshot::last_accessed;
use crate::snapshot::repeats::keep_one;

/// The facts of one account. `None` means not known or not collected, an empty list that there is nothing.
#[derive(Debug, Clone)]
pub struct AccountRecords<'a> {
    /// The account.
    pub account: AccountId,
    /// The IAM users. Records that could not be read are left out, each with a gap.
    pub users: Option<Vec<UserRecord<'a>>>,
    /// The IAM groups. Records that could not be read are left out, each with a gap.
    pub groups: Option<Vec<GroupRecord<'a>>>,
    /// The IAM roles. Records that could not be read are left out, each with a gap.
    pub roles: Option<Vec<RoleRecord<'a>>>,
    /// The managed policies, of the customer and of AWS. Records that could not be read are left out, each with a gap.
    pub policies: Option<Vec<ManagedPolicyRecord<'a>>>,
    /// The rows of the credential report.
    pub credential_report: Option<Vec<CredentialReportRow<'a>>>,
    /// What Access Analyzer found.
    pub access_analyzer: Option<AnalyzerRecords<'a>>,
    /// The resources.
    pub inventory: Option<InventoryRecords<'a>>,
    /// When identities used their permissions; those that were not asked about have no record.
    pub last_accessed: Option<Vec<LastAccessedRecord<'a>>>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

const LISTS: &[&str] = &[
    "UserDetailList",
    "GroupDetailList",
    "RoleDetailList",
    "Policies",
    "IsTruncated",
];

/// Reads all files of an account; `gaps` are those that reading the texts left.
pub(super) fn read(files: &AccountFiles, gaps: Vec<Gap>) -> AccountRecords<'_> {
    let account = files.id();
    let mut records = AccountRecords {
        account,
        users: None,
        groups: None,
        roles: None,
        policies: None,
        credential_report: None,
        access_analyzer: None,
        inventory: None,
        last_accessed: None,
        gaps,
    };
    records.read_details(files.texts(FileKind::AuthorizationDetails));
    let scope = GapScope::Account(account);
    for file in files.texts(FileKind::CredentialReport) {
        if let Some(rows) = credential_report::rows(file, scope, &mut records.gaps) {
            records.credential_report.get_or_insert_default().extend(rows);
        }
    }
    for file in files.texts(FileKind::AccessAnalyzerFindings) {
        let found = records.access_analyzer.get_or_insert_default();
        read_file(
            file,
            FileKind::AccessAnalyzerFindings.words(),
            scope,
            &mut records.gaps,
            |reader| analyzer::read_into(reader, found),
        );
    }
    for file in files.texts(FileKind::Inventory) {
        let found = records.inventory.get_or_insert_default();
        read_file(file, FileKind::Inventory.words(), scope, &mut records.gaps, |reader| {
            inventory::read_into(reader, found)
        });
    }
    for file in files.texts(FileKind::LastAccessed) {
        let found = records.last_accessed.get_or_insert_default();
        read_file(file, FileKind::LastAccessed.words(), scope, &mut records.gaps, |reader| {
            last_accessed::read_into(reader, found)
        });
    }
    records
}

/// Reads the JSON texts of a file, one after another; a text that is no JSON ends it with a gap.
pub(super) fn read_file<'a>(
    file: &'a FileText,
    what: &str,
    scope: GapScope,
    gaps: &mut Vec<Gap>,
    mut read: impl FnMut(&mut Reader<'a>) -> Result<(), Broken>,
) {
    let mut reader = Reader::new(file, scope);
    loop {
        if let Err(broken) = read(&mut reader) {
            reader.gap_of_broken(&broken, what);
            break;
        }
        if reader.at_end() {
            break;
        }
    }
    gaps.extend(reader.into_gaps());
}

impl<'a> AccountRecords<'a> {
    fn read_details(&mut self, pages: &'a [FileText]) {
        let scope = GapScope::Account(self.account);
        let mut is_cut = !pages.is_empty();
        for page in pages {
            let mut gaps = Vec::new();
            read_file(page, FileKind::AuthorizationDetails.words(), scope, &mut gaps, |reader| {
                is_cut &= self.read_page(reader)?;
                Ok(())
            });
            self.gaps.extend(gaps);
        }
        let Some(last) = pages.last() else { return };
        if is_cut {
            self.gap(
                "IsTruncated",
                "every page says that more follow; identities and policies are missing",
                last,
            );
        }
        for (name, is_missing) in [
            ("UserDetailList", self.users.is_none()),
            ("GroupDetailList", self.groups.is_none()),
            ("RoleDetailList", self.roles.is_none()),
            ("Policies", self.policies.is_none()),
        ] {
            if is_missing {
                self.gap(name, &format!("`{name}` is not there; what it would hold is not known"), last);
            }
        }
        self.set_repeats_aside(last);
        self.set_others_aside(last);
    }

    fn gap(&mut self, subject: &str, detail: &str, file: &FileText) {
        self.gaps.push(Gap {
            scope: GapScope::Account(self.account),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
            place: Some(Place::whole(file.name())),
        });
    }

    /// Reads one answer, and says whether AWS cut it short.
    fn read_page(&mut self, reader: &mut Reader<'a>) -> Result<bool, Broken> {
        let mut is_cut = false;
        reader.object(&JsonPath::TOP, LISTS, |reader, at, name| {
            match name {
                "UserDetailList" => read_list(reader, at, &mut self.users, identity_reading::user)?,
                "GroupDetailList" => read_list(reader, at, &mut self.groups, identity_reading::group)?,
                "RoleDetailList" => read_list(reader, at, &mut self.roles, identity_reading::role)?,
                "Policies" => read_list(reader, at, &mut self.policies, identity_reading::managed_policy)?,
                _ => is_cut = reader.boolean(at)?.unwrap_or(true),
            }
            Ok(())
        })?;
        Ok(is_cut)
    }

    /// Of two records with one ARN one stands: files that overlap must not count an identity twice.
    fn set_repeats_aside(&mut self, file: &FileText) {
        let mut repeats = Vec::new();
        keep_one(&mut self.users, &mut repeats);
        keep_one(&mut self.groups, &mut repeats);
        keep_one(&mut self.roles, &mut repeats);
        keep_one(&mut self.policies, &mut repeats);
        for (arn, differed) in repeats {
            let detail = if differed {
                "stands more than once in the files of the account; what the records differ in is not known"
            } else {
                "stands more than once in the files of the account; the first record was read"
            };
            self.gap(&arn, detail, file);
        }
    }

    /// An identity of another account would get the guardrails of this one: it is set aside.
    fn set_others_aside(&mut self, file: &FileText) {
        let mut others = Vec::new();
        let account = self.account;
        keep_own(&mut self.users, account, |record| &record.head, &mut others);
        keep_own(&mut self.groups, account, |record| &record.head, &mut others);
        keep_own(&mut self.roles, account, |record| &record.head, &mut others);
        if let Some(first) = others.first() {
            let (count, noun) = (others.len(), if others.len() == 1 { "identity" } else { "identities" });
            let detail = format!("{count} {noun} of other accounts in a file read as of account {account}; set aside, not known");
            self.gap(&first.clone(), &detail, file);
        }
    }
}

/// A record that cannot be read leaves the others of its list alone.
fn read_list<'a, T>(
    reader: &mut Reader<'a>,
    at: &JsonPath<'_>,
    list: &mut Option<Vec<T>>,
    read: fn(&mut Reader<'a>, &JsonPath<'_>) -> Read<T>,
) -> Result<(), Broken> {
    let found = reader.each(at, |reader, at| {
        if let Some(record) = read(reader, at)? {
            list.get_or_insert_default().push(record);
        }
        Ok(())
    })?;
    if found.is_some() {
        list.get_or_insert_default();
    }
    Ok(())
}

/// The field between the fourth and the fifth colon.
fn account_field(arn: &str) -> &str {
    let mut colons = memchr::memchr_iter(b':', arn.as_bytes()).skip(3);
    let Some(fourth) = colons.next() else { return "" };
    let end = colons.next().unwrap_or(arn.len());
    arn.get(fourth + 1..end).unwrap_or_default()
}

fn keep_own<T>(list: &mut Option<Vec<T>>, account: AccountId, head: impl Fn(&T) -> &RecordHead<'_>, others: &mut Vec<String>) {
    let Some(list) = list else { return };
    list.retain(|record| {
        let arn = head(record).arn.as_ref();
        let named = account_field(arn);
        let is_own = named == account.as_str() || named.parse::<AccountId>().is_err();
        if !is_own {
            others.push(arn.to_owned());
        }
        is_own
    });
}
