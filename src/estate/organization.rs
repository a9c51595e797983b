//! The organization's tree and the guardrails on each account's path (E190–E209).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::estate::Policy;
use crate::estate::PolicyText;
use crate::estate::Problem;
use crate::estate::document::parsed_document;
use crate::ident::AccountId;
use crate::policy::PolicyType;
use crate::snapshot::OrganizationRecord;

/// The organization, with every SCP and RCP parsed once.
#[derive(Debug, Default)]
pub struct Organization {
    /// The organization's id.
    pub id: Option<Box<str>>,
    /// The account that no SCP and no RCP restricts (E191, E208).
    pub management_account: Option<AccountId>,
    accounts: BTreeMap<AccountId, AccountPlace>,
    scps: Attached,
    rcps: Attached,
    /// What does not parse or does not add up.
    pub problems: Vec<Problem>,
}

/// Where an account stands in the tree.
#[derive(Debug, Clone, Default)]
pub struct AccountPlace {
    /// The account's name.
    pub name: Option<Arc<str>>,
    /// Root, OUs and account by id, root first; none when the tree has a hole.
    pub targets: Option<Vec<Arc<str>>>,
    /// The names of the OUs, root first.
    pub ou_names: Vec<Arc<str>>,
}

/// One level of the path: the root, an OU or the account (E193).
#[derive(Debug, Clone)]
pub struct PolicyLevel {
    /// The target's id.
    pub target: Arc<str>,
    /// What is attached there; none: not collected.
    pub policies: Option<Vec<Arc<Policy>>>,
}

/// The guardrails of one type on an account's path.
#[derive(Debug, Clone)]
pub enum Levels {
    /// There are none.
    None,
    /// Not known; in words why.
    NotCollected(Arc<str>),
    /// One level each.
    Levels(Vec<PolicyLevel>),
}

/// The policies of one type and where they are attached.
#[derive(Debug, Default)]
struct Attached {
    /// `Some(false)`: the type is off (E196).
    enabled: Option<bool>,
    /// The type is being switched on or off.
    is_pending: bool,
    targets: Option<Targets>,
}

/// The policies attached to each root, unit and account; none where they were not collected.
type Targets = BTreeMap<Arc<str>, Option<Vec<Arc<Policy>>>>;

impl Organization {
    /// Builds the tree and parses the policies.
    #[must_use]
    pub fn of(record: &OrganizationRecord<'_>) -> Self {
        let mut problems = Vec::new();
        let scps = attached(record, "SERVICE_CONTROL_POLICY", PolicyType::ServiceControl, &mut problems);
        let rcps = attached(record, "RESOURCE_CONTROL_POLICY", PolicyType::ResourceControl, &mut problems);
        let accounts = places(record, &mut problems);
        let management_account = record.management_account_id.as_deref().and_then(|id| id.parse().ok());
        Self {
            id: record.id.as_deref().map(Into::into),
            management_account,
            accounts,
            scps,
            rcps,
            problems,
        }
    }

    /// Where an account stands.
    #[must_use]
    pub fn place(&self, account: AccountId) -> Option<&AccountPlace> {
        self.accounts.get(&account)
    }

    /// The accounts that the organization lists.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.accounts.keys().copied()
    }

    /// Whether the account is the management account.
    #[must_use]
    pub fn is_management(&self, account: AccountId) -> bool {
        self.management_account == Some(account)
    }

    /// The path `o-…/r-…/ou-…/` of an account, for `aws:PrincipalOrgPaths`.
    #[must_use]
    pub fn path(&self, account: AccountId) -> Option<(Box<str>, Box<str>)> {
        let id = self.id.clone()?;
        let targets = self.place(account)?.targets.as_ref()?;
        let (_, above) = targets.split_last()?;
        let mut path = String::new();
        for part in std::iter::once(&*id).chain(above.iter().map(|target| &**target)) {
            path.extend([part, "/"]);
        }
        Some((id, path.into()))
    }

    /// Every SCP and RCP that is attached anywhere, as often as it is.
    pub fn guardrails(&self) -> impl Iterator<Item = &Arc<Policy>> {
        let targets = [&self.scps, &self.rcps].into_iter().flat_map(|attached| &attached.targets);
        targets.flat_map(BTreeMap::values).flatten().flatten()
    }

    /// The SCPs on the account's path.
    #[must_use]
    pub fn scps(&self, account: AccountId) -> Levels {
        self.levels(&self.scps, account, "SCPs")
    }

    /// The RCPs on the account's path.
    #[must_use]
    pub fn rcps(&self, account: AccountId) -> Levels {
        self.levels(&self.rcps, account, "RCPs")
    }

    fn levels(&self, attached: &Attached, account: AccountId, what: &str) -> Levels {
        if self.is_management(account) || (attached.enabled == Some(false) && !attached.is_pending) {
            return Levels::None;
        }
        let unknown = |why: String| Levels::NotCollected(why.into());
        if self.management_account.is_none() {
            return unknown(format!(
                "which account is the management account is not known, so whether {what} restrict account {account} is not"
            ));
        }
        if attached.is_pending {
            return unknown(format!("{what} are being switched on or off in the organization"));
        }
        let Some(place) = self.place(account) else {
            return unknown(format!(
                "account {account} is not in the organization's list, so its {what} are not known"
            ));
        };
        let Some(path) = &place.targets else {
            return unknown(format!(
                "the OUs above account {account} were not collected, so its {what} are not known"
            ));
        };
        let Some(targets) = &attached.targets else {
            return unknown(format!("the {what} of the organization were not collected"));
        };
        let level = |target: &Arc<str>| PolicyLevel {
            target: target.clone(),
            policies: targets.get(target).cloned().flatten(),
        };
        Levels::Levels(path.iter().map(level).collect())
    }
}

/// The id of the RCP that AWS attaches to every root, unit and account, and that nobody can detach (E206).
const RCP_FULL_AWS_ACCESS: &str = "p-RCPFullAWSAccess";

fn rcp_full_aws_access() -> Arc<Policy> {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
    let text = PolicyText {
        text: text.into(),
        ..PolicyText::default()
    };
    let name = format!("RCPFullAWSAccess ({RCP_FULL_AWS_ACCESS})");
    Arc::new(Policy::parse(name, PolicyType::ResourceControl, text))
}

fn attached(record: &OrganizationRecord<'_>, kind: &str, policy_type: PolicyType, problems: &mut Vec<Problem>) -> Attached {
    let mut policies: BTreeMap<&str, Arc<Policy>> = BTreeMap::new();
    let everywhere = (policy_type == PolicyType::ResourceControl).then(rcp_full_aws_access);
    if let Some(policy) = &everywhere {
        policies.insert(RCP_FULL_AWS_ACCESS, policy.clone());
    }
    for policy in record
        .policies
        .iter()
        .flatten()
        .filter(|policy| policy.kind.as_deref() == Some(kind))
    {
        let name: Arc<str> = match policy.name.as_deref() {
            Some(name) => format!("{name} ({})", policy.id).into(),
            None => policy.id.as_ref().into(),
        };
        let parsed = match &policy.content {
            Some(content) => parsed_document(content, &name, policy_type, None, problems),
            None if everywhere.is_some() && policy.id == RCP_FULL_AWS_ACCESS => continue,
            None => not_collected(&name, policy_type, problems),
        };
        policies.insert(policy.id.as_ref(), Arc::new(parsed));
    }
    let by_target = record
        .policies_for_target
        .as_ref()
        .and_then(|types| types.get(kind))
        .and_then(Option::as_ref);
    let targets = by_target.map(|targets| {
        let mut found = BTreeMap::new();
        for (target, ids) in targets {
            let attached: Option<Vec<Arc<Policy>>> = ids.as_ref().map(|ids| {
                let of_id = |id: &Cow<'_, str>| match policies.get(id.as_ref()) {
                    Some(policy) => policy.clone(),
                    None => Arc::new(not_collected(&Arc::from(id.as_ref()), policy_type, problems)),
                };
                let mut attached: Vec<Arc<Policy>> = ids.iter().map(of_id).collect();
                if ids.iter().all(|id| id != RCP_FULL_AWS_ACCESS) {
                    attached.extend(everywhere.clone());
                }
                attached
            });
            found.insert(Arc::from(target.as_str()), attached);
        }
        found
    });
    Attached {
        enabled: record.is_enabled(kind),
        is_pending: record.is_pending(kind),
        targets,
    }
}

fn not_collected(name: &Arc<str>, policy_type: PolicyType, problems: &mut Vec<Problem>) -> Policy {
    let detail = format!("the document of this {policy_type} was not collected; what it restricts is undetermined");
    problems.push(Problem {
        account: None,
        subject: name.clone(),
        detail: detail.into(),
    });
    let mut policy = Policy::missing(name.clone(), policy_type, "not collected");
    policy.text = PolicyText {
        file: "organization.json".into(),
        ..PolicyText::default()
    };
    policy
}

fn places(record: &OrganizationRecord<'_>, problems: &mut Vec<Problem>) -> BTreeMap<AccountId, AccountPlace> {
    let mut parents: BTreeMap<&str, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for unit in record.organizational_units.iter().flatten() {
        parents.insert(unit.id.as_ref(), (unit.parent_id.as_deref(), unit.name.as_deref()));
    }
    let is_root = |id: &str| record.roots.iter().flatten().any(|root| root.id == id);
    let mut places = BTreeMap::new();
    for account in record.accounts.iter().flatten() {
        let Ok(id) = account.id.parse::<AccountId>() else { continue };
        let mut targets: Vec<Arc<str>> = vec![account.id.as_ref().into()];
        let mut ou_names = Vec::new();
        let mut above = account.parent_id.as_deref();
        // E197: a path has at most seven levels; the bound also ends a loop in a broken tree.
        while let Some(unit) = above.filter(|_| targets.len() < 32) {
            targets.push(unit.into());
            if is_root(unit) {
                break;
            }
            above = match parents.get(unit) {
                Some((parent, name)) => {
                    ou_names.push(Arc::from(name.unwrap_or(unit)));
                    *parent
                }
                None => None,
            };
        }
        let reaches_root = targets.last().is_some_and(|last| is_root(last));
        if !reaches_root {
            let detail = "its path to the organization's root has a hole, so its SCPs are not known";
            problems.push(Problem {
                account: Some(id),
                subject: "organization tree".into(),
                detail: detail.into(),
            });
        }
        targets.reverse();
        ou_names.reverse();
        let name = account.name.as_deref().map(Arc::from);
        places.insert(
            id,
            AccountPlace {
                name,
                targets: reaches_root.then_some(targets),
                ou_names,
            },
        );
    }
    places
}
