//! What `GetServiceLastAccessedDetails` answered, for each identity that it was asked about.
//!
//! AWS's answer does not say whom it is about: `Arn`, which the question named, stands beside it.

use std::borrow::Cow;

use crate::snapshot::json::Broken;
use crate::snapshot::json::Read;
use crate::snapshot::json::Reader;
use crate::snapshot::json_path::JsonPath;

/// The services that an identity's policies allow, and when it used them.
#[derive(Debug, Clone, Default)]
pub struct LastAccessedRecord<'a> {
    /// The ARN of the identity, as text.
    pub arn: Cow<'a, str>,
    /// When AWS finished the answer.
    pub completed: Option<Cow<'a, str>>,
    /// The services.
    pub services: Vec<ServiceAccessRecord<'a>>,
}

/// A service that an identity's policies allow.
#[derive(Debug, Clone, Default)]
pub struct ServiceAccessRecord<'a> {
    /// The service prefix.
    pub namespace: Cow<'a, str>,
    /// When the identity last called the service; none when it did not in the tracked time.
    pub last_authenticated: Option<Cow<'a, str>>,
    /// The actions that AWS tracks; `None` for a service whose actions it does not track, or an answer without actions.
    pub actions: Option<Vec<ActionAccessRecord<'a>>>,
}

/// An action that AWS tracks.
#[derive(Debug, Clone, Default)]
pub struct ActionAccessRecord<'a> {
    /// Its name without the prefix.
    pub name: Cow<'a, str>,
    /// When the identity last called it; none when it did not in the tracked time.
    pub last_accessed: Option<Cow<'a, str>>,
}

/// Adds what one file holds to what is there.
pub(super) fn read_into<'a>(reader: &mut Reader<'a>, records: &mut Vec<LastAccessedRecord<'a>>) -> Result<(), Broken> {
    let members = reader.object(&JsonPath::TOP, &["ServiceLastAccessed"], |reader, at, _| {
        reader.each(at, |reader, at| {
            records.extend(answer(reader, at)?);
            Ok(())
        })?;
        Ok(())
    })?;
    if members.is_some_and(|members| members.lacks("ServiceLastAccessed")) {
        reader.gap(0, &JsonPath::TOP, "last accessed", "`ServiceLastAccessed` is not there");
    }
    Ok(())
}

const ANSWER: &[&str] = &["Arn", "JobStatus", "JobCompletionDate", "ServicesLastAccessed", "IsTruncated"];

/// One answer. One that is not there whole is set aside, since what it lacks would look unused.
fn answer<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<LastAccessedRecord<'a>> {
    let start = reader.offset();
    let mut record = LastAccessedRecord::default();
    let (mut arn, mut status, mut services, mut is_cut) = (None, None, None, false);
    let members = reader.object(at, ANSWER, |reader, at, name| {
        match name {
            "Arn" => arn = reader.string(at)?,
            "JobStatus" => status = reader.string(at)?,
            "JobCompletionDate" => record.completed = reader.string(at)?,
            "IsTruncated" => is_cut = reader.boolean(at)?.unwrap_or(true),
            _ => services = reader.list(at, service)?,
        }
        Ok(())
    })?;
    if members.is_none() {
        return Ok(None);
    }
    let lack = match (&arn, &services) {
        (None, _) => Some("an answer without the `Arn` of its identity"),
        (_, None) => Some("an answer without `ServicesLastAccessed`, or with a service that cannot be read"),
        _ if is_cut => Some("an answer of which only the first page is there"),
        _ if status.is_some_and(|status| status != "COMPLETED") => Some("an answer that AWS had not finished"),
        _ => None,
    };
    if let Some(lack) = lack {
        let detail = format!("{lack}; when the identity used its permissions is not known");
        reader.gap(start, at, arn.map_or_else(|| at.to_string(), Cow::into_owned), detail);
        return Ok(None);
    }
    Ok(arn
        .zip(services)
        .map(|(arn, services)| LastAccessedRecord { arn, services, ..record }))
}

fn service<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<ServiceAccessRecord<'a>> {
    let mut record = ServiceAccessRecord::default();
    let mut namespace = None;
    reader.object(
        at,
        &["ServiceNamespace", "LastAuthenticated", "TrackedActionsLastAccessed"],
        |reader, at, name| {
            match name {
                "ServiceNamespace" => namespace = reader.string(at)?,
                "LastAuthenticated" => record.last_authenticated = reader.string(at)?,
                _ => record.actions = reader.list(at, action)?,
            }
            Ok(())
        },
    )?;
    Ok(namespace.map(|namespace| ServiceAccessRecord { namespace, ..record }))
}

fn action<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<ActionAccessRecord<'a>> {
    let (mut name, mut last_accessed) = (None, None);
    reader.object(at, &["ActionName", "LastAccessedTime"], |reader, at, member| {
        let slot = if member == "ActionName" {
            &mut name
        } else {
            &mut last_accessed
        };
        *slot = reader.string(at)?;
        Ok(())
    })?;
    Ok(name.map(|name| ActionAccessRecord { name, last_accessed }))
}
