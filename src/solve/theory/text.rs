//! A text that matches some glob of each wanted group and none of the unwanted: candidates first, then all globs side by
//! side as one automaton, which is complete within its budget.

use std::collections::BTreeSet;
use std::collections::VecDeque;

use smallvec::SmallVec;

use crate::ident::Glob;
use crate::ident::GlobToken;
use crate::ident::Positions;
use crate::solve::theory::alphabet::Alphabet;

/// The most states of the automaton.
const MAX_STATES: usize = 4_000;

/// The most steps of single globs.
const MAX_WORK: usize = 400_000;

/// One alternative of a group.
#[derive(Debug, Clone)]
pub(crate) struct TextGlob {
    glob: Glob,
    ignores_case: bool,
}

impl TextGlob {
    pub(crate) fn exact(glob: Glob) -> Self {
        Self {
            glob,
            ignores_case: false,
        }
    }

    /// Letter case does not count, of ASCII letters.
    pub(crate) fn ignoring_case(glob: &Glob) -> Self {
        let lower = |token: &GlobToken| match token {
            GlobToken::Char(c) => GlobToken::Char(c.to_ascii_lowercase()),
            GlobToken::AnyRun | GlobToken::AnyOne | GlobToken::RunWithoutColon | GlobToken::OneWithoutColon => *token,
        };
        Self {
            glob: glob.tokens().iter().map(lower).collect(),
            ignores_case: true,
        }
    }

    /// Whether some text of `others` matches, and may be not all.
    pub(crate) fn tells_apart(&self, others: &Self) -> bool {
        !self.glob.covers(&others.glob) && self.glob.overlaps(&others.glob)
    }

    fn matches(&self, text: &str) -> bool {
        if self.ignores_case {
            self.glob.matches(&text.to_ascii_lowercase())
        } else {
            self.glob.matches(text)
        }
    }

    fn after(&self, positions: &Positions, letter: char) -> Positions {
        let letter = if self.ignores_case {
            letter.to_ascii_lowercase()
        } else {
            letter
        };
        self.glob.after(positions, letter)
    }

    /// The characters that it spells.
    fn letters(&self) -> impl Iterator<Item = char> {
        let spelled = |token: &GlobToken| match token {
            GlobToken::Char(c) => Some(*c),
            GlobToken::AnyRun | GlobToken::AnyOne | GlobToken::RunWithoutColon | GlobToken::OneWithoutColon => None,
        };
        self.glob.tokens().iter().filter_map(spelled)
    }

    /// A text of the glob, each run filled alike.
    fn spell(&self, run: &str, fresh: char) -> String {
        let mut text = String::new();
        for token in self.glob.tokens() {
            match token {
                GlobToken::Char(c) => text.push(*c),
                GlobToken::AnyRun | GlobToken::RunWithoutColon => text.push_str(run),
                GlobToken::AnyOne | GlobToken::OneWithoutColon => text.push(fresh),
            }
        }
        text
    }
}

/// At least one of the globs matches, or none does.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) globs: Vec<TextGlob>,
    pub(crate) holds: bool,
}

/// What the search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FoundText {
    Text(String),
    /// No text at all.
    Nothing,
    GaveUp,
}

/// Characters for what no pattern spells, the plainest first; every alphabet has them.
const FRESH: &str = "xyzqjkw0123456789abcdefghilmnoprstuvXYZQJKWABCDEFGHILMNOPRSTUV-_.";

/// Looks for a text of the alphabet.
pub(crate) fn find_text(groups: &[Group], alphabet: Alphabet) -> FoundText {
    let globs: Vec<&TextGlob> = groups.iter().flat_map(|group| &group.globs).collect();
    let Some(letters) = Letters::of(&globs, alphabet) else {
        return FoundText::GaveUp;
    };
    let fresh = letters.fresh;
    let meets = |group: &Group, text: &str| group.globs.iter().any(|glob| glob.matches(text)) == group.holds;
    for glob in groups.iter().filter(|group| group.holds).flat_map(|group| &group.globs) {
        for run in [fresh.to_string(), String::new(), fresh.to_string().repeat(8)] {
            let text = glob.spell(&run, fresh);
            if alphabet.takes_all(&text) && groups.iter().all(|group| meets(group, &text)) {
                return FoundText::Text(text);
            }
        }
    }
    let mut found = None;
    let is_whole = walk(
        &globs,
        &letters,
        |state| is_hopeless(groups, state),
        |state, text| {
            found = accepts(groups, state).then(|| text.to_owned());
            found.is_some()
        },
    );
    match found {
        Some(text) => FoundText::Text(text),
        None if is_whole => FoundText::Nothing,
        None => FoundText::GaveUp,
    }
}

/// Texts that stand for all texts of the wanted glob: of those that match the same globs of the list, one of the
/// shortest. None where there are too many to look at.
pub(crate) fn representatives(wanted: &TextGlob, globs: &[TextGlob]) -> Option<Vec<String>> {
    let all: Vec<&TextGlob> = std::iter::once(wanted).chain(globs).collect();
    let mut memberships: BTreeSet<Vec<bool>> = BTreeSet::new();
    let mut found = Vec::new();
    let is_whole = walk(
        &all,
        &Letters::of(&all, Alphabet::Any)?,
        |state| state.first().is_none_or(|(_, positions)| positions.is_empty()),
        |state, text| {
            let membership: Vec<bool> = state.iter().map(|(glob, positions)| glob.glob.is_end(positions)).collect();
            if membership.first() == Some(&true) && memberships.insert(membership) {
                found.push(text.to_owned());
            }
            false
        },
    );
    is_whole.then_some(found)
}

/// The characters that have to be tried: one that stands for all that no glob spells, first since it is the plainest,
/// then those that some glob spells, in both cases where case does not count, and the colon where some run stops at it.
struct Letters {
    spelled: BTreeSet<char>,
    fresh: char,
}

impl Letters {
    /// None where every character that could stand for the others is spelled.
    fn of(globs: &[&TextGlob], alphabet: Alphabet) -> Option<Self> {
        let mut spelled: BTreeSet<char> = globs.iter().flat_map(|glob| glob.letters()).collect();
        if globs.iter().any(|glob| glob.ignores_case) {
            let others: Vec<char> = spelled.iter().map(char::to_ascii_uppercase).collect();
            spelled.extend(others);
        }
        let stops = |token: &GlobToken| matches!(token, GlobToken::RunWithoutColon | GlobToken::OneWithoutColon);
        if globs.iter().any(|glob| glob.glob.tokens().iter().any(stops)) {
            spelled.insert(':');
        }
        spelled.retain(|c| alphabet.takes(*c));
        let fresh = FRESH.chars().find(|c| !spelled.contains(c))?;
        Some(Self { spelled, fresh })
    }

    /// Those that lead from a state to different ones: what no glob spells just there leads to where the fresh one leads.
    fn at(&self, state: &State<'_>) -> Vec<char> {
        let mut expected: SmallVec<[char; 16]> = SmallVec::new();
        for (glob, positions) in state {
            for letter in glob.glob.spelled_at(positions) {
                expected.push(letter);
                if glob.ignores_case {
                    expected.push(letter.to_ascii_uppercase());
                }
            }
        }
        expected.push(':');
        expected.sort_unstable();
        expected.dedup();
        expected.retain(|letter| self.spelled.contains(letter));
        std::iter::once(self.fresh).chain(expected).collect()
    }
}

/// Each glob with the positions that it has reached.
type State<'g> = [(&'g TextGlob, Positions)];

/// Reads all texts breadth first, one of the shortest for each state of the globs, until `visit` says so; `is_dead` cuts
/// off texts that cannot lead anywhere. False where the budget was spent first.
fn walk<'g>(
    globs: &[&'g TextGlob],
    letters: &Letters,
    is_dead: impl Fn(&State<'g>) -> bool,
    mut visit: impl FnMut(&State<'g>, &str) -> bool,
) -> bool {
    let start: Vec<(&TextGlob, Positions)> = globs.iter().map(|glob| (*glob, glob.glob.start())).collect();
    let key = |state: &State<'g>| state.iter().map(|(_, positions)| positions.clone()).collect::<Vec<_>>();
    let mut seen = BTreeSet::from([key(&start)]);
    let mut queue = VecDeque::from([(start, String::new())]);
    let mut work = 0;
    while let Some((state, text)) = queue.pop_front() {
        if visit(&state, &text) {
            return true;
        }
        let tried = letters.at(&state);
        work += globs.len() * tried.len();
        if seen.len() > MAX_STATES || work > MAX_WORK {
            return false;
        }
        for letter in tried {
            let step = |(glob, positions): &(&'g TextGlob, Positions)| (*glob, glob.after(positions, letter));
            let next: Vec<(&TextGlob, Positions)> = state.iter().map(step).collect();
            if !is_dead(&next) && seen.insert(key(&next)) {
                queue.push_back((next, format!("{text}{letter}")));
            }
        }
    }
    true
}

/// Each group with the part of the state that is its own.
fn by_group<'a, 'g>(groups: &'a [Group], state: &'a State<'g>) -> impl Iterator<Item = (&'a Group, &'a State<'g>)> {
    let mut rest = state;
    groups.iter().map(move |group| {
        let (own, others) = rest.split_at_checked(group.globs.len()).unwrap_or((rest, &[]));
        rest = others;
        (group, own)
    })
}

fn accepts(groups: &[Group], state: &State<'_>) -> bool {
    by_group(groups, state).all(|(group, own)| own.iter().any(|(glob, positions)| glob.glob.is_end(positions)) == group.holds)
}

/// No text from here on is wanted: a wanted group is dead, or an unwanted glob takes whatever follows.
fn is_hopeless(groups: &[Group], state: &State<'_>) -> bool {
    by_group(groups, state).any(|(group, own)| {
        if group.holds {
            own.iter().all(|(_, positions)| positions.is_empty())
        } else {
            own.iter().any(|(glob, positions)| glob.glob.takes_all(positions))
        }
    })
}
