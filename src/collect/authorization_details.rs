//! `iam:GetAccountAuthorizationDetails`: all pages of it, or a failure.

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput as Page;
use aws_sdk_iam::types::GroupDetail;
use aws_sdk_iam::types::ManagedPolicyDetail;
use aws_sdk_iam::types::RoleDetail;
use aws_sdk_iam::types::UserDetail;
use serde::Deserialize;

use crate::collect::CollectError;
use crate::collect::authorization_details_shape as shape;
use crate::collect::consequence::without;
use crate::collect::failure::Failure;
use crate::collect::pages::Tokens;
use crate::collect::work::Work;

pub(super) const CALL: &str = "iam:GetAccountAuthorizationDetails";

pub(super) const FILE: &str = "account-authorization-details.json";

/// The most that AWS gives at once.
const PAGE_SIZE: i32 = 1000;

/// The pages in one. `None` for a list that no page had.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) users: Option<Vec<UserDetail>>,
    pub(super) groups: Option<Vec<GroupDetail>>,
    pub(super) roles: Option<Vec<RoleDetail>>,
    pub(super) policies: Option<Vec<ManagedPolicyDetail>>,
}

impl Details {
    fn add(&mut self, page: Page) {
        extend(&mut self.users, page.user_detail_list);
        extend(&mut self.groups, page.group_detail_list);
        extend(&mut self.roles, page.role_detail_list);
        extend(&mut self.policies, page.policies);
    }
}

fn extend<T>(all: &mut Option<Vec<T>>, more: Option<Vec<T>>) {
    if let Some(more) = more {
        all.get_or_insert_default().extend(more);
    }
}

/// Reads the account and writes it as the AWS CLI prints it.
pub(super) async fn collect(iam: &Client, work: &Work<'_>) -> Result<(), CollectError> {
    match read(iam, work).await {
        Ok(details) => work.write(FILE, |out| shape::of(&details).write(out)),
        Err(failure) => {
            work.gap(&failure, without(failure.call));
            Ok(())
        }
    }
}

/// Reads all pages. A page that is missing makes the whole a failure: half an account would look like a small one.
async fn read(iam: &Client, work: &Work<'_>) -> Result<Details, Failure> {
    let mut details = Details::default();
    let mut tokens = Tokens::default();
    let mut marker: Option<String> = None;
    loop {
        let call = iam
            .get_account_authorization_details()
            .max_items(PAGE_SIZE)
            .set_marker(marker);
        let page = work.call(CALL, call.send()).await?;
        let (is_truncated, next) = (page.is_truncated, page.marker.clone());
        details.add(page);
        if !is_truncated {
            return Ok(details);
        }
        marker = tokens.next(CALL, next)?;
        if marker.is_none() {
            return Err(Failure::strange(
                CALL,
                "MissingMarker",
                "a page says that more follow and does not say where",
            ));
        }
    }
}

#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "UserDetailList", default)]
    users: Vec<Named>,
    #[serde(rename = "RoleDetailList", default)]
    roles: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "Arn")]
    arn: Option<String>,
}

/// The ARNs of the users and roles in the file that was written.
pub(super) fn identities(file: Option<&[u8]>) -> Vec<String> {
    let listed = file.and_then(|bytes| serde_json::from_slice::<Listed>(bytes).ok());
    let listed = listed
        .into_iter()
        .flat_map(|listed| listed.users.into_iter().chain(listed.roles));
    listed.filter_map(|named| named.arn).collect()
}
