//! A call that authorizes several resource types at once: every required type must be allowed, in one Region and by one
//! choice (E5, E292), under conditions that one request meets.

use std::collections::BTreeSet;

use crate::evaluate::Atom;
use crate::evaluate::Formula;
use crate::evaluate::Target;
use crate::evaluate::UnmetTest;
use crate::policy::ContextKey;
use crate::solve::Verdict;
use crate::solve::choice::Choice;
use crate::solve::found::Found;
use crate::solve::satisfy::Satisfied;
use crate::solve::satisfy::common_name;
use crate::solve::satisfy::satisfy;
use crate::solve::search::Search;
use crate::solve::search::UNSEEN;
use crate::solve::target::Candidate;
use crate::solve::target::required_types;

impl<'e> Search<'_, 'e> {
    /// The best call over the choices and Regions.
    pub(super) fn on_call(&self) -> Found<'e> {
        let candidates = required_types(self.question, &self.mentions, &self.plain_context());
        let is_unseen = candidates.iter().flatten().any(|candidate| *candidate == Candidate::Unseen);
        let types: Vec<Vec<&Target>> = candidates.iter().map(|candidates| resources(candidates)).collect();
        let mut regions: BTreeSet<&str> = types.iter().flatten().map(|target| region_of(target)).collect();
        if regions.len() > 1 {
            regions.remove("");
        }
        // In a comparison a call is new if one of its resources is.
        let beyond: Vec<Option<usize>> = match &self.other {
            Some(_) => (0..types.len()).map(Some).collect(),
            None => vec![None],
        };
        let mut best: Option<Found<'e>> = None;
        'found: for new in beyond {
            for choice in &self.choices {
                for region in &regions {
                    let Some(call) = self.call(choice, region, &types, new) else {
                        continue;
                    };
                    if best.as_ref().is_none_or(|best| call.is_better_than(best)) {
                        best = Some(call);
                    }
                    if self.mentions.is_settled || best.as_ref().is_some_and(|best| best.verdict == Verdict::Allowed) {
                        break 'found;
                    }
                }
            }
        }
        let mut best = best.unwrap_or_else(Found::nothing);
        if is_unseen {
            best.doubt = Some(UNSEEN.into());
        }
        best
    }

    /// The best resource of each type, in one Region and by one choice; none where a type has no resource there. Of a
    /// comparison, the type that has to be new.
    fn call(&self, choice: &Choice, region: &str, types: &[Vec<&Target>], new: Option<usize>) -> Option<Found<'e>> {
        let mut parts = Vec::new();
        for (index, targets) in types.iter().enumerate().filter(|(_, targets)| !targets.is_empty()) {
            let here = targets
                .iter()
                .filter(|target| matches!(region_of(target), own if own.is_empty() || own == region));
            self.is_plain.set(new.is_some_and(|new| new != index));
            let mut best: Option<Found<'e>> = None;
            for found in here.filter_map(|target| self.with(choice, target, None, None)) {
                let is_best_of_all = found.verdict == Verdict::Allowed && found.weight == 0;
                if best.as_ref().is_none_or(|best| found.is_better_than(best)) {
                    best = Some(found);
                }
                if is_best_of_all {
                    break;
                }
            }
            self.is_plain.set(false);
            parts.push(best?);
        }
        together(parts)
    }
}

fn resources(candidates: &[Candidate]) -> Vec<&Target> {
    let found = candidates.iter().filter_map(|candidate| match candidate {
        Candidate::Resource(target) => Some(target),
        Candidate::Unseen => None,
    });
    found.collect()
}

fn region_of(target: &Target) -> &str {
    target.arn.as_ref().map_or("", |arn| arn.region())
}

/// All parts of one call: the weakest verdict, and what any of them needs. Where no request was found that meets the
/// conditions of all of them, that is not known.
fn together(parts: Vec<Found<'_>>) -> Option<Found<'_>> {
    let can = |part: &Found<'_>| matches!(part.verdict, Verdict::Allowed | Verdict::Conditional);
    let is_shown = !parts.iter().all(can) || go_together(&parts);
    let mut all = parts.into_iter().reduce(|one, other| {
        let (weaker, stronger) = if other.is_better_than(&one) {
            (one, other)
        } else {
            (other, one)
        };
        let mut all = Found {
            weight: weaker.weight + stronger.weight,
            way: None,
            ..weaker
        };
        if all.verdict != Verdict::Denied {
            all.conditions.extend(stronger.conditions);
            all.unknowns.extend(stronger.unknowns);
            all.conditions.sort();
            all.conditions.dedup();
            all.unknowns.sort();
            all.unknowns.dedup();
        }
        all
    })?;
    if !is_shown {
        all.verdict = Verdict::Undetermined;
        all.witness = None;
        all.unknowns
            .push("the call names several resources, and no request was found that all of them allow".into());
    }
    Some(all)
}

/// Whether some values meet what is open of every part. The tags of each resource are its own; of other keys of resources
/// one value has to do for all, which may be too much.
fn go_together(parts: &[Found<'_>]) -> bool {
    let Some(first) = parts.first() else { return true };
    let residuals = parts.iter().enumerate().map(|(index, part)| {
        let residual = part
            .decision
            .as_ref()
            .map_or(Formula::False, |decision| decision.residual.clone());
        residual.settle_unknowns(false).map_atoms(&|atom| with_own_tags(atom, index))
    });
    let all = residuals.fold(Formula::True, Formula::and);
    matches!(satisfy(&all, &first.request.context, None), Satisfied::By(_))
}

/// A test of a resource's tag as one of a tag that no other resource of the call has.
fn with_own_tags(atom: &Atom, index: usize) -> Atom {
    let Atom::Test(unmet) = atom else { return atom.clone() };
    let key = common_name(&unmet.test.key);
    if !key.lower().starts_with("aws:resourcetag/") {
        return atom.clone();
    }
    let mut test = unmet.test.clone();
    test.key = ContextKey::new(&format!("{} of {index}", key.as_str()));
    Atom::Test(UnmetTest {
        test,
        class: unmet.class,
    })
}
