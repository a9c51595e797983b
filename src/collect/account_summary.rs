//! `iam:ListAccountAliases` and `iam:GetAccountSummary`: what the account is called, and how many of each thing it has.

use aws_sdk_iam::Client;

use crate::collect::CollectError;
use crate::collect::consequence::without;
use crate::collect::failure::Failure;
use crate::collect::pages;
use crate::collect::shape::Shape;
use crate::collect::work::Work;

pub(super) const ALIASES: &str = "iam:ListAccountAliases";
pub(super) const SUMMARY: &str = "iam:GetAccountSummary";

/// Reads both and writes what was answered.
pub(super) async fn collect(iam: &Client, work: &Work<'_>) -> Result<(), CollectError> {
    let aliases = aliases(iam, work).await.map_err(|failure| {
        work.gap(&failure, without(failure.call));
    });
    let summary = summary(iam, work).await.map_err(|failure| {
        work.gap(&failure, without(failure.call));
    });
    let (aliases, summary) = (aliases.ok(), summary.ok());
    if aliases.is_none() && summary.is_none() {
        return Ok(());
    }
    let aliases = aliases.as_ref();
    let summary = summary.as_ref();
    let shape = Shape::Object(vec![
        (
            "AccountAliases",
            aliases.map(|aliases| Shape::List(aliases.iter().map(|alias| Shape::Text(alias)).collect())),
        ),
        (
            "SummaryMap",
            summary.map(|summary| {
                Shape::Map(
                    summary
                        .iter()
                        .map(|(name, count)| (name.as_str(), Shape::Count(*count)))
                        .collect(),
                )
            }),
        ),
    ]);
    work.write("account-summary.json", |out| shape.write(out))
}

async fn aliases(iam: &Client, work: &Work<'_>) -> Result<Vec<String>, Failure> {
    pages::all(ALIASES, async |token| {
        let page = work
            .call(ALIASES, iam.list_account_aliases().set_marker(token).send())
            .await?;
        Ok((Some(page.account_aliases), page.marker))
    })
    .await
}

async fn summary(iam: &Client, work: &Work<'_>) -> Result<Vec<(String, i32)>, Failure> {
    let answer = work.call(SUMMARY, iam.get_account_summary().send()).await?;
    let summary = answer.summary_map.unwrap_or_default();
    let mut summary: Vec<(String, i32)> = summary
        .into_iter()
        .map(|(name, count)| (name.as_str().to_owned(), count))
        .collect();
    summary.sort();
    Ok(summary)
}
