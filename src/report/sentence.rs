//! A finding in sentences, for formats that want a title and a description, and JSON without empty members.

use serde_json::Map;
use serde_json::Value;

use crate::finding::Citation;
use crate::finding::CoverageGap;
use crate::finding::Finding;
use crate::finding::Suppression;
use crate::finding::Verdict;
use crate::report::row;
use crate::report::visible;

/// `role deploy of 111122223333 can call ec2:TerminateInstances`.
pub(super) fn title(finding: &Finding) -> String {
    let can = match finding.verdict {
        Verdict::Allowed => "can call",
        Verdict::Conditional => "can, under conditions, call",
        Verdict::Undetermined => "might be able to call",
        Verdict::Denied => "cannot call",
    };
    let identity = &*finding.identity;
    format!(
        "{} of {} {can} {}",
        row::who(identity),
        identity.account,
        visible(&finding.action)
    )
}

/// What must hold, who says so and how the score adds up, each on its own line; hidden characters are escapes.
pub(super) fn description(finding: &Finding) -> Vec<String> {
    let mut lines = row::why(finding, Citation::to_string);
    let reach = row::reach(finding);
    if !reach.is_empty() {
        lines.insert(0, format!("reaches {reach}"));
    }
    if let Some(suppression) = &finding.suppression {
        lines.insert(0, accepted(suppression));
    }
    lines
}

/// `accepted by NAME until 2026-12-31: REASON`.
pub(super) fn accepted(suppression: &Suppression) -> String {
    format!(
        "accepted by {} until {}: {}",
        visible(&suppression.owner),
        suppression.expires,
        visible(&suppression.reason)
    )
}

/// What was not read and what follows, as it was written down.
pub(super) fn gap(gap: &CoverageGap) -> String {
    let said = [&gap.what, &gap.consequence].into_iter().filter(|text| !text.is_empty());
    let said: Vec<&str> = said.map(|text| &**text).collect();
    format!("{}: {}", gap.source, said.join("; "))
}

/// The first characters, with an ellipsis when some are left out: never more than `most` characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most || text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let kept = text.chars().take(most.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// The value without members that are null: the formats know no null.
pub(super) fn told(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(members.map(|(name, value)| (name, told(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(told).collect()),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_never_too_long() {
        assert_eq!(cut("héllo", 5), "héllo");
        assert_eq!(cut("héllos", 5), "héll…");
        assert_eq!(cut("🚀🚀🚀", 2), "🚀…");
        assert_eq!(cut("", 0), "");
    }

    #[test]
    fn what_is_null_is_left_out_at_every_depth() {
        let value = serde_json::json!({"a": null, "b": [{"c": null, "d": 1}]});
        assert_eq!(told(value), serde_json::json!({"b": [{"d": 1}]}));
    }
}
