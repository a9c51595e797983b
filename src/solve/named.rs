//! Which resources a text of a statement can name at all, told by the service in it.

/// The service whose resources a text can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NamedService<'t> {
    /// It names no resource.
    None,
    /// Those of one service.
    One(&'t str),
    /// Those of any.
    Any,
}

impl<'t> NamedService<'t> {
    /// Of a `Resource` text as it is written.
    pub(super) fn of(text: &'t str) -> Self {
        if !text.starts_with("arn:") && !text.contains('$') && text != "*" {
            return Self::None;
        }
        let mut fields = text.split(':');
        let (Some("arn"), Some(partition), Some(service), Some(_)) = (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Self::Any;
        };
        let is_plain = |field: &str| !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        // What a variable holds may move the fields behind it, and so may a wildcard, which can run across colons (E53, U3).
        if is_plain(partition) && is_plain(service) {
            Self::One(service)
        } else {
            Self::Any
        }
    }

    /// Whether resources of the format may be named.
    pub(super) fn may_be_of(self, format: &str) -> bool {
        match self {
            Self::None => false,
            Self::Any => true,
            Self::One(service) => {
                let own = format.split(':').nth(2).unwrap_or_default();
                own == service || own.contains(['$', '*'])
            }
        }
    }
}
