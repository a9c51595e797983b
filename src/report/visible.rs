//! Text from dumps, made safe to show: what a terminal would obey or hide is written as an escape.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a terminal would obey or hide this character: controls, bidirectional marks, invisible separators.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    let is_bidirectional_mark =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_invisible = matches!(
        c,
        '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    );
    c.is_control() || is_bidirectional_mark || is_invisible
}

/// The text on one line, hidden characters as escapes: `\n`, `\u{202e}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escape(text, is_hidden)
}

/// Whether all is printable ASCII: true of nearly every name, and quickly found out.
pub(super) fn is_plain_ascii(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// The text with those characters as escapes.
pub(super) fn escape(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if is_plain_ascii(text) || !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_escaped(c) {
            // `escape_default` writes ASCII only; writing to a string does not fail.
            let _ = write!(shown, "{}", c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}
