//! A text that matches some glob of each wanted group and none of the unwanted: candidates first, then all globs side by
//! side as one automaton, which is complete within its budget.

use std::collections::BTreeSet;
use std::collections::VecDeque;

use crate::ident::GlobToken;
use crate::ident::glob_matches;

/// The most states of the automaton.
const MAX_STATES: usize = 4_000;

/// The most work in states times globs.
const MAX_WORK: usize = 400_000;

/// One alternative of a group.
#[derive(Debug, Clone)]
pub(crate) struct TextGlob {
    pub(crate) tokens: Vec<GlobToken>,
    pub(crate) ignores_case: bool,
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

/// Characters for what no pattern spells, the plainest first.
const FRESH: &str = "xyzqjkw0123456789abcdefghilmnoprstuvXYZQJKWABCDEFGHILMNOPRSTUV-_.";

/// Looks for a text.
pub(crate) fn find_text(groups: &[Group]) -> FoundText {
    let globs = || groups.iter().flat_map(|group| &group.globs);
    let spelled: BTreeSet<char> = globs().flat_map(letters).collect();
    let Some(fresh) = FRESH.chars().find(|c| !spelled.contains(c)) else {
        return FoundText::GaveUp;
    };
    for glob in groups.iter().filter(|group| group.holds).flat_map(|group| &group.globs) {
        for run in [fresh.to_string(), String::new(), fresh.to_string().repeat(8)] {
            let text = spell(glob, &run, fresh);
            if groups.iter().all(|group| meets(group, &text)) {
                return FoundText::Text(text);
            }
        }
    }
    automaton(groups, &spelled, fresh)
}

/// The letters of a glob, in both cases where case does not count.
fn letters(glob: &TextGlob) -> impl Iterator<Item = char> {
    let letter = |token: &GlobToken| match token {
        GlobToken::Char(c) => Some(*c),
        GlobToken::AnyRun | GlobToken::AnyOne | GlobToken::RunWithoutColon | GlobToken::OneWithoutColon => None,
    };
    let both = glob.ignores_case;
    glob.tokens.iter().filter_map(letter).flat_map(move |c| {
        let other = if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        };
        std::iter::once(c).chain((both && other != c).then_some(other))
    })
}

fn spell(glob: &TextGlob, run: &str, fresh: char) -> String {
    let mut text = String::new();
    for token in &glob.tokens {
        match token {
            GlobToken::Char(c) => text.push(*c),
            GlobToken::AnyRun | GlobToken::RunWithoutColon => text.push_str(run),
            GlobToken::AnyOne | GlobToken::OneWithoutColon => text.push(fresh),
        }
    }
    text
}

fn meets(group: &Group, text: &str) -> bool {
    let matches = |glob: &TextGlob| {
        if glob.ignores_case {
            let fold = |token: GlobToken| match token {
                GlobToken::Char(c) => GlobToken::Char(c.to_ascii_lowercase()),
                GlobToken::AnyRun | GlobToken::AnyOne | GlobToken::RunWithoutColon | GlobToken::OneWithoutColon => token,
            };
            let lower = text.to_ascii_lowercase();
            glob_matches(glob.tokens.iter().copied().map(fold), lower.chars())
        } else {
            glob_matches(glob.tokens.iter().copied(), text.chars())
        }
    };
    group.globs.iter().any(matches) == group.holds
}

/// Where each glob stands: the positions reached, sorted.
type State = Vec<Vec<u32>>;

/// Breadth first over the states of all globs, so that the text found is among the shortest.
fn automaton(groups: &[Group], spelled: &BTreeSet<char>, fresh: char) -> FoundText {
    let globs: Vec<&TextGlob> = groups.iter().flat_map(|group| &group.globs).collect();
    // A colon is told apart by runs that stop at it.
    let alphabet: Vec<char> = spelled.iter().copied().chain([fresh, ':']).collect();
    let start: State = globs.iter().map(|glob| closed(&glob.tokens, vec![0])).collect();
    let mut seen: BTreeSet<State> = BTreeSet::from([start.clone()]);
    let mut queue: VecDeque<(State, String)> = VecDeque::from([(start, String::new())]);
    let mut work = 0;
    while let Some((state, text)) = queue.pop_front() {
        if accepts(groups, &globs, &state) {
            return FoundText::Text(text);
        }
        work += globs.len() * alphabet.len();
        if seen.len() > MAX_STATES || work > MAX_WORK {
            return FoundText::GaveUp;
        }
        for &letter in &alphabet {
            let next: State = globs.iter().zip(&state).map(|(glob, at)| step(glob, at, letter)).collect();
            if is_hopeless(groups, &globs, &next) || seen.contains(&next) {
                continue;
            }
            seen.insert(next.clone());
            let mut longer = text.clone();
            longer.push(letter);
            queue.push_back((next, longer));
        }
    }
    FoundText::Nothing
}

/// Texts that stand for all texts of the wanted glob: of those that match the same globs of the list, one of the
/// shortest. None where there are too many to look at.
pub(crate) fn representatives(wanted: &TextGlob, globs: &[TextGlob]) -> Option<Vec<String>> {
    let all: Vec<&TextGlob> = std::iter::once(wanted).chain(globs).collect();
    let spelled: BTreeSet<char> = all.iter().flat_map(|glob| letters(glob)).collect();
    let fresh = FRESH.chars().find(|c| !spelled.contains(c))?;
    let alphabet: Vec<char> = spelled.iter().copied().chain([fresh, ':']).collect();
    let start: State = all.iter().map(|glob| closed(&glob.tokens, vec![0])).collect();
    let mut seen: BTreeSet<State> = BTreeSet::from([start.clone()]);
    let mut queue: VecDeque<(State, String)> = VecDeque::from([(start, String::new())]);
    let mut memberships: BTreeSet<Vec<bool>> = BTreeSet::new();
    let mut found = Vec::new();
    let mut work = 0;
    while let Some((state, text)) = queue.pop_front() {
        let ends = |(glob, at): (&&TextGlob, &Vec<u32>)| at.iter().any(|position| *position as usize == glob.tokens.len());
        let membership: Vec<bool> = all.iter().zip(&state).map(ends).collect();
        if membership.first() == Some(&true) && memberships.insert(membership) {
            found.push(text.clone());
        }
        work += all.len() * alphabet.len();
        if seen.len() > MAX_STATES || work > MAX_WORK {
            return None;
        }
        for &letter in &alphabet {
            let next: State = all.iter().zip(&state).map(|(glob, at)| step(glob, at, letter)).collect();
            let is_dead = next.first().is_none_or(Vec::is_empty);
            if is_dead || seen.contains(&next) {
                continue;
            }
            seen.insert(next.clone());
            let mut longer = text.clone();
            longer.push(letter);
            queue.push_back((next, longer));
        }
    }
    Some(found)
}

fn is_run(token: Option<&GlobToken>) -> bool {
    matches!(token, Some(GlobToken::AnyRun | GlobToken::RunWithoutColon))
}

/// With the positions behind runs that stand for nothing.
fn closed(tokens: &[GlobToken], mut at: Vec<u32>) -> Vec<u32> {
    let mut index = 0;
    while let Some(&position) = at.get(index) {
        if is_run(tokens.get(position as usize)) && !at.contains(&(position + 1)) {
            at.push(position + 1);
        }
        index += 1;
    }
    at.sort_unstable();
    at.dedup();
    at
}

fn step(glob: &TextGlob, at: &[u32], letter: char) -> Vec<u32> {
    let mut next = Vec::new();
    for &position in at {
        match glob.tokens.get(position as usize) {
            Some(GlobToken::AnyRun) => next.push(position),
            Some(GlobToken::RunWithoutColon) if letter != ':' => next.push(position),
            Some(GlobToken::AnyOne) => next.push(position + 1),
            Some(GlobToken::OneWithoutColon) if letter != ':' => next.push(position + 1),
            Some(GlobToken::Char(c)) if *c == letter || (glob.ignores_case && c.eq_ignore_ascii_case(&letter)) => {
                next.push(position + 1);
            }
            Some(GlobToken::Char(_) | GlobToken::RunWithoutColon | GlobToken::OneWithoutColon) | None => {}
        }
    }
    closed(&glob.tokens, next)
}

/// Each group with the state of its globs.
fn by_group<'a>(
    groups: &'a [Group],
    globs: &'a [&TextGlob],
    state: &'a State,
) -> impl Iterator<Item = (&'a Group, Vec<(&'a TextGlob, &'a [u32])>)> {
    let mut all = globs.iter().zip(state).map(|(glob, at)| (*glob, at.as_slice()));
    groups.iter().map(move |group| {
        let own = all.by_ref().take(group.globs.len()).collect();
        (group, own)
    })
}

fn accepts(groups: &[Group], globs: &[&TextGlob], state: &State) -> bool {
    let is_at_end = |(glob, at): &(&TextGlob, &[u32])| at.iter().any(|position| *position as usize == glob.tokens.len());
    by_group(groups, globs, state).all(|(group, own)| own.iter().any(is_at_end) == group.holds)
}

/// No text from here on is wanted: a wanted group is dead, or an unwanted glob takes whatever follows.
fn is_hopeless(groups: &[Group], globs: &[&TextGlob], state: &State) -> bool {
    by_group(groups, globs, state).any(|(group, own)| {
        if group.holds {
            own.iter().all(|(_, at)| at.is_empty())
        } else {
            let takes_all = |(glob, at): &(&TextGlob, &[u32])| {
                glob.tokens.last() == Some(&GlobToken::AnyRun)
                    && at.iter().any(|position| *position as usize + 1 == glob.tokens.len())
            };
            own.iter().any(takes_all)
        }
    })
}
