//! Text as HTML shows it and obeys nothing of it.

use std::fmt;
use std::fmt::Write;

use crate::report::visible;

/// A text in a page, between tags or in a quoted attribute: what HTML obeys is a reference, what is hidden an escape.
pub(super) struct Text<T>(pub(super) T);

impl<T: AsRef<str>> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = visible(self.0.as_ref());
        // Most names hold nothing of the kind.
        if !shown.contains(['&', '<', '>', '"', '\'']) {
            return f.write_str(&shown);
        }
        for c in shown.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A name in the type of code.
pub(super) struct Code<T>(pub(super) T);

impl<T: AsRef<str>> fmt::Display for Code<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<code>{}</code>", Text(self.0.as_ref()))
    }
}

/// `1 account`, `2 accounts`, `20,000 rows`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// `20,000`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_obeyed() {
        let hostile = "<a href='x' title=\"y\">&amp;\u{202e}\n\0</a>";
        assert_eq!(
            Text(hostile).to_string(),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;\\u{202e}\\n\\u{0}&lt;/a&gt;"
        );
        assert_eq!(Text("plain").to_string(), "plain");
    }

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!(
            [0, 999, 1_000, 20_000, 1_234_567].map(thousands),
            ["0", "999", "1,000", "20,000", "1,234,567"]
        );
    }
}
