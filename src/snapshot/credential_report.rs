//! The IAM credential report: one row per user, and one for the account root user.
//!
//! Columns are found by their header, as AWS adds new ones; see "Getting credential reports" in the IAM User Guide.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::snapshot::FileText;
use crate::snapshot::Gap;
use crate::snapshot::GapScope;
use crate::snapshot::csv::Row;
use crate::snapshot::csv::Rows;
use crate::snapshot::json::Reader;
use crate::snapshot::json_path::JsonPath;

/// The user column of the account root user's row.
pub const ROOT_USER: &str = "<root_account>";

/// One row of a credential report.
#[derive(Debug, Clone)]
pub struct CredentialReportRow<'a> {
    /// The user's name; [`ROOT_USER`] for the account root user.
    pub user: Cow<'a, str>,
    /// The user's ARN, as text.
    pub arn: Cow<'a, str>,
    /// When the user was created.
    pub user_creation_time: ReportValue<'a>,
    /// Whether the user has a password.
    pub password_enabled: ReportFlag,
    /// When the password was last used.
    pub password_last_used: ReportValue<'a>,
    /// When the password was last changed.
    pub password_last_changed: ReportValue<'a>,
    /// When the password must be changed.
    pub password_next_rotation: ReportValue<'a>,
    /// Whether an MFA device is active.
    pub mfa_active: ReportFlag,
    /// The two access keys.
    pub access_keys: [AccessKeyRow<'a>; 2],
    /// The two X.509 signing certificates.
    pub certificates: [CertificateRow<'a>; 2],
    /// The column `additional_credentials_info`.
    pub additional_credentials: ReportValue<'a>,
}

/// What the report says of one access key.
#[derive(Debug, Clone)]
pub struct AccessKeyRow<'a> {
    /// Whether the key is active.
    pub active: ReportFlag,
    /// When it was created or last changed.
    pub last_rotated: ReportValue<'a>,
    /// When it was last used.
    pub last_used_date: ReportValue<'a>,
    /// In which Region it was last used.
    pub last_used_region: ReportValue<'a>,
    /// For which service it was last used.
    pub last_used_service: ReportValue<'a>,
}

/// What the report says of one X.509 signing certificate.
#[derive(Debug, Clone)]
pub struct CertificateRow<'a> {
    /// Whether the certificate is active.
    pub active: ReportFlag,
    /// When it was created or last changed.
    pub last_rotated: ReportValue<'a>,
}

/// A yes-or-no column; AWS writes both `true` and `TRUE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFlag {
    /// `true`.
    Yes,
    /// `false`.
    No,
    /// `not_supported`.
    NotSupported,
    /// `N/A`.
    NotApplicable,
    /// The column is not there, or holds some other word.
    Unknown,
}

/// A column with a time or a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportValue<'a> {
    /// The text, as AWS writes it.
    Text(Cow<'a, str>),
    /// `N/A`: there is no such credential, or it was never used.
    NotApplicable,
    /// `no_information`: never used since AWS keeps track.
    NoInformation,
    /// `not_supported`.
    NotSupported,
    /// The column is not there or empty.
    Unknown,
}

/// The CSV inside a report that was saved as `aws iam get-credential-report` prints it; `None` when it is CSV already.
pub(super) fn decoded(file: &FileText) -> Option<Result<FileText, String>> {
    if !file.text().trim_start().starts_with('{') {
        return None;
    }
    let mut reader = Reader::new(file, GapScope::Snapshot);
    let mut content = None;
    let read = reader.object(&JsonPath::TOP, &["Content"], |reader, at, _| {
        content = reader.string(at)?;
        Ok(())
    });
    Some(match (read, content) {
        (Err(broken), _) => Err(format!("not valid JSON: {broken}")),
        (Ok(_), None) => Err("JSON without a `Content`".to_owned()),
        (Ok(_), Some(content)) => match STANDARD.decode(content.trim()).map(String::from_utf8) {
            Ok(Ok(text)) => Ok(FileText::new(file.name(), Cow::Owned(text))),
            _ => Err("its `Content` is not base64 of UTF-8 text".to_owned()),
        },
    })
}

/// The rows of a report; a row that does not fit the header is a gap.
pub(super) fn rows<'a>(file: &'a FileText, scope: GapScope, gaps: &mut Vec<Gap>) -> Option<Vec<CredentialReportRow<'a>>> {
    let mut rows = Rows::new(file.text());
    let mut gap = |offset, detail: String| {
        let place = Some(file.place(offset, String::new()));
        gaps.push(Gap {
            scope,
            subject: "credential report".to_owned(),
            detail,
            place,
        });
    };
    let header = rows.next().map(|row| row.fields).unwrap_or_default();
    let column = |name: &str| header.iter().position(|column| column.trim() == name);
    let (Some(user), Some(arn)) = (column("user"), column("arn")) else {
        gap(
            0,
            "its first line names no columns `user` and `arn`; how credentials are used is not known".to_owned(),
        );
        return None;
    };
    let mut read = Vec::new();
    for row in rows {
        let width = row.fields.len();
        match (row.fields.get(user).cloned(), row.fields.get(arn).cloned()) {
            (Some(user), Some(arn)) if width == header.len() => read.push(report_row(user, arn, &column, &row)),
            _ => gap(
                row.offset,
                format!("a row of {width} fields under {} columns; it was set aside", header.len()),
            ),
        }
    }
    Some(read)
}

fn report_row<'a>(
    user: Cow<'a, str>,
    arn: Cow<'a, str>,
    column: &impl Fn(&str) -> Option<usize>,
    row: &Row<'a>,
) -> CredentialReportRow<'a> {
    let field = |name: &str| {
        column(name)
            .and_then(|index| row.fields.get(index))
            .cloned()
            .unwrap_or_default()
    };
    let flag = |name: &str| ReportFlag::of(&field(name));
    let value = |name: &str| ReportValue::of(field(name));
    let key = |number: u8| AccessKeyRow {
        active: flag(&format!("access_key_{number}_active")),
        last_rotated: value(&format!("access_key_{number}_last_rotated")),
        last_used_date: value(&format!("access_key_{number}_last_used_date")),
        last_used_region: value(&format!("access_key_{number}_last_used_region")),
        last_used_service: value(&format!("access_key_{number}_last_used_service")),
    };
    let certificate = |number: u8| CertificateRow {
        active: flag(&format!("cert_{number}_active")),
        last_rotated: value(&format!("cert_{number}_last_rotated")),
    };
    CredentialReportRow {
        user,
        arn,
        user_creation_time: value("user_creation_time"),
        password_enabled: flag("password_enabled"),
        password_last_used: value("password_last_used"),
        password_last_changed: value("password_last_changed"),
        password_next_rotation: value("password_next_rotation"),
        mfa_active: flag("mfa_active"),
        access_keys: [key(1), key(2)],
        certificates: [certificate(1), certificate(2)],
        additional_credentials: value("additional_credentials_info"),
    }
}

impl ReportFlag {
    fn of(text: &str) -> Self {
        let is = |word| text.eq_ignore_ascii_case(word);
        if is("true") {
            Self::Yes
        } else if is("false") {
            Self::No
        } else if is("not_supported") {
            Self::NotSupported
        } else if is("N/A") {
            Self::NotApplicable
        } else {
            Self::Unknown
        }
    }
}

impl<'a> ReportValue<'a> {
    fn of(text: Cow<'a, str>) -> Self {
        match text.as_ref() {
            "" => Self::Unknown,
            "N/A" => Self::NotApplicable,
            "no_information" => Self::NoInformation,
            "not_supported" => Self::NotSupported,
            _ => Self::Text(text),
        }
    }

    /// The text, when there is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::NotApplicable | Self::NoInformation | Self::NotSupported | Self::Unknown => None,
        }
    }
}
