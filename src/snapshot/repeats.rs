//! Two records of one ARN in the files of an account: what they agree on stands, what they differ in is not known.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::snapshot::AttachedPolicyRecord;
use crate::snapshot::GroupRecord;
use crate::snapshot::InlinePolicyRecord;
use crate::snapshot::ManagedPolicyRecord;
use crate::snapshot::RawDocument;
use crate::snapshot::RecordHead;
use crate::snapshot::RoleRecord;
use crate::snapshot::TagRecord;
use crate::snapshot::UserRecord;

/// A record that may stand twice.
pub(super) trait Repeatable {
    /// What names it.
    fn head(&self) -> &RecordHead<'_>;

    /// Forgets what another record of the same ARN says otherwise, and says whether there was anything.
    fn forget_differences(&mut self, other: &Self) -> bool;
}

/// Keeps one record of each ARN; adds the ARN of each repeat, and whether it differed.
pub(super) fn keep_one<T: Repeatable>(list: &mut Option<Vec<T>>, repeats: &mut Vec<(String, bool)>) {
    let Some(records) = list else { return };
    let arns: BTreeSet<&str> = records.iter().map(|record| record.head().arn.as_ref()).collect();
    if arns.len() == records.len() {
        return;
    }
    let mut kept: Vec<T> = Vec::new();
    let mut positions: BTreeMap<String, usize> = BTreeMap::new();
    for record in std::mem::take(records) {
        let arn = record.head().arn.clone().into_owned();
        if let Some(first) = positions.get(&arn).and_then(|position| kept.get_mut(*position)) {
            repeats.push((arn, first.forget_differences(&record)));
        } else {
            positions.insert(arn, kept.len());
            kept.push(record);
        }
    }
    *records = kept;
}

/// A fact in a form that does not depend on where it stood; a part that was not read is none.
type Facts<'r> = BTreeSet<(&'r str, Option<&'r str>)>;

fn text<'r>(document: Option<&'r RawDocument<'_>>) -> Option<&'r str> {
    document.map(|document| document.text.as_ref())
}

fn inline<'r>(policies: &'r [InlinePolicyRecord<'_>]) -> Facts<'r> {
    let fact = |policy: &'r InlinePolicyRecord<'_>| (policy.name.as_ref(), text(policy.document.as_ref()));
    policies.iter().map(fact).collect()
}

fn attached<'r>(policies: &'r [AttachedPolicyRecord<'_>]) -> Facts<'r> {
    policies.iter().map(|policy| (policy.arn.as_ref(), None)).collect()
}

fn tags<'r>(tags: &'r [TagRecord<'_>]) -> Facts<'r> {
    tags.iter().map(|tag| (tag.key.as_ref(), Some(tag.value.as_ref()))).collect()
}

fn names<'r>(names: &'r [Cow<'_, str>]) -> Facts<'r> {
    names.iter().map(|name| (name.as_ref(), None)).collect()
}

/// Two tellings that differ are no telling; what only one record tells stands.
fn forget<T>(own: &mut Option<T>, other: Option<&T>, agree: impl Fn(&T, &T) -> bool) -> bool {
    let differ = own.as_ref().zip(other).is_some_and(|(own, other)| !agree(own, other));
    if differ {
        *own = None;
    }
    differ
}

impl Repeatable for UserRecord<'_> {
    fn head(&self) -> &RecordHead<'_> {
        &self.head
    }

    fn forget_differences(&mut self, other: &Self) -> bool {
        let boundary = |own: &_, other: &_| own == other;
        forget(&mut self.groups, other.groups.as_ref(), |own, other| {
            names(own) == names(other)
        }) | forget_inline(&mut self.inline_policies, other.inline_policies.as_ref())
            | forget_attached(&mut self.attached_policies, other.attached_policies.as_ref())
            | forget(&mut self.permissions_boundary, other.permissions_boundary.as_ref(), boundary)
            | forget(&mut self.tags, other.tags.as_ref(), |own, other| tags(own) == tags(other))
    }
}

impl Repeatable for GroupRecord<'_> {
    fn head(&self) -> &RecordHead<'_> {
        &self.head
    }

    fn forget_differences(&mut self, other: &Self) -> bool {
        forget_inline(&mut self.inline_policies, other.inline_policies.as_ref())
            | forget_attached(&mut self.attached_policies, other.attached_policies.as_ref())
    }
}

impl Repeatable for RoleRecord<'_> {
    fn head(&self) -> &RecordHead<'_> {
        &self.head
    }

    fn forget_differences(&mut self, other: &Self) -> bool {
        let boundary = |own: &_, other: &_| own == other;
        let trust = |own: &RawDocument<'_>, other: &RawDocument<'_>| own.text == other.text;
        forget(&mut self.trust_document, other.trust_document.as_ref(), trust)
            | forget_inline(&mut self.inline_policies, other.inline_policies.as_ref())
            | forget_attached(&mut self.attached_policies, other.attached_policies.as_ref())
            | forget(&mut self.permissions_boundary, other.permissions_boundary.as_ref(), boundary)
            | forget(&mut self.tags, other.tags.as_ref(), |own, other| tags(own) == tags(other))
    }
}

impl Repeatable for ManagedPolicyRecord<'_> {
    fn head(&self) -> &RecordHead<'_> {
        &self.head
    }

    /// Only the version in force counts (E33).
    fn forget_differences(&mut self, other: &Self) -> bool {
        let in_force = |record: &Self| {
            record
                .default_version()
                .and_then(|version| text(version.document.as_ref()).map(str::to_owned))
        };
        let differ = in_force(self).zip(in_force(other)).is_some_and(|(own, other)| own != other);
        if differ {
            self.versions = None;
        }
        differ
    }
}

fn forget_inline<'r>(own: &mut Option<Vec<InlinePolicyRecord<'r>>>, other: Option<&Vec<InlinePolicyRecord<'r>>>) -> bool {
    forget(own, other, |own, other| inline(own) == inline(other))
}

fn forget_attached<'r>(own: &mut Option<Vec<AttachedPolicyRecord<'r>>>, other: Option<&Vec<AttachedPolicyRecord<'r>>>) -> bool {
    forget(own, other, |own, other| attached(own) == attached(other))
}
