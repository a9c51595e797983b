//! Globs: `*` stands for any run of characters including none, `?` for exactly one (E42, E52, E132).

use std::collections::BTreeSet;

use smallvec::SmallVec;

use crate::ident::positions::Positions;

/// One element of a glob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GlobToken {
    /// This character.
    Char(char),
    /// Any run of characters, none included.
    AnyRun,
    /// Exactly one character.
    AnyOne,
    /// Any run of characters other than `:`.
    RunWithoutColon,
    /// Exactly one character other than `:`.
    OneWithoutColon,
}

impl GlobToken {
    /// The token that a character of a policy's text stands for.
    #[must_use]
    pub fn from_policy_char(c: char) -> Self {
        match c {
            '*' => Self::AnyRun,
            '?' => Self::AnyOne,
            other => Self::Char(other),
        }
    }

    fn is_run(self) -> bool {
        matches!(self, Self::AnyRun | Self::RunWithoutColon)
    }

    fn shares_a_character(self, other: Self) -> bool {
        match (self, other) {
            (Self::Char(c), token) | (token, Self::Char(c)) => token.accepts(c),
            // Any character but a colon.
            (
                Self::AnyRun | Self::AnyOne | Self::RunWithoutColon | Self::OneWithoutColon,
                Self::AnyRun | Self::AnyOne | Self::RunWithoutColon | Self::OneWithoutColon,
            ) => true,
        }
    }

    /// Whether the token accepts the character (a run accepts each of its characters).
    fn accepts(self, c: char) -> bool {
        match self {
            Self::Char(expected) => expected == c,
            Self::AnyRun | Self::AnyOne => true,
            Self::RunWithoutColon | Self::OneWithoutColon => c != ':',
        }
    }
}

/// A glob as a sequence of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Glob {
    tokens: Vec<GlobToken>,
}

impl Glob {
    /// The glob that a text of a policy stands for: `*` and `?` are wildcards.
    #[must_use]
    pub fn from_policy_text(text: &str) -> Self {
        text.chars().map(GlobToken::from_policy_char).collect()
    }

    /// The tokens.
    #[must_use]
    pub fn tokens(&self) -> &[GlobToken] {
        &self.tokens
    }

    /// Whether the glob matches the whole text.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        glob_matches(self.tokens.iter().copied(), text.chars())
    }

    /// Whether every text that `other` matches is matched by `self`. Exact.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        covers(&self.tokens, &other.tokens)
    }

    /// Whether some text is matched by both. Exact.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        overlaps(&self.tokens, &other.tokens)
    }

    /// Where a reader of the glob stands before the first character: positions between tokens.
    #[must_use]
    pub fn start(&self) -> Positions {
        start(&self.tokens)
    }

    /// Where it stands after one more character; nowhere when no text goes on so.
    #[must_use]
    pub fn after(&self, positions: &Positions, c: char) -> Positions {
        step(&self.tokens, positions, c)
    }

    /// The characters that a text may go on with and that the glob spells there: all others lead to where any one leads
    /// that is spelled nowhere, colons aside.
    pub fn spelled_at(&self, positions: &Positions) -> impl Iterator<Item = char> {
        spelled_at(&self.tokens, positions)
    }

    /// Whether the text read so far is matched.
    #[must_use]
    pub fn is_end(&self, positions: &Positions) -> bool {
        positions.contains(self.tokens.len())
    }

    /// Whether every text that goes on from here is matched.
    #[must_use]
    pub fn takes_all(&self, positions: &Positions) -> bool {
        self.tokens.last() == Some(&GlobToken::AnyRun) && self.is_end(positions)
    }

    /// How the glob stands to all texts that begin with `prefix`: all of them match, none, or some.
    #[must_use]
    pub fn matches_with_prefix(&self, prefix: &str) -> PrefixMatch {
        let read = |positions, c| self.after(&positions, c);
        let positions = prefix.chars().fold(self.start(), read);
        if positions.is_empty() {
            PrefixMatch::None
        } else if self.takes_all(&positions) {
            PrefixMatch::All
        } else {
            PrefixMatch::Some
        }
    }
}

impl FromIterator<GlobToken> for Glob {
    fn from_iter<I: IntoIterator<Item = GlobToken>>(tokens: I) -> Self {
        Self {
            tokens: tokens.into_iter().collect(),
        }
    }
}

/// What a glob does with the texts that begin with a known prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrefixMatch {
    /// It matches all of them.
    All,
    /// It matches none of them.
    None,
    /// It depends on what follows the prefix.
    Some,
}

/// Matches a glob against a text, both as iterators; allocates only for three and more runs that stop at colons.
pub fn glob_matches<P, T>(mut pattern: P, mut text: T) -> bool
where
    P: Iterator<Item = GlobToken> + Clone,
    T: Iterator<Item = char> + Clone,
{
    // Where to go on when a later token fails: the pattern after the last run, and the text
    // from which that run may take one more character. An unbounded run makes earlier ones final.
    let mut retry: SmallVec<[(P, T, GlobToken); 2]> = SmallVec::new();
    // Whether a token behind the last run can take a colon. If none can, a later run that stays inside
    // its segment takes whatever the earlier one could have taken more, and makes it final too.
    let mut may_cross = false;
    loop {
        let mut pattern_next = pattern.clone();
        match pattern_next.next() {
            Some(token) if token.is_run() => {
                if token == GlobToken::AnyRun {
                    retry.clear();
                } else if !may_cross && retry.last().is_some_and(|(.., earlier)| *earlier == token) {
                    retry.pop();
                }
                retry.push((pattern_next.clone(), text.clone(), token));
                may_cross = false;
                pattern = pattern_next;
                continue;
            }
            Some(token) => {
                let mut text_next = text.clone();
                if text_next.next().is_some_and(|c| token.accepts(c)) {
                    may_cross |= token.accepts(':');
                    pattern = pattern_next;
                    text = text_next;
                    continue;
                }
            }
            None => {
                if text.clone().next().is_none() {
                    return true;
                }
            }
        }
        loop {
            let Some((resume, mut rest, token)) = retry.pop() else {
                return false;
            };
            if rest.next().is_some_and(|c| token.accepts(c)) {
                pattern = resume.clone();
                text = rest.clone();
                retry.push((resume, rest, token));
                may_cross = false;
                break;
            }
        }
    }
}

/// Whether a policy's text, in which `*` and `?` are wildcards, matches the whole other text: as [`glob_matches`] over its
/// characters, read in whole pieces where it can be.
#[must_use]
pub fn glob_text_matches(pattern: &str, text: &str) -> bool {
    let Some(wildcard) = memchr::memchr2(b'*', b'?', pattern.as_bytes()) else {
        return pattern == text;
    };
    let Some((head, pattern)) = pattern.split_at_checked(wildcard) else {
        return false;
    };
    let Some(text) = text.strip_prefix(head) else {
        return false;
    };
    if memchr::memchr(b'?', pattern.as_bytes()).is_some() {
        return glob_matches(pattern.chars().map(GlobToken::from_policy_char), text.chars());
    }
    runs_match(pattern.as_bytes(), text.as_bytes())
}

/// The same for a pattern that begins with `*` and has no `?`: each piece between two runs is taken as early as it comes.
fn runs_match(mut pattern: &[u8], mut text: &[u8]) -> bool {
    while let Some(rest) = pattern.strip_prefix(b"*") {
        let Some((piece, next)) = memchr::memchr(b'*', rest).and_then(|at| rest.split_at_checked(at)) else {
            return text.ends_with(rest);
        };
        let Some(after) = after_first(piece, text) else {
            return false;
        };
        text = after;
        pattern = next;
    }
    text.is_empty() && pattern.is_empty()
}

/// What follows the first place of a piece.
fn after_first<'t>(piece: &[u8], text: &'t [u8]) -> Option<&'t [u8]> {
    let Some(first) = piece.first() else { return Some(text) };
    memchr::memchr_iter(*first, text).find_map(|at| text.get(at..)?.strip_prefix(piece))
}

fn start(tokens: &[GlobToken]) -> Positions {
    let mut first = Positions::none(tokens.len());
    reach(tokens, &mut first, 0);
    first
}

/// Adds a position, and those reachable from it without reading a character: a run may be empty.
fn reach(tokens: &[GlobToken], positions: &mut Positions, mut at: usize) {
    positions.insert(at);
    while tokens.get(at).is_some_and(|token| token.is_run()) {
        at += 1;
        positions.insert(at);
    }
}

fn step(tokens: &[GlobToken], positions: &Positions, c: char) -> Positions {
    let mut next = Positions::none(tokens.len());
    for at in positions.iter() {
        if let Some(token) = tokens.get(at).filter(|token| token.accepts(c)) {
            reach(tokens, &mut next, if token.is_run() { at } else { at + 1 });
        }
    }
    next
}

fn spelled_at(tokens: &[GlobToken], positions: &Positions) -> impl Iterator<Item = char> {
    positions.iter().filter_map(|at| match tokens.get(at)? {
        GlobToken::Char(c) => Some(*c),
        GlobToken::AnyRun | GlobToken::AnyOne | GlobToken::RunWithoutColon | GlobToken::OneWithoutColon => None,
    })
}

/// Subset construction: walk `specific` one position at a time with the set of positions of
/// `general` that the same text can reach; a character of neither pattern stands for all others.
fn covers(general: &[GlobToken], specific: &[GlobToken]) -> bool {
    // Most patterns are a text and a last `*`.
    if let [beginning @ .., GlobToken::AnyRun] = general
        && beginning.iter().all(|token| matches!(token, GlobToken::Char(_)))
        && !specific.is_empty()
    {
        return specific.starts_with(beginning);
    }
    let mut letters: BTreeSet<char> = BTreeSet::from([':']);
    for token in general.iter().chain(specific) {
        if let GlobToken::Char(c) = token {
            letters.insert(*c);
        }
    }
    let fresh = ('\u{E000}'..'\u{F8FF}').find(|c| !letters.contains(c));
    let start = (start(specific), start(general));
    let mut seen = BTreeSet::from([start.clone()]);
    let mut todo = vec![start];
    while let Some((ours, theirs)) = todo.pop() {
        if ours.contains(specific.len()) && !theirs.contains(general.len()) {
            return false;
        }
        let spelled = spelled_at(specific, &ours).chain(spelled_at(general, &theirs));
        let letters: BTreeSet<char> = spelled.chain([':']).chain(fresh).collect();
        for c in letters {
            let next_ours = step(specific, &ours, c);
            if next_ours.is_empty() {
                continue;
            }
            let next = (next_ours, step(general, &theirs, c));
            if seen.insert(next.clone()) {
                todo.push(next);
            }
        }
    }
    true
}

/// Walks both globs side by side over the texts that both can read.
fn overlaps(left: &[GlobToken], right: &[GlobToken]) -> bool {
    let next = |at: usize, token: GlobToken| if token.is_run() { at } else { at + 1 };
    let mut seen = BTreeSet::from([(0, 0)]);
    let mut todo = vec![(0, 0)];
    while let Some((at, other)) = todo.pop() {
        if at == left.len() && other == right.len() {
            return true;
        }
        let (ours, theirs) = (left.get(at).copied(), right.get(other).copied());
        let mut reached = Vec::new();
        // A run may be empty.
        if ours.is_some_and(GlobToken::is_run) {
            reached.push((at + 1, other));
        }
        if theirs.is_some_and(GlobToken::is_run) {
            reached.push((at, other + 1));
        }
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && ours.shares_a_character(theirs)
        {
            reached.push((next(at, ours), next(other, theirs)));
        }
        todo.extend(reached.into_iter().filter(|pair| seen.insert(*pair)));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Glob {
        Glob::from_policy_text(text)
    }

    #[test]
    fn a_star_takes_any_run_and_a_question_mark_one_character() {
        for (pattern, text, expected) in [
            ("a*c", "abbc", true),
            ("a*c", "ac", true),
            ("a*c", "acd", false),
            ("*a*b*", "xxaxxbxx", true),
            ("?", "é", true),
            ("?", "", false),
            ("", "", true),
            ("", "a", false),
            ("a?c*e", "abcdddde", true),
            ("*ab", "aab", true),
        ] {
            assert_eq!(glob(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn pieces_match_as_characters_do() {
        let texts = [
            "", "a", "b", "ab", "ba", "aab", "abab", "aé", "éa", "é", "abba", "a:b", "bbab",
        ];
        let letters = ["", "a", "b", "*", "?", "é", "ab", "**", ":"];
        for first in letters {
            for second in letters {
                for third in letters {
                    for fourth in letters {
                        let pattern = [first, second, third, fourth].concat();
                        for text in texts {
                            assert_eq!(
                                glob_text_matches(&pattern, text),
                                glob(&pattern).matches(text),
                                "{pattern} {text}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn containment_is_exact_where_runs_and_single_characters_meet() {
        for (general, specific, expected) in [
            ("*", "a*", true),
            ("a*", "*", false),
            ("?*", "*?", true),
            ("*?", "?*", true),
            ("*a*", "a*", true),
            ("??", "*", false),
            ("a*b", "a?b", true),
            ("a?b", "a*b", false),
            ("*/*", "service/*", true),
        ] {
            assert_eq!(glob(general).covers(&glob(specific)), expected, "{general} {specific}");
        }
    }

    #[test]
    fn globs_overlap_where_one_text_fits_both() {
        for (left, right, expected) in [
            ("service/prod/*", "service/*/web", true),
            ("service/prod/api", "service/*/web", false),
            ("a*", "*b", true),
            ("a?", "b*", false),
            ("", "*", true),
            ("??", "?", false),
        ] {
            assert_eq!(glob(left).overlaps(&glob(right)), expected, "{left} {right}");
            assert_eq!(glob(right).overlaps(&glob(left)), expected, "{right} {left}");
        }
    }

    #[test]
    fn many_runs_inside_segments_stay_quick() {
        let run = [GlobToken::RunWithoutColon, GlobToken::Char('a')];
        let pattern: Glob = run.into_iter().cycle().take(60).chain([GlobToken::Char('b')]).collect();
        assert!(!pattern.matches(&"a".repeat(2_000)));
    }

    #[test]
    fn a_known_prefix_settles_some_globs() {
        assert_eq!(glob("AROADEV:*").matches_with_prefix("AROADEV:"), PrefixMatch::All);
        assert_eq!(glob("AROADEV:bob").matches_with_prefix("AROADEV:"), PrefixMatch::Some);
        assert_eq!(glob("AROAX:*").matches_with_prefix("AROADEV:"), PrefixMatch::None);
    }
}
