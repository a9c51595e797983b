//! All that differs between two reports.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::baseline::EarlierReport;
use crate::baseline::EarlierRow;
use crate::baseline::Holdings;
use crate::baseline::Standing;
use crate::baseline::cause::causes;
use crate::baseline::change_of;
use crate::baseline::counts_again;
use crate::finding::Change;
use crate::finding::FindingId;
use crate::finding::RuleId;
use crate::ident::AccountId;

/// What became of a finding, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    /// Nobody could act, and now somebody can.
    New,
    /// Verdict or severity is worse.
    Worse,
    /// Verdict or severity is better.
    Better,
    /// Somebody could act, and now nobody can.
    Gone,
}

impl DiffKind {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::New, Self::Worse, Self::Better, Self::Gone];

    /// One word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Gone => "gone",
        }
    }
}

/// A finding that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// What became of it.
    pub change: DiffKind,
    /// The finding's name.
    pub id: FindingId,
    /// The rule that asks.
    pub rule: RuleId,
    /// The account.
    pub account: AccountId,
    /// The ARN of the identity.
    pub principal: Arc<str>,
    /// The action.
    pub action: Arc<str>,
    /// The answer then; none without a row.
    pub old: Option<Standing>,
    /// The answer now; none without a row.
    pub new: Option<Standing>,
    /// Whether somebody accepts the new row.
    pub suppressed: bool,
    /// Why, a line each.
    pub causes: Vec<String>,
}

/// What differs, the most urgent first. The causes are told of rows that have their evidence; `held` is what was held on both
/// days, where that is known.
#[must_use]
pub fn differences(old: &EarlierReport, new: &EarlierReport, held: Option<(&Holdings, &Holdings)>) -> Vec<Difference> {
    let ids = differing(old, new);
    let mut found: Vec<Difference> = ids.into_iter().filter_map(|id| difference(id, old, new, held)).collect();
    found.sort_by(|left, right| {
        let severity = |one: &Difference| one.new.or(one.old).and_then(|standing| standing.severity);
        left.change
            .cmp(&right.change)
            .then_with(|| severity(right).cmp(&severity(left)))
            .then_with(|| (&left.principal, &left.rule, &left.action).cmp(&(&right.principal, &right.rule, &right.action)))
    });
    found
}

/// The rows of which [`differences`] speaks.
#[must_use]
pub fn differing(old: &EarlierReport, new: &EarlierReport) -> BTreeSet<FindingId> {
    let ids = old.rows().chain(new.rows()).map(|(id, _)| id);
    ids.filter(|id| kind(old.row(*id), new.row(*id)).is_some()).collect()
}

fn kind(was: Option<&EarlierRow>, is: Option<&EarlierRow>) -> Option<DiffKind> {
    let live = |row: Option<&EarlierRow>| row.is_some_and(EarlierRow::is_live);
    let row = is.or(was)?;
    match (live(was), live(is)) {
        (false, false) => None,
        (true, false) => Some(DiffKind::Gone),
        (_, true) => match change_of(was, row.standing, row.is_suppressed) {
            Change::New => Some(DiffKind::New),
            Change::Worse => Some(DiffKind::Worse),
            Change::Better => Some(DiffKind::Better),
            Change::Known => None,
        },
    }
}

fn difference(
    id: FindingId,
    old: &EarlierReport,
    new: &EarlierReport,
    held: Option<(&Holdings, &Holdings)>,
) -> Option<Difference> {
    let (was, is) = (old.row(id), new.row(id));
    let kind = kind(was, is)?;
    let row = is.or(was)?;
    let mut lines = Vec::new();
    if is.is_some() && counts_again(was, row.standing, row.is_suppressed) {
        lines.push("nobody accepts it any longer".to_owned());
    }
    // What was not read did not change.
    if let Some((word, _)) = [("new", new), ("old", old)]
        .into_iter()
        .find(|(_, side)| !side.accounts.contains(&row.account))
    {
        lines.push(format!(
            "the {word} report has no row of account {}: it was not read, or nobody in it can act",
            row.account
        ));
    } else if is.is_none() && !new.rules.contains(&row.rule) {
        lines.push(format!("the new report does not ask rule {}", row.rule));
    } else if was.is_none() && !old.rules.contains(&row.rule) {
        lines.push(format!("the old report did not ask rule {}", row.rule));
    } else {
        lines.extend(causes(was, is, held));
    }
    Some(Difference {
        change: kind,
        id,
        rule: row.rule.clone(),
        account: row.account,
        principal: row.principal.clone(),
        action: row.action.clone(),
        old: was.map(|row| row.standing),
        new: is.map(|row| row.standing),
        suppressed: is.is_some_and(|row| row.is_suppressed),
        causes: lines,
    })
}
