//! One request: who, what, on what, under which context.

use jiff::Timestamp;

use crate::catalog::Catalog;
use crate::evaluate::Caller;
use crate::evaluate::RequestContext;
use crate::ident::AccountId;
use crate::ident::Action;
use crate::ident::Arn;

/// One tuple of caller, action, resource and context (E5).
#[derive(Debug, Clone)]
pub struct Request<'r> {
    /// Who calls.
    pub caller: &'r Caller,
    /// The action.
    pub action: &'r Action,
    /// The resource.
    pub target: Target,
    /// The condition keys.
    pub context: RequestContext,
}

/// The resource of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// The ARN; `None` for actions that take no resource (`*`).
    pub arn: Option<Arn>,
    /// The account that owns it, where the ARN does not say it.
    pub account: Option<AccountId>,
    /// Only a literal `*` covers the request: the action has no resource types (E290).
    pub is_wildcard_only: bool,
    /// When the resource was created, where it matters (E265).
    pub created: Option<Timestamp>,
    /// Which resource it is, is not known; the ARN is an example. What only some resources match stays open.
    pub is_example: bool,
}

impl Target {
    /// A resource.
    #[must_use]
    pub fn resource(arn: Arn) -> Self {
        Self {
            account: arn.account(),
            arn: Some(arn),
            ..Self::default()
        }
    }

    /// No resource.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// No resource, for an action of which the catalog knows that it takes none (E290).
    #[must_use]
    pub fn nothing_for(action: &Action) -> Self {
        let entry = Catalog::bundled().action(action.service(), action.name());
        Self {
            is_wildcard_only: entry.is_some_and(|entry| entry.resource_types.is_empty()),
            ..Self::default()
        }
    }
}

impl Request<'_> {
    /// The account that owns the resource: where nothing says it, the caller's (E170).
    #[must_use]
    pub fn owner(&self) -> Option<AccountId> {
        self.target
            .account
            .or_else(|| self.target.arn.as_ref().and_then(Arn::account))
            .or(self.caller.account)
    }

    /// Whether caller and resource are in one account.
    #[must_use]
    pub fn is_same_account(&self) -> bool {
        self.caller.account.is_some() && self.owner() == self.caller.account
    }
}
