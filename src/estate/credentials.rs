//! What the credential report says of each user and of the root user ("Getting credential reports", IAM User Guide).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::Problem;
use crate::estate::account::timestamp;
use crate::ident::AccountId;
use crate::snapshot::CredentialReportRow;
use crate::snapshot::ReportFlag;
use crate::snapshot::ReportValue;

/// One column of the report, with every way of not knowing kept apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told<T> {
    /// The report says so.
    Known(T),
    /// `no_information`: it did not happen since AWS keeps track.
    Never,
    /// `N/A`: there is no such credential, or it was never used.
    NotApplicable,
    /// `not_supported`: AWS does not tell this of the root user.
    NotSupported,
    /// The column is missing or empty, or holds a text that is neither.
    #[default]
    NotTold,
}

impl<T: Copy> Told<T> {
    /// The value, where the report has one.
    #[must_use]
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Never | Self::NotApplicable | Self::NotSupported | Self::NotTold => None,
        }
    }
}

/// The long-term credentials of a user or of the root user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// When the identity of this row was created.
    pub created: Told<Timestamp>,
    /// Whether there is a password; `NotSupported` for the root user.
    pub password_enabled: Told<bool>,
    /// When the password was last used.
    pub password_last_used: Told<Timestamp>,
    /// When the password was last changed.
    pub password_last_changed: Told<Timestamp>,
    /// Whether an MFA device is active.
    pub mfa_active: Told<bool>,
    /// The two access keys that an identity can have.
    pub keys: [KeyCredentials; 2],
}

/// One of the two access keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyCredentials {
    /// Whether the key is active; `Known(false)` also where there is no key.
    pub active: Told<bool>,
    /// When the key was made or last changed; `NotApplicable` where there is none.
    pub rotated: Told<Timestamp>,
    /// When the key was last used; `NotApplicable` when never, or where there is none.
    pub last_used: Told<Timestamp>,
}

/// Credentials by the ARN of their holder.
pub type CredentialsByArn = BTreeMap<Box<str>, Credentials>;

/// Parses a report. Of two rows with one ARN the first stands; a time that does not parse is not told, and a problem.
pub(super) fn credentials(rows: &[CredentialReportRow<'_>], account: AccountId, problems: &mut Vec<Problem>) -> CredentialsByArn {
    let mut found = CredentialsByArn::new();
    for row in rows {
        let arn = row.arn.trim();
        if found.contains_key(arn) {
            continue;
        }
        let mut junk = Vec::new();
        found.insert(arn.into(), of_row(row, &mut junk));
        if !junk.is_empty() {
            let detail = format!(
                "where a time belongs, the credential report has {}; that counts as not told; fetch the report again",
                junk.join(", ")
            );
            let subject = Arc::from(arn);
            problems.push(Problem {
                account: Some(account),
                subject,
                detail: detail.into(),
            });
        }
    }
    found
}

/// Parses a row; `junk` takes the texts that should be times, with their columns.
fn of_row(row: &CredentialReportRow<'_>, junk: &mut Vec<String>) -> Credentials {
    let mut time = |value: &ReportValue<'_>, column: &str| match value {
        ReportValue::Text(text) => timestamp(text.trim()).map_or_else(
            || {
                junk.push(format!("`{text}` as {column}"));
                Told::NotTold
            },
            Told::Known,
        ),
        ReportValue::NotApplicable => Told::NotApplicable,
        ReportValue::NoInformation => Told::Never,
        ReportValue::NotSupported => Told::NotSupported,
        ReportValue::Unknown => Told::NotTold,
    };
    let [first, second] = &row.access_keys;
    Credentials {
        created: time(&row.user_creation_time, "user_creation_time"),
        password_enabled: flag(row.password_enabled),
        password_last_used: time(&row.password_last_used, "password_last_used"),
        password_last_changed: time(&row.password_last_changed, "password_last_changed"),
        mfa_active: flag(row.mfa_active),
        keys: [
            KeyCredentials {
                active: flag(first.active),
                rotated: time(&first.last_rotated, "access_key_1_last_rotated"),
                last_used: time(&first.last_used_date, "access_key_1_last_used_date"),
            },
            KeyCredentials {
                active: flag(second.active),
                rotated: time(&second.last_rotated, "access_key_2_last_rotated"),
                last_used: time(&second.last_used_date, "access_key_2_last_used_date"),
            },
        ],
    }
}

fn flag(flag: ReportFlag) -> Told<bool> {
    match flag {
        ReportFlag::Yes => Told::Known(true),
        ReportFlag::No => Told::Known(false),
        ReportFlag::NotSupported => Told::NotSupported,
        ReportFlag::NotApplicable => Told::NotApplicable,
        ReportFlag::Unknown => Told::NotTold,
    }
}
