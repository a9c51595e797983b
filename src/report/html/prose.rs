//! The Markdown of a rule as HTML. Rules may be anybody's: HTML in them is text, and links are no links.

use std::io;

use pulldown_cmark::Event;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use crate::report::html::markup::Code;
use crate::report::html::markup::Text;

/// Writes paragraphs, lists, code and emphasis; of anything else the text.
pub(super) fn write(markdown: &str, out: &mut dyn io::Write) -> io::Result<()> {
    for event in Parser::new(markdown) {
        if let Event::Start(tag) = &event {
            out.write_all(opening(tag).as_bytes())?;
        } else if let Event::End(tag) = &event {
            out.write_all(closing(*tag).as_bytes())?;
        } else if let Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) = &event {
            for (number, line) in text.split('\n').enumerate() {
                write!(out, "{}{}", if number > 0 { "\n" } else { "" }, Text(line))?;
            }
        } else if let Event::Code(text) = &event {
            write!(out, "{}", Code(&**text))?;
        } else if matches!(event, Event::SoftBreak | Event::HardBreak) {
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

const PAIRS: [(&str, &str); 8] = [
    ("", ""),
    ("<p>", "</p>"),
    ("<p><b>", "</b></p>"),
    ("<ul>", "</ul>"),
    ("<ol>", "</ol>"),
    ("<li>", "</li>"),
    ("<pre class=\"policy\">", "</pre>"),
    ("<b>", "</b>"),
];

fn opening(tag: &Tag<'_>) -> &'static str {
    pair(tag.to_end()).0
}

fn closing(tag: TagEnd) -> &'static str {
    pair(tag).1
}

fn pair(tag: TagEnd) -> (&'static str, &'static str) {
    let [none, paragraph, heading, bullets, numbers, item, code, strong] = PAIRS;
    let pairs = [
        (matches!(tag, TagEnd::Paragraph), paragraph),
        (matches!(tag, TagEnd::Heading(_)), heading),
        (matches!(tag, TagEnd::List(false)), bullets),
        (matches!(tag, TagEnd::List(true)), numbers),
        (matches!(tag, TagEnd::Item), item),
        (matches!(tag, TagEnd::CodeBlock), code),
        (matches!(tag, TagEnd::Strong | TagEnd::Emphasis), strong),
    ];
    let found = pairs.into_iter().find(|(is_it, _)| *is_it);
    found.map_or(none, |(_, pair)| pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        let mut bytes = Vec::new();
        let _ = write(markdown, &mut bytes);
        String::from_utf8(bytes).unwrap_or_default()
    }

    #[test]
    fn lists_code_and_emphasis_are_shown_and_nothing_is_obeyed() {
        assert_eq!(
            html("1. **Do** `a<b`\n\n   ```json\n   {\"x\":\n    1}\n   ```\n"),
            "<ol><li><p><b>Do</b> <code>a&lt;b</code></p><pre class=\"policy\">{&quot;x&quot;:\n 1}\n</pre></li></ol>"
        );
        let hostile = html("<script>x</script>\n\n[l](javascript:x) ![i](https://evil.test/x) <b onclick=x>\u{202e}</b>");
        assert!(
            !hostile.contains("<script") && !hostile.contains("href") && !hostile.contains("<img"),
            "{hostile}"
        );
        assert!(
            hostile.contains("&lt;script&gt;x") && hostile.contains("\\u{202e}"),
            "{hostile}"
        );
    }
}
