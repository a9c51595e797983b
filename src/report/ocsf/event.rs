//! What events of all classes have in common.

use serde_json::Value;
use serde_json::json;

use crate::finding::RunFacts;
use crate::finding::Severity;

/// The version of the schema.
const VERSION: &str = "1.8.0";

/// What every event of a run has in common, whatever its class, with what is its own.
pub(super) fn event(class: (u32, &str), activity: (u32, &str), facts: &RunFacts, own: Value) -> Value {
    let mut event = json!({
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": class.0,
        "class_name": class.1,
        "activity_id": activity.0,
        "activity_name": activity.1,
        "type_uid": class.0 * 100 + activity.0,
        "type_name": format!("{}: {}", class.1, activity.1),
        "time": facts.as_of.as_millisecond(),
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud"],
            "product": {"name": "leastwise", "vendor_name": "leastwise", "version": facts.tool_version},
        },
    });
    if let (Value::Object(event), Value::Object(own)) = (&mut event, own) {
        event.extend(own);
    }
    event
}

/// The number and word of a severity; none is unknown.
pub(super) const fn severity(severity: Option<Severity>) -> (u32, &'static str) {
    match severity {
        None => (0, "Unknown"),
        Some(Severity::Low) => (2, "Low"),
        Some(Severity::Medium) => (3, "Medium"),
        Some(Severity::High) => (4, "High"),
        Some(Severity::Critical) => (5, "Critical"),
    }
}

/// Where nothing is wrong.
pub(super) const INFORMATIONAL: (u32, &str) = (1, "Informational");
