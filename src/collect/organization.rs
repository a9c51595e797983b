//! AWS Organizations: the tree, its accounts, SCPs and RCPs and where they are attached, delegated administrators.
//!
//! Written as `organization.json`. What could not be read whole is left out of it, so that it counts as not known.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::Account;
use aws_sdk_organizations::types::DelegatedAdministrator;
use aws_sdk_organizations::types::Organization as Description;
use aws_sdk_organizations::types::OrganizationalUnit;
use aws_sdk_organizations::types::Policy;
use aws_sdk_organizations::types::PolicySummary;
use aws_sdk_organizations::types::PolicyType;
use aws_sdk_organizations::types::PolicyTypeStatus;
use aws_sdk_organizations::types::Root;

use crate::collect::CollectError;
use crate::collect::consequence::without;
use crate::collect::failure::Failure;
use crate::collect::organization_shape as shape;
use crate::collect::pages;
use crate::collect::work::Work;

pub(super) const FILE: &str = "organization.json";

pub(super) const DESCRIBE: &str = "organizations:DescribeOrganization";
pub(super) const ROOTS: &str = "organizations:ListRoots";
pub(super) const UNITS: &str = "organizations:ListOrganizationalUnitsForParent";
pub(super) const ACCOUNTS: &str = "organizations:ListAccountsForParent";
pub(super) const POLICIES: &str = "organizations:ListPolicies";
pub(super) const POLICY: &str = "organizations:DescribePolicy";
pub(super) const TARGETS: &str = "organizations:ListTargetsForPolicy";
pub(super) const ADMINISTRATORS: &str = "organizations:ListDelegatedAdministrators";
pub(super) const SERVICES: &str = "organizations:ListDelegatedServicesForAccount";

/// The actions that reading a whole organization needs.
pub(super) const ACTIONS: [&str; 9] = [
    DESCRIBE,
    POLICY,
    UNITS,
    ACCOUNTS,
    ADMINISTRATORS,
    SERVICES,
    POLICIES,
    ROOTS,
    TARGETS,
];

/// AWS's code for an account that is in no organization.
const NOT_IN_USE: &str = "AWSOrganizationsNotInUseException";

const SCPS: &str = "SERVICE_CONTROL_POLICY";
const RCPS: &str = "RESOURCE_CONTROL_POLICY";

/// The policies attached to each root, unit and account.
pub(super) type Attachments = BTreeMap<String, Vec<String>>;

/// The organization as read. `None` for what could not be read whole.
#[derive(Debug)]
pub(super) struct Organization {
    pub(super) description: Description,
    pub(super) roots: Option<Vec<Root>>,
    pub(super) tree: Option<Tree>,
    pub(super) policies: Option<Vec<Policy>>,
    pub(super) attachments: BTreeMap<&'static str, Attachments>,
    pub(super) administrators: Option<Vec<(DelegatedAdministrator, Option<String>)>>,
}

/// Units and accounts, each with the id of what is above it.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) units: Vec<(OrganizationalUnit, String)>,
    pub(super) accounts: Vec<(Account, String)>,
}

/// Says whether the account is in an organization, and which account manages that; the rest is for [`collect`].
pub(super) async fn describe(client: &Client, work: &Work<'_>) -> Result<(), CollectError> {
    match described(client, work).await {
        Ok(Some(description)) => work.write(FILE, |out| shape::description_alone(&description).write(out)),
        Ok(None) => work.write(FILE, |out| shape::none().write(out)),
        Err(failure) => {
            work.gap(&failure, without(DESCRIBE));
            Ok(())
        }
    }
}

/// Reads the organization and writes it.
pub(super) async fn collect(client: &Client, work: &Work<'_>) -> Result<(), CollectError> {
    let description = match described(client, work).await {
        Ok(Some(description)) => description,
        Ok(None) => return work.write(FILE, |out| shape::none().write(out)),
        Err(failure) => {
            work.gap(&failure, without(DESCRIBE));
            return Ok(());
        }
    };
    let reading = Reading { client, work };
    let mut organization = Organization {
        description,
        roots: None,
        tree: None,
        policies: None,
        attachments: BTreeMap::new(),
        administrators: None,
    };
    organization.roots = reading.kept(reading.roots().await, without(ROOTS));
    if let Some(roots) = &organization.roots {
        organization.tree = reading.kept(reading.tree(roots).await, without(ACCOUNTS));
    }
    organization.policies = reading
        .policies(&mut organization.attachments, organization.roots.as_deref())
        .await;
    organization.administrators = reading.kept(reading.administrators().await, without(ADMINISTRATORS));
    work.write(FILE, |out| shape::of(&organization).write(out))
}

/// The organization of the caller's account; `None` when it is in none.
async fn described(client: &Client, work: &Work<'_>) -> Result<Option<Description>, Failure> {
    match work.call(DESCRIBE, client.describe_organization().send()).await {
        Ok(answer) => match answer.organization {
            Some(description) => Ok(Some(description)),
            None => Err(Failure::strange(
                DESCRIBE,
                "EmptyAnswer",
                "the answer describes no organization",
            )),
        },
        Err(failure) if failure.code == NOT_IN_USE => Ok(None),
        Err(failure) => Err(failure),
    }
}

struct Reading<'a> {
    client: &'a Client,
    work: &'a Work<'a>,
}

impl Reading<'_> {
    /// What was read; a failure becomes a gap.
    fn kept<T>(&self, read: Result<T, Failure>, consequence: &str) -> Option<T> {
        read.map_err(|failure| self.work.gap(&failure, consequence)).ok()
    }

    async fn roots(&self) -> Result<Vec<Root>, Failure> {
        pages::all(ROOTS, async |token| {
            let call = self.client.list_roots().set_next_token(token);
            let page = self.work.call(ROOTS, call.send()).await?;
            Ok((page.roots, page.next_token))
        })
        .await
    }

    /// Walks down from the roots, level by level.
    async fn tree(&self, roots: &[Root]) -> Result<Tree, Failure> {
        let mut tree = Tree::default();
        let mut parents: VecDeque<String> = roots.iter().filter_map(|root| root.id.clone()).collect();
        while let Some(parent) = parents.pop_front() {
            for unit in self.units(&parent).await? {
                parents.extend(unit.id.clone());
                tree.units.push((unit, parent.clone()));
            }
            for account in self.accounts(&parent).await? {
                tree.accounts.push((account, parent.clone()));
            }
        }
        tree.units.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        tree.accounts.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        Ok(tree)
    }

    async fn units(&self, parent: &str) -> Result<Vec<OrganizationalUnit>, Failure> {
        pages::all(UNITS, async |token| {
            let call = self.client.list_organizational_units_for_parent().parent_id(parent);
            let page = self.work.call(UNITS, call.set_next_token(token).send()).await?;
            Ok((page.organizational_units, page.next_token))
        })
        .await
    }

    async fn accounts(&self, parent: &str) -> Result<Vec<Account>, Failure> {
        pages::all(ACCOUNTS, async |token| {
            let call = self.client.list_accounts_for_parent().parent_id(parent);
            let page = self.work.call(ACCOUNTS, call.set_next_token(token).send()).await?;
            Ok((page.accounts, page.next_token))
        })
        .await
    }

    /// The policies of the types that are on, and where they are attached.
    async fn policies(
        &self,
        attachments: &mut BTreeMap<&'static str, Attachments>,
        roots: Option<&[Root]>,
    ) -> Option<Vec<Policy>> {
        let (mut policies, mut is_whole) = (Vec::new(), true);
        for (name, kind) in [
            (SCPS, PolicyType::ServiceControlPolicy),
            (RCPS, PolicyType::ResourceControlPolicy),
        ] {
            if roots.is_some_and(|roots| !is_on(roots, &kind)) {
                continue;
            }
            let consequence = format!("whom policies of the type {name} restrict is not known");
            let Some(summaries) = self.kept(self.summaries(&kind).await, &consequence) else {
                is_whole = false;
                continue;
            };
            let mut attached = Some(Attachments::new());
            for summary in summaries {
                let Some(id) = summary.id.clone() else { continue };
                let targets = self.kept(self.targets(&id).await, &consequence);
                attached = attached.zip(targets).map(|(mut attached, targets)| {
                    for target in targets {
                        attached.entry(target).or_default().push(id.clone());
                    }
                    attached
                });
                policies.push(self.policy(&id, summary).await);
            }
            if let Some(mut attached) = attached {
                for policies in attached.values_mut() {
                    policies.sort();
                }
                attachments.insert(name, attached);
            }
        }
        policies.sort_by(|one, other| id_of(one).cmp(&id_of(other)));
        // What is missing is not named anywhere else, since its attachments are missing too.
        (is_whole || !policies.is_empty()).then_some(policies)
    }

    async fn summaries(&self, kind: &PolicyType) -> Result<Vec<PolicySummary>, Failure> {
        pages::all(POLICIES, async |token| {
            let call = self.client.list_policies().filter(kind.clone()).set_next_token(token);
            let page = self.work.call(POLICIES, call.send()).await?;
            Ok((page.policies, page.next_token))
        })
        .await
    }

    async fn targets(&self, policy: &str) -> Result<Vec<String>, Failure> {
        let targets = pages::all(TARGETS, async |token| {
            let call = self.client.list_targets_for_policy().policy_id(policy).set_next_token(token);
            let page = self.work.call(TARGETS, call.send()).await?;
            Ok((page.targets, page.next_token))
        });
        let targets = targets.await?;
        Ok(targets.into_iter().filter_map(|target| target.target_id).collect())
    }

    /// The policy with its document, or without when that cannot be read.
    async fn policy(&self, id: &str, summary: PolicySummary) -> Policy {
        let read = self
            .work
            .call(POLICY, self.client.describe_policy().policy_id(id).send())
            .await;
        let consequence = format!("what policy {id} says is not known");
        let content = self.kept(read, &consequence).and_then(|answer| answer.policy?.content);
        Policy::builder().policy_summary(summary).set_content(content).build()
    }

    /// Each delegated administrator once for each service; the service is `None` when none could be read.
    async fn administrators(&self) -> Result<Vec<(DelegatedAdministrator, Option<String>)>, Failure> {
        let administrators = pages::all(ADMINISTRATORS, async |token| {
            let call = self.client.list_delegated_administrators().set_next_token(token);
            let page = self.work.call(ADMINISTRATORS, call.send()).await?;
            Ok((page.delegated_administrators, page.next_token))
        });
        let mut all = Vec::new();
        for administrator in administrators.await? {
            let Some(id) = administrator.id.clone() else { continue };
            let services = pages::all(SERVICES, async |token| {
                let call = self.client.list_delegated_services_for_account().account_id(&id);
                let page = self.work.call(SERVICES, call.set_next_token(token).send()).await?;
                Ok((page.delegated_services, page.next_token))
            });
            for service in services.await? {
                all.push((administrator.clone(), service.service_principal));
            }
        }
        all.sort_by(|(one, service), (other, others)| (&one.id, service).cmp(&(&other.id, others)));
        Ok(all)
    }
}

fn id_of(policy: &Policy) -> Option<&str> {
    policy.policy_summary.as_ref()?.id.as_deref()
}

/// Whether a policy type is on at a root, or about to be.
fn is_on(roots: &[Root], kind: &PolicyType) -> bool {
    let mut types = roots.iter().filter_map(|root| root.policy_types.as_ref()).flatten();
    types.any(|found| found.r#type.as_ref() == Some(kind) && found.status != Some(PolicyTypeStatus::PendingDisable))
}
