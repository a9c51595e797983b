//! An identity of the estate as the evaluator takes it: a caller, and the policies that apply to it.

use std::sync::Arc;

use crate::estate::AccountEstate;
use crate::estate::Levels;
use crate::estate::Organization;
use crate::estate::Policy;
use crate::estate::Principal;
use crate::estate::PrincipalKind;
use crate::evaluate::Caller;
use crate::evaluate::CallerKind;
use crate::evaluate::Credentials;
use crate::evaluate::Guardrails;
use crate::evaluate::Level;
use crate::evaluate::OrganizationMembership;
use crate::evaluate::PolicyStack;
use crate::ident::AccountId;

/// What holds for all identities of an account: its place in the organization and the guardrails on its path.
#[derive(Debug, Clone)]
pub struct AccountScope {
    scps: Levels,
    rcps: Levels,
    membership: Option<OrganizationMembership>,
    is_membership_known: bool,
    is_management: bool,
}

impl AccountScope {
    /// An account of an organization; without one it is not known whether SCPs apply (E362).
    #[must_use]
    pub fn of(organization: Option<&Organization>, account: AccountId) -> Self {
        let Some(organization) = organization else {
            let unknown = |what: &str| {
                let why = format!("whether {what} restrict account {account} is not known, since no organization was read");
                Levels::NotCollected(why.into())
            };
            return Self {
                scps: unknown("SCPs"),
                rcps: unknown("RCPs"),
                membership: None,
                is_membership_known: false,
                is_management: false,
            };
        };
        let membership = organization.path(account).map(|(id, path)| OrganizationMembership {
            id: id.into(),
            path: path.into(),
        });
        Self {
            scps: organization.scps(account),
            rcps: organization.rcps(account),
            is_membership_known: membership.is_some(),
            membership,
            is_management: organization.is_management(account),
        }
    }

    /// An account of which somebody says that it is in no organization.
    #[must_use]
    pub fn standalone() -> Self {
        Self {
            scps: Levels::None,
            rcps: Levels::None,
            membership: None,
            is_membership_known: true,
            is_management: false,
        }
    }
}

impl AccountScope {
    /// The RCPs that apply to the account's resources, whoever calls (E204, E205).
    #[must_use]
    pub fn rcps(&self) -> Guardrails<'_> {
        guardrails(&self.rcps)
    }

    /// The same account under other RCPs.
    #[must_use]
    pub fn under_rcps(&self, rcps: Levels) -> Self {
        Self { rcps, ..self.clone() }
    }

    /// The account's place in its organization, if it is in one and that is known.
    #[must_use]
    pub fn membership(&self) -> Option<&OrganizationMembership> {
        self.membership.as_ref()
    }

    /// Whether it is known that the account is in that organization or in none.
    #[must_use]
    pub fn is_membership_known(&self) -> bool {
        self.is_membership_known
    }
}

/// An identity with everything that applies to its requests.
#[derive(Debug, Clone)]
pub struct Subject<'e> {
    /// The identity.
    pub principal: &'e Principal,
    /// The identity as a caller, with its plainest credentials.
    pub caller: Caller,
    /// The policies that apply to it, the resource's aside.
    pub stack: PolicyStack<'e>,
}

impl<'e> Subject<'e> {
    /// Puts an identity of an account together with its guardrails.
    #[must_use]
    pub fn of(principal: &'e Principal, account: &AccountEstate, scope: &'e AccountScope) -> Self {
        Self::in_account(principal, account.account, scope)
    }

    /// All identities of an account, which share its guardrails.
    #[must_use]
    pub fn all_of(account: &'e AccountEstate, scope: &'e AccountScope) -> Vec<Self> {
        let (scps, rcps) = (guardrails(&scope.scps), guardrails(&scope.rcps));
        let subject = |principal| Self::under(principal, account.account, scope, scps.clone(), rcps.clone());
        account.principals.iter().map(subject).collect()
    }

    /// One identity, of an account of which nothing else is known.
    #[must_use]
    pub fn in_account(principal: &'e Principal, account: AccountId, scope: &'e AccountScope) -> Self {
        Self::under(principal, account, scope, guardrails(&scope.scps), guardrails(&scope.rcps))
    }

    fn under(
        principal: &'e Principal,
        account: AccountId,
        scope: &'e AccountScope,
        scps: Guardrails<'e>,
        rcps: Guardrails<'e>,
    ) -> Self {
        let kind = match principal.kind {
            PrincipalKind::AccountRoot => CallerKind::AccountRoot,
            PrincipalKind::IamUser => CallerKind::IamUser,
            PrincipalKind::IamRole => CallerKind::RoleSession,
        };
        let is_role = principal.kind == PrincipalKind::IamRole;
        let caller = Caller {
            account: Some(account),
            arn: Some(principal.arn.clone()),
            role_arn: is_role.then(|| principal.arn.clone()),
            unique_id: principal.unique_id.clone(),
            tags: principal.tags.clone(),
            credentials: if is_role {
                Credentials::Other
            } else {
                Credentials::LongTermKey
            },
            is_service_linked: principal.is_service_linked(),
            is_in_management_account: scope.is_management,
            organization: scope.membership.clone(),
            is_organization_known: scope.is_membership_known,
            ..Caller::new(kind)
        };
        let stack = PolicyStack {
            identity: principal.attachments.iter().map(|attachment| &*attachment.policy).collect(),
            boundary: principal.boundary.as_deref(),
            scps,
            rcps,
            identity_gaps: principal.gaps.clone(),
            ..PolicyStack::default()
        };
        Self {
            principal,
            caller,
            stack,
        }
    }

    /// The group that carries one of the identity's policies, if it is not the identity itself.
    #[must_use]
    pub fn group_of(&self, policy: &Policy) -> Option<Arc<str>> {
        let attachments = self.principal.attachments.iter();
        let carrier = attachments
            .filter(|attachment| std::ptr::eq(&raw const *attachment.policy, policy))
            .map(|attachment| attachment.group.clone());
        carrier.min().flatten()
    }
}

fn guardrails(levels: &Levels) -> Guardrails<'_> {
    match levels {
        Levels::None => Guardrails::None,
        Levels::NotCollected(why) => Guardrails::NotCollected(why.clone()),
        Levels::Levels(levels) => Guardrails::Levels(
            levels
                .iter()
                .map(|level| Level {
                    target: level.target.clone(),
                    policies: level
                        .policies
                        .as_ref()
                        .map(|policies| policies.iter().map(|policy| &**policy).collect()),
                })
                .collect(),
        ),
    }
}
