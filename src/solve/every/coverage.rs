//! Which of the catalog's actions an action clause covers.

use std::collections::BTreeSet;

use crate::ident::ActionPattern;
use crate::ident::OpenPoint;
use crate::ident::Ternary;
use crate::policy::ActionClause;
use crate::solve::every::action_set::ActionSet;
use crate::solve::every::listed::LISTED;

/// The actions that a clause covers, and those of which that is open.
#[derive(Debug)]
pub(super) struct Coverage {
    pub(super) covered: ActionSet,
    pub(super) open: Vec<(Ternary, ActionSet)>,
    /// Whether every action is covered.
    pub(super) is_whole: bool,
}

impl Coverage {
    pub(super) fn of(clause: &ActionClause) -> Self {
        let mut covered = ActionSet::default();
        let mut open: Vec<(OpenPoint, ActionSet)> = Vec::new();
        let names_all =
            matches!(clause, ActionClause::AllBut(_)) || clause.patterns().iter().any(|pattern| service_of(pattern).is_none());
        let indices: Vec<usize> = if names_all {
            (0..LISTED.actions.len()).collect()
        } else {
            let services: BTreeSet<String> = clause.patterns().iter().filter_map(service_of).collect();
            let ranges = services.iter().filter_map(|service| LISTED.of_service(service));
            ranges.flatten().collect()
        };
        for index in indices {
            let Some(action) = LISTED.actions.get(index) else { continue };
            let own = u32::try_from(index).unwrap_or(u32::MAX);
            match clause.matches(action) {
                Ternary::Yes => covered.insert(own),
                Ternary::Open(point) => {
                    let of_point = open.iter_mut().find(|(known, _)| *known == point);
                    if let Some((_, set)) = of_point {
                        set.insert(own);
                    } else {
                        let mut set = ActionSet::default();
                        set.insert(own);
                        open.push((point, set));
                    }
                }
                Ternary::No => {}
            }
        }
        Self {
            is_whole: covered.len() == LISTED.actions.len(),
            covered,
            open: open.into_iter().map(|(point, set)| (Ternary::Open(point), set)).collect(),
        }
    }
}

/// The service that a pattern is bound to, in lower case; none where it may cover others too.
fn service_of(pattern: &ActionPattern) -> Option<String> {
    let (service, _) = pattern.as_str().split_once(':')?;
    let is_plain = service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain.then(|| service.to_ascii_lowercase())
}
