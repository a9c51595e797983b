//! What all parts of the document are made of: names, properties, Markdown.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::json;
use uuid::Uuid;

use crate::report::visible;

/// What our UUIDs are made under; as a URN it also names our properties.
pub(super) const NAMESPACE: Uuid = Uuid::from_u128(0x3d0b_6a53_9f0e_4d2c_8a7e_5c1f_92b4_e716);

/// The UUID of a thing of this kind.
pub(super) fn of(kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{kind} {name}").as_bytes())
}

/// What looked.
pub(super) fn tool() -> Uuid {
    of("tool", "leastwise")
}

/// Properties of ours with those that say something: the schema takes no empty ones, and no space at the ends.
pub(super) fn props<'a>(named: impl IntoIterator<Item = (&'a str, Option<Cow<'a, str>>)>) -> Option<Value> {
    let props = named.into_iter().filter_map(|(name, text)| {
        let shown = visible(&text?).trim().to_owned();
        (!shown.is_empty()).then(|| json!({"name": name, "ns": NAMESPACE.urn().to_string(), "value": shown}))
    });
    let props: Vec<Value> = props.collect();
    (!props.is_empty()).then_some(Value::Array(props))
}

/// One line of Markdown that reads as the text: what Markdown would obey stands behind a backslash.
pub(super) fn markdown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    for c in visible(text).trim().chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$' | '!' | '+' | '@'
        ) {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}
