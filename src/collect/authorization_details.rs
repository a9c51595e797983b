//! `iam:GetAccountAuthorizationDetails`: all pages of it, or a failure.

use std::collections::BTreeSet;

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Page;
use aws_sdk_iam::types::GroupDetail;
use aws_sdk_iam::types::ManagedPolicyDetail;
use aws_sdk_iam::types::RoleDetail;
use aws_sdk_iam::types::UserDetail;

use crate::collect::failure::Failure;

pub(super) const CALL: &str = "iam:GetAccountAuthorizationDetails";

/// The most that AWS gives at once.
const PAGE_SIZE: i32 = 1000;

/// The pages in one. `None` for a list that no page had.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) users: Option<Vec<UserDetail>>,
    pub(super) groups: Option<Vec<GroupDetail>>,
    pub(super) roles: Option<Vec<RoleDetail>>,
    pub(super) policies: Option<Vec<ManagedPolicyDetail>>,
    pub(super) pages: usize,
}

impl Details {
    fn add(&mut self, page: Page) {
        extend(&mut self.users, page.user_detail_list);
        extend(&mut self.groups, page.group_detail_list);
        extend(&mut self.roles, page.role_detail_list);
        extend(&mut self.policies, page.policies);
        self.pages += 1;
    }
}

fn extend<T>(all: &mut Option<Vec<T>>, more: Option<Vec<T>>) {
    if let Some(more) = more {
        all.get_or_insert_default().extend(more);
    }
}

/// Reads all pages. A page that is missing makes the whole a failure: half an account would look like a small one.
pub(super) async fn read(iam: &Client) -> Result<Details, Failure> {
    let mut details = Details::default();
    let mut markers = BTreeSet::new();
    let mut marker: Option<String> = None;
    loop {
        let call = iam
            .get_account_authorization_details()
            .max_items(PAGE_SIZE)
            .set_marker(marker);
        let page = call.send().await.map_err(|error| Failure::of(CALL, &error))?;
        let (is_truncated, next) = (page.is_truncated, page.marker.clone());
        details.add(page);
        if !is_truncated {
            return Ok(details);
        }
        marker = Some(following(next, &mut markers)?);
    }
}

/// The marker of the next page; one that was there before would go round for ever.
fn following(next: Option<String>, markers: &mut BTreeSet<String>) -> Result<String, Failure> {
    let Some(next) = next.filter(|next| !next.is_empty()) else {
        return Err(Failure::strange(
            CALL,
            "MissingMarker",
            "a page says that more follow and does not say where",
        ));
    };
    if markers.insert(next.clone()) {
        Ok(next)
    } else {
        Err(Failure::strange(
            CALL,
            "RepeatedMarker",
            "a page points back to one that was read already",
        ))
    }
}
