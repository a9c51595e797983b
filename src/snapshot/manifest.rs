//! `manifest.json`: what a collector says of its own work.
//!
//! ```json
//! {"schema": "leastwise-snapshot/1", "collected_at": "2026-11-24T06:00:00Z", "is_complete": true,
//!  "sources": ["iam:GetAccountAuthorizationDetails"], "gaps": [{"account": "111122223333", "subject": "iam:GetCredentialReport", "detail": "access denied"}]}
//! ```

use crate::ident::AccountId;
use crate::snapshot::FileText;
use crate::snapshot::Gap;
use crate::snapshot::GapScope;
use crate::snapshot::Place;
use crate::snapshot::SnapshotError;
use crate::snapshot::json::Read;
use crate::snapshot::json::Reader;
use crate::snapshot::json_path::JsonPath;

/// The format of snapshots that this version reads and writes.
pub const SCHEMA: &str = "leastwise-snapshot/1";

/// What the manifest of a snapshot says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// When the snapshot was collected, as the manifest writes it (RFC 3339).
    pub collected_at: Option<String>,
    /// Where the facts come from, such as API calls.
    pub sources: Vec<String>,
    /// What this collector cannot read whoever runs it, such as a service that its build leaves out. Told to the reader
    /// like a gap, and nothing that went wrong.
    pub limits: Vec<Gap>,
}

/// Reads a manifest; the gaps it lists, and those of its own, come along.
pub(super) fn read(file: &FileText) -> Result<(Manifest, Vec<Gap>), SnapshotError> {
    let mut reader = Reader::new(file, GapScope::Snapshot);
    let (mut schema, mut manifest, mut listed) = (None, Manifest::default(), Vec::new());
    let names = &["schema", "collected_at", "is_complete", "sources", "limits", "gaps"];
    let mut is_complete = None;
    let result = reader.object(&JsonPath::TOP, names, |reader, at, name| {
        match name {
            "schema" => schema = reader.string(at)?,
            "collected_at" => manifest.collected_at = reader.string(at)?.map(Into::into),
            "is_complete" => is_complete = reader.boolean(at)?,
            "sources" => manifest.sources = reader.strings(at)?.unwrap_or_default().into_iter().map(Into::into).collect(),
            "limits" => {
                reader.each(at, |reader, at| {
                    manifest.limits.extend(gap(reader, at)?);
                    Ok(())
                })?;
            }
            _ => {
                reader.each(at, |reader, at| {
                    listed.extend(gap(reader, at)?);
                    Ok(())
                })?;
            }
        }
        Ok(())
    });
    match (result, schema) {
        (Err(broken), _) => reader.gap_of_broken(&broken, "manifest"),
        (Ok(_), Some(schema)) if schema != SCHEMA => {
            return Err(SnapshotError::UnknownSchema {
                file: file.name().clone(),
                schema: schema.into_owned(),
            });
        }
        (Ok(_), None) => reader.gap(
            0,
            &JsonPath::TOP,
            "manifest",
            format!("names no `schema`; read as `{SCHEMA}`"),
        ),
        (Ok(_), Some(_)) => {}
    }
    if is_complete == Some(false) {
        let detail = "the collection did not come to its end; accounts may be missing, run `leastwise collect` again to go on";
        reader.gap(0, &JsonPath::TOP.member("is_complete"), "manifest", detail);
    }
    listed.extend(reader.into_gaps());
    Ok((manifest, listed))
}

fn gap(reader: &mut Reader<'_>, at: &JsonPath<'_>) -> Read<Gap> {
    let (mut account, mut subject, mut detail) = (None, None, None);
    let place = Some(Place::whole(reader.file().name()));
    let members = reader.object(at, &["account", "subject", "detail"], |reader, at, name| {
        let slot = match name {
            "account" => &mut account,
            "subject" => &mut subject,
            _ => &mut detail,
        };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    let id: Option<AccountId> = account.and_then(|account| account.parse().ok());
    Ok(members.map(|_| Gap {
        scope: id.map_or(GapScope::Snapshot, GapScope::Account),
        subject: subject.unwrap_or_default().into_owned(),
        detail: detail.unwrap_or_default().into_owned(),
        place,
    }))
}
