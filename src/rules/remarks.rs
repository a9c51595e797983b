//! What `lint` says of the policies of an estate, each document of an account looked at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::estate::AccountEstate;
use crate::estate::DocumentState;
use crate::estate::Organization;
use crate::estate::Policy;
use crate::estate::Principal;
use crate::finding::Place;
use crate::finding::PolicyRemarks;
use crate::finding::StatementRemark;
use crate::ident::AccountId;
use crate::policy::PolicyDocument;
use crate::solve::RemarkKind;
use crate::solve::lint;

/// Looks at documents. Those of AWS's own policies, which most accounts hold, it keeps, and looks at each once; all
/// documents of an organization would be too many to keep. Threads share it.
#[derive(Debug, Default)]
pub struct Linter {
    of_aws: Mutex<BTreeMap<Arc<str>, Arc<[Remark]>>>,
}

/// A remark of `lint` with its words shared.
#[derive(Debug)]
struct Remark {
    statement: usize,
    kind: RemarkKind,
    words: Arc<str>,
}

impl Linter {
    /// Nothing looked at yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The policies of an account on which there is something to remark, sorted; only those that a wanted identity holds.
    #[must_use]
    pub fn of_account(&self, estate: &AccountEstate, is_wanted: impl Fn(&Principal) -> bool) -> Vec<PolicyRemarks> {
        let wanted = estate.principals.iter().filter(|principal| is_wanted(principal));
        let held = wanted.flat_map(|principal| {
            let attached = principal.attachments.iter().map(|attachment| &attachment.policy);
            attached.chain(&principal.boundary).chain(&principal.trust)
        });
        self.remarks(held, Some(estate.account))
    }

    /// The same of the SCPs and RCPs.
    #[must_use]
    pub fn of_organization(&self, organization: &Organization) -> Vec<PolicyRemarks> {
        self.remarks(organization.guardrails(), None)
    }

    fn remarks<'p>(&self, policies: impl Iterator<Item = &'p Arc<Policy>>, account: Option<AccountId>) -> Vec<PolicyRemarks> {
        let by_place: BTreeMap<usize, &Arc<Policy>> = policies.map(|policy| (Arc::as_ptr(policy).addr(), policy)).collect();
        // Policies of one text share their document.
        let mut seen: BTreeMap<usize, Arc<[Remark]>> = BTreeMap::new();
        let mut found: Vec<PolicyRemarks> = by_place
            .into_values()
            .filter_map(|policy| {
                let DocumentState::Parsed(document) = &policy.document else {
                    return None;
                };
                let remarks = seen
                    .entry(Arc::as_ptr(document).addr())
                    .or_insert_with(|| self.look(policy, document));
                (!remarks.is_empty()).then(|| PolicyRemarks {
                    account: account.filter(|_| !is_of_aws(policy)),
                    policy: Arc::clone(&policy.name),
                    used_as: policy.policy_type.as_str(),
                    remarks: remarks.iter().filter_map(|remark| placed(remark, policy, document)).collect(),
                })
            })
            .collect();
        found.sort();
        found
    }

    fn look(&self, policy: &Policy, document: &PolicyDocument) -> Arc<[Remark]> {
        if !is_of_aws(policy) {
            return look(document);
        }
        let known = || self.of_aws.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remarks) = known().get(&policy.text.text) {
            return Arc::clone(remarks);
        }
        let remarks = look(document);
        known().insert(Arc::clone(&policy.text.text), Arc::clone(&remarks));
        remarks
    }
}

fn look(document: &PolicyDocument) -> Arc<[Remark]> {
    let remarks = lint(document).into_iter().map(|remark| Remark {
        statement: remark.statement,
        kind: remark.kind,
        words: remark.words.into(),
    });
    remarks.collect()
}

/// Whether AWS wrote the policy: then it is the same in every account.
fn is_of_aws(policy: &Policy) -> bool {
    policy.name.split(':').nth(4) == Some("aws")
}

fn placed(remark: &Remark, policy: &Policy, document: &PolicyDocument) -> Option<StatementRemark> {
    let statement = document.statements.get(remark.statement)?;
    let (line, column) = policy.text.place(statement.span.start);
    Some(StatementRemark {
        statement: u32::try_from(remark.statement + 1).ok()?,
        sid: statement.sid.as_deref().map(Arc::from),
        kind: remark.kind.as_str(),
        words: Arc::clone(&remark.words),
        place: Place {
            file: Arc::clone(&policy.text.file),
            line,
            column,
        },
    })
}

/// Several accounts' remarks as one list: what AWS wrote is named once, at the first place.
pub fn merge_remarks(remarks: &mut Vec<PolicyRemarks>) {
    remarks.sort();
    let without_place = |policy: &PolicyRemarks| -> Vec<(u32, &'static str, Arc<str>)> {
        let remarks = policy.remarks.iter();
        remarks
            .map(|remark| (remark.statement, remark.kind, Arc::clone(&remark.words)))
            .collect()
    };
    remarks.dedup_by(|later, first| {
        later.account.is_none()
            && (later.account, &later.policy, &later.used_as) == (first.account, &first.policy, &first.used_as)
            && without_place(later) == without_place(first)
    });
}
