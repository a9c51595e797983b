//! The text of a statement with the parts marked that decide a row: effect, fitting actions and resources, and the
//! condition keys that the row speaks of. The text is the account's: it is shown, and nothing in it is obeyed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use crate::finding::Citation;
use crate::finding::Finding;
use crate::ident::Action;
use crate::ident::ActionPattern;
use crate::ident::Glob;
use crate::ident::Ternary;
use crate::report::html::markup::Text;
use crate::report::html::markup::thousands;

/// A longer statement is shown around its marks only; bytes.
const WHOLE: usize = 1_200;
/// How much around a mark is shown; bytes.
const AROUND: usize = 80;
/// A longer mark is cut; bytes.
const MARK: usize = 300;
/// How many statements a row shows.
const OF_ROW: usize = 6;
/// How much text of policies a page shows before rows only name their statements; bytes. Rows are the most urgent first.
const OF_PAGE: usize = 6_000_000;

/// What a page may still show.
pub(super) struct Quotes {
    left: usize,
}

/// What is looked for in the statements of one row, and which of these were shown.
pub(super) struct OfRow<'q> {
    page: &'q mut Quotes,
    action: Option<Action>,
    principal: String,
    resource: Option<String>,
    keys: BTreeSet<String>,
    shown: BTreeSet<(String, Option<u32>)>,
}

impl Quotes {
    pub(super) const fn of_page() -> Self {
        Self { left: OF_PAGE }
    }

    pub(super) fn of_row(&mut self, finding: &Finding) -> OfRow<'_> {
        let of_words = finding.conditions.iter().map(|condition| &condition.key);
        let weakest = finding.condition.iter().flat_map(|weakest| &weakest.alternatives);
        let of_weakest = weakest.flatten().map(|test| &test.key);
        let blocking = finding.blockers.iter().flat_map(|blockers| &blockers.members);
        let of_blockers = blocking.flat_map(|blocker| &blocker.keys);
        let keys = of_words.chain(of_weakest).chain(of_blockers);
        OfRow {
            page: self,
            action: finding.action.parse().ok(),
            principal: finding.identity.principal.to_string(),
            resource: finding.representative_resource.as_deref().map(ToOwned::to_owned),
            keys: keys.map(|key| key.to_lowercase()).collect(),
            shown: BTreeSet::new(),
        }
    }
}

impl OfRow<'_> {
    /// The statement of a citation as HTML; empty where its text is not known or was shown for this row.
    pub(super) fn show(&mut self, citation: &Citation) -> String {
        let Some(text) = citation.text.as_deref() else {
            return String::new();
        };
        let name = (citation.policy.to_string(), citation.statement);
        if self.shown.contains(&name) {
            return String::new();
        }
        if self.shown.len() == OF_ROW {
            return "<p class=\"quiet\">The text is left out: the row shows others.</p>".to_owned();
        }
        if self.page.left == 0 {
            return "<p class=\"quiet\">The text is left out: the page would grow too long.</p>".to_owned();
        }
        self.shown.insert(name);
        let quote = self.quote(text);
        self.page.left = self.page.left.saturating_sub(quote.len());
        quote
    }

    fn quote(&self, text: &str) -> String {
        let marks = self.marks(text);
        let kept = kept(text, &marks);
        let shown: usize = kept.iter().map(Range::len).sum();
        let mut page = Page {
            text,
            indent: indent(text),
            html: String::with_capacity(shown + 200),
        };
        page.html.push_str("<pre class=\"policy\">");
        let mut at = 0;
        for range in kept {
            if range.start > at {
                page.html.push_str("<i>…</i>");
            }
            page.part(&range, &marks);
            at = range.end;
        }
        if at < text.len() {
            page.html.push_str("<i>…</i>");
        }
        page.html.push_str("</pre>");
        if shown < text.len() {
            // Writing to a string does not fail.
            let _ = write!(
                page.html,
                "<p class=\"quiet\">Cut: {} of {} bytes of the statement are shown, those around what decides.</p>",
                thousands(shown as u64),
                thousands(text.len() as u64)
            );
        }
        page.html
    }

    /// What decides, in order and without overlaps.
    fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let mut marks = Vec::new();
        for word in words(text) {
            let path: Vec<&str> = word.path.iter().map(|(name, _)| name.as_str()).collect();
            match (path.as_slice(), word.is_name) {
                (["Effect"], false) | (["NotAction" | "NotResource" | "NotPrincipal"], true) => marks.push(word.range),
                (["Action"], false) if self.fits_action(&word.text) => marks.push(word.range),
                (["Resource"], false) if self.fits_resource(&word.text) => marks.push(word.range),
                (["Principal", ..], false) if word.text == "*" || word.text == self.principal => marks.push(word.range),
                (["Condition", _, key], is_name) if self.keys.contains(&key.to_lowercase()) => {
                    if is_name {
                        marks.extend(word.path.get(1).map(|(_, operator)| operator.clone()));
                    }
                    marks.push(word.range);
                }
                _ => {}
            }
        }
        marks.sort_by_key(|mark| mark.start);
        marks.dedup();
        marks
    }

    fn fits_action(&self, pattern: &str) -> bool {
        let fits = |action: &Action| ActionPattern::new(pattern).matches(action) != Ternary::No;
        self.action.as_ref().is_some_and(fits)
    }

    /// A pattern with variables fits some identities and not others, which the row's verdict has weighed.
    fn fits_resource(&self, pattern: &str) -> bool {
        pattern == "*"
            || self.resource.as_deref().is_some_and(|resource| {
                let fits = !pattern.contains("${") && Glob::from_policy_text(pattern).matches(resource);
                fits || pattern == resource
            })
    }
}

/// A string of a JSON text.
struct Word {
    text: String,
    /// With its quotes.
    range: Range<usize>,
    /// The names of the members that it stands in, its own if it is one, with their places.
    path: Vec<(String, Range<usize>)>,
    /// The name of a member, not a value.
    is_name: bool,
}

/// The strings of a JSON text that is known to be well formed.
fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    // For each open bracket the name of the member that is being read; none in a list.
    let mut open: Vec<Option<(String, Range<usize>)>> = Vec::new();
    // Whether the next string is a name.
    let mut names: Vec<bool> = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'{' | b'[' => {
                open.push(None);
                names.push(*byte == b'{');
            }
            b'}' | b']' => {
                open.pop();
                names.pop();
                let is_member = open.last().is_some_and(Option::is_some);
                if let (Some(expects), true) = (names.last_mut(), is_member) {
                    *expects = true;
                }
            }
            b'"' => {
                let end = string_end(text, at);
                let range = at..end;
                let written = text.get(range.clone()).unwrap_or_default();
                let said: String = serde_json::from_str(written).unwrap_or_default();
                let is_name = names.last().copied().unwrap_or_default();
                if let (true, Some(member), Some(expects)) = (is_name, open.last_mut(), names.last_mut()) {
                    *member = Some((said.clone(), range.clone()));
                    *expects = false;
                } else if let (Some(expects), true) = (names.last_mut(), open.last().is_some_and(Option::is_some)) {
                    *expects = true;
                }
                found.push(Word {
                    text: said,
                    range,
                    path: open.iter().flatten().cloned().collect(),
                    is_name,
                });
                at = end;
                continue;
            }
            // After a number, too, a name comes next.
            b',' => {
                let is_member = open.last().is_some_and(Option::is_some);
                if let (Some(expects), true) = (names.last_mut(), is_member) {
                    *expects = true;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The byte after the closing quote of the string that begins here.
fn string_end(text: &str, start: usize) -> usize {
    let mut is_escaped = false;
    let rest = text.as_bytes().iter().enumerate().skip(start + 1);
    for (at, byte) in rest {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// What is shown of a text: all of it, or its beginning and what is around the marks.
fn kept(text: &str, marks: &[Range<usize>]) -> Vec<Range<usize>> {
    if text.len() <= WHOLE {
        return std::iter::once(0..text.len()).collect();
    }
    let mut left = WHOLE;
    let mut kept: Vec<Range<usize>> = Vec::new();
    let around = marks.iter().map(|mark| {
        let start = mark.start.saturating_sub(AROUND);
        start..mark.end.min(mark.start + MARK).saturating_add(AROUND)
    });
    for range in std::iter::once(0..AROUND).chain(around) {
        let range = text.floor_char_boundary(range.start)..text.ceil_char_boundary(range.end.min(text.len()));
        match kept.last_mut() {
            Some(last) if range.start <= last.end => {
                left = left.saturating_sub(range.end.saturating_sub(last.end));
                last.end = last.end.max(range.end);
            }
            Some(_) | None => {
                left = left.saturating_sub(range.len());
                kept.push(range);
            }
        }
        if left == 0 {
            break;
        }
    }
    kept
}

/// How far the last line is indented: so much the lines of a statement that stands in a file have in common.
fn indent(text: &str) -> usize {
    let last = text.rsplit_once('\n').map_or("", |(_, last)| last);
    last.len() - last.trim_start_matches([' ', '\t']).len()
}

struct Page<'t> {
    text: &'t str,
    indent: usize,
    html: String,
}

impl Page<'_> {
    /// A part of the text with the marks that lie in it.
    fn part(&mut self, range: &Range<usize>, marks: &[Range<usize>]) {
        let mut at = range.start;
        for mark in marks
            .iter()
            .filter(|mark| mark.start >= range.start && mark.start < range.end)
        {
            self.plain(at..mark.start.max(at));
            self.html.push_str("<mark>");
            self.plain(mark.start.max(at)..mark.end.min(range.end));
            self.html.push_str("</mark>");
            at = mark.end.min(range.end).max(at);
        }
        self.plain(at..range.end);
    }

    /// Text in lines, without the indentation that all have in common.
    fn plain(&mut self, range: Range<usize>) {
        let begins_line = range.start > 0 && self.text.as_bytes().get(range.start - 1) == Some(&b'\n');
        let part = self.text.get(range).unwrap_or_default();
        for (number, line) in part.split('\n').enumerate() {
            let mut line = line.trim_end_matches('\r');
            if number > 0 || begins_line {
                let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
                line = line.get(blank.min(self.indent)..).unwrap_or_default();
            }
            if number > 0 {
                self.html.push('\n');
            }
            let words = line.trim_start_matches('\t');
            self.html.extend(std::iter::repeat_n("  ", line.len() - words.len()));
            // Writing to a string does not fail.
            let _ = write!(self.html, "{}", Text(words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(page: &mut Quotes) -> OfRow<'_> {
        OfRow {
            page,
            action: "ec2:TerminateInstances".parse().ok(),
            principal: "arn:aws:iam::111122223333:role/deploy".to_owned(),
            resource: Some("arn:aws:ec2:eu-west-1:111122223333:instance/i-1".to_owned()),
            keys: ["aws:sourceip".to_owned()].into(),
            shown: BTreeSet::new(),
        }
    }

    fn marked(text: &str) -> Vec<String> {
        let mut page = Quotes::of_page();
        let marks = row(&mut page).marks(text);
        marks
            .into_iter()
            .map(|mark| text.get(mark).unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn what_decides_is_marked_and_nothing_else() {
        let text = r#"{"Sid": "Effect", "Effect": "Allow", "Action": ["ec2:Run*", "EC2:*", "ec2:\u0054erminateInstances"],
            "Resource": ["arn:aws:s3:::x", "arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:${aws:username}"],
            "Condition": {"IpAddress": {"aws:SourceIP": ["10.0.0.0/8"]}, "Bool": {"aws:Action": true, "Action": "ec2:*"}}}"#;
        let expected = [
            r#""Allow""#,
            r#""EC2:*""#,
            r#""ec2:\u0054erminateInstances""#,
            r#""arn:aws:ec2:*:*:instance/*""#,
            r#""IpAddress""#,
            r#""aws:SourceIP""#,
            r#""10.0.0.0/8""#,
        ];
        assert_eq!(marked(text), expected);
        let others = r#"{"Effect":"Deny","NotAction":["iam:*"],"NotResource":"arn:aws:s3:::x","Principal":{"AWS":["*","x"]}}"#;
        assert_eq!(marked(others), [r#""Deny""#, r#""NotAction""#, r#""NotResource""#, r#""*""#]);
    }

    #[test]
    fn a_text_that_is_no_json_is_shown_and_harms_nothing() {
        for text in ["", "\"", "{{{]]]", "{\"Effect\": \"Allow\\", "\u{0}}\"é"] {
            let mut page = Quotes::of_page();
            assert!(row(&mut page).quote(text).starts_with("<pre"));
        }
    }

    #[test]
    fn a_long_statement_is_cut_around_its_marks() {
        let many: Vec<String> = (0..300).map(|number| format!("\"s3:Geté{number}\"")).collect();
        let text = format!(
            "{{\"Effect\":\"Allow\",\"Action\":[{},\"ec2:Terminate*\",{}],\"Resource\":\"*\"}}",
            many.join(","),
            many.join(",")
        );
        let mut page = Quotes::of_page();
        let html = row(&mut page).quote(&text);
        assert!(html.len() < 2_000, "{}", html.len());
        for part in [
            "<mark>&quot;ec2:Terminate*&quot;</mark>",
            "<i>…</i>",
            "Cut: ",
            "<mark>&quot;*&quot;</mark>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
    }

    #[test]
    fn lines_lose_the_indentation_of_the_file() {
        let mut page = Quotes::of_page();
        let html = row(&mut page).quote("{\r\n      \"Effect\": \"Allow\",\n\t  \"<b>\": \"\u{202e}\"\n    }");
        assert_eq!(
            html,
            "<pre class=\"policy\">{\n  &quot;Effect&quot;: <mark>&quot;Allow&quot;</mark>,\n&quot;&lt;b&gt;&quot;: &quot;\\u{202e}&quot;\n}</pre>"
        );
    }
}
