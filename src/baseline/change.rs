//! New, worse, better, known.

use crate::baseline::EarlierRow;
use crate::baseline::Standing;
use crate::finding::Change;
use crate::finding::Verdict;

/// How a row stands to the same one of an earlier report. A denied row and no row are the same: nobody can act.
///
/// From worst to best the verdicts are allowed, conditional, undetermined, denied; but what was known and is no longer
/// counts as worse, whatever it was: not to know is no improvement. Where one of verdict and severity is worse and the
/// other better, the row is worse.
#[must_use]
pub fn change(old: Option<Standing>, new: Standing) -> Change {
    let old = old.filter(|old| old.verdict != Verdict::Denied);
    let is_denied = new.verdict == Verdict::Denied;
    let Some(old) = old else {
        return if is_denied { Change::Known } else { Change::New };
    };
    if is_denied {
        return Change::Better;
    }
    let is_less_known = new.verdict == Verdict::Undetermined && old.verdict != Verdict::Undetermined;
    if is_less_known || new.verdict < old.verdict || new.severity > old.severity {
        Change::Worse
    } else if new.verdict > old.verdict || new.severity < old.severity {
        Change::Better
    } else {
        Change::Known
    }
}

/// The same for a row and what stands in its place: one that was accepted, and that nobody accepts any longer, counts again.
#[must_use]
pub fn change_of(old: Option<&EarlierRow>, new: Standing, is_suppressed: bool) -> Change {
    let found = change(old.map(|row| row.standing), new);
    if counts_again(old, new, is_suppressed) && matches!(found, Change::Known | Change::Better) {
        Change::Worse
    } else {
        found
    }
}

/// Whether the row was accepted and is no longer.
#[must_use]
pub fn counts_again(old: Option<&EarlierRow>, new: Standing, is_suppressed: bool) -> bool {
    old.is_some_and(|row| row.is_suppressed) && !is_suppressed && new.verdict != Verdict::Denied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;

    fn standing(verdict: Verdict, severity: Severity) -> Standing {
        Standing {
            verdict,
            severity: Some(severity),
        }
    }

    #[test]
    fn every_pair_of_answers_has_one_name() {
        use Severity::High;
        use Severity::Low;
        use Verdict::Allowed;
        use Verdict::Conditional;
        use Verdict::Denied;
        use Verdict::Undetermined;
        for (old, new, expected) in [
            (None, (Allowed, Low), Change::New),
            (None, (Denied, Low), Change::Known),
            (Some((Denied, Low)), (Undetermined, Low), Change::New),
            (Some((Denied, Low)), (Denied, Low), Change::Known),
            (Some((Allowed, High)), (Denied, Low), Change::Better),
            (Some((Allowed, High)), (Allowed, High), Change::Known),
            (Some((Conditional, High)), (Allowed, High), Change::Worse),
            (Some((Allowed, High)), (Conditional, High), Change::Better),
            (Some((Allowed, Low)), (Allowed, High), Change::Worse),
            (Some((Allowed, High)), (Allowed, Low), Change::Better),
            (Some((Allowed, Low)), (Conditional, High), Change::Worse),
            (Some((Conditional, High)), (Allowed, Low), Change::Worse),
            (Some((Undetermined, Low)), (Conditional, Low), Change::Worse),
            (Some((Conditional, High)), (Undetermined, Low), Change::Worse),
            (Some((Allowed, High)), (Undetermined, Low), Change::Worse),
            (Some((Undetermined, High)), (Undetermined, Low), Change::Better),
        ] {
            let old_standing = old.map(|(verdict, severity)| standing(verdict, severity));
            assert_eq!(change(old_standing, standing(new.0, new.1)), expected, "{old:?} {new:?}");
        }
    }
}
