//! Breaks text into lines of a width: at spaces, and inside a long ARN or path after a separator.

/// Text of a cell beyond this many characters is cut; the other formats have it whole.
const LONGEST: usize = 600;

/// The lines, each at most so wide.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    let width = width.max(1);
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut current = String::new();
        for word in shortened(line).split(' ') {
            place(word, width, &mut current, &mut lines);
        }
        lines.push(current);
    }
    lines.join("\n")
}

/// Puts a word at the end of the current line, or on lines of its own.
fn place(word: &str, width: usize, current: &mut String, lines: &mut Vec<String>) {
    let gap = usize::from(!current.is_empty());
    if columns(current) + gap + columns(word) <= width {
        if gap == 1 {
            current.push(' ');
        }
        current.push_str(word);
        return;
    }
    if !current.is_empty() {
        lines.push(std::mem::take(current));
    }
    let mut rest = word;
    while columns(rest) > width {
        let (head, tail) = rest.split_at(cut(rest, width));
        lines.push(head.to_owned());
        rest = tail;
    }
    current.push_str(rest);
}

/// Where a word that is too long is cut: after the last separator that fits, else where the line ends.
fn cut(word: &str, width: usize) -> usize {
    let mut used = 0;
    let (mut hard, mut soft, mut softest) = (0, 0, 0);
    for (index, c) in word.char_indices() {
        let mut bytes = [0; 4];
        used += columns(c.encode_utf8(&mut bytes));
        if used > width && hard > 0 {
            break;
        }
        hard = index + c.len_utf8();
        match c {
            '/' | ':' => softest = hard,
            '-' | '_' | '.' | ',' | '@' => soft = hard,
            _ => {}
        }
    }
    [softest, soft].into_iter().find(|at| at * 2 > hard).unwrap_or(hard)
}

/// How many columns a terminal needs for it.
fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    unicode_width::UnicodeWidthStr::width(text)
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        None => line.to_owned(),
        Some((end, _)) => {
            let (shown, hidden) = line.split_at(end);
            format!("{shown}… ({} more characters)", hidden.chars().count())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_first() {
        assert_eq!(
            wrapped("grant: policy arn:aws:iam::aws:policy/Admin", 32),
            "grant: policy\narn:aws:iam::aws:policy/Admin"
        );
    }

    #[test]
    fn long_words_break_after_a_separator() {
        let arn = "arn:aws:iam::111122223333:user/people/maria.costa";
        assert_eq!(wrapped(arn, 39), "arn:aws:iam::111122223333:user/people/\nmaria.costa");
        assert_eq!(wrapped(&"x".repeat(25), 10), "xxxxxxxxxx\nxxxxxxxxxx\nxxxxx");
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        for width in 2..20 {
            for text in ["日本語日本語 日本語", "a:b/c-d e_f", "", "  two  spaces  ", "\n\nlines\n"] {
                for line in wrapped(text, width).lines() {
                    assert!(columns(line) <= width, "{width}: {line}");
                }
            }
        }
    }

    #[test]
    fn very_long_text_is_cut_and_says_so() {
        assert!(wrapped(&"y ".repeat(900), 80).ends_with("(1200 more characters)"));
    }
}
